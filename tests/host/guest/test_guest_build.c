/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/guest/guest.c core/guest/build.c core/guest/means.c core/guest/restart.c core/guest/autopsy.c core/guest/create.c core/partition/
 * core/guest/machine.c core/guest/pass.c core/guest/pass_irq.c core/irq.c
 * core/console/chardev.c core/guest/channel.c core/guest/ram.c core/guest/load.c
 * core/guest/dtb.c core/guest/guest_sched.c core/lib/dt.c core/lib/dt_index.c core/lib/dt_irq.c core/lib/dt_refs.c
 * core/guest/traptab.c core/lib/nearest.c core/page.c tests/host/fake_arch.c
 * tests/host/fake_guest.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/irq.h>
#include <espalier/pass.h>
#include <espalier/vcon.h>
#include <espalier/vfs.h>

#include "fake_guest.h"
#include "fdt_gen.h"

/* --- the file system: one DTB ------------------------------------------------------ */

static void *blob;
static uint32_t blob_size;

int vfs_read_file(const char *path, uint32_t max, void **data, uint32_t *size)
{
	if (!blob)
		return -ENOENT;
	if (blob_size > max)
		return -EFBIG;
	*data = malloc(blob_size);
	memcpy(*data, blob, blob_size);
	*size = blob_size;
	return 0;
}

const char *vfs_error(void) { return "/g.dtb: no such file or directory"; }
int vfs_lookup(const char *p, struct ext2_inode *i) { return -ENOENT; }
int32_t vfs_read(const struct ext2_inode *i, uint64_t o, void *b, uint32_t n) { return -EIO; }

/* Builds a tree that is sound but for the parts given. */
static int create(const char *root, const char *chosen, const char *ram, const char *cpus,
		  const char *nodes)
{
	int err;

	free(blob);
	blob = fdt_from_dts(
		"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
		" interrupt-parent = <&gic>; compatible = \"test,board\"; %s\n"
		"chosen { %s };\n"
		"memory@80000000 { device_type = \"memory\"; reg = %s; };\n"
		"cpus { #address-cells = <1>; #size-cells = <0>; %s };\n"
		"gic: gic@1000 { compatible = \"test,gic\"; reg = <0x1000 0x1000 0x3000 0x100>;\n"
		" interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; };\n"
		"%s };",
		root, chosen, ram, cpus, nodes);
	blob_size = fdt_totalsize(blob);
	fake_log_clear();
	err = guest_create("g", "/g.dtb");
	return err;
}

#define KERNEL "espalier,kernel = \"/k\";"
#define RAM    "<0x80000000 0x100000>"
#define CPU0   "cpu@0 { device_type = \"cpu\"; reg = <0>; };"

/* Nothing may be left of a guest that was not created or was destroyed. */
static void expect_clean(void)
{
	assert_null(guest_find("g"));
	assert_int_equal(page_count(PAGE_GUEST), 0);
	assert_int_equal(fake.guests, 0);
	assert_int_equal(fake.vcpus, 0);
	assert_int_equal(fake.devices, 0);
}

static void destroy(const char *name)
{
	struct guest *g = guest_find(name);

	assert_non_null(g);
	assert_int_equal(guest_destroy(g), 0);
}

static const struct region *find(const struct guest *g, uint32_t a)
{
	return traptab_find(&g->map, GPA(a));
}

/* --- sound trees ----------------------------------------------------------------------- */

