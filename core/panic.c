/* SPDX-License-Identifier: Apache-2.0 */
/* The last words: why, where, for which guest, and how we got there. */
#include <stdio.h>
#include <string.h>

#include <espalier/arch.h>
#include <espalier/guest.h>
#include <espalier/log.h>
#include <espalier/sched.h>
#include <espalier/vcon.h>

static bool panicking;

static void panic_print(const char *fmt, va_list ap)
{
	char line[256];

	vsnprintf(line, sizeof(line), fmt, ap);
	console_write_sync(line, strlen(line));
}

void panic_printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	panic_print(fmt, ap);
	va_end(ap);
}

/* A panic in a panic says so and no more: what it would print is broken. */
static __noreturn void panic_report(const struct arch_frame *f, const char *fmt, va_list ap)
{
	const struct vcpu *v;

	(void)arch_irq_save();
	if (panicking) {
		panic_printf("\npanic while panicking\n");
		arch_halt();
	}
	panicking = true;
	panic_printf("\npanic: ");
	panic_print(fmt, ap);
	panic_printf("\n");
	if (f)
		arch_print_frame(f);
	v = sched_current();
	if (v)
		panic_printf("running: guest %s, vcpu %u\n", v->guest->name, v->id);
	else
		panic_printf("running: the VMM's own thread\n");
	arch_backtrace(f);
	panic_printf("the machine is stopped\n");
	arch_halt();
}

void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	panic_report(NULL, fmt, ap);
}

void panic_from(const struct arch_frame *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	panic_report(f, fmt, ap);
}
