/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The partition checker: for every rule at least one tree that breaks it, and sound
 * ones that break none.
 */
/* sources: core/partition/ core/lib/dt.c core/lib/dt_index.c core/lib/dt_irq.c core/lib/dt_refs.c core/lib/nearest.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/dt.h>
#include <espalier/partition.h>

#include "fdt_gen.h"

/* --- the host ---------------------------------------------------------------------------- */

static const char host_tree[] =
	"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;\n"
	" memory@60000000 { device_type = \"memory\"; reg = <0x60000000 0x10000000>; };\n"
	" cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { reg = <0>; };\n"
	"  cpu@1 { reg = <1>; }; };\n"
	" gic: gic@1e001000 { compatible = \"arm,cortex-a9-gic\"; reg = <0x1e001000 0x1000>;\n"
	"  interrupt-controller; #interrupt-cells = <3>; };\n"
	" l2@1e00a000 { compatible = \"arm,pl310-cache\"; reg = <0x1e00a000 0x1000>; };\n"
	" clk: clk { #clock-cells = <0>; clock-frequency = <24>; };\n"
	" bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x10000000 0x100000>;\n"
	"  uart@9000 { compatible = \"arm,pl011\"; reg = <0x9000 0x1000>; interrupts = <0 5 4>;\n"
	"   vmm; };\n"
	"  uart@a000 { compatible = \"arm,pl011\"; reg = <0xa000 0x1000>; interrupts = <0 6 4>;\n"
	"   clocks = <&clk>; };\n"
	"  uart@b000 { compatible = \"arm,pl011\"; reg = <0xb000 0x1000>; interrupts = <0 6 4>; "
	"};\n"
	"  rtc@c000 { compatible = \"arm,pl031\"; reg = <0xc000 0x1000>; interrupts = <1 6 4>; };\n"
	"  small@d000 { compatible = \"arm,pl031\"; reg = <0xd000 0x100>; };\n"
	"  alone@10000 { compatible = \"arm,pl031\"; reg = <0x10000 0x80>; };\n"
	"  next@d100 { compatible = \"arm,pl031\"; reg = <0xd100 0x100>; };\n"
	"  shut@e000 { compatible = \"arm,pl031\"; reg = <0xe000 0x1000>; interrupts = <0 5 4>; "
	"};\n"
	"  off@f000 { compatible = \"arm,pl031\"; reg = <0xf000 0x1000>; status = \"disabled\"; "
	"};\n"
	"  clcd@20000 { compatible = \"arm,pl111\"; reg = <0x20000 0x1000>; }; };\n"
	" inram@60001000 { compatible = \"arm,pl031\"; reg = <0x60001000 0x1000>; }; };\n";

static const char *driver(const void *fdt, int node)
{
	return fdt_getprop(fdt, node, "vmm", NULL) ? "pl011" : NULL;
}

static const char *irq_owner(unsigned intid)
{
	return intid == 37 ? "the VMM: /bus/uart@9000" : NULL;
}

static bool is_ram(uint32_t base, uint32_t size) { return base - 0x60000000 < 0x10000000; }

static bool cpu_online(unsigned cpu) { return cpu == 0; }

static unsigned free_ram(struct part_run *runs, unsigned max)
{
	assert_true(max >= 2);
	runs[0] = (struct part_run){ 0x61000000, 0x00800000 };
	runs[1] = (struct part_run){ 0x62000000, 0x01000000 };
	return 2;
}

static const char *const gics[] = { "test,gic", NULL };
static const char *const uarts[] = { "test,uart", NULL };
static const char *const lines[] = { "arm,pl011", NULL };
static const struct emul_class gic = { .name = "gic", .compatible = gics };
static const struct emul_class uart = { .name = "uart", .compatible = uarts };
static const struct emul_class line = { .name = "line", .compatible = lines, .line = true };
static const struct emul_class *const classes[] = { &gic, &uart, &line, NULL };

/* --- files: /k is flat, /elf broken, /big larger than the RAM, /tree a tree; /none is not -- */

static void *tree; /* of /tree */

static int open_file(const char *path, uint32_t *size, void **handle)
{
	*handle = NULL;
	if (!strcmp(path, "/none"))
		return -ENOENT;
	*size = !strcmp(path, "/big")  ? 0x2000000 :
		!strcmp(path, "/tree") ? fdt_totalsize(tree) :
					 0x1000;
	*handle = (void *)path;
	return 0;
}

static int read_file(void *handle, uint32_t off, void *buf, uint32_t n)
{
	memset(buf, 0x11, n);
	if (!strcmp(handle, "/tree"))
		memcpy(buf, (char *)tree + off, n);
	if (!strcmp(handle, "/elf") && !off)
		memcpy(buf,
		       "\x7f"
		       "ELF\x02",
		       MIN(n, 5u));
	return 0;
}

static void close_file(void *handle) {}

