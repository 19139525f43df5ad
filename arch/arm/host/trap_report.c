/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about an exception that the VMM itself took. */
#include <stdio.h>

#include <arch/cp15.h>
#include <arch/frame.h>
#include <arch/stacks.h>
#include <espalier/arch.h>
#include <espalier/log.h>

#include "trap_report.h"

/* Fault status, short descriptors (ARM ARM table B3-23): FS[4], FS[3:0]. */
static const char *const fault_names[32] = {
	[0x01] = "alignment fault",
	[0x02] = "debug event",
	[0x04] = "instruction cache maintenance fault",
	[0x05] = "translation fault (section)",
	[0x07] = "translation fault (page)",
	[0x08] = "external abort",
	[0x09] = "domain fault (section)",
	[0x0b] = "domain fault (page)",
	[0x0c] = "external abort on a walk (first level)",
	[0x0d] = "permission fault (section)",
	[0x0e] = "external abort on a walk (second level)",
	[0x0f] = "permission fault (page)",
	[0x16] = "asynchronous external abort",
};

static const char *const mode_names[32] = {
	[0x10] = "USR", [0x11] = "FIQ", [0x12] = "IRQ", [0x13] = "SVC",
	[0x16] = "MON", [0x17] = "ABT", [0x1b] = "UND", [0x1f] = "SYS",
};

static const char *fault_name(uint32_t fsr)
{
	const char *n = fault_names[(fsr & 0xf) | ((fsr >> 6) & 0x10)];

	return n ? n : "unknown fault";
}

/* True if a lies in the unmapped page below one of the stacks. */
static bool in_guard(uint32_t a)
{
	uint32_t off = a - ptr_hpa(host_stacks).v;

	if (off >= CPU_STACKS_SIZE * CONFIG_MAX_CPUS)
		return false;
	off %= CPU_STACKS_SIZE;
	return off < STACK_PAGE || off - HOST_STACK_TOP < STACK_PAGE ||
	       off - MONITOR_STACK_TOP < STACK_PAGE;
}

void arch_print_frame(const struct arch_frame *f)
{
	const char *mode = mode_names[f->cpsr & 0x1f];

	for (unsigned i = 0; i < 12; i += 4)
		panic_printf("r%-2u %08lx  r%-2u %08lx  r%-2u %08lx  r%-2u %08lx\n", i,
			     (unsigned long)f->r[i], i + 1, (unsigned long)f->r[i + 1], i + 2,
			     (unsigned long)f->r[i + 2], i + 3, (unsigned long)f->r[i + 3]);
	panic_printf("r12 %08lx  sp  %08lx  lr  %08lx  pc  %08lx\n", (unsigned long)f->r[12],
		     (unsigned long)f->sp, (unsigned long)f->lr, (unsigned long)f->pc);
	panic_printf("cpsr %08lx (%s, %s)  cpu %u\n", (unsigned long)f->cpsr, mode ? mode : "?",
		     f->cpsr & 0x20 ? "Thumb" : "ARM", arch_cpu_id());
}

__noreturn void trap_report(unsigned vector, const struct arch_frame *f)
{
	uint32_t dfsr = READ_CP15(DFSR), dfar = READ_CP15(DFAR);
	uint32_t ifsr = READ_CP15(IFSR), ifar = READ_CP15(IFAR);
	static const char *const names[] = {
		"reset",
		"undefined instruction",
		"supervisor call",
		NULL,
		NULL,
		"hypervisor trap",
		"IRQ",
		"FIQ",
	};

	if (vector == 4)
		panic_from(f, "data abort: %s of 0x%08lx: %s%s", dfsr & 0x800 ? "write" : "read",
			   (unsigned long)dfar, fault_name(dfsr),
			   in_guard(dfar) ? ", stack overflow" : "");
	if (vector == 3)
		panic_from(f, "prefetch abort at 0x%08lx: %s", (unsigned long)ifar,
			   fault_name(ifsr));
	panic_from(f, "unexpected exception: %s", names[vector & 7]);
}