static void sound(void **state)
{
	struct guest *g;
	const struct region *r;

	memset(&fake, 0, sizeof(fake));
	assert_int_equal(
		create("espalier,lazy-domains;",
		       KERNEL "espalier,hole = \"zero\"; espalier,entry = <0x80008000>;"
			      "espalier,weight = <300>; espalier,affinity = <0>;",
		       "<0x80000000 0x300000 0xa0000000 0x1000>", CPU0,
		       "aliases { }; reserved-memory { #address-cells = <1>; #size-cells = <1>; "
		       "ranges;"
		       " r@80000000 { reg = <0x80000000 0x1000>; }; };\n"
		       "off@9000 { reg = <0x9000 4>; compatible = \"no,no\"; status = "
		       "\"disabled\"; };\n"
		       "fuse@a000 { reg = <0xa000 0x10>; espalier,backing = \"absent\"; };\n"
		       "i2c { #address-cells = <1>; #size-cells = <0>; eeprom@50 { reg = <0x50>; "
		       "}; };\n"
		       "bus { compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = "
		       "<1>;\n"
		       " ranges = <7 0 0x10000000 0x10000>;\n"
		       " inner { compatible = \"simple-bus\"; #address-cells = <1>; #size-cells = "
		       "<1>;\n"
		       "  ranges = <0 7 0 0x10000>;\n"
		       "  uart@500 { compatible = \"new,uart\", \"test,uart\"; reg = <0x500 "
		       "0x100>;\n"
		       "   interrupts = <0 5 4>, <0 6 4>; sub@0 { reg = <0 4>; }; };\n"
		       "  uart@600 { compatible = \"test,uart-old\"; reg = <0x600 0x100>;\n"
		       "   espalier,backing = \"emulated\"; };\n"
		       " };\n"
		       "};\n"),
		0);
	g = guest_find("g");
	assert_non_null(g);
	assert_int_equal(g->state, GUEST_RESET);
	assert_true(g->lazy_domains);
	assert_int_equal(g->hole, HOLE_ZERO);
	assert_int_equal(g->vcpus[0].sched.params.weight, 300);
	assert_int_equal(g->vcpus[0].sched.params.slice_us, SCHED_SLICE_DEFAULT_US);
	assert_int_equal(g->vcpus[0].sched.params.cpus, 1);
	assert_int_equal(g->nr_vcpus, 1);
	assert_int_equal(g->nr_devs, 3);
	assert_string_equal(g->gic->path, "/gic@1000");
	assert_false(fake.created_before_gic);
	assert_int_equal(fake.resets, 3);
	assert_int_equal(g->map.n, 7);

	r = find(g, 0x80000000);
	assert_int_equal(r->kind, REGION_RAM);
	assert_int_equal(r->host.v % 0x100000, 0);
	assert_string_equal(r->path, "/memory@80000000");
	assert_int_equal(page_count(PAGE_GUEST), 0x301);
	assert_int_equal(find(g, 0xa0000fff)->kind, REGION_RAM);
	assert_null(find(g, 0xa0001000));

	r = find(g, 0x100005ff);
	assert_int_equal(r->kind, REGION_EMUL);
	assert_string_equal(r->path, "/bus/inner/uart@500");
	assert_ptr_equal(r->dev->guest, g);
	assert_string_equal(r->dev->cls->name, "uart");
	assert_int_equal(r->dev->nr_irqs, 2);
	assert_int_equal(r->dev->irq[0], 37);
	assert_int_equal(r->dev->irq[1], 38);
	assert_string_equal(find(g, 0x10000600)->path, "/bus/inner/uart@600");
	assert_int_equal(find(g, 0x3000)->window, 1);
	assert_ptr_equal(find(g, 0x3000)->dev, g->gic);
	assert_int_equal(find(g, 0xa00f)->kind, REGION_ABSENT);
	assert_null(find(g, 0x9000));

	fake_log_clear();
	assert_int_equal(guest_create("g", "/g.dtb"), -EEXIST);
	assert_int_equal(guest_create("g2", "/g.dtb"), 0);
	assert_true(find(guest_find("g2"), 0x80000000)->host.v != find(g, 0x80000000)->host.v);
	destroy("g");
	destroy("g2");
	expect_clean();
}

static void names(void **state)
{
	static const char *const bad[] = {
		"", "a b", "a/b", "\x1b[2J", "abcdefghijklmnopqrstuvwxyz0123456",
	};

	fake_log_clear();
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(guest_create(bad[i], "/g.dtb"), -EINVAL);
	assert_true(fake_logged("1 to 31 letters"));
	free(blob);
	blob = NULL;
	assert_int_equal(guest_create("g", "/g.dtb"), -ENOENT);
	assert_true(fake_logged("guest g: /g.dtb: no such file"));
	blob_size = 1 << 20;
	blob = calloc(1, blob_size);
	assert_int_equal(guest_create("g", "/g.dtb"), -EFBIG);
	blob_size = 4096;
	assert_int_equal(guest_create("g", "/g.dtb"), -EINVAL);
	assert_true(fake_logged("/g.dtb: not a device tree: FDT_ERR_BADMAGIC"));
	blob_size = 0;
	assert_int_equal(guest_create("g", "/g.dtb"), -EINVAL);
	expect_clean();
}

/* --- broken trees ----------------------------------------------------------------------- */

