/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/guest/guest.c core/guest/build.c core/guest/means.c core/guest/restart.c core/guest/autopsy.c core/guest/create.c core/partition/
 * core/guest/machine.c core/guest/pass.c core/guest/pass_irq.c core/irq.c
 * core/console/chardev.c core/guest/channel.c core/guest/ram.c core/guest/load.c
 * core/guest/dtb.c core/guest/guest_sched.c core/lib/dt.c core/lib/dt_index.c core/lib/dt_irq.c core/lib/dt_refs.c
 * core/guest/traptab.c core/lib/nearest.c core/page.c core/fs/ tests/host/fake_arch.c
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
#include <espalier/vfs.h>

#include "disk_gen.h"
#include "fake_guest.h"
#include "fdt_gen.h"

/* --- files of the disk: written to one directory, then packed ------------------------- */

static char dir[] = "/tmp/espalier-load-XXXXXX";
static struct disk disk;

static void put_file(const char *name, const void *data, size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	fclose(f);
}

static void w32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void put_flat(const char *name, size_t n)
{
	uint8_t *p = malloc(n);

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 7 + i / 251 + 1);
	put_file(name, p, n);
	free(p);
}

/* A zImage whose kernel takes `unpacked` bytes; 0: without the table of tags. */
static void put_zimage(const char *name, uint32_t size, uint32_t end, uint32_t unpacked)
{
	uint8_t *p = calloc(1, size);

	w32(p + 0x24, 0x016f2818);
	w32(p + 0x2c, end);
	w32(p + 0x30, 0x04030201);
	if (unpacked) {
		w32(p + 0x34, 0x45454545);
		w32(p + 0x38, 0x100);
		w32(p + 0x100, 3); /* a tag that is not known */
		w32(p + 0x104, 0x12345678);
		w32(p + 0x10c, 6);
		w32(p + 0x110, 0x5a534c4b);
		w32(p + 0x114, 0x200);
		w32(p + 0x118, 0x1000);
		w32(p + 0x11c, 0x208000);
		w32(p + 0x200, unpacked - 0x209000);
	}
	put_file(name, p, size);
	free(p);
}

struct seg {
	uint32_t type, off, vaddr, paddr, filesz, memsz;
};

static void put_elf(const char *name, const struct seg *s, unsigned n, uint32_t entry,
		    unsigned poke_at, uint32_t poke)
{
	uint8_t p[4096] = "\177ELF\1\1\1";

	w32(p + 16, 2 | 40 << 16);
	w32(p + 24, entry);
	w32(p + 28, 52);
	w32(p + 40, 52 | 32u << 16);
	w32(p + 44, n);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < 6; k++)
			w32(p + 52 + 32 * i + 4 * k, (&s[i].type)[k]);
	memset(p + 0x800, 0xab, 0x800);
	if (poke_at)
		w32(p + poke_at, poke);
	put_file(name, p, sizeof(p));
}

static int setup(void **state)
{
	static const struct seg good[] = {
		{ 1, 0x800, 0xc0010000, 0x80010000, 0x100, 0x2000 },
		{ 0x70000001, 0, 0, 0, 8, 8 },
		{ 1, 0x900, 0xc0020000, 0x80020000, 0x10, 0x10 },
		{ 1, 0x900, 0, 0, 0, 0 },
	};
	static const struct seg far[] = { { 1, 0x800, 0, 0x90000000, 0x10, 0x10 } };
	static const struct seg over[] = { { 1, 0x800, 0, 0x80010000, 0x10, 0x100 },
					   { 1, 0x800, 0, 0x800100f0, 0x10, 0x10 } };
	static const struct seg big[] = { { 1, 0x800, 0, 0x80010000, 0x20, 0x10 } };
	static const struct seg wrap[] = { { 1, 0x800, 0, 0xfffff000, 0x10, 0x1001 } };
	static const struct seg cut[] = { { 1, 0x800, 0, 0x80010000, 0x801, 0x801 } };
	static const struct seg cut2[] = { { 1, 0xfffffff0, 0, 0x80010000, 0x20, 0x20 } };
	uint8_t head[64] = { 0 };

	if (!mkdtemp(dir))
		return -1;
	put_flat("flat", 200000);
	put_flat("tiny", 4);
	put_flat("huge", 3 << 20);
	put_flat("initrd", 100001);
	put_file("empty", "", 0);
	put_zimage("zimage", 70000, 70000, 20 << 20);
	put_zimage("zold", 70000, 70000, 0);
	put_zimage("zbig", 70000, 70000, 40 << 20);
	put_zimage("zappended", 70000, 60000, 20 << 20);
	put_zimage("ztrunc", 70000, 70001, 20 << 20);
	put_zimage("zbad", 70000, 0, 20 << 20);
	put_elf("elf", good, 4, 0xc0010041, 0, 0);
	put_elf("elfphys", good, 4, 0x80020000, 0, 0);
	put_elf("elffar", far, 1, 0, 0, 0);
	put_elf("elfover", over, 2, 0x80010000, 0, 0);
	put_elf("elfbig", big, 1, 0, 0, 0);
	put_elf("elfwrap", wrap, 1, 0, 0, 0);
	put_elf("elfcut", cut, 1, 0, 0, 0);
	put_elf("elfcut2", cut2, 1, 0, 0, 0);
	put_elf("elfnone", good, 0, 0, 0, 0);
	put_elf("elfdyn", good, 4, 0, 16, 3 | 40 << 16);
	put_elf("elfx86", good, 4, 0, 16, 2 | 62 << 16);
	put_elf("elf64", good, 4, 0, 4, 0x00010102);
	put_elf("elfphoff", good, 4, 0, 28, 0xfffffff0);
	put_elf("elfphnum", good, 4, 0, 44, 65535);
	put_elf("elfentry", good, 1, 0x12345678, 0, 0);
	put_file("elfshort", "\177ELF\1\1\1", 7);
	memcpy(head, "\x27\x05\x19\x56", 4);
	put_file("uimage", head, 64);
	memset(head, 0, sizeof(head));
	memcpy(head + 0x38, "ARM\x64", 4);
	put_file("arm64", head, 64);
	return 0;
}