static const struct part_files files = { open_file, read_file, close_file, NULL };

static struct part_host host = {
	.driver = driver,
	.irq_owner = irq_owner,
	.is_ram = is_ram,
	.cpu_online = cpu_online,
	.free_ram = free_ram,
	.classes = classes,
	.files = &files,
};

/* --- guests ------------------------------------------------------------------------------ */

#define KERNEL "espalier,kernel = \"/k\";"
#define RAM    "<0x80000000 0x100000>"
#define CPU0   "cpu@0 { device_type = \"cpu\"; reg = <0>; };"

struct parts {
	const char *chosen, *ram, *cpus, *nodes;
};

/* clang-format off */
#define SOUND { KERNEL, RAM, CPU0, "" }
#define NODES(s) { KERNEL, RAM, CPU0, s }
#define CHOSEN(s) { KERNEL s, RAM, CPU0, "" }
#define UART(at, more) "u@" at " { compatible = \"test,uart\"; reg = <0x" at " 4>; " more "};"
#define PASS(host_node, compat, size, more) "p@9000 { compatible = \"" compat "\";" \
	" reg = <0x9000 " size ">; espalier,backing = \"passthrough\";" \
	" espalier,host-node = \"" host_node "\"; " more " };"
#define PASS_A "p@a000 { compatible = \"arm,pl011\"; reg = <0xa000 0x1000>; clocks = <&c>;" \
	" espalier,backing = \"passthrough\"; espalier,host-node = \"/bus/uart@a000\";" \
	" interrupts = <0 9 4>; }; c: c { #clock-cells = <0>; };"

#define RESERVED(props, nodes) "reserved-memory { #address-cells = <1>; #size-cells = <1>;" \
	props nodes " };"
#define AT(at, size, more) "r@" at " { reg = <0x" at " " size ">; " more " };"

