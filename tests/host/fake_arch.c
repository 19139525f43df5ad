/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core asks of the architecture, for host programs.  The messages that
 * real code sends (log, panic, console) are weak here, so that a test may link
 * the real source or bring its own.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <espalier/arch.h>
#include <espalier/log.h>
#include <espalier/sched.h>
#include <espalier/vcon.h>
#include <espalier/wire.h>

#include "fake_arch.h"

unsigned fake_irq_masked;
unsigned fake_cpu;

uint32_t arch_irq_save(void) { return fake_irq_masked++; }

void arch_irq_restore(uint32_t flags)
{
	if (fake_irq_masked != flags + 1) {
		fprintf(stderr, "fake_arch: interrupt state restored out of order\n");
		abort();
	}
	fake_irq_masked = flags;
}

/* One thread: a lock that is taken twice would never be had on the target. */
void arch_spin_acquire(volatile uint32_t *taken)
{
	if (*taken) {
		fprintf(stderr, "fake_arch: deadlock\n");
		abort();
	}
	*taken = 1;
}

void arch_spin_release(volatile uint32_t *taken)
{
	if (!*taken) {
		fprintf(stderr, "fake_arch: lock released twice\n");
		abort();
	}
	*taken = 0;
}

unsigned arch_cpu_id(void) { return fake_cpu; }

bool arch_in_exit(void) { return false; }

uint32_t arch_cpu_midr(void) { return 0x410fc090; /* Cortex-A9 r0p0, TRM 4.3.1 */ }

__noreturn void arch_halt(void)
{
	fprintf(stderr, "fake_arch: halted\n");
	abort();
}

__attribute__((weak)) int arch_host_map(hpa_t base, uint32_t size, enum host_map_kind kind)
{
	return 0;
}

__attribute__((weak)) bool arch_host_mapped(hpa_t a, uint32_t size) { return true; }

__attribute__((weak)) void log_printf(enum log_level l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "log %d: ", l);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

__attribute__((weak)) __noreturn void panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "panic: ");
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

__attribute__((weak)) void sched_wake_host(void) {}

__attribute__((weak)) void console_write_sync(const char *buf, unsigned n)
{
	fwrite(buf, 1, n, stderr);
}

/* A line that is not wired never gets here. */
__attribute__((weak)) unsigned wire_send(struct wire *w, const char *buf, unsigned n) { abort(); }

__attribute__((weak)) void wire_room(struct wire *w) { abort(); }
