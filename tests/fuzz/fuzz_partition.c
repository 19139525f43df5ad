/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/partition/ core/lib/dt.c core/lib/dt_index.c core/lib/dt_irq.c core/lib/dt_refs.c core/lib/nearest.c
 * core/guest/traptab.c
 */
/*
 * The checker over a set of two guests: a sound one, and one made of the input as in
 * fuzz_guest_build.c, which also builds. What has no errors must be a map that can be
 * built: sorted, whole pages, no overlap, nothing of the VMM's, nothing given twice.
 * Then the input is what the sound one's kernel gets (dtb_diff.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/dt.h>
#include <espalier/partition.h>

#include "fdt_gen.h"
#include "partition/dtb_diff.h"

#define VMM_PAGE 0x10009000u

static const char host_tree[] =
	"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;\n"
	" memory@60000000 { device_type = \"memory\"; reg = <0x60000000 0x10000000>; };\n"
	" gic: gic@1e001000 { compatible = \"arm,cortex-a9-gic\"; reg = <0x1e001000 0x1000>;\n"
	"  interrupt-controller; #interrupt-cells = <3>; };\n"
	" clk: clk { #clock-cells = <0>; };\n"
	" bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x10000000 0x100000>;\n"
	"  uart@9000 { compatible = \"arm,pl011\"; reg = <0x9000 0x1000>; vmm; };\n"
	"  uart@a000 { compatible = \"arm,pl011\"; reg = <0xa000 0x1000>; interrupts = <0 6 4>;\n"
	"   clocks = <&clk>; };\n"
	"  uart@b000 { compatible = \"arm,pl011\"; reg = <0xb000 0x1000>; interrupts = <0 7 4>; "
	"};\n"
	" }; };\n";

#define GUEST(node, spi) \
	"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;\n" \
	" chosen { espalier,kernel = \"/k\"; espalier,initrd = \"/i\"; espalier,hole = " \
	"\"zero\";\n" \
	"  stdout-path = \"serial0:9600\"; bootargs = \"x\"; espalier,weight = <100>; };\n" \
	" aliases { serial0 = \"/bus/uart@500\"; };\n" \
	" memory@80000000 { device_type = \"memory\"; reg = <0x80000000 0x400000>; };\n" \
	" cpus { #address-cells = <1>; #size-cells = <0>;\n" \
	"  cpu@0 { device_type = \"cpu\"; reg = <0>; }; };\n" \
	" gic: gic@1000 { compatible = \"test,gic\"; reg = <0x1000 0x1000>;\n" \
	"  interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; };\n" \
	" clk: clk { #clock-cells = <0>; };\n" \
	" p@9000 { compatible = \"arm,pl011\"; reg = <0x9000 0x1000>; clocks = <&clk>;\n" \
	"  espalier,backing = \"passthrough\"; espalier,host-node = \"/bus/" node "\";\n" \
	"  interrupts = <0 " spi " 4>; };\n" \
	" fuse@a000 { reg = <0xa000 0x10>; espalier,backing = \"absent\"; };\n" \
	" bus: bus { #address-cells = <2>; #size-cells = <1>; ranges = <7 0 0x10000000 " \
	"0x10000>;\n" \
	"  #interrupt-cells = <1>; interrupt-map-mask = <0 0 63>;\n" \
	"  interrupt-map = <0 0 5 &gic 0 5 4>;\n" \
	"  uart@500 { compatible = \"test,uart\"; reg = <7 0x500 0x100>; clocks = <&clk>;\n" \
	"   interrupt-parent = <&bus>; interrupts = <5>; }; }; };\n"

static void *sound, *other;
static char owner_buf[128];

/* --- the host ------------------------------------------------------------------------------ */

static const char *driver(const void *fdt, int node)
{
	return fdt_getprop(fdt, node, "vmm", NULL) ? "vmm" : NULL;
}

static bool is_ram(uint32_t base, uint32_t size) { return base - 0x60000000 < 0x10000000; }

static bool cpu_online(unsigned cpu) { return cpu == 0; }

static unsigned free_ram(struct part_run *runs, unsigned max)
{
	runs[0] = (struct part_run){ 0x61000000, 0x0f000000 };
	return 1;
}

static int open_file(const char *path, uint32_t *size, void **handle)
{
	*handle = NULL;
	*size = 0x1000;
	return strlen(path) > 20 ? -ENOENT : 0;
}

static int read_file(void *handle, uint32_t off, void *buf, uint32_t n)
{
	memset(buf, 0x11, n);
	return 0;
}

static void close_file(void *handle) {}

static const char *const gics[] = { "test,gic", NULL };
static const char *const uarts[] = { "test,uart", NULL };
static const struct emul_class gic = { .name = "gic", .compatible = gics };
static const struct emul_class uart = { .name = "uart", .compatible = uarts };
static const struct emul_class *const classes[] = { &gic, &uart, NULL };
static const struct part_files files = { open_file, read_file, close_file, NULL };