static int teardown(void **state)
{
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

/* Makes guest g of a tree with this /chosen, memory and what else there is, and kicks it. */
static int kick_with(const char *head, const char *chosen, const char *ram, const char *nodes)
{
	char cmd[128];
	void *dtb = fdt_from_dts("/dts-v1/; %s / { #address-cells = <1>; #size-cells = <1>;"
				 " espalier,hole = \"zero\"; chosen { bootargs = \"a b\"; %s };"
				 " memory@80000000 { device_type = \"memory\"; reg = %s; };"
				 " gone@7000 { reg = <0x7000 4>; espalier,backing = \"absent\"; "
				 "keep = <1>; };"
				 " cpus { #address-cells = <1>; #size-cells = <0>;"
				 " cpu@0 { device_type = \"cpu\"; reg = <0>; }; }; %s };",
				 head, chosen, ram, nodes);
	int err;

	put_file("g.dtb", dtb, fdt_totalsize(dtb));
	free(dtb);
	snprintf(cmd, sizeof(cmd), "cp %s/* .; mkdir subdir", dir);
	disk_make(&disk, cmd);
	assert_int_equal(vfs_mount(&disk.mem.block), 0);
	fake_log_clear();
	assert_int_equal(guest_create("g", "/g.dtb"), 0);
	err = guest_kick(guest_find("g"));
	assert_int_equal(guest_find("g")->state, err ? GUEST_RESET : GUEST_RUNNING);
	return err;
}

static int kick(const char *chosen, const char *ram) { return kick_with("", chosen, ram, ""); }

static void done(void)
{
	assert_int_equal(guest_destroy(guest_find("g")), 0);
	assert_int_equal(page_count(PAGE_GUEST), 0);
	assert_int_equal(fake.guests + fake.vcpus + fake.devices, 0);
	disk_free(&disk);
}

static const uint8_t *ram(uint32_t a, uint32_t n)
{
	const uint8_t *p = traptab_ram(&guest_find("g")->map, GPA(a), n);

	assert_non_null(p);
	return p;
}

static void expect_flat(uint32_t a, size_t n)
{
	const uint8_t *p = ram(a, (uint32_t)n);

	for (size_t i = 0; i < n; i++)
		if (p[i] != (uint8_t)(i * 7 + i / 251 + 1))
			fail_msg("byte %zu at 0x%x", i, (unsigned)a);
}

#define RAM_1M  "<0x80000000 0x100000>"
#define RAM_2M  "<0x80000000 0x200000>"
#define RAM_64M "<0x80000000 0x4000000>"

/* The tree as the guest has it, checked for what every guest needs. */
static const void *guest_tree(uint32_t ram_end)
{
	const void *fdt = ram(fake.r2, 64);
	uint32_t size = fdt_totalsize(fdt);
	int node, prop;

	assert_int_equal(fdt_check_full(ram(fake.r2, size), size), 0);
	assert_int_equal(fake.r2 % 4096, 0);
	assert_true(fake.r2 + size <= ram_end && fake.r2 + size + 4096 > ram_end);
	for (node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL))
		fdt_for_each_property_offset(prop, fdt, node) {
			const char *name;

			fdt_getprop_by_offset(fdt, prop, &name, NULL);
			assert_null(strstr(name, "espalier"));
		}
	node = fdt_path_offset(fdt, "/chosen");
	assert_string_equal(dt_str(fdt, node, "bootargs"), "a b");
	return fdt;
}