/* A rule broken by the guests, and what the finding says of it. */
static const struct bad {
	unsigned code;
	struct parts a, b; /* b.chosen NULL: one guest only */
	const char *names[2];
	const char *text;
} bads[] = {
	{ 3, SOUND, { 0 }, { "a/b" }, "guest name" },
	{ 4, SOUND, SOUND, { "g", "g" }, "guest g is in the list twice" },
	{ 10, CHOSEN("espalier,kernal = \"/k\";"), { 0 }, { 0 },
	  "/chosen: espalier,kernal: unknown property; did you mean espalier,kernel?" },
	{ 10, NODES(UART("9000", "espalier,bakcing = \"absent\";")), { 0 }, { 0 },
	  "did you mean espalier,backing?" },
	{ 11, NODES(UART("9000", "espalier,kernel = \"/k\";")), { 0 }, { 0 }, "is for /chosen" },
	{ 12, NODES(UART("9000", "espalier,backing = \"passthru\";")), { 0 }, { 0 },
	  "unknown value \"passthru\"" },
	{ 12, NODES(UART("9000", "espalier,backing = \"emulatde\";")), { 0 }, { 0 },
	  "did you mean \"emulated\"?" },
	{ 12, CHOSEN("espalier,affinity = <1>;"), { 0 }, { 0 }, "CPU 1 does not run guests" },
	{ 12, CHOSEN("espalier,affinity = <7>;"), { 0 }, { 0 }, "does not exist on this host" },
	{ 13, { "", RAM, CPU0, "" }, { 0 }, { 0 }, "no espalier,kernel" },
	{ 14, NODES(UART("9000", "espalier,allow-dma;")), { 0 }, { 0 },
	  "espalier,allow-dma: only with" },
	{ 14, NODES("x { espalier,backing = \"absent\"; };"), { 0 }, { 0 }, "no reg with" },
	{ 20, { KERNEL, RAM "; status = \"disabled\"", CPU0, "" }, { 0 }, { 0 }, "no memory" },
	{ 21, { KERNEL, "<0x80000000>", CPU0, "" }, { 0 }, { 0 }, "reg: malformed" },
	{ 22, { KERNEL, "<0x80000800 0x1000>", CPU0, "" }, { 0 }, { 0 }, "not whole pages" },
	{ 23,
	  NODES(UART("80000010", "") UART("80000020", "")),
	  { 0 },
	  { 0 },
	  "/memory@80000000: reg: the memory at 0x80000000-0x800fffff lies over 2 ranges of devices, "
	  "first of all of /u@80000010" },
	{ 23,
	  NODES(UART("80000010", "")),
	  { 0 },
	  { 0 },
	  "/u@80000010: reg: 0x80000010-0x80000013 overlaps 0x80000000-0x800fffff of /memory" },
	{ 23,
	  NODES(UART("9000", "") UART("9002", "")),
	  { 0 },
	  { 0 },
	  "0x00009002-0x00009005 overlaps 0x00009000-0x00009003 of /u@9000" },
	{ 15, NODES(UART("9000", "status = \"enabled\";")), { 0 }, { 0 },
	  "/u@9000: status: \"enabled\" is no status: the node is left out" },
	{ 15, NODES(UART("9000", "status = \"disable\";")), { 0 }, { 0 },
	  "did you mean \"disabled\"?" },
	{ 15, NODES("x { status = <1>; };"), { 0 }, { 0 }, "/x: status:" },
	{ 11, { KERNEL, RAM "; espalier,backing = \"passthrough\"", CPU0, "" }, { 0 }, { 0 },
	  "/memory@80000000: espalier,backing: is for nodes of devices only" },
	{ 11, NODES("reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;"
		    " r@80010000 { reg = <0x80010000 4>; espalier,allow-dma; }; };"), { 0 }, { 0 },
	  "espalier,allow-dma: is for nodes of devices only" },
	{ 11, { KERNEL, RAM, "cpu@0 { device_type = \"cpu\"; reg = <0>; espalier,host-node = \"/x\"; };",
		"" }, { 0 }, { 0 }, "/cpus/cpu@0: espalier,host-node: is for nodes" },
	{ 21, NODES("bus { #address-cells = <1>; #size-cells = <1>; ranges = <0x7c000000 0x7c000000"
		    " 0x1000>; otp { compatible = \"a,b\"; reg = <0 192>; }; };"), { 0 }, { 0 },
	  "/bus/otp: reg: malformed, or not covered by the ranges of its bus /bus [P021]" },
	{ 34, NODES(UART("9000", "interrupt-parent = <&i>; interrupts = <1 2 3>;")
		    "i: i { #interrupt-cells = <3>; interrupt-parent = <&i>; };"), { 0 }, { 0 },
	  "entry 0: /i, its interrupt-parent, has no property interrupt-controller" },
	{ 34, NODES(UART("9000", "interrupt-parent = <&i>; interrupts = <1 2>;")
		    "i: i { #interrupt-cells = <2>; interrupt-controller; };"), { 0 }, { 0 },
	  "entry 0: /i has #interrupt-cells = <2>, the GIC's are <3>" },
	{ 34, NODES(UART("9000", "interrupts = <2 3 4>;")), { 0 }, { 0 },
	  "<2 3> is neither an SPI (0, up to 987) nor a PPI" },
	{ 34, NODES(UART("9000", "interrupts-extended = <0x77 1 2 3>;")), { 0 }, { 0 },
	  "entry 0: no interrupt-parent leads" },
	{ 34, NODES(UART("9000", "interrupts = <0 1>;")), { 0 }, { 0 },
	  "entry 0: malformed: not whole cells as /gic@1000 counts them" },
	{ 37, NODES("bus { #address-cells = <1>; #size-cells = <1>; ranges; uart@a000 { compatible ="
		    " \"arm,pl011\"; reg = <0xa000 0x1000>; }; };"), { 0 }, { 0 },
	  "/bus/uart@a000: espalier,backing: emulated, as nothing is said; the host's own" },
	/* Each fits, but not both. */
	{ 24, { KERNEL, "<0x80000000 0xc00000>", CPU0, "" },
	  { KERNEL, "<0x80000000 0xc00000>", CPU0, "" }, { 0 }, "no 12288 KiB in one piece" },
	/* Its memory fits, but then there is no room for its tables. */
	{ 24, { KERNEL, "<0x80000000 0x1000000>, <0x82000000 0x600000>", CPU0, "" }, { 0 }, { 0 },
	  "KiB in one piece for what the VMM needs to run it (2048 KiB free, 2048 KiB of them" },
	{ 25, { KERNEL, RAM, "", "" }, { 0 }, { 0 }, "no CPU" },
	{ 26, { KERNEL, RAM, CPU0 "cpu@1 { device_type = \"cpu\"; reg = <1>; };", "" }, { 0 },
	  { 0 }, "2 CPUs" },
	{ 27, NODES(RESERVED("ranges;", "a { };")), { 0 }, { 0 }, "/reserved-memory/a: neither reg nor" },
	{ 27, NODES(RESERVED("ranges;", "a { size = <0 1>; };")), { 0 }, { 0 }, "a size of 1 cells" },
	{ 27, NODES(RESERVED("ranges;", "a { reg = <1 2 3>; };")), { 0 }, { 0 }, "a: reg: malformed" },
	{ 27, NODES(RESERVED("ranges;", AT("80010000", "0", ""))), { 0 }, { 0 }, "size 0 reserves nothing" },
	{ 27, NODES(RESERVED("ranges;", AT("80010000", "0x1000", "no-map; reusable;"))), { 0 }, { 0 },
	  "reusable: excludes no-map" },
	{ 27, NODES(RESERVED("", "")), { 0 }, { 0 },
	  "/reserved-memory: no ranges: Linux ignores all" },
	{ 27, NODES("reserved-memory { #address-cells = <1>; #size-cells = <2>; ranges; };"), { 0 }, { 0 }, "#size-cells is not" },
	{ 28, NODES(RESERVED("ranges;", AT("90000000", "0x1000", ""))), { 0 }, { 0 },
	  "/reserved-memory/r@90000000: reserves 0x90000000-0x90000fff, which is not all" },
	{ 28, NODES(RESERVED("ranges;", AT("800ff000", "0x2000", ""))), { 0 }, { 0 }, "-0x80100fff, which" },
	{ 28, NODES(RESERVED("ranges;", AT("ffffffff", "1", ""))), { 0 }, { 0 }, "0xffffffff-0xffffffff" },
	{ 29, NODES(RESERVED("ranges;", AT("80010000", "0x2000", "no-map;") AT("80011fff", "1", ""))),
	  { 0 }, { 0 }, "/reserved-memory/r@80011fff: reg: 0x80011fff-0x80011fff overlaps"
	  " 0x80010000-0x80011fff of /reserved-memory/r@80010000" },
	{ 30, NODES("x@9000 { compatible = \"a,b\"; reg = <0x9000 4>; };"), { 0 }, { 0 },
	  "compatible with \"a,b\"" },
	{ 31, NODES("x@9000 { compatible = \"a,b\"; reg = <0x9000 4>;"
		    " espalier,backing = \"emulated\"; };"), { 0 }, { 0 }, "\"emulated\": no" },
	{ 32, NODES(UART("9000", "interrupts = <0 1 4 0 2 4 0 3 4 0 4 4 0 5 4>;")), { 0 }, { 0 },
	  "interrupts: more than 4" },
	{ 33, NODES("x@9000 { compatible = \"test,gic\"; reg = <0x9000 4>; };"), { 0 }, { 0 },
	  "second interrupt controller, after /gic@1000" },
	{ 34, NODES(UART("9000", "interrupts = <0 1>;")), { 0 }, { 0 }, "interrupts: entry 0" },
	{ 35, NODES(UART("9000", "interrupts = <0 1 4>;") UART("a000", "interrupts = <0 1 4>;")),
	  { 0 }, { 0 }, "/u@a000: interrupts: INTID 33 is of /u@9000 already" },
	{ 36, NODES("ethernet@9000 { compatible = \"smsc,lan9118\"; reg = <0x9000 0x1000>; };"),
	  { 0 }, { 0 }, "a network device (\"smsc,lan9118\") without a switch" },
	{ 40, NODES(PASS("/bus/none@0", "arm,pl031", "0x1000", "")), { 0 }, { 0 },
	  "espalier,host-node: the host has no node /bus/none@0" },
	{ 41, NODES(PASS("/bus/off@f000", "arm,pl031", "0x1000", "")), { 0 }, { 0 },
	  "/bus/off@f000 is disabled" },
	{ 42, NODES(PASS("/bus/uart@a000", "arm,pl031", "0x1000", "")), { 0 }, { 0 },
	  "\"arm,pl031\" is not as in the host's tree: \"arm,pl011\"" },
	{ 43, NODES(PASS("/bus/uart@a000", "arm,pl011", "0x2000", "")), { 0 }, { 0 },
	  "entry 0 is not as in the host's tree: size 0x2000, there 0x1000" },
	{ 44, NODES(PASS("/bus/rtc@c000", "arm,pl031", "0x1000", "interrupts = <0 9 4>;")), { 0 },
	  { 0 }, "only SPIs" },
	{ 44, NODES(PASS("/bus/uart@a000", "arm,pl011", "0x1000", "interrupts = <0 9 4 0 8 4>;")),
	  { 0 }, { 0 }, "entry 1: the host's device has none" },
	{ 45, NODES(PASS("/bus/small@d000", "arm,pl031", "0x100", "")), { 0 }, { 0 },
	  "shares a page with /bus/next@d100" },
	{ 46, NODES(PASS("/inram@60001000", "arm,pl031", "0x1000", "")), { 0 }, { 0 },
	  "the host's 0x60001000 is RAM" },
	{ 47, NODES(PASS("/bus/uart@9000", "arm,pl011", "0x1000", "")), { 0 }, { 0 },
	  "a device of the VMM (driver pl011)" },
	{ 47, NODES(PASS("/gic@1e001000", "arm,cortex-a9-gic", "0x1000", "")), { 0 }, { 0 },
	  "a part of the processor" },
	{ 47, NODES(PASS("/l2@1e00a000", "arm,pl310-cache", "0x1000", "espalier,allow-dma;")),
	  { 0 }, { 0 }, "a part of the processor" },
	{ 48, NODES(PASS("/bus/clcd@20000", "arm,pl111", "0x1000", "")), { 0 }, { 0 },
	  "without an IOMMU it could read and write all memory" },
	{ 49, NODES(PASS("/bus/clcd@20000", "arm,pl111", "0x1000", "espalier,allow-dma;")), { 0 },
	  { 0 }, "can reach all memory of the host" },
	{ 57, NODES(PASS("/bus/alone@10000", "arm,pl031", "0x80", "")), { 0 }, { 0 },
	  "the host's 0x10010000 + 0x80 does not fill its pages" },
	{ 50, NODES(PASS_A), NODES(PASS_A), { 0 }, "0x1000a000 belongs to g0: /p@a000" },
	{ 51, NODES(PASS_A), NODES(PASS_A), { 0 }, "INTID 38 belongs to g0: /p@a000" },
	/* Two devices of the host with one interrupt. */
	{ 51, NODES(PASS_A), NODES(PASS("/bus/uart@b000", "arm,pl011", "0x1000",
					"interrupts = <0 9 4>;")), { 0 },
	  "INTID 38 belongs to g0: /p@a000" },
	{ 51, NODES(PASS("/bus/shut@e000", "arm,pl031", "0x1000", "interrupts = <0 9 4>;")), { 0 },
	  { 0 }, "INTID 37 belongs to the VMM: /bus/uart@9000" },
	{ 60, NODES(UART("9000", "clocks = <0x77>;")), { 0 }, { 0 },
	  "/u@9000: clocks: no node has the phandle 0x77" },
	{ 60, NODES(UART("9000", "memory-region = <0x77>;")), { 0 }, { 0 }, "phandle 0x77" },
	{ 61, NODES(UART("9000", "clocks = <&c>;") "c: c { #clock-cells = <0>;"
		    " status = \"disabled\"; };"), { 0 }, { 0 }, "/c is disabled" },
	{ 61, NODES(UART("9000", "vcc-supply = <&r>;") "r: r@a000 { reg = <0xa000 4>;"
		    " espalier,backing = \"absent\"; };"), { 0 }, { 0 }, "/r@a000 is absent" },
	{ 61, NODES(UART("9000", "reset-gpios = <&r 3 4>;") "r: r { #gpio-cells = <2>;"
		    " status = \"fail\"; };"), { 0 }, { 0 }, "reset-gpios: /r is disabled" },
	{ 61, NODES(UART("9000", "resets = <&r>;") "r: r { #reset-cells = <0>;"
		    " status = \"fail\"; };"), { 0 }, { 0 }, "resets: /r is disabled" },
	{ 61, NODES(UART("9000", "interrupt-parent = <&i>; interrupts = <0 3 4>;")
		    "i: i@a000 { reg = <0xa000 4>; interrupt-controller; #interrupt-cells = <3>;"
		    " espalier,backing = \"absent\"; };"), { 0 }, { 0 }, "/i@a000 is absent" },
	{ 62, CHOSEN("stdout-path = \"/no\";"), { 0 }, { 0 }, "\"/no\" there is no such node" },
	{ 62, { KERNEL "stdout-path = \"/u@9000\";", RAM, CPU0,
		UART("9000", "status = \"disabled\";") }, { 0 }, { 0 }, "is disabled" },
	{ 63, NODES("aliases { serial0 = \"/no\"; };"), { 0 }, { 0 },
	  "/aliases: serial0: there is no node /no" },
	{ 64, CHOSEN("bootargs = <1>;"), { 0 }, { 0 }, "bootargs: not one string" },
	{ 65, NODES(PASS("/bus/uart@a000", "arm,pl011", "0x1000", "")), { 0 }, { 0 },
	  "clocks: missing here" },
	{ 70, { "espalier,kernel = \"/none\";", RAM, CPU0, "" }, { 0 }, { 0 },
	  "espalier,kernel: /none: no such file" },
	{ 71, { "espalier,kernel = \"/elf\";", RAM, CPU0, "" }, { 0 }, { 0 }, "/elf" },
	{ 72, { "espalier,kernel = \"/big\";", RAM, CPU0, "" }, { 0 }, { 0 },
	  "does not lie in RAM" },
	{ 72, CHOSEN("espalier,initrd = \"/big\";"), { 0 }, { 0 }, "does not fit" },
	{ 73, CHOSEN("espalier,kernel-address = <0x800ff000>;"), { 0 }, { 0 }, "overlaps the DTB" },
	{ 74, CHOSEN("espalier,entry = <0x1000>;"), { 0 }, { 0 }, "its entry 0x00001000" },
	{ 1, CHOSEN("espalier,dtb = \"/k\";"), { 0 }, { 0 },
	  "espalier,dtb: /k: not a device tree: FDT_ERR_BADMAGIC" },
	{ 1, CHOSEN("espalier,dtb = \"/big\";"), { 0 }, { 0 }, "larger than 512 KiB" },
	{ 70, CHOSEN("espalier,dtb = \"/none\";"), { 0 }, { 0 }, "/none: no such file" },
	{ 75, CHOSEN("espalier,dtb = \"/tree\";"), { 0 }, { 0 },
	  "f: /bus/uart@a000: reg: /tree has 0x1000a000-0x1000afff; not the guest's:"
	  " /bus/uart@a000, which belongs to nobody [P075]" },
	{ 75, CHOSEN("espalier,dtb = \"/tree\";"), NODES(PASS_A), { 0 },
	  "/bus/uart@a000, which belongs to g1 [P075]" },
};
/* clang-format on */

