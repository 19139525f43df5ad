/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated classes here: "test,gic" (named "gic"), "test,uart" and "test,shm".  A host node
 * compatible with "test,vmm" has a driver.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/arch.h>
#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/log.h>
#include <espalier/sched.h>
#include <espalier/timer.h>
#include <espalier/vcon.h>
#include <sys/mman.h>

#include "fake_arch.h"
#include "fake_guest.h"

struct fake fake;
char fake_log[16384];

/* --- log ------------------------------------------------------------------------- */

void fake_log_clear(void) { fake_log[0] = '\0'; }

bool fake_logged(const char *text) { return strstr(fake_log, text); }

void log_printf(enum log_level l, const char *fmt, ...)
{
	size_t n = strlen(fake_log);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fake_log + n, sizeof(fake_log) - n, fmt, ap);
	va_end(ap);
	n = strlen(fake_log);
	if (n + 1 < sizeof(fake_log))
		strcpy(fake_log + n, "\n");
}

/* --- host ------------------------------------------------------------------------ */

void fake_host_ram(void)
{
	void *p = mmap(NULL, FAKE_HOST_RAM, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, -1, 0);

	if (p == MAP_FAILED || page_add_bank(HPA((uintptr_t)p), FAKE_HOST_RAM))
		abort();
}

const char *device_driver(const void *fdt, int node)
{
	static const char *const vmm[] = { "test,vmm", NULL };

	return dt_enabled(fdt, node) && dt_match(fdt, node, vmm) ? "vmm" : NULL;
}

struct chardev *console_chardev(void) { return NULL; }

/* --- arch ------------------------------------------------------------------------ */

static bool fails(int *countdown) { return *countdown && !--*countdown; }

int arch_guest_create(struct guest *g)
{
	if (fails(&fake.fail_arch_guest))
		return -ENOMEM;
	g->arch = malloc(1);
	fake.guests++;
	return 0;
}

void arch_guest_destroy(struct guest *g)
{
	free(g->arch);
	g->arch = NULL;
	fake.guests--;
}

void arch_guest_reset(struct guest *g) {}

void arch_guest_before_write(struct guest *g, gpa_t a, uint32_t size)
{
	if (!traptab_memory(&g->map, a, size))
		abort();
	fake.written += size;
}

int arch_vcpu_create(struct vcpu *v)
{
	if (fails(&fake.fail_arch_vcpu))
		return -ENOMEM;
	v->arch = malloc(1);
	fake.vcpus++;
	return 0;
}

void arch_vcpu_destroy(struct vcpu *v)
{
	free(v->arch);
	fake.vcpus--;
}

void arch_vcpu_reset(struct vcpu *v, uint32_t entry, uint32_t r0, uint32_t r1, uint32_t r2)
{
	fake.entry = entry;
	fake.r0 = r0;
	fake.r1 = r1;
	fake.r2 = r2;
}

/* --- scheduler ---------------------------------------------------------------------- */

static void to(struct vcpu *v, unsigned from, enum vcpu_state s)
{
	if (!(from & BIT(v->state)))
		abort();
	v->state = s;
}

unsigned arch_vcpu_regs(struct vcpu *v, struct arch_reg *out, unsigned max)
{
	out[0] = (struct arch_reg){ "pc", 0xc0001234 };
	out[1] = (struct arch_reg){ "DFAR", 0x10 };
	return 2;
}

unsigned arch_vcpu_past(struct vcpu *v, struct arch_past *out)
{
	out[0] = (struct arch_past){ "data abort", 0xc0001230 };
	return 1;
}

bool arch_vcpu_translate(struct vcpu *v, uint32_t va, gpa_t *a)
{
	*a = GPA(va - 0x40000000);
	return va >= 0xc0000000;
}

uint64_t timer_now(void) { return fake.now; }
void timer_init(struct timer *t, void (*fn)(struct timer *)) { *t = (struct timer){ .fn = fn }; }

void timer_arm(struct timer *t, uint64_t deadline)
{
	t->deadline = deadline;
	fake.timer = t;
}

void timer_cancel(struct timer *t)
{
	if (fake.timer == t)
		fake.timer = NULL;
}

void sched_work_for(struct vcpu *v)
{
	fake.work_for = v;
	if (v)
		fake.worked_for = v;
}

void sched_vcpu_start(struct vcpu *v) { to(v, BIT(VCPU_RESET) | BIT(VCPU_HALTED), VCPU_READY); }

void sched_vcpu_pause(struct vcpu *v) { to(v, BIT(VCPU_READY) | BIT(VCPU_WFI), VCPU_PAUSED); }

void sched_vcpu_resume(struct vcpu *v) { to(v, BIT(VCPU_PAUSED), VCPU_READY); }

void sched_vcpu_halt(struct vcpu *v)
{
	to(v, BIT(VCPU_READY) | BIT(VCPU_WFI) | BIT(VCPU_PAUSED), VCPU_HALTED);
}

void sched_vcpu_stop(struct vcpu *v) { v->state = VCPU_RESET; }

bool sched_cpu_online(unsigned cpu) { return cpu == 0; }

void sched_vcpu_init(struct vcpu *v, const struct sched_params *p) { v->sched.params = *p; }

void faults_flush(struct guest *g) {}

void sched_wake_host(void) { fake.host_wakes++; }

void virq_set(struct guest *g, unsigned intid, bool level) {}

/* --- devices ----------------------------------------------------------------------- */

static int dev_create(struct emul_dev *d, const void *fdt, int node)
{
	if (node < 0 || !fake_irq_masked)
		abort();
	if (fails(&fake.fail_device)) {
		log_err("%s: no", d->path);
		return -ENOSPC;
	}
	if (d->guest->gic && d->guest->gic != d && !d->guest->gic->state)
		fake.created_before_gic = true;
	fake.devices++;
	return 0;
}

static void dev_reset(struct emul_dev *d)
{
	if (!fake_irq_masked)
		abort();
	*(uint32_t *)d->state = 0;
	fake.resets++;
}

static void dev_destroy(struct emul_dev *d) { fake.devices--; }

static const char *const gic_names[] = { "test,gic", NULL };
static const char *const uart_names[] = { "test,uart", "test,uart-old", NULL };

static const char *const shm_names[] = { "test,shm", NULL };
static const char *const shm_props[] = { "espalier,channel", "espalier,end", NULL };

static const struct emul_class shm_class = {
	.name = "shm",
	.compatible = shm_names,
	.state_size = 4,
	.create = dev_create,
	.reset = dev_reset,
	.destroy = dev_destroy,
	.props = shm_props,
	.shares_memory = true,
};
static const struct emul_class gic_class = {
	.name = "gic",
	.compatible = gic_names,
	.state_size = 4,
	.create = dev_create,
	.reset = dev_reset,
	.destroy = dev_destroy,
};
static const struct emul_class uart_class = {
	.name = "uart",
	.compatible = uart_names,
	.state_size = 4,
	.create = dev_create,
	.reset = dev_reset,
	.destroy = dev_destroy,
};

const struct emul_class *const emul_classes[] = { &gic_class, &uart_class, &shm_class, NULL };