static void flat(void **state)
{
	const void *fdt;
	uint32_t start, end;
	int chosen;

	assert_int_equal(kick("espalier,kernel = \"/flat\"; espalier,initrd = \"/initrd\";"
			      " linux,initrd-start = <0 1>;",
			      RAM_2M),
			 0);
	assert_int_equal(fake.entry, 0x80008000);
	assert_int_equal(fake.r0, 0);
	assert_int_equal(fake.r1, 0xffffffff);
	assert_int_equal(guest_find("g")->vcpus[0].state, VCPU_READY);
	expect_flat(0x80008000, 200000);
	for (unsigned i = 0; i < 0x8000; i++)
		assert_int_equal(ram(0x80000000, 0x8000)[i], 0);
	fdt = guest_tree(0x80200000);
	chosen = fdt_path_offset(fdt, "/chosen");
	assert_int_equal(dt_addr(fdt, chosen, "linux,initrd-start", &start), 0);
	assert_int_equal(dt_addr(fdt, chosen, "linux,initrd-end", &end), 0);
	assert_int_equal(end - start, 100001);
	assert_true(end <= fake.r2 && start % 4096 == 0);
	expect_flat(start, 100001);
	assert_int_equal(fdt_path_offset(fdt, "/gone@7000") > 0, 1);
	assert_true(fake.written >= 2 * 1024 * 1024 + 300001);
	done();

	assert_int_equal(kick("espalier,kernel = \"/tiny\"; linux,initrd-start = <1>;"
			      " linux,initrd-end = <2>; espalier,kernel-address = <0x80040000>;"
			      " espalier,entry = <0x80040003>;",
			      RAM_1M),
			 0);
	expect_flat(0x80040000, 4);
	assert_int_equal(fake.entry, 0x80040003);
	fdt = guest_tree(0x80100000);
	chosen = fdt_path_offset(fdt, "/chosen");
	assert_null(fdt_getprop(fdt, chosen, "linux,initrd-start", NULL));
	assert_null(fdt_getprop(fdt, chosen, "linux,initrd-end", NULL));
	done();
}

/* The kernel gets another tree than the partition's, and what differs is told first. */
static void other_tree(void **state)
{
	const char *chosen = "espalier,kernel = \"/flat\"; espalier,initrd = \"/initrd\";"
			     " espalier,dtb = \"/o.dtb\";";
	void *dtb = fdt_from_dts(
		"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
		" memory@80000000 { device_type = \"memory\"; reg = <0x80000000 0x400000>; };"
		" new@9000 { reg = <0x9000 0x1000>; compatible = \"a,b\"; espalier,peer = \"x\"; };"
		" cpus { #address-cells = <1>; #size-cells = <0>;"
		" cpu@0 { device_type = \"cpu\"; reg = <0>; }; }; };");
	const void *fdt;
	uint32_t start;

	host_fdt = fdt_from_dts("/dts-v1/; / { };");
	put_file("o.dtb", dtb, fdt_totalsize(dtb));
	free(dtb);
	assert_int_equal(kick(chosen, RAM_2M), 0);
	assert_true(fake_logged("/g.dtb: /memory@80000000: reg: /o.dtb has 0x80000000-0x803fffff,"
				" the partition 0x80000000-0x801fffff [P075]"));
	assert_true(fake_logged("/g.dtb: /new@9000: reg: /o.dtb has 0x00009000-0x00009fff; not the"
				" guest's: nothing [P075]"));
	fdt = ram(fake.r2, 64);
	assert_int_equal(fdt_check_full(fdt, fdt_totalsize(fdt)), 0);
	assert_true(fdt_path_offset(fdt, "/new@9000") > 0);
	assert_null(fdt_getprop(fdt, fdt_path_offset(fdt, "/new@9000"), "espalier,peer", NULL));
	assert_int_equal(fdt_path_offset(fdt, "/gone@7000"), -FDT_ERR_NOTFOUND);
	assert_int_equal(dt_addr(fdt, fdt_path_offset(fdt, "/chosen"), "linux,initrd-start",
				 &start),
			 0);
	expect_flat(start, 100001);
	done();
	free((void *)host_fdt);
	host_fdt = NULL;
}

