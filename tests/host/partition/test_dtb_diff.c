/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel's tree compared with the partition: every kind of difference, and none. */
/* sources: core/partition/ core/lib/dt.c core/lib/dt_index.c core/lib/dt_irq.c core/lib/dt_refs.c core/lib/nearest.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fdt_gen.h"
#include "partition/dtb_diff.h"

static const char *driver(const void *fdt, int node)
{
	return fdt_getprop(fdt, node, "vmm", NULL) ? "vmm" : NULL;
}

static bool is_ram(uint32_t base, uint32_t size)
{
	return base >= 0x80000000 && base < 0x90000000 && size <= 0x10000000;
}

static bool cpu_online(unsigned cpu) { return cpu == 0; }

static unsigned free_ram(struct part_run *runs, unsigned max)
{
	assert_true(max > 0);
	runs[0] = (struct part_run){ 0x80000000, 0x10000000 };
	return 1;
}

static const char *const gics[] = { "test,gic", NULL };
static const char *const uarts[] = { "test,uart", NULL };
static const struct emul_class gic = { .name = "gic", .compatible = gics };
static const struct emul_class uart = { .name = "uart", .compatible = uarts };
static const struct emul_class *const classes[] = { &gic, &uart, NULL };

static struct part_host host = { .driver = driver,
				 .is_ram = is_ram,
				 .cpu_online = cpu_online,
				 .free_ram = free_ram,
				 .classes = classes };

/* The tree that everything is compared with; the arguments change its nodes. */
#define MEM "memory@60000000 { device_type = \"memory\"; reg = <0x60000000 0x100000>; };"
#define CPU "cpu@0 { device_type = \"cpu\"; reg = <0>; };"
#define GIC \
	"gic: gic@1000 { compatible = \"test,gic\"; reg = <0x1000 0x1000>;" \
	" interrupt-controller; #interrupt-cells = <3>; };"
#define UART_OF(compat, reg, irq, more) \
	"u@2000 { compatible = " compat "; reg = <" reg ">;" \
	" interrupts = <0 " irq " 4>; " more " };"
#define UART UART_OF("\"test,uart\"", "0x2000 0x1000", "5", "")
#define MORE \
	"off@3000 { compatible = \"test,uart\"; reg = <0x3000 0x1000>; status = \"disabled\"; };" \
	"no@4000 { reg = <0x4000 4>; espalier,backing = \"absent\"; };"

#define TREE(mem, cpu, nodes) \
	"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;" \
	" interrupt-parent = <&gic>; chosen { espalier,kernel = \"/k\"; };\n" mem "\n" \
	"cpus { #address-cells = <1>; #size-cells = <0>; " cpu " };\n" nodes "\n };"