static void *make_tree(const struct parts *t)
{
	return fdt_from_dts("/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
			    " interrupt-parent = <&gic>;\n"
			    "chosen { %s };\n"
			    "memory@80000000 { device_type = \"memory\"; reg = %s; };\n"
			    "cpus { #address-cells = <1>; #size-cells = <0>; %s };\n"
			    "gic: gic@1000 { compatible = \"test,gic\"; reg = <0x1000 0x1000>;\n"
			    " interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; "
			    "};\n"
			    "%s };",
			    t->chosen, t->ram, t->cpus, t->nodes);
}

/* --- checking ------------------------------------------------------------------------------ */

static char said[8192];
static bool seen[128]; /* by code, over all tests */

static void report(void *arg, const struct part_finding *f)
{
	unsigned n = strlen(said);
	char text[300];

	assert_true(f->rule->code < ARRAY_SIZE(seen));
	assert_non_null(f->text);
	seen[f->rule->code] = true;
	snprintf(said + n, sizeof(said) - n, "%s\n", part_finding_text(f, text, sizeof(text)));
}

struct checked {
	struct part_guest g[2];
	struct partition p;
	unsigned errors, warnings;
};

static void check(struct checked *c, void **fdts, unsigned n, const char *const *names)
{
	static const char *const usual[] = { "g0", "g1" };

	memset(c, 0, sizeof(*c));
	c->p = (struct partition){ .host = &host, .report = report };
	said[0] = '\0';
	for (unsigned i = 0; i < n; i++) {
		c->g[i] = (struct part_guest){
			.name = names && names[i] ? names[i] : usual[i],
			.file = "f",
			.fdt = fdts[i],
			.size = fdt_totalsize(fdts[i]),
			.fresh = true,
		};
		part_add(&c->p, &c->g[i]);
	}
	c->errors = part_check(&c->p);
	for (unsigned i = 0; i < n; i++)
		c->warnings += c->g[i].warnings;
}