static void zimage(void **state)
{
	static const struct {
		const char *chosen, *ram;
		uint32_t entry;
	} cases[] = {
		{ "espalier,kernel = \"/zimage\";", RAM_64M, 0x82000000 },
		{ "espalier,kernel = \"/zappended\";", RAM_64M, 0x82000000 },
		{ "espalier,kernel = \"/zold\";", RAM_64M, 0x82000000 },
		{ "espalier,kernel = \"/zbig\";", RAM_64M, 0x82800000 },
		{ "espalier,kernel = \"/zimage\";", "<0x80000000 0x1800000>", 0x80010000 },
		{ "espalier,kernel = \"/zold\";", RAM_2M, 0x80010000 },
		{ "espalier,kernel = \"/zimage\"; espalier,kernel-address = <0x80100000>;", RAM_64M,
		  0x80100000 },
		/* a second range, below which nothing is put */
		{ "espalier,kernel = \"/zimage\";", "<0x90000000 0x1000 0x80000000 0x4000000>",
		  0x82000000 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		if (kick(cases[i].chosen, cases[i].ram))
			fail_msg("%u: %s", i, fake_log);
		assert_int_equal(fake.entry, cases[i].entry);
		assert_int_equal(ram(fake.entry + 0x24, 4)[3], 0x01);
		assert_true(fake.r2 > fake.entry + 70000);
		done();
	}
	/* DTB and initrd stay in what every kernel sees as low memory. */
	assert_int_equal(kick("espalier,kernel = \"/zimage\";", "<0x80000000 0x8000000>"), 0);
	guest_tree(0x88000000);
	done();
}

static void elf(void **state)
{
	assert_int_equal(kick("espalier,kernel = \"/elf\";", RAM_1M), 0);
	assert_int_equal(fake.entry, 0x80010041);
	assert_int_equal(ram(0x80010000, 0x100)[0xff], 0xab);
	assert_int_equal(ram(0x80010100, 1)[0], 0);
	assert_int_equal(ram(0x80020000, 16)[15], 0xab);
	done();
	assert_int_equal(kick("espalier,kernel = \"/elfphys\";", RAM_1M), 0);
	assert_int_equal(fake.entry, 0x80020000);
	done();
}

/* clang-format off */
static const struct { const char *chosen, *ram; int err; const char *text; } bads[] = {
	{ "espalier,kernel = \"/none\";", RAM_1M, -ENOENT,
	  "g: espalier,kernel: /none: no such file or directory" },
	{ "espalier,kernel = \"/subdir\";", RAM_1M, -EINVAL, "/subdir: not a file" },
	{ "espalier,kernel = \"/empty\";", RAM_1M, -EINVAL, "/empty: is empty" },
	{ "espalier,kernel = \"/flat\"; espalier,initrd = \"/none\";", RAM_1M, -ENOENT,
	  "g: espalier,initrd: /none: no such file" },
	{ "espalier,kernel = \"/flat\"; espalier,initrd = \"/empty\";", RAM_1M, -EINVAL,
	  "espalier,initrd: /empty: is empty" },
	{ "espalier,kernel = \"/huge\";", RAM_1M, -ENOSPC,
	  "g: kernel (3145728 bytes) at 0x80008000 does not lie in RAM 0x80000000-0x800fffff" },
	{ "espalier,kernel = \"/flat\"; espalier,initrd = \"/huge\";", RAM_1M, -ENOSPC,
	  "g: initrd /huge (3145728 bytes) does not fit: RAM from 0x80000000 has 1044480 bytes" },
	{ "espalier,kernel = \"/huge\";", "<0x80000000 0x308000>", -ENOSPC,
	  "g: kernel (3145728 bytes) at 0x80008000 overlaps the DTB at 0x80307000" },
	{ "espalier,kernel = \"/flat\"; espalier,initrd = \"/initrd\";", "<0x80000000 0x40000>",
	  -ENOSPC, "overlaps the initrd at" },
	{ "espalier,kernel = \"/tiny\"; espalier,initrd = \"/flat\";", "<0x80000000 0x1000>",
	  -ENOSPC, "initrd /flat (200000 bytes) does not fit" },
	{ "espalier,kernel = \"/flat\"; espalier,kernel-address = <0x1000>;", RAM_1M, -ENOSPC,
	  "kernel (200000 bytes) at 0x00001000 does not lie in RAM" },
	{ "espalier,kernel = \"/flat\"; espalier,entry = <0x1000>;", RAM_1M, -EINVAL,
	  "kernel /flat: its entry 0x00001000 does not lie in RAM" },
	{ "espalier,kernel = \"/zimage\";", "<0x80000000 0x1500000>", -ENOSPC,
	  "g: kernel /zimage (70000 bytes) needs 21572 KiB at 0x80000000 to unpack" },
	{ "espalier,kernel = \"/ztrunc\";", RAM_64M, -ENOEXEC, "/ztrunc is a truncated zImage" },
	{ "espalier,kernel = \"/zbad\";", RAM_64M, -ENOEXEC, "damaged header" },
	{ "espalier,kernel = \"/elf\"; espalier,kernel-address = <0x80000000>;", RAM_1M, -EINVAL,
	  "espalier,kernel-address: kernel /elf is an ELF file" },
	{ "espalier,kernel = \"/elffar\";", RAM_1M, -ENOSPC,
	  "g: kernel segment (16 bytes) at 0x90000000 does not lie in RAM" },
	{ "espalier,kernel = \"/elfover\";", RAM_1M, -ENOSPC,
	  "kernel segment (16 bytes) at 0x800100f0 overlaps the kernel segment at 0x80010000" },
	{ "espalier,kernel = \"/elfbig\";", RAM_1M, -ENOEXEC, "damaged segment" },
	{ "espalier,kernel = \"/elfwrap\";", RAM_1M, -ENOEXEC, "damaged segment" },
	{ "espalier,kernel = \"/elfcut\";", RAM_1M, -ENOEXEC, "/elfcut is a truncated ELF file" },
	{ "espalier,kernel = \"/elfcut2\";", RAM_1M, -ENOEXEC, "truncated ELF file" },
	{ "espalier,kernel = \"/elfshort\";", RAM_1M, -ENOEXEC, "truncated ELF file" },
	{ "espalier,kernel = \"/elfnone\";", RAM_1M, -ENOEXEC, "nothing to load" },
	{ "espalier,kernel = \"/elfdyn\";", RAM_1M, -ENOEXEC, "not an executable" },
	{ "espalier,kernel = \"/elfx86\";", RAM_1M, -ENOEXEC, "not for 32-bit little-endian ARM" },
	{ "espalier,kernel = \"/elf64\";", RAM_1M, -ENOEXEC, "not for 32-bit little-endian ARM" },
	{ "espalier,kernel = \"/elfphoff\";", RAM_1M, -ENOEXEC, "truncated" },
	{ "espalier,kernel = \"/elfphnum\";", RAM_1M, -ENOEXEC, "damaged header" },
	{ "espalier,kernel = \"/elfentry\";", RAM_1M, -EINVAL, "entry 0x12345678" },
	{ "espalier,kernel = \"/uimage\";", RAM_1M, -ENOEXEC, "U-Boot image" },
	{ "espalier,kernel = \"/arm64\";", RAM_1M, -ENOEXEC, "64-bit ARM" },
	{ "espalier,kernel = \"/g.dtb\";", RAM_1M, -ENOEXEC, "device tree" },
	{ "espalier,kernel = \"/flat\"; espalier,dtb = \"/none\";", RAM_1M, -ENOENT,
	  "g: espalier,dtb: /none: no such file" },
	{ "espalier,kernel = \"/flat\"; espalier,dtb = \"/tiny\";", RAM_1M, -EINVAL,
	  "g: espalier,dtb: /tiny: not a device tree: FDT_ERR_TRUNCATED" },
};
/* clang-format on */

/* --- reserved memory ------------------------------------------------------------------ */

#define RESERVED(nodes) \
	"reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; " nodes " };"
#define AT(at, size) "r@" at " { no-map; reg = <0x" at " " size ">; };"
#define FLAT         "espalier,kernel = \"/flat\"; espalier,initrd = \"/initrd\";"
#define ZIMAGE       "espalier,kernel = \"/zimage\";" /* 70000 bytes and 1 MiB, unpacks to 20 MiB */

/* Where things go around what is reserved; or what is in the way. */
static const struct {
	const char *head, *chosen, *ram, *nodes;
	uint32_t entry, initrd, dtb; /* whole pages; 0: as it comes */
	const char *text;
} around[] = {
	{ "", FLAT, RAM_2M, "", 0x80008000, 0x801e6000, 0x801ff000, NULL },
	{ "", FLAT, RAM_2M, RESERVED(AT("801f0000", "0x10000")), 0x80008000, 0x801d6000, 0x801ef000,
	  NULL },
	{ "/memreserve/ 0x801f0000 0x10000;", FLAT, RAM_2M, "", 0x80008000, 0x801d6000, 0x801ef000,
	  NULL },
	/* The DTB behind it, the initrd before it; bytes, not pages. */
	{ "", FLAT, RAM_2M, RESERVED(AT("801f0001", "0x1")), 0x80008000, 0x801d7000, 0x801ff000,
	  NULL },
	/* Two that leave a gap for the DTB alone, and one that only /memreserve/ has. */
	{ "/memreserve/ 0x80100000 0x1000;", FLAT, RAM_2M,
	  RESERVED(AT("801ff000", "0x1000") AT("801f0000", "0xe000")), 0x80008000, 0x801d7000,
	  0x801fe000, NULL },
	{ "", FLAT, RAM_2M, RESERVED(AT("80010000", "0x10")), 0, 0, 0,
	  "kernel (200000 bytes) at 0x80008000 overlaps the reserved memory"
	  " /reserved-memory/r@80010000 at 0x80010000-0x8001000f" },
	{ "/memreserve/ 0x80038d3f 1;", FLAT, RAM_2M, "", 0, 0, 0,
	  "kernel (200000 bytes) at 0x80008000 overlaps the /memreserve/ at" },
	{ "/memreserve/ 0x80038d40 1;", FLAT, RAM_2M, "", 0x80008000, 0, 0, NULL },
	{ "/memreserve/ 0x80018000 0x200000;", FLAT, RAM_2M, "", 0, 0, 0,
	  "initrd /initrd (100001"
	  " bytes) does not fit: RAM from 0x80000000 has 94208 bytes left, not all in one piece" },
	{ "/memreserve/ 0x80000000 0x200000;", FLAT, RAM_2M, "", 0, 0, 0, "DTB" },
	{ "", "espalier,kernel = \"/elf\";", RAM_2M, RESERVED(AT("80011fff", "1")), 0, 0, 0,
	  "kernel segment (8192 bytes) at 0x80010000 overlaps the reserved memory" },
	/* A zImage goes above, else below, what lies at 32 MiB; not into what it unpacks to. */
	{ "", ZIMAGE, RAM_64M, RESERVED(AT("82000000", "0x100000")), 0x82100000, 0, 0, NULL },
	{ "", ZIMAGE, RAM_64M, RESERVED(AT("82200000", "0x100000")), 0x82000000, 0, 0, NULL },
	{ "", ZIMAGE, RAM_64M, RESERVED(AT("82110000", "0x1000")), 0x82200000, 0, 0, NULL },
	{ "", ZIMAGE, RAM_64M, RESERVED(AT("82000000", "0x1f80000")), 0x80010000, 0, 0, NULL },
	{ "", ZIMAGE, RAM_64M, RESERVED(AT("81400000", "0x2b80000")), 0, 0, 0,
	  "needs 21572 KiB at 0x80000000 to unpack" },
	{ "", ZIMAGE, RAM_64M, RESERVED(AT("81000000", "0x1000")), 0, 0, 0,
	  "the kernel, unpacked,"
	  " (20955136 bytes) at 0x80004000 overlaps the reserved memory "
	  "/reserved-memory/r@81000000" },
	{ "/memreserve/ 0x80000000 0x1000;", ZIMAGE, RAM_64M, "", 0x82000000, 0, 0, NULL },
	{ "", ZIMAGE, RAM_64M, RESERVED(AT("81480000", "0x10000") AT("82000000", "0x1f80000")),
	  0x81500000, 0, 0, NULL },
	/* Where RAM is small it moves itself. */
	{ "", ZIMAGE, "<0x80000000 0x1800000>", RESERVED(AT("81410000", "0x100000")), 0x81600000, 0,
	  0, NULL },
	{ "", ZIMAGE, "<0x80000000 0x1600000>", RESERVED(AT("81480000", "0x1000")), 0, 0, 0,
	  "to unpack, 22524 KiB are free, not all in one piece" },
};

static void reserved(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(around); i++) {
		int err =
			kick_with(around[i].head, around[i].chosen, around[i].ram, around[i].nodes);
		uint32_t start = 0;

		if (around[i].text ? err != -ENOSPC || !fake_logged(around[i].text) : err)
			fail_msg("%u: %d, wanted \"%s\" in:\n%s", i, err, around[i].text, fake_log);
		if (!err) {
			const void *fdt = ram(fake.r2, 64);

			dt_addr(fdt, fdt_path_offset(fdt, "/chosen"), "linux,initrd-start", &start);
			if (fake.entry != around[i].entry ||
			    (around[i].dtb && around[i].dtb != fake.r2) ||
			    (around[i].initrd && around[i].initrd != start))
				fail_msg("%u: entry %x, initrd %x, dtb %x", i, (unsigned)fake.entry,
					 (unsigned)start, (unsigned)fake.r2);
		}
		done();
	}
}