/* clang-format off */
static const struct broken {
	const char *root, *chosen, *ram, *cpus, *nodes;
	int err;
	const char *text;
} brokens[] = {
	{ "", "", RAM, CPU0, "", -EINVAL, "/g.dtb: /chosen: no espalier,kernel" },
	{ "", KERNEL "espalier,kernal = \"/k\";", RAM, CPU0, "", -EINVAL,
	  "/chosen: espalier,kernal: unknown property; did you mean espalier,kernel?" },
	{ "", KERNEL "espalier,zzzzz;", RAM, CPU0, "", -EINVAL,
	  "/chosen: espalier,zzzzz: unknown property [P010]\n" },
	{ "", "espalier,kernel = \"k\";", RAM, CPU0, "", -EINVAL, "begins with /" },
	{ "", "espalier,kernel = \"/k\", \"/l\";", RAM, CPU0, "", -EINVAL, "not one path" },
	{ "", "espalier,kernel = <1>;", RAM, CPU0, "", -EINVAL, "not one path" },
	{ "", "espalier,kernel;", RAM, CPU0, "", -EINVAL, "not one path" },
	{ "", KERNEL "espalier,entry = [01];", RAM, CPU0, "", -EINVAL,
	  "/chosen: espalier,entry: not an address" },
	{ "", KERNEL "espalier,kernel-address = <1 0>;", RAM, CPU0, "", -EINVAL,
	  "espalier,kernel-address: not an address" },
	{ "espalier,hole = \"abrot\";", KERNEL, RAM, CPU0, "", -EINVAL,
	  "/: espalier,hole: unknown value \"abrot\"; did you mean \"abort\"?" },
	{ "espalier,hole = \"fill\";", KERNEL, RAM, CPU0, "", -EINVAL,
	  "unknown value \"fill\"; it can be default, abort, zero" },
	{ "espalier,hole = <1>;", KERNEL, RAM, CPU0, "", -EINVAL, "espalier,hole: not one string" },
	{ "espalier,lazy-domains = <1>;", KERNEL, RAM, CPU0, "", -EINVAL, "takes no value" },
	{ "espalier,weight = <0>;", KERNEL, RAM, CPU0, "", -EINVAL,
	  "/: espalier,weight: 0 is not between 1 and 10000" },
	{ "espalier,weight = <1 2>;", KERNEL, RAM, CPU0, "", -EINVAL, "espalier,weight: not one cell" },
	{ "", KERNEL "espalier,slice-us = <10>;", RAM, CPU0, "", -EINVAL,
	  "/chosen: espalier,slice-us: 10 is not between 1000 and 1000000" },
	{ "espalier,affinity = <1>;", KERNEL, RAM, CPU0, "", -EINVAL,
	  "/: espalier,affinity: CPU 1 does not run guests" },
	{ "espalier,affinity = <0 7>;", KERNEL, RAM, CPU0, "", -EINVAL,
	  "/: espalier,affinity: CPU 7 does not exist on this host" },
	{ "espalier,affinity;", KERNEL, RAM, CPU0, "", -EINVAL, "not a list of CPU numbers" },
	{ "espalier,wieght = <3>;", KERNEL, RAM, CPU0, "", -EINVAL,
	  "did you mean espalier,weight?" },
	{ "espalier,kernel = \"/k\";", KERNEL, RAM, CPU0, "", -EINVAL,
	  "/: espalier,kernel: is for /chosen only" },
	{ "", KERNEL "espalier,backing = \"absent\";", RAM, CPU0, "", -EINVAL,
	  "is for nodes of devices only" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { espalier,hole = \"abort\"; };", -EINVAL,
	  "/u@9000: espalier,hole: is for / and /chosen only" },

	{ "", KERNEL, "<>", CPU0, "", -EINVAL, "/memory@80000000: no reg" },
	{ "", KERNEL, "<0x80000000>", CPU0, "", -EINVAL, "/memory@80000000: reg: malformed" },
	{ "", KERNEL, "<0x80000000 0>", CPU0, "", -EINVAL, "entry 0 has size 0" },
	{ "", KERNEL, "<0x80000800 0x1000>", CPU0, "", -EINVAL, "not whole pages" },
	{ "", KERNEL, "<0x80000000 0x1800>", CPU0, "", -EINVAL, "not whole pages" },
	{ "", KERNEL, "<0xfffff000 0x2000>", CPU0, "", -EINVAL, "above 4 GiB" },
	{ "", KERNEL, "<0x80000000 0x2000 0x80001000 0x1000>", CPU0, "", -EEXIST,
	  "0x80001000-0x80001fff overlaps 0x80000000-0x80001fff of /memory@80000000" },
	{ "", KERNEL, "<0x80000000 0x10000000>", CPU0, "", -ENOMEM,
	  "/memory@80000000: reg: the host has no 262144 KiB in one piece" },
	{ "", KERNEL, RAM "; status = \"disabled\"", CPU0, "", -EINVAL, "no memory" },
	{ "", KERNEL, RAM, "", "", -EINVAL, "no CPU" },
	{ "", KERNEL, RAM, "cpu@0 { device_type = \"cpu\"; reg = <0>; status = \"fail\"; };", "",
	  -EINVAL, "no CPU" },
	{ "", KERNEL, RAM, CPU0 "cpu@1 { device_type = \"cpu\"; reg = <1>; };", "", -ENOTSUP,
	  "/cpus: 2 CPUs; a guest can have 1" },

	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; compatible = \"a,b\"; };", -ENODEV,
	  "/u@9000: no emulated device is compatible with \"a,b\"; set espalier,backing" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; };", -ENODEV, "compatible with \"\"" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; compatible = \"a,b\";"
	  " espalier,backing = \"emulated\"; };", -ENODEV, "\"emulated\": no emulated device" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; compatible = \"test,uart\";"
	  " espalier,backing = \"emulate\"; };", -EINVAL, "did you mean \"emulated\"?" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; compatible = \"test,uart\";"
	  " espalier,host-node = \"/x\"; };", -EINVAL, "espalier,host-node: only with" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; compatible = \"test,uart\";"
	  " espalier,peer = \"a/b\"; };", -EINVAL, "espalier,peer: this device has no such" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; compatible = \"test,shm\";"
	  " espalier,backing = \"absent\"; espalier,end = <0>; };", -EINVAL,
	  "espalier,end: this device has no such" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; espalier,peer = \"\", \"b\"; };",
	  -EINVAL, "espalier,peer: not one string" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; espalier,end = <2>; };", -EINVAL,
	  "espalier,end: 2 is not between 0 and 1" },
	{ "espalier,end = <1>;", KERNEL, RAM, CPU0, "", -EINVAL,
	  "espalier,end: is for nodes of devices only" },
	{ "", KERNEL, RAM, CPU0, "s@9000 { reg = <0x9000 0x800 0xa000 0x1000>;"
	  " compatible = \"test,shm\"; espalier,channel = \"c\"; espalier,end = <0>; };", -EINVAL,
	  "0x00009000-0x000097ff is not whole pages" },
	{ "", KERNEL, RAM, CPU0, "s@9000 { reg = <0x9000 0x1000>; compatible = \"test,shm\";"
	  " espalier,channel = \"c\"; espalier,end = <0>; };", -EINVAL, "reg: 1 ranges" },
	{ "", KERNEL, RAM, CPU0, "u { espalier,backing = \"absent\"; };", -EINVAL,
	  "/u: espalier,backing: no reg" },
	{ "", KERNEL, RAM, CPU0, "i { #address-cells = <1>; #size-cells = <0>;"
	  " e@5 { reg = <5>; espalier,backing = \"absent\"; }; };", -EINVAL,
	  "/i/e@5: espalier,backing: no reg" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 0x100>; compatible = \"test,uart\";"
	  " #address-cells = <1>; #size-cells = <1>; ranges;"
	  " s@0 { reg = <0x9000 4>; espalier,backing = \"absent\"; }; };", -EINVAL,
	  "/u@9000/s@0: espalier,backing: the node lies inside" },
	{ "", KERNEL, RAM, CPU0, "u@1080 { reg = <0x1080 4>; compatible = \"test,uart\"; };",
	  -EEXIST, "/u@1080: reg: 0x00001080-0x00001083 overlaps 0x00001000-0x00001fff of /gic@1000" },
	{ "", KERNEL, RAM, CPU0, "u@0 { reg = <0 0x1001>; compatible = \"test,uart\"; };", -EEXIST,
	  "overlaps" },
	{ "", KERNEL, RAM, CPU0, "u@80000000 { reg = <0x80000ffc 8>; compatible ="
	  " \"test,uart\"; };", -EEXIST, "/memory@80000000" },
	{ "", KERNEL, RAM, CPU0, "g@9000 { reg = <0x9000 4>; compatible = \"test,gic\"; };",
	  -EEXIST, "/g@9000: second interrupt controller, after /gic@1000" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; compatible = \"test,uart\";"
	  " interrupts = <0 5>; };", -EINVAL, "/u@9000: interrupts: entry 0" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; compatible = \"test,uart\";"
	  " interrupts = <0 1 4 0 2 4 0 3 4 0 4 4 0 5 4>; };", -ENOSPC, "more than 4" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { reg = <0x9000 4>; compatible = \"test,uart\";"
	  " interrupts = <0 5 4>; }; v@a000 { reg = <0xa000 4>; compatible = \"test,uart\";"
	  " interrupts = <0 6 4 0 5 4>; };", -EEXIST, "INTID 37 is of /u@9000 already" },
	{ "", KERNEL, RAM, CPU0, "b { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 4>;"
	  " u@8 { reg = <8 4>; compatible = \"test,uart\"; }; };", -EINVAL,
	  "/b/u@8: reg: malformed, or not covered by the ranges" },
	{ "", KERNEL, RAM, CPU0, "u@9000 { compatible = \"test,uart\"; reg = <0x9000 4 0x9004 4"
	  " 0x9008 4 0x900c 4 0x9010 4 0x9014 4 0x9018 4 0x901c 4 0x9020 4>; };", -ENOSPC,
	  "more than 8 entries" },
};
/* clang-format on */

