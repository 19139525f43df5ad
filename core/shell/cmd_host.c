/* SPDX-License-Identifier: Apache-2.0 */
/* host: the machine underneath */
#include <errno.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/arch.h>
#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/heap.h>
#include <espalier/irq.h>
#include <espalier/page.h>
#include <espalier/timer.h>
#include <espalier/vcon.h>
#include <espalier/version.h>

#include "shell_int.h"

/* The linker's. */
extern char image_start[], text_end[], rodata_end[], load_end[];
extern char bss_start[], bss_end[], image_end[];

static unsigned page_kib(enum page_owner o) { return page_count(o) * (PAGE_SIZE >> 10); }

static unsigned total_kib(void)
{
	unsigned kib = 0;

	for (unsigned o = 0; o < PAGE_OWNERS; o++)
		kib += page_kib(o);
	return kib;
}

/* --- info ------------------------------------------------------------------------------- */

static void print_compatible(void)
{
	int len;
	const char *c = fdt_getprop(host_fdt, 0, "compatible", &len);

	shell_printf("compatible:  ");
	if (!c || len <= 0 || c[len - 1])
		shell_printf("unknown");
	else
		for (int i = 0; i < len; i += strlen(c + i) + 1)
			shell_printf("%s%s", i ? " " : "", c + i);
	shell_printf("\n");
}

static void print_initrd(void)
{
	uint32_t size;
	hpa_t base;
	int rc = initrd_find(host_fdt, &base, &size);

	if (rc)
		shell_printf("disk image:  none\n");
	else
		shell_printf("disk image:  %u KiB at 0x%08x\n", (unsigned)(size >> 10),
			     (unsigned)base.v);
}

/* Main ID register (ARM ARM B4.1.105); of ARM's parts we run on one kind. */
static void print_midr(uint32_t midr)
{
	bool a9 = BITS(midr, 31, 24) == 0x41 && BITS(midr, 15, 4) == 0xc09;

	shell_printf("%s r%up%u (MIDR 0x%08x)", a9 ? "Cortex-A9" : "unknown",
		     (unsigned)BITS(midr, 23, 20), (unsigned)BITS(midr, 3, 0), (unsigned)midr);
}

static int host_info(int argc, char **argv)
{
	const char *model = dt_str(host_fdt, 0, "model");
	char time[SECONDS_MAX];

	shell_printf("VMM:         Espalier %s\n", espalier_version);
	shell_printf("board:       %s\n", model ? model : "unknown");
	print_compatible();
	shell_printf("CPU %u:       ", arch_cpu_id());
	print_midr(arch_cpu_midr());
	shell_printf("\nRAM:         %u MiB, %u MiB free\n", total_kib() >> 10,
		     page_kib(PAGE_FREE) >> 10);
	print_initrd();
	if (console_chardev())
		shell_printf("console:     %s\n", console_chardev()->path);
	shell_printf("up for:      %s s\n", shell_seconds(timer_now(), time));
	return 0;
}

/* --- irq ---------------------------------------------------------------------------------- */

static int host_irq(int argc, char **argv)
{
	unsigned n = irqchip ? irqchip->nr_intids() : 0;
	const char *name;
	uint64_t count;

	shell_printf("%5s %12s  %s\n", "INTID", "COUNT", "NAME");
	for (unsigned i = 0; i < n; i++)
		if (irq_info(i, &name, &count))
			shell_printf("%5u %12llu  %s\n", i, (unsigned long long)count, name);
	return 0;
}

/* --- ram ---------------------------------------------------------------------------------- */

static void ram_row(const char *what, unsigned kib) { shell_printf("%-34s %8u KiB\n", what, kib); }

/* Bytes between two of the linker's symbols, in KiB rounded up. */
static unsigned kib_between(const char *from, const char *to)
{
	return ((uintptr_t)to - (uintptr_t)from + 1023) >> 10;
}