static void forget(struct checked *c, void **fdts, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		part_remove(&c->p, &c->g[i]);
		free(fdts[i]);
	}
	assert_null(c->p.guests);
}

static const struct part_rule *rule_of(unsigned code)
{
	for (unsigned i = 0; i < nr_part_rules; i++)
		if (part_rules[i].code == code)
			return &part_rules[i];
	return NULL;
}

static void broken(void **state)
{
	tree = fdt_from_dts("%s", host_tree);
	for (unsigned i = 0; i < ARRAY_SIZE(bads); i++) {
		const struct bad *b = &bads[i];
		const struct part_rule *r = rule_of(b->code);
		unsigned n = b->b.chosen ? 2 : 1;
		void *fdts[2] = { make_tree(&b->a), n == 2 ? make_tree(&b->b) : NULL };
		struct checked c;
		char code[16];

		assert_non_null(r);
		snprintf(code, sizeof(code), "[P%03u]", b->code);
		check(&c, fdts, n, b->names);
		if (!strstr(said, code) || !strstr(said, b->text) ||
		    (r->severity == PART_ERROR ? !c.errors || !c.p.err : !c.warnings || c.errors))
			fail_msg("%u: wanted P%03u \"%s\", %u errors, in:\n%s", i, b->code, b->text,
				 c.errors, said);
		forget(&c, fdts, n);
	}
	free(tree);
}