static void broken(void **state)
{
	void *host = fdt_from_dts("/dts-v1/; / { cpus { #address-cells = <1>; #size-cells = <0>;"
				  " cpu@1 { device_type = \"cpu\"; reg = <1>; }; }; };");

	host_fdt = host;
	for (unsigned i = 0; i < ARRAY_SIZE(brokens); i++) {
		const struct broken *b = &brokens[i];
		int err = create(b->root, b->chosen, b->ram, b->cpus, b->nodes);

		if (err != b->err || !fake_logged(b->text))
			fail_msg("%u: %d, wanted %d \"%s\" in:\n%s", i, err, b->err, b->text,
				 fake_log);
		expect_clean();
	}
	host_fdt = NULL;
	free(host);
}

static unsigned lines(void)
{
	unsigned n = 0;

	for (const char *p = fake_log; (p = strchr(p, '\n')); p++)
		n++;
	return n;
}

static void all_at_once(void **state)
{
	static char many[32768];

	assert_int_equal(create("espalier,foo;", "", "<0x80000800 0x1000>", "",
				"u@9000 { reg = <0x9000 4>; };"),
			 -EINVAL);
	assert_true(fake_logged("espalier,foo"));
	assert_true(fake_logged("no espalier,kernel"));
	assert_true(fake_logged("not whole pages"));
	assert_true(fake_logged("no CPU"));
	assert_true(fake_logged("/u@9000"));
	assert_int_equal(lines(), 5);

	for (unsigned i = 0; i < 40; i++)
		sprintf(many + strlen(many), "u@%x { reg = <%u 4>; };", 0x9000 + 4 * i,
			0x9000 + 4 * i);
	assert_int_equal(create("", KERNEL, RAM, CPU0, many), -ENODEV);
	assert_int_equal(lines(), 25);
	assert_true(fake_logged("and 16 more errors"));

	many[0] = '\0';
	for (unsigned i = 0; i < 300; i++)
		sprintf(many + strlen(many), "u@%x { reg = <%u 4>; compatible = \"test,uart\"; };",
			0x9000 + 4 * i, 0x9000 + 4 * i);
	assert_int_equal(create("", KERNEL, RAM, CPU0, many), -ENOSPC);
	assert_true(fake_logged("more than 256 emulated devices"));

	many[0] = '\0';
	for (unsigned i = 0; i < 40; i++)
		strcat(many, "n {");
	for (unsigned i = 0; i < 40; i++)
		strcat(many, "};");
	assert_int_equal(create("", KERNEL, RAM, CPU0, many), -EINVAL);
	assert_true(fake_logged("nested deeper than 32"));
	expect_clean();
}