/* What the tree of espalier,dtb reserves counts, as does what the guest's own does. */
static void reserved_by_other(void **state)
{
	void *dtb = fdt_from_dts(
		"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
		" memory@80000000 { device_type = \"memory\"; reg = <0x80000000 0x200000>; "
		"};" RESERVED(AT("801f0000", "0x10000")) " cpus { #address-cells = <1>;"
							 " #size-cells = <0>; cpu@0 { device_type "
							 "= \"cpu\"; reg = <0>; }; }; };");

	host_fdt = fdt_from_dts("/dts-v1/; / { };");
	put_file("o.dtb", dtb, fdt_totalsize(dtb));
	free(dtb);
	assert_int_equal(kick_with("", FLAT "espalier,dtb = \"/o.dtb\";", RAM_2M,
				   RESERVED(AT("801e0000", "0x10000"))),
			 0);
	assert_int_equal(fake.r2, 0x801df000);
	done();
	free((void *)host_fdt);
	host_fdt = NULL;
}

static void bad(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(bads); i++) {
		int err = kick(bads[i].chosen, bads[i].ram);

		if (err != bads[i].err || !fake_logged(bads[i].text))
			fail_msg("%u: %d, wanted %d \"%s\" in:\n%s", i, err, bads[i].err,
				 bads[i].text, fake_log);
		done();
	}
}