/* What dtc does not make: raw trees. */
static void malformed(void **state)
{
	void *fdt = make_tree(&(struct parts)NODES("x { }; y { };"));
	struct checked c;
	char *name;
	void *two;

	two = make_tree(&(struct parts)NODES(""));
	memset(two, 0, 4);
	assert_int_equal(fdt_check_header(two), -FDT_ERR_BADMAGIC);
	memset(&c, 0, sizeof(c));
	c.p = (struct partition){ .host = &host, .report = report };
	said[0] = '\0';
	c.g[0] = (struct part_guest){
		.name = "g", .file = "f", .fdt = two, .size = 64, .fresh = true
	};
	part_add(&c.p, &c.g[0]);
	assert_int_equal(part_check(&c.p), 1);
	assert_non_null(strstr(said, "f: not a device tree: FDT_ERR_BADMAGIC [P001]"));
	part_remove(&c.p, &c.g[0]);
	free(two);

	name = (char *)fdt_get_name(fdt, fdt_path_offset(fdt, "/y"), NULL);
	name[0] = 'x';
	check(&c, &fdt, 1, NULL);
	assert_non_null(strstr(said, "/x: a second node of this name beside it [P005]"));
	forget(&c, &fdt, 1);

	fdt = make_tree(&(struct parts)NODES("x { phandle = <0x50>; }; y { phandle = <0x51>; };"));
	fdt_setprop_inplace_u32(fdt, fdt_path_offset(fdt, "/y"), "phandle", 0x50);
	check(&c, &fdt, 1, NULL);
	assert_non_null(strstr(said, "/y: phandle: 0x50 is the phandle of /x too [P006]"));
	forget(&c, &fdt, 1);
}