static struct part_host host = {
	.driver = driver,
	.is_ram = is_ram,
	.cpu_online = cpu_online,
	.free_ram = free_ram,
	.classes = classes,
	.files = &files,
};

/* --- what holds ---------------------------------------------------------------------------- */

static void report(void *arg, const struct part_finding *f)
{
	unsigned *n = arg;
	char text[96];

	if (!f->text[0] || strlen(part_finding_text(f, text, sizeof(text))) >= sizeof(text))
		abort();
	++*n;
}

static void check_range(const struct part_guest *g, unsigned i)
{
	const struct part_range *r = &g->ranges[i];
	uint32_t last = r->base + (r->size - 1);

	if (!r->size || last < r->base ||
	    (i && g->ranges[i - 1].base + (g->ranges[i - 1].size - 1) >= r->base))
		abort();
	if (r->kind == REGION_RAM && ((r->base | r->size | r->host) & PAGE_MASK))
		abort();
	if (r->kind != REGION_PASS)
		return;
	if (((r->base | r->size | r->host) & PAGE_MASK) || is_ram(r->host, r->size) ||
	    VMM_PAGE - r->host < r->size)
		abort();
}

static void check_apart(const struct part_guest *a, const struct part_guest *b)
{
	for (unsigned i = 0; i < a->nr_ranges; i++)
		for (unsigned k = 0; k < b->nr_ranges; k++)
			if (a->ranges[i].kind == REGION_PASS && b->ranges[k].kind == REGION_PASS &&
			    a->ranges[i].host == b->ranges[k].host)
				abort();
	for (unsigned i = 0; i < a->nr_irqs; i++)
		for (unsigned k = 0; k < b->nr_irqs; k++)
			if (a->irqs[i].host && a->irqs[i].host == b->irqs[k].host)
				abort();
}

static void map_row(void *arg, const struct part_row *r)
{
	if (!r->size)
		abort();
}

/* --- input -------------------------------------------------------------------------------- */

static void *make_input(const uint8_t *data, size_t size, uint32_t *len)
{
	uint32_t n = fdt_totalsize(sound);
	uint8_t *input;

	if (!(data[0] & 1)) {
		*len = (uint32_t)size - 1;
		input = malloc(size);
		memcpy(input, data + 1, size - 1);
		return input;
	}
	input = malloc(n);
	memcpy(input, sound, n);
	for (size_t i = 1; i + 5 <= size; i += 5) {
		uint32_t off = (data[i] | (uint32_t)data[i + 1] << 8) % n;

		memcpy(input + off, data + i + 2, n - off < 3 ? n - off : 3);
	}
	*len = n;
	return input;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
static void tell(void *arg, const char *path, const char *prop, const char *text)
{
	unsigned *n = arg;

	if (path[0] != '/' || (prop && !prop[0]) || !text[0])
		abort();
	++*n;
}

static void compare(struct partition *p, struct part_guest *g, const void *fdt, uint32_t size)
{
	unsigned told = 0;
	struct dtb_diff d = {
		.p = p,
		.g = g,
		.fdt = fdt,
		.file = "/t",
		.tell = tell,
		.arg = &told,
	};
	const char *why;

	if (part_tree_error(fdt, size, &why) != RULES)
		return;
	dtb_diff(&d);
	if (told != d.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	sound = fdt_from_dts(GUEST("uart@a000", "6"));
	other = fdt_from_dts(GUEST("uart@b000", "7"));
	host.fdt = fdt_from_dts("%s", host_tree);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned reported = 0, errors;
	struct part_guest g[2] = {
		{ .name = "a", .file = "a", .fdt = other, .fresh = true },
		{ .name = "b", .file = "b", .fresh = true },
	};
	struct partition p = { .host = &host, .report = report, .arg = &reported };
	struct part_owner o;
	void *input;

	if (!size)
		return 0;
	g[0].size = fdt_totalsize(other);
	g[1].fdt = input = make_input(data, size, &g[1].size);
	part_add(&p, &g[0]);
	part_add(&p, &g[1]);
	errors = part_check(&p);
	if (g[0].errors || reported != errors + g[0].warnings + g[1].warnings)
		abort();
	g[0].fresh = g[1].fresh = false;
	if (!errors) {
		for (unsigned i = 0; i < g[1].nr_ranges; i++)
			check_range(&g[1], i);
		check_apart(&g[0], &g[1]);
		part_find(&p, 0x1000a000, &o);
		part_owner_text(&p, &o, owner_buf, sizeof(owner_buf));
		part_map(&p, map_row, NULL);
	}
	compare(&p, &g[0], input, g[1].size);
	part_remove(&p, &g[1]);
	part_remove(&p, &g[0]);
	free(input);
	return 0;
}