/* --- life --------------------------------------------------------------------------- */

static void life(void **state)
{
	struct guest *g;
	uint8_t *p;
	uint32_t word = 0x11223344, back = 0;

	assert_int_equal(kick("espalier,kernel = \"/flat\";", RAM_1M), 0);
	g = guest_find("g");
	assert_int_equal(guest_kick(g), -EBUSY);
	assert_true(fake_logged("g is running"));
	assert_int_equal(guest_resume(g), -EBUSY);
	assert_int_equal(guest_pause(g), 0);
	assert_int_equal(g->vcpus[0].state, VCPU_PAUSED);
	assert_int_equal(guest_pause(g), -EBUSY);
	assert_int_equal(guest_resume(g), 0);
	assert_int_equal(g->vcpus[0].state, VCPU_READY);
	assert_int_equal(guest_halt(g), 0);
	assert_string_equal(g->halt_reason, "by command");
	assert_int_equal(g->vcpus[0].state, VCPU_HALTED);
	assert_int_equal(guest_halt(g), -EBUSY);
	fake_log_clear();
	assert_int_equal(guest_kick(g), -EBUSY);
	assert_true(fake_logged("g is halted: it has to be reset first"));

	/* RAM is as new after a reset. */
	p = (uint8_t *)ram(0x80000000, 0x100000);
	memset(p, 0x5a, 0x100000);
	assert_int_equal(guest_reset(g), 0);
	assert_int_equal(g->state, GUEST_RESET);
	assert_null(g->halt_reason);
	assert_int_equal(guest_kick(g), 0);
	expect_flat(0x80008000, 200000);
	assert_int_equal(p[0] | p[0x7fff] | p[0x8000 + 200000] | p[0xfefff], 0);

	assert_int_equal(guest_write(g, GPA(0x800ffffc), &word, 4), 0);
	assert_int_equal(guest_read(g, GPA(0x800ffffc), &back, 4), 0);
	assert_int_equal(back, word);
	assert_int_equal(guest_write(g, GPA(0x800ffffd), &word, 4), -EFAULT);
	assert_int_equal(guest_read(g, GPA(0x7ffffffe), &back, 4), -EFAULT);
	assert_int_equal(guest_read(g, GPA(0xfffffffe), &back, 4), -EFAULT);
	assert_int_equal(guest_write(g, GPA(0x7000), &word, 4), -EFAULT);
	done();
}