/* Every step of the second half fails once. */
static void unwinding(void **state)
{
	static const char uart[] = "u@9000 { reg = <0x9000 4>; compatible = \"test,uart\"; };";
	int *const fail[] = { &fake.fail_arch_guest, &fake.fail_arch_vcpu, &fake.fail_device };

	for (unsigned i = 0; i < ARRAY_SIZE(fail); i++) {
		for (int n = 1; n <= (i == 2 ? 2 : 1); n++) {
			memset(&fake, 0, sizeof(fake));
			*fail[i] = n;
			assert_true(create("", KERNEL, RAM, CPU0, uart) < 0);
			assert_true(fake_log[0]);
			expect_clean();
		}
	}
	/* The second range does not fit any more. */
	assert_int_equal(create("", KERNEL, "<0x80000000 0x6000000 0xa0000000 0x8000000>", CPU0,
				""),
			 -ENOMEM);
	expect_clean();
	assert_int_equal(create("", KERNEL, RAM, CPU0, uart), 0);
	destroy("g");
	expect_clean();
}

/* All of a set or none, wherever the second one fails. */
static void sets(void **state)
{
	static const char *const names[] = { "g", "g2" }, *const twice[] = { "g", "g" };
	static const char *const paths[] = { "/g.dtb", "/g.dtb" };
	int *const fail[] = { &fake.fail_arch_guest, &fake.fail_arch_vcpu, &fake.fail_device };

	assert_int_equal(create("", KERNEL, RAM, CPU0, ""), 0);
	destroy("g");
	for (unsigned i = 0; i < ARRAY_SIZE(fail); i++) {
		memset(&fake, 0, sizeof(fake));
		*fail[i] = 2;
		assert_true(guest_create_set(2, names, paths) < 0);
		assert_null(guest_find("g2"));
		expect_clean();
	}
	memset(&fake, 0, sizeof(fake));
	assert_int_equal(guest_create_set(2, twice, paths), -EEXIST);
	expect_clean();
	assert_int_equal(guest_create_set(2, names, paths), 0);
	assert_non_null(guest_find("g2"));
	/* One of a set that is there already: the other is not made, and it stays. */
	fake_log_clear();
	assert_int_equal(guest_create_set(2, (const char *const[]){ "g3", "g2" }, paths), -EEXIST);
	assert_true(fake_logged("guest g2 exists already [P004]"));
	assert_null(guest_find("g3"));
	destroy("g2");
	destroy("g");
	expect_clean();
}

