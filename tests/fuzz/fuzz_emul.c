/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/emul/rows.c core/emul/classes.c core/emul/gic.c core/emul/gic_dist.c
 * core/emul/gic_cpu.c core/emul/twd.c core/emul/gtimer.c core/emul/scu.c core/emul/l2c310.c
 * core/emul/sysreg.c core/emul/syscfg.c core/emul/sp804.c core/emul/sp805.c core/emul/sp810.c core/emul/pl031.c
 * core/emul/pl011.c core/emul/doorbell.c core/emul/pl011_regs.c core/emul/clock.c
 * core/emul/downcount.c core/timer.c core/lib/dt.c core/lib/dt_index.c tests/host/fake_emul.c
 * tests/host/fake_arch.c
 */
/*
 * A guest's whole set of devices under a random sequence of accesses, time, console
 * input and resets.  Besides memory errors it looks for interrupt inputs that do
 * not match the interrupt controller, and for timers that keep the VMM busy.
 */
#include <stdlib.h>
#include <string.h>

#include <espalier/timer.h>
#include <espalier/vcon.h>
#include <regs/gic.h>
#include <regs/sysreg.h>

#include "fake_emul.h"

#define MAX_DEVS 16
#define VCPUS    2

static struct emul_dev *devs[MAX_DEVS];
static unsigned nr_devs;

/* One step: 8 bytes of input. */
struct step {
	uint8_t op, dev;
	uint16_t offset;
	uint8_t value[4];
};

static void build(void)
{
	fake_now = UINT64_C(1) << 40;
	fake_start(VCPUS);
	nr_devs = 0;
	/* The GIC is the first class: the others need it. */
	for (const struct emul_class *const *c = emul_classes; *c; c++, nr_devs++) {
		unsigned irq0 = 0;

		if (!strncmp((*c)->name, "twd", 3) || !strcmp((*c)->name, "global-timer"))
			irq0 = 27 + nr_devs % 5;
		else if (nr_devs)
			irq0 = 32 + nr_devs;
		devs[nr_devs] = fake_device(*c, NULL, 0, irq0, 0);
		if (!devs[nr_devs])
			abort();
	}
}

static void poke(struct emul_dev *d, unsigned cpu, unsigned window, uint32_t offset, uint32_t v)
{
	if (fake_access(d, cpu, window, offset, 4, true, &v))
		abort();
}

/* As a kernel does before it does anything else. */
static void switch_gic_on(void)
{
	poke(devs[0], 0, 0, GICD_CTLR, 1);
	for (unsigned i = 0; i < 3; i++)
		poke(devs[0], 0, 0, GICD_ISENABLER + 4 * i, 0xffffffff);
	for (unsigned i = 8; i < 24; i++)
		poke(devs[0], 0, 0, GICD_ITARGETSR + 4 * i, 0x03030301);
	for (unsigned cpu = 0; cpu < VCPUS; cpu++) {
		poke(devs[0], cpu, 0, GICD_ISENABLER, 0xffffffff);
		poke(devs[0], cpu, 1, GICC_PMR, 0xf0);
		poke(devs[0], cpu, 1, GICC_CTLR, 1);
	}
}

/* An interrupt handler: takes and maybe ends one. */
static void serve(unsigned cpu, bool end)
{
	uint32_t v = 0;

	if (fake_access(devs[0], cpu, 1, GICC_IAR, 4, false, &v))
		abort();
	if (end)
		poke(devs[0], cpu, 1, GICC_EOIR, v);
}

static struct emul_dev *find(const char *name)
{
	for (unsigned i = 0; i < nr_devs; i++)
		if (!strcmp(devs[i]->cls->name, name))
			return devs[i];
	abort();
}

static void act(const struct step *s)
{
	struct emul_dev *d = devs[s->dev % nr_devs];
	uint32_t v;

	memcpy(&v, s->value, 4);
	if (s->op < 0x10) {
		serve(s->op & 1, s->op & 2);
	} else if (s->op < 0x14) {
		poke(find("sysreg"), 0, 0, SYS_CFGCTRL,
		     SYS_CFGCTRL_START | SYS_CFGCTRL_MAKE(s->dev & 15u, s->op & 3u, s->value[0]) |
			     (v & SYS_CFGCTRL_WRITE));
	} else if (s->op < 0xe0) {
		static const uint8_t sizes[4] = { 4, 4, 2, 1 };
		unsigned size = sizes[s->op >> 1 & 3];
		/* Mostly the low registers, where the most is to be had. */
		uint32_t off = s->op & 0x40 ? s->offset & 0x7f : s->offset & 0x1fff;

		fake_access(d, s->op >> 4 & 1 ? 1 : 0, s->op >> 5 & 1, off & ~(size - 1), size,
			    s->op & 1, &v);
	} else if (s->op < 0xf0) {
		fake_pass((uint64_t)(v & 0xffffff) << (s->offset & 15));
	} else if (s->op < 0xf8) {
		if (fake_vserial->input(fake_vserial->dev, (const char *)s->value, 4) > 4)
			abort();
	} else if (s->op < 0xfd) {
		fake_out_room = s->value[0] & 31;
		fake_vserial->can_output(fake_vserial->dev);
	} else if (s->op < 0xfe) {
		d->cls->reset(d);
	} else if (d->cls->describe) {
		char line[128];

		d->cls->describe(d, line, sizeof(line));
	}
}

static uint32_t look(unsigned cpu, unsigned window, uint32_t offset, unsigned size)
{
	uint32_t v;

	if (fake_access(devs[0], cpu, window, offset, size, false, &v))
		abort();
	return v;
}

/* The vCPU's IRQ input is high exactly if its IAR would give an interrupt. */
static void check(void)
{
	for (unsigned cpu = 0; cpu < VCPUS; cpu++) {
		uint32_t intid = GICC_IAR_INTID(look(cpu, 1, GICC_HPPIR, 4));
		uint32_t group = 0xfffffffeu << look(cpu, 1, GICC_BPR, 4) & 0xff;
		uint32_t running = look(cpu, 1, GICC_RPR, 4);
		bool expected = false;

		if (intid != GIC_SPURIOUS) {
			uint32_t p = look(cpu, 0, GICD_IPRIORITYR + intid, 1);

			expected =
				p < look(cpu, 1, GICC_PMR, 4) &&
				(running == GIC_PRIORITY_IDLE || (p & group) < (running & group));
		}
		if (fake_vcpus[cpu].irq != expected)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct step s;

	build();
	if (size && data[0] & 0x80)
		switch_gic_on();
	for (; size >= sizeof(s); data += sizeof(s), size -= sizeof(s)) {
		unsigned fires = fake_timer_fires;

		memcpy(&s, data, sizeof(s));
		act(&s);
		check();
		/*
		 * However long a pause is: each timer of a device (there are 14) fires
		 * once or twice, the receive timeout not again until the guest answers.
		 */
		if (fake_timer_fires - fires > 40)
			abort();
	}
	while (nr_devs)
		fake_destroy(devs[--nr_devs]);
	return 0;
}