static void requests(void **state)
{
	struct guest *g;
	unsigned wakes;

	assert_int_equal(kick("espalier,kernel = \"/flat\";", RAM_1M), 0);
	g = guest_find("g");
	wakes = fake.host_wakes;
	fake_log_clear();
	guest_request_halt(g, "it powered itself off");
	assert_int_equal(fake.host_wakes, wakes + 1);
	assert_int_equal(g->state, GUEST_HALTED);
	assert_int_equal(g->vcpus[0].state, VCPU_HALTED);
	assert_string_equal(g->halt_reason, "it powered itself off");
	guest_request_reset(g, "late"); /* ignored */
	assert_int_equal(fake.host_wakes, wakes + 1);
	guest_run_requests();
	assert_string_equal(fake_log, "guest g halted: it powered itself off\n");
	guest_run_requests();
	assert_string_equal(fake_log, "guest g halted: it powered itself off\n");

	assert_int_equal(guest_reset(g), 0);
	guest_request_reset(g, "early"); /* it does not run */
	assert_int_equal(guest_kick(g), 0);
	assert_int_equal(guest_pause(g), 0);
	((uint8_t *)ram(0x80000000, 1))[0] = 1;
	fake_log_clear();
	guest_request_reset(g, "it rebooted");
	guest_run_requests();
	assert_string_equal(fake_log, "guest g starts again: it rebooted\n");
	assert_int_equal(g->state, GUEST_RUNNING);
	assert_int_equal(g->vcpus[0].state, VCPU_READY);
	assert_int_equal(ram(0x80000000, 1)[0], 0);

	/* Whoever killed it has said so. */
	wakes = fake.host_wakes;
	fake_log_clear();
	guest_killed(g, "it did harm");
	assert_int_equal(fake.host_wakes, wakes + 1);
	assert_int_equal(g->state, GUEST_HALTED);
	assert_string_equal(g->halt_reason, "it did harm");
	guest_run_requests();
	assert_string_equal(fake_log, "");
	g->vcpus[0].run_ns = 1;
	assert_int_equal(guest_reset(g), 0);
	assert_int_equal(g->vcpus[0].run_ns, 0);
	assert_int_equal(guest_kick(g), 0);

	/* A request that was not carried out is forgotten by a reset. */
	guest_request_reset(g, "again");
	assert_int_equal(guest_reset(g), 0);
	guest_run_requests();
	assert_int_equal(g->state, GUEST_RESET);
	done();
}