/* clang-format off */
static const struct { const char *tree, *said; } cases[] = {
	{ TREE(MEM, CPU, GIC UART MORE), "" },
	{ TREE(MEM, CPU, GIC UART), "" }, /* what is absent or disabled need not be there */
	{ TREE(MEM, CPU, GIC UART "x { reg = <9>; }; y@9 { status = \"fail\"; reg = <9 9>; };"
	       "aliases { reg = <9 9>; };"), "/x reg f has (malformed)\n" },
	{ TREE("memory@60000000 { device_type = \"memory\"; reg = <0x60000000 0x200000>; };", CPU,
	       GIC UART), "/memory@60000000 reg f has 0x60000000-0x601fffff, the partition"
	  " 0x60000000-0x600fffff\n" },
	{ TREE(MEM "memory@70000000 { device_type = \"memory\"; reg = <0x70000000 0x200000>; };",
	       CPU, GIC UART), "/memory@70000000 reg f has 0x70000000-0x701fffff, where the guest"
	  " has no memory\n" },
	{ TREE("", CPU, GIC UART), "/memory@60000000 - f has no such node, the partition has it at"
	  " 0x60000000-0x600fffff\n" },
	{ TREE(MEM, CPU, GIC UART_OF("\"test,uart\"", "0x2000 0x800", "5", "")),
	  "/u@2000 reg f has 0x00002000-0x000027ff, the partition 0x00002000-0x00002fff\n" },
	{ TREE(MEM, CPU, GIC UART_OF("\"test,uart\"", "0x2000 0x1000 0x5000 0x10", "5", "")),
	  "/u@2000 reg f has 0x00002000-0x00002fff 0x00005000-0x0000500f, the partition"
	  " 0x00002000-0x00002fff\n" },
	{ TREE(MEM, CPU, GIC UART_OF("\"test,uart\", \"b\"", "0x2000 0x1000", "5", "")),
	  "/u@2000 compatible f has \"test,uart\", \"b\", the partition \"test,uart\"\n" },
	{ TREE(MEM, CPU, GIC UART_OF("\"test,uart\"", "0x2000 0x1000", "6", "")),
	  "/u@2000 interrupts f has 38, the partition 37\n" },
	{ TREE(MEM, CPU, GIC "u@2000 { compatible = \"test,uart\"; reg = <0x2000 0x1000>; };"),
	  "/u@2000 interrupts f has none, the partition 37\n" },
	{ TREE(MEM, CPU, GIC UART_OF("\"test,uart\"", "0x2000 0x1000", "5",
				     "status = \"disabled\";")),
	  "/u@2000 status f has it disabled, the partition has it at 0x00002000-0x00002fff\n" },
	{ TREE(MEM, CPU, GIC UART "off@3000 { reg = <0x3000 0x1000>; };"),
	  "/off@3000 status f has 0x00003000-0x00003fff; not the guest's: nothing\n" },
	/* The host's device there: of the other guest, of the VMM, of nobody. */
	{ TREE(MEM, CPU, GIC UART "a@10000 { reg = <0x10000 0x1000>; };"
	       "b@11000 { reg = <0x11000 0x1000>; }; c@12000 { reg = <0x12000 0x1000>; };"),
	  "/a@10000 reg f has 0x00010000-0x00010fff; not the guest's: /a@10000, which belongs to"
	  " peer\n"
	  "/b@11000 reg f has 0x00011000-0x00011fff; not the guest's: /b@11000, which belongs to"
	  " the VMM\n"
	  "/c@12000 reg f has 0x00012000-0x00012fff; not the guest's: /c@12000, which belongs to"
	  " nobody\n" },
	/* Something else of the guest's is there. */
	{ TREE(MEM, CPU, GIC UART "z@2004 { reg = <0x2004 4>; };"),
	  "/z@2004 reg f has 0x00002004-0x00002007, which is /u@2000 of the partition\n" },
	{ TREE(MEM, CPU "cpu@1 { device_type = \"cpu\"; reg = <1>; };", GIC UART),
	  "/cpus/cpu@1 - f has that CPU, the partition has not\n" },
	{ TREE(MEM, "", GIC UART), "/cpus/cpu@0 - f has no such node, the partition has that CPU\n" },
	/* All of a bus; what lies below a device is a part of it. */
	{ TREE(MEM, CPU, GIC "bus { #address-cells = <1>; #size-cells = <1>; ranges; " UART " };"),
	  "/bus/u@2000 reg f has 0x00002000-0x00002fff, which is /u@2000 of the partition\n"
	  "/u@2000 - f has no such node, the partition has it at 0x00002000-0x00002fff\n" },
	{ TREE(MEM, CPU, GIC UART_OF("\"test,uart\"", "0x2000 0x1000", "5",
				     "#address-cells = <1>; #size-cells = <1>; ranges;"
				     " part@0 { reg = <0 4>; };")), "" },
};
/* clang-format on */

static char said[2048];

static void tell(void *arg, const char *path, const char *prop, const char *text)
{
	unsigned n = (unsigned)strlen(said);

	assert_ptr_equal(arg, &host);
	snprintf(said + n, sizeof(said) - n, "%s %s %s\n", path, prop ? prop : "-", text);
}

static void failed(void *arg, const struct part_finding *f)
{
	fail_msg("%s: %s: %s", f->guest->name, f->path, f->text);
}

static void differences(void **state)
{
	void *own = fdt_from_dts("%s", cases[0].tree);
	void *theirs =
		fdt_from_dts("%s",
			     TREE(MEM, CPU,
				  GIC
				  "p@9000 { compatible = \"x,y\";"
				  " reg = <0x9000 0x1000>; espalier,backing = \"passthrough\";"
				  " espalier,host-node = \"/a@10000\"; espalier,allow-dma; };"));
	struct part_guest g = {
		.name = "g",
		.file = "own",
		.fdt = own,
		.size = fdt_totalsize(own),
		.fresh = true,
	};
	struct part_guest peer = { .name = "peer",
				   .file = "theirs",
				   .fdt = theirs,
				   .size = fdt_totalsize(theirs),
				   .fresh = true };
	struct partition p = { .host = &host };

	host.fdt = fdt_from_dts("/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
				" a@10000 { compatible = \"x,y\"; reg = <0x10000 0x1000>; };"
				" b@11000 { reg = <0x11000 0x1000>; vmm; }; c@12000 { reg = "
				"<0x12000 0x1000>; }; };");
	part_add(&p, &g);
	part_add(&p, &peer);
	if (part_check(&p)) {
		p.report = failed;
		part_check(&p);
	}
	for (unsigned round = 0; round < 2; round++) { /* checked, and existing */
		for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
			void *fdt = fdt_from_dts("%s", cases[i].tree);
			struct dtb_diff d = { .p = &p,
					      .g = &g,
					      .fdt = fdt,
					      .file = "f",
					      .tell = tell,
					      .arg = &host };
			unsigned lines = 0;

			said[0] = '\0';
			dtb_diff(&d);
			if (strcmp(said, cases[i].said))
				fail_msg("%u: wanted\n%sgot\n%s", i, cases[i].said, said);
			for (const char *s = said; *s; s++)
				lines += *s == '\n';
			assert_int_equal(d.n, lines);
			free(fdt);
		}
		g.fresh = peer.fresh = false;
	}
	part_remove(&p, &g);
	part_remove(&p, &peer);
	free(own);
	free(theirs);
	free((void *)host.fdt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