/* --- passthrough ------------------------------------------------------------------------ */

#define PASS(more) \
	"rtc@9000 { compatible = \"arm,pl031\"; reg = <0x9000 0x1000>;" \
	" espalier,backing = \"passthrough\"; " more "};"
#define PASS_AS(host, compat, addr, size) \
	"x@9000 { compatible = \"" compat "\"; reg = <" addr " " size ">;" \
	" espalier,backing = \"passthrough\"; espalier,host-node = \"" host "\"; };"

#define PASS_IRQ(host, cells) \
	"x@9000 { compatible = \"arm,pl031\"; reg = <0x9000 0x1000>; interrupts = <" cells ">;" \
	" espalier,backing = \"passthrough\"; espalier,host-node = \"/irq/" host "\"; };"

/* clang-format off */
static const struct { const char *nodes; int err; const char *text; } passes[] = {
	{ PASS(""), 0, "" },
	{ PASS("espalier,host-node = \"/bus/rtc@9000\";"), 0, "" },
	{ PASS_AS("/rtc2", "arm,pl031", "0x9000", "0x1000"), 0, "" },
	{ PASS("interrupts = <0 4 4>;"), -EINVAL,
	  "/rtc@9000: interrupts: entry 0: the host's device has none" },
	{ PASS_IRQ("rtc", "0 9 4"), 0, "" },
	{ PASS_IRQ("rtc", "0 "), -EINVAL, "interrupts: entry 0: malformed" },
	{ PASS_IRQ("rtc", "0 9 4 0 10 4"), -EINVAL, "entry 1: the host's device has none" },
	{ PASS_IRQ("rtc", "0 9 4") "u@c000 { compatible = \"test,uart\"; reg = <0xc000 4>;"
	  " interrupts = <0 9 4>; };", -EEXIST, "INTID 41 is of /x@9000 already" },
	{ "u@c000 { compatible = \"test,uart\"; reg = <0xc000 4>; interrupts = <0 9 4>; };"
	  PASS_IRQ("rtc", "0 9 4"), -EEXIST, "INTID 41 is of /u@c000 already" },
	{ PASS_IRQ("timer", "0 9 4"), -EBUSY,
	  "/x@9000: interrupts: the host's INTID 37 belongs to the VMM: /timer" },
	{ PASS_IRQ("ppi", "0 9 4"), -EINVAL, "INTID 27 of the host as 41: only SPIs" },
	{ PASS_IRQ("line", "0 9 4"), 0, "" },
	{ PASS_IRQ("line", "0 9 4") "y@d000 { compatible = \"arm,pl031\"; reg = <0xd000 0x1000>;"
	  " espalier,backing = \"passthrough\"; espalier,host-node = \"/irq/twin@6\";"
	  " interrupts = <0 12 4>; };", -EBUSY,
	  "/y@d000: interrupts: the host's INTID 38 belongs to g: /x@9000" },
	{ PASS_AS("/irq/used", "arm,pl011", "0x9000", "0x1000"), -EBUSY,
	  "/x@9000: passthrough: /irq/used of the host belongs to console" },
	{ PASS("espalier,host-node = \"/no\";"), -ENODEV, "the host has no node /no" },
	{ PASS("espalier,host-node = \"/off/rtc\";"), -ENODEV, "/off/rtc is disabled on the host" },
	{ PASS_AS("/rtc2", "arm,pl011", "0x9000", "0x1000"), -EINVAL, "compatible: \"arm,pl011\" is not as in" },
	{ PASS_AS("/rtc2", "arm,pl031", "0x9000", "0x2000"), -EINVAL, "reg: entry 0 is not as in" },
	{ PASS_AS("/rtc2", "arm,pl031", "0x9800", "0x1000"), -EINVAL, "does not lie in its page" },
	{ PASS_AS("/dma", "arm,pl080", "0x9000", "0x1000"), -ENOTSUP, "known to do no DMA" },
	{ PASS_AS("/small", "arm,pl031", "0x9000", "0x100"), -EINVAL, "shares a page" },
	{ PASS_AS("/vmm", "test,vmm", "0x9000", "0x100"), -EBUSY,
	  "device of the VMM (driver vmm)" },
	{ PASS_AS("/near", "arm,pl031", "0x9000", "0x1000"), -EBUSY, "device of the VMM (driver" },
	{ PASS_AS("/inram", "arm,pl031", "0x9000", "0x1000"), -EINVAL, "is RAM" },
	{ PASS("") PASS_AS("/rtc@9000", "arm,pl031", "0xc000", "0x1000"), -EBUSY,
	  "0x10017000 belongs to g: /rtc@9000" },
};
/* clang-format on */