static char told[2048];
static void tell(const char *line) { strcat(strcat(told, line), "\n"); }

static void autopsy(void **state)
{
	struct guest *g;

	assert_int_equal(kick("espalier,kernel = \"/flat\"; espalier,restart = \"on-failure\";",
			      RAM_1M),
			 0);
	g = guest_find("g");
	guest_autopsy(g, tell);
	assert_string_equal(told, "");
	fake.now += 2500 * NS_PER_MS;
	guest_killed(g, "it did harm");
	guest_run_requests(); /* it runs again, and what is known stays */
	assert_int_equal(g->state, GUEST_RUNNING);
	guest_autopsy(g, tell);
	assert_non_null(strstr(told, "end:      fault: it did harm\n"));
	assert_non_null(strstr(told, " 2.500 s after its start\n"));
	assert_non_null(strstr(told, "policy:   on-failure; now running\n"));
	assert_non_null(
		strstr(told, "pc        0xc0001234, at 0x80001234 in its /memory@80000000"));
	assert_non_null(strstr(told, "DFAR      0x00000010, which its tables do not map\n"));
	assert_non_null(strstr(told, "exit -1   data abort, then 0xc0001230\n"));
	assert_int_equal(guest_halt(g), 0);
	assert_string_equal(g->autopsy.why, "by command");
	assert_int_equal(guest_reset(g), 0);
	assert_int_equal(guest_kick(g), 0);
	assert_null(g->autopsy.why);
	done();
}

/* It reboots as soon as it runs. */
static void restarts(void **state)
{
	struct guest *g;

	assert_int_equal(kick("espalier,kernel = \"/flat\"; espalier,restart = \"always\";"
			      " espalier,restart-limit = <3>;",
			      RAM_1M),
			 0);
	g = guest_find("g");
	guest_request_halt(g, "it powered itself off");
	guest_run_requests();
	assert_int_equal(g->state, GUEST_RUNNING); /* the first time at once */
	assert_ptr_equal(fake.worked_for, &g->vcpus[0]);
	assert_null(fake.work_for);

	fake_log_clear();
	guest_killed(g, "it did harm");
	guest_run_requests();
	assert_string_equal(fake_log, "guest g ended: it did harm; it starts again in 0.1 s\n");
	assert_int_equal(g->state, GUEST_HALTED);
	assert_int_equal(fake.timer->deadline, fake.now + RESTART_PAUSE_NS);
	guest_run_requests();
	assert_int_equal(g->state, GUEST_HALTED);
	fake.timer->fn(fake.timer);
	guest_run_requests();
	assert_int_equal(g->state, GUEST_RUNNING);
	assert_null(fake.timer);

	/* A command ends the waiting. */
	guest_ended(g, END_WATCHDOG, "its watchdog expired");
	guest_run_requests();
	assert_non_null(fake.timer);
	assert_int_equal(guest_halt(g), 0);
	assert_null(fake.timer);
	guest_run_requests();
	assert_int_equal(g->state, GUEST_HALTED);
	assert_int_equal(guest_halt(g), -EBUSY);
	assert_int_equal(guest_reset(g), 0);
	assert_int_equal(guest_kick(g), 0);
	assert_int_equal(g->restart.in_row, 0);

	/* Three times in a row, and no more; but one that ran for long begins anew. */
	for (unsigned n = 0; n < 3; n++) {
		guest_request_reset(g, "it rebooted");
		guest_run_requests();
		if (fake.timer)
			fake.timer->fn(fake.timer);
		guest_run_requests();
		assert_int_equal(g->state, GUEST_RUNNING);
	}
	fake.now += RESTART_SETTLED_NS;
	guest_request_reset(g, "it rebooted");
	guest_run_requests();
	assert_int_equal(g->state, GUEST_RUNNING);
	g->restart.in_row = 3;
	fake_log_clear();
	guest_request_reset(g, "it rebooted");
	guest_run_requests();
	assert_string_equal(fake_log,
			    "guest g halted: it rebooted; it has started again 3 times\n");
	assert_int_equal(g->state, GUEST_HALTED);
	assert_null(fake.timer);
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flat),     cmocka_unit_test(zimage),
		cmocka_unit_test(elf),      cmocka_unit_test(other_tree),
		cmocka_unit_test(reserved), cmocka_unit_test(reserved_by_other),
		cmocka_unit_test(bad),      cmocka_unit_test(life),
		cmocka_unit_test(requests), cmocka_unit_test(restarts),
		cmocka_unit_test(autopsy),
	};

	fake_host_ram();
	return cmocka_run_group_tests(tests, setup, teardown);
}