static void deep(void **state)
{
	static char many[16500 * 12 + 64];
	char nodes[400] = "";
	struct checked c;
	unsigned n = 0;
	void *fdt;

	for (unsigned i = 0; i < 40; i++)
		strcat(nodes, "n {");
	for (unsigned i = 0; i < 40; i++)
		strcat(nodes, "};");
	fdt = make_tree(&(struct parts)NODES(nodes));
	check(&c, &fdt, 1, NULL);
	assert_non_null(strstr(said, "nested deeper than 32 [P002]"));
	forget(&c, &fdt, 1);
	/* In groups: dtc takes no 10000 nodes side by side. */
	for (unsigned i = 0; i < 16500; i++) {
		if (i % 5500 == 0)
			n += (unsigned)sprintf(many + n, "p%u {", i);
		n += (unsigned)sprintf(many + n, "n%u {};%s", i, i % 5500 == 5499 ? "};" : "");
	}
	fdt = make_tree(&(struct parts)NODES(many));
	check(&c, &fdt, 1, NULL);
	assert_non_null(strstr(said, "more than 16384 nodes [P002]"));
	forget(&c, &fdt, 1);
}

/* Two guests that share the machine, and what the model says of them. */
static void sound(void **state)
{
	static const struct parts a = NODES(PASS_A UART("9000", "interrupts = <0 1 4>;"));
	static const struct parts b = NODES(PASS("/bus/rtc@c000", "arm,pl031", "0x1000", ""));
	void *fdts[] = { make_tree(&a), make_tree(&b) };
	struct checked c;

	check(&c, fdts, 2, NULL);
	assert_string_equal(said, "");
	assert_int_equal(c.errors, 0);
	assert_int_equal(c.g[0].nr_ranges, 4);
	assert_int_equal(c.g[0].nr_devs, 2);
	assert_int_equal(c.g[0].nr_irqs, 2);
	assert_int_equal(c.g[0].cpus, 1);
	assert_string_equal(c.g[0].devs[c.g[0].gic].path, "/gic@1000");
	assert_int_equal(c.g[0].ranges[2].kind, REGION_PASS);
	assert_int_equal(c.g[0].ranges[2].host, 0x1000a000);
	assert_string_equal(c.g[0].ranges[2].path, "/p@a000");
	/* RAM from the top, one guest after the other. */
	assert_int_equal(c.g[0].ranges[3].host, 0x62f00000);
	assert_int_equal(c.g[1].ranges[2].host, 0x62e00000);
	forget(&c, fdts, 2);
}

/* An emulated UART is no mistake if that was said, or if the host's own is not free. */
static void not_forgotten(void **state)
{
	static const char uart[] =
		"bus { #address-cells = <1>; #size-cells = <1>; ranges; uart@%s {"
		" compatible = \"arm,pl011\"; reg = <0x%s 0x1000>; %s }; };";
	static const char *const cases[][2] = { { "a000", "espalier,backing = \"emulated\";" },
						{ "9000", "" },
						{ "a100", "" } };
	struct checked c;

	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		char nodes[256];
		void *fdt;

		snprintf(nodes, sizeof(nodes), uart, cases[i][0], cases[i][0], cases[i][1]);
		fdt = make_tree(&(struct parts)NODES(nodes));
		check(&c, &fdt, 1, NULL);
		assert_string_equal(said, "");
		forget(&c, &fdt, 1);
	}
}