/* Serial lines that the VMM knows: one is free, and one in use. */
static unsigned stops;
static void count_stop(struct chardev *c) { (void)c, stops++; }
static const struct chardev_ops line_ops = { .stop = count_stop };
static struct chardev line = { .path = "/irq/line", .ops = &line_ops };
static struct chardev used = { .path = "/irq/used", .ops = &line_ops };

static void nothing(unsigned intid, void *arg) {}

static void lines_of_the_host(void)
{
	chardev_register(&line);
	chardev_register(&used);
	assert_int_equal(chardev_open(&used, &used, "console"), 0);
	assert_int_equal(irq_request(37, nothing, NULL, "/timer"), 0);
}

static void expect_released(void)
{
	assert_null(line.owner);
	assert_ptr_equal(used.owner, &used);
	assert_null(pass_irq_owner(36));
	assert_null(pass_irq_owner(38));
}

/* Stopped when it is given, when its guest is reset, and when it comes back. */
static void a_line_while_it_is_given(void)
{
	struct guest *g;

	stops = 0;
	assert_int_equal(create("", KERNEL, RAM, CPU0, PASS_IRQ("line", "0 9 4")), 0);
	g = guest_find("g");
	assert_ptr_equal(line.owner, g);
	assert_string_equal(line.owner_name, "g");
	assert_string_equal(pass_irq_owner(38), "g: /x@9000");
	assert_string_equal(pass_irq_device(g, 41), "/x@9000");
	assert_int_equal(stops, 1);
	guest_reset(g);
	assert_int_equal(stops, 2);
	fake_log_clear();
	assert_int_equal(guest_create("g2", "/g.dtb"), -EBUSY);
	assert_true(fake_logged("interrupts: the host's INTID 38 belongs to g: /x@9000"));
	assert_true(fake_logged("reg: the host's 0x60003000 belongs to g: /x@9000 [P050]"));
	assert_ptr_equal(line.owner, g);
	assert_int_equal(stops, 2);
	destroy("g");
	assert_int_equal(stops, 3);
	expect_clean();
	expect_released();
}

/* --- until nothing fits any more ------------------------------------------------------- */

static void note_fit(void *arg, const struct part_finding *f)
{
	if (f->rule->code == 24)
		*(bool *)arg = true;
}

/* What guest check says of the room is what guest create then finds. */
static void until_full(void **state)
{
	unsigned n = 0, before = page_count(PAGE_FREE);
	char name[16];

	assert_int_equal(create("", KERNEL, "<0x80000000 0x1234000>", CPU0, ""), 0);
	destroy("g");
	for (bool full = false; !full; n++) {
		const char *names[] = { name }, *files[] = { "/g.dtb" };

		snprintf(name, sizeof(name), "g%u", n);
		guest_check_set(1, names, files, note_fit, &full, NULL);
		assert_int_equal(guest_create(name, "/g.dtb"), full ? -ENOMEM : 0);
	}
	assert_true(n > 3);
	assert_true(page_count(PAGE_FREE) < (40u << 20) >> PAGE_SHIFT);
	while (--n > 0) {
		snprintf(name, sizeof(name), "g%u", n - 1);
		destroy(name);
	}
	assert_int_equal(page_count(PAGE_FREE), before);
}