static void image_rows(void)
{
	ram_row("image: code", kib_between(image_start, text_end));
	ram_row("image: constants", kib_between(text_end, rodata_end));
	ram_row("image: data", kib_between(rodata_end, load_end));
	ram_row("image: code, constants and data", kib_between(image_start, load_end));
	ram_row("zeroed data", kib_between(bss_start, bss_end));
	ram_row("stacks and heap", kib_between(bss_end, image_end));
}

/* What was set aside for a guest when it was created, in KiB by kind. */
static void guest_row(struct guest *g, void *arg)
{
	const struct means_plan *m = &g->means.plan;

	shell_printf("%-16s", g->name);
	for (unsigned k = 0; k < MEANS_KINDS; k++)
		shell_printf(" %8u", (unsigned)(m->bytes[k] >> 10));
	shell_printf(" %8u\n", (unsigned)(m->size >> 10));
}

static void guest_rows(void)
{
	shell_printf("%-16s", "GUEST, in KiB");
	for (unsigned k = 0; k < MEANS_KINDS; k++)
		shell_printf(" %8s", means_name[k]);
	shell_printf(" %8s\n", "ALL");
	guest_for_each(guest_row, NULL);
}

static int host_ram(int argc, char **argv)
{
	static const char *const owners[] = {
		[PAGE_FREE] = "pages: free",
		[PAGE_VMM] = "pages: the VMM and reserved",
		[PAGE_MEANS] = "pages: what guests need beside RAM",
		[PAGE_GUEST] = "pages: RAM of guests",
		[PAGE_INITRD] = "pages: disk image and device tree",
	};

	image_rows();
	shell_printf("%-34s %8u bytes\n", "heap: in use", (unsigned)heap_in_use());
	for (unsigned o = 0; o < PAGE_OWNERS; o++)
		ram_row(owners[o], page_kib(o));
	ram_row("pages: all", total_kib());
	ram_row("used beside the guests' own RAM",
		page_kib(PAGE_VMM) + page_kib(PAGE_MEANS) + page_kib(PAGE_INITRD));
	ram_row("... without the disk image", page_kib(PAGE_VMM) + page_kib(PAGE_MEANS));
	guest_rows();
	return 0;
}

/* --- cpu ---------------------------------------------------------------------------------- */

static void add_run_ns(struct guest *g, void *arg)
{
	uint64_t *ns = arg;

	for (unsigned i = 0; i < g->nr_vcpus; i++)
		*ns += g->vcpus[i].run_ns;
}

static void cpu_row(int node)
{
	uint32_t id;

	if (dt_u32(host_fdt, node, "reg", 0, &id))
		return;
	shell_printf("CPU %u: ", (unsigned)id & 0xff);
	if ((id & 0xff) == arch_cpu_id()) {
		print_midr(arch_cpu_midr());
		shell_printf(", in use\n");
	} else {
		shell_printf("not in use\n");
	}
}

static int host_cpu(int argc, char **argv)
{
	int cpus = fdt_path_offset(host_fdt, "/cpus"), node;
	char time[SECONDS_MAX];
	uint64_t ns = 0;

	if (cpus >= 0)
		fdt_for_each_subnode(node, host_fdt, cpus)
			cpu_row(node);
	guest_for_each(add_run_ns, &ns);
	shell_printf("guests ran for %s s ", shell_seconds(ns, time));
	shell_printf("of %s s\n", shell_seconds(timer_now(), time));
	return 0;
}

/* clang-format off */
static const struct shell_sub subs[] = {
	{ "info", "", "board, CPU, RAM, time since boot", 0, 0, { ARG_NONE }, host_info },
	{ "irq", "", "list physical interrupts in use and their counts", 0, 0, { ARG_NONE },
	  host_irq },
	{ "ram", "", "who uses how much of the RAM", 0, 0, { ARG_NONE }, host_ram },
	{ "cpu", "", "list the CPUs", 0, 0, { ARG_NONE }, host_cpu },
};
/* clang-format on */
SHELL_CMD(host, "host", "the machine underneath", subs);