/* Reservations in order, adjacent ones, one that spans two banks, what is off, and who may twice. */
static void reserved(void **state)
{
	static const struct parts a = {
		KERNEL, "<0x80000000 0x100000 0x80100000 0x100000>", CPU0,
		RESERVED("ranges;",
			 AT("80010000", "0x1000", "no-map;") AT("80011000", "0x1000",
								"") AT("800f0000", "0x20000", "")
				 AT("80010800", "4",
				    "status = \"disabled\";") "auto { size = <0x100000>; };")
	};
	void *fdt = make_tree(&a), *big = malloc(fdt_totalsize(fdt) + 256);
	struct checked c;

	assert_int_equal(fdt_open_into(fdt, big, (int)fdt_totalsize(fdt) + 256), 0);
	free(fdt);
	assert_int_equal(fdt_add_mem_rsv(big, 0x80011000, 0x1000), 0);
	check(&c, &big, 1, NULL);
	assert_string_equal(said, "");
	assert_int_equal(c.g[0].nr_reserved, 4);
	assert_string_equal(c.g[0].reserved[0].path, "/memreserve/");
	assert_int_equal(c.g[0].reserved[0].base, 0x80011000);
	assert_string_equal(c.g[0].reserved[1].path, "/reserved-memory/r@80010000");
	assert_true(c.g[0].reserved[1].no_map && !c.g[0].reserved[2].no_map);
	assert_int_equal(c.g[0].reserved[3].size, 0x20000);
	part_remove(&c.p, &c.g[0]);

	/* /memreserve/ has 64 bits. */
	assert_int_equal(fdt_add_mem_rsv(big, UINT64_C(0x100000000), 0x1000), 0);
	assert_int_equal(fdt_add_mem_rsv(big, 0xfffff000, UINT64_C(0x8000000000000000)), 0);
	assert_int_equal(fdt_add_mem_rsv(big, 0, UINT64_MAX), 0);
	check(&c, &big, 1, NULL);
	assert_non_null(strstr(said, "f: /memreserve/: lies above 4 GiB [P027]"));
	assert_non_null(strstr(said, "f: /memreserve/: reserves 0xfffff000-0xffffffff, which"));
	assert_non_null(strstr(said, "f: /memreserve/: reserves 0x00000000-0xfffffffe, which"));
	forget(&c, &big, 1);
}

/* A guest that exists is spared: it is not reported again, and keeps what it has. */
static void existing(void **state)
{
	static const struct parts a = NODES(PASS_A);
	void *fdts[] = { make_tree(&a), make_tree(&a) };
	struct checked c;

	check(&c, fdts, 1, NULL);
	assert_int_equal(c.errors, 0);
	c.g[0].fresh = false;
	c.g[1] = (struct part_guest){ .name = "g0",
				      .file = "f",
				      .fdt = fdts[1],
				      .size = fdt_totalsize(fdts[1]),
				      .fresh = true };
	part_add(&c.p, &c.g[1]);
	assert_int_equal(part_check(&c.p), 3);
	assert_int_equal(c.g[0].errors, 0);
	assert_int_equal(c.p.err, -EEXIST);
	assert_non_null(strstr(said, "guest g0 exists already [P004]"));
	assert_non_null(strstr(said, "[P050]"));
	forget(&c, fdts, 2);
}

/* At most so many are reported, but all are counted. */
static void limited(void **state)
{
	static const struct parts a = { "", "<1>", "", "x@9000 { reg = <0x9000 4>; };" };
	void *fdt = make_tree(&a);
	struct part_guest g = { .name = "g", .file = "f", .fdt = fdt, .fresh = true };
	struct partition p = { .host = &host, .report = report, .max = 2 };

	g.size = fdt_totalsize(fdt);
	said[0] = '\0';
	part_add(&p, &g);
	assert_int_equal(part_check(&p), 4);
	assert_ptr_equal(strchr(strchr(said, '\n') + 1, '\n')[1], '\0');
	part_remove(&p, &g);
	free(fdt);
}

/* The code is at the end of the text, however long that is. */
static void cut_texts(void **state)
{
	const struct part_guest g = { .file = "file" };
	const struct part_finding f = { .rule = rule_of(12),
					.guest = &g,
					.path = "/node",
					.prop = "prop",
					.text = "what is wrong" };
	char buf[64];

	assert_string_equal(part_finding_text(&f, buf, sizeof(buf)),
			    "file: /node: prop: what is wrong [P012]");
	assert_string_equal(part_finding_text(&f, buf, 20), "file: /node: [P012]");
	assert_string_equal(part_finding_text(&f, buf, 4), "fil");
}

/* Codes are in order and unique; each was reported by a test, here or in its own file. */
static void all_rules(void **state)
{
	for (unsigned i = 0; i < nr_part_rules; i++) {
		unsigned code = part_rules[i].code;

		if (i)
			assert_true(code > part_rules[i - 1].code);
		assert_true(part_rules[i].title[0] && part_rules[i].hint[0]);
		if (code >= 52 && code <= 56)
			continue; /* test_partition_peers.c */
		if (!seen[code])
			fail_msg("nothing breaks P%03u", code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broken),        cmocka_unit_test(malformed),
		cmocka_unit_test(deep),          cmocka_unit_test(sound),
		cmocka_unit_test(existing),      cmocka_unit_test(limited),
		cmocka_unit_test(cut_texts),     cmocka_unit_test(reserved),
		cmocka_unit_test(not_forgotten), cmocka_unit_test(all_rules),
	};
	int failed;

	host.fdt = fdt_from_dts("%s", host_tree);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free((void *)host.fdt);
	return failed;
}