static void passthrough(void **state)
{
	void *ram = page_alloc(1, PAGE_SIZE, PAGE_VMM);
	void *host = fdt_from_dts(
		"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;\n"
		"rtc@9000 { compatible = \"arm,pl031\"; reg = <0x10017000 0x1000>; };\n"
		"bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x20000000 0x10000>;\n"
		" rtc@9000 { compatible = \"arm,pl031\"; reg = <0x9000 0x1000>; }; };\n"
		"rtc2 { compatible = \"arm,pl031\"; reg = <0x30000000 0x1000>; };\n"
		"off { status = \"disabled\"; #address-cells = <1>; #size-cells = <1>; ranges;\n"
		" rtc { compatible = \"arm,pl031\"; reg = <0x40000000 0x1000>; }; };\n"
		"dma { compatible = \"arm,pl080\"; reg = <0x50000000 0x1000>; };\n"
		"small { compatible = \"arm,pl031\"; reg = <0x50001000 0x100>; };\n"
		"next { compatible = \"arm,pl031\"; reg = <0x50001f00 0x100>; status ="
		" \"disabled\"; };\n"
		"vmm { compatible = \"test,vmm\"; reg = <0x50002100 0x100>; };\n"
		"near { compatible = \"arm,pl031\"; reg = <0x50002000 0x1000>; };\n"
		"hgic: gic { interrupt-controller; #interrupt-cells = <3>; };\n"
		"irq { #address-cells = <1>; #size-cells = <1>; ranges; interrupt-parent ="
		" <&hgic>;\n"
		" rtc { compatible = \"arm,pl031\"; reg = <0x60000000 0x1000>;"
		"  interrupts = <0 4 4>; };\n"
		" timer { compatible = \"arm,pl031\"; reg = <0x60001000 0x1000>;"
		"  interrupts = <0 5 4>; };\n"
		" ppi { compatible = \"arm,pl031\"; reg = <0x60002000 0x1000>;"
		"  interrupts = <1 11 4>; };\n"
		" line { compatible = \"arm,pl011\", \"arm,pl031\"; reg = <0x60003000 0x1000>;"
		"  interrupts = <0 6 4>; };\n"
		" twin@6 { compatible = \"arm,pl031\"; reg = <0x60004000 0x1000>;"
		"  interrupts = <0 6 4>; };\n"
		" used { compatible = \"arm,pl011\"; reg = <0x60005000 0x1000>; }; };\n"
		"inram { compatible = \"arm,pl031\"; reg = <0x%x 0x1000>; };\n"
		"};",
		ptr_hpa(ram).v);
	struct guest *g;

	host_fdt = host;
	lines_of_the_host();
	for (unsigned i = 0; i < ARRAY_SIZE(passes); i++) {
		int err = create("", KERNEL, RAM, CPU0, passes[i].nodes);

		if (err != passes[i].err || !fake_logged(passes[i].text))
			fail_msg("%u: %d, wanted %d \"%s\" in:\n%s", i, err, passes[i].err,
				 passes[i].text, fake_log);
		if (!err) {
			assert_int_equal(find(guest_find("g"), 0x9000)->kind, REGION_PASS);
			destroy("g");
		}
		expect_clean();
		expect_released();
	}
	a_line_while_it_is_given();
	assert_int_equal(create("", KERNEL, RAM, CPU0, PASS("")), 0);
	g = guest_find("g");
	assert_int_equal(find(g, 0x9000)->host.v, 0x10017000);
	fake_log_clear();
	assert_int_equal(guest_create("g2", "/g.dtb"), -EBUSY);
	assert_true(fake_logged("0x10017000 belongs to g: /rtc@9000"));
	destroy("g");
	expect_clean();
	host_fdt = NULL;
	free(host);
	page_free(ram, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound),      cmocka_unit_test(names),
		cmocka_unit_test(broken),     cmocka_unit_test(all_at_once),
		cmocka_unit_test(unwinding),  cmocka_unit_test(sets),
		cmocka_unit_test(until_full), cmocka_unit_test(passthrough),
	};
	int failed;

	fake_host_ram();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(blob);
	return failed;
}
