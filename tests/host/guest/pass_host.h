/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of the host's GIC, a device at one of its inputs, and a guest that uses
 * its own (the real emulation).  For test programs that are one file.
 */
#ifndef TESTS_PASS_HOST_H
#define TESTS_PASS_HOST_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/irq.h>
#include <espalier/pass.h>
#include <espalier/vcon.h>
#include <regs/gic.h>

#include "emul/classes.h"
#include "fake_arch.h"
#include "fake_emul.h"

#define DIST  0
#define CPU   1
#define HOST  38u /* as the host's GIC has it */
#define GUEST 50u /* as the guest's has it */

static struct emul_dev *gic;

struct chardev *console_chardev(void) { return NULL; }

/* --- the host's GIC: IHI 0048B 3.2.4 ------------------------------------------- */

static struct {
	bool enabled, active, line, latch, edge;
} in[96];
static unsigned fiqs;

static inline bool is_pending(unsigned i) { return in[i].edge ? in[i].latch : in[i].line; }

static inline unsigned nr(void) { return 96; }
static inline void enable(unsigned i, bool on) { in[i].enabled = on; }
static inline void pend(unsigned i) { in[i].latch = true; }
static inline void unpend(unsigned i) { in[i].latch = false; }
static inline void doorbell(bool on) {}

static inline int ack(void)
{
	for (int i = 0; i < 96; i++) {
		if (!in[i].enabled || in[i].active || !is_pending((unsigned)i))
			continue;
		in[i].active = true;
		in[i].latch = false;
		/* A level that nobody masks would come for ever. */
		assert_true(++fiqs < 1000);
		return i;
	}
	return -1;
}

static inline void eoi(unsigned i)
{
	assert_true(in[i].active);
	in[i].active = false;
}

static inline void set_edge(unsigned i, bool edge)
{
	assert_false(in[i].enabled);
	in[i].edge = edge;
}

static const struct irqchip_ops chip = {
	nr, ack, eoi, enable, pend, is_pending, unpend, set_edge, doorbell,
};

/* The device drives its line; a FIQ is taken at once if there is one. */
static inline void line(unsigned intid, bool level)
{
	in[intid].latch |= in[intid].edge && level && !in[intid].line;
	in[intid].line = level;
	irq_dispatch();
}

/* --- the guest ------------------------------------------- */

static inline uint32_t get(unsigned window, uint32_t off)
{
	uint32_t v = 0;

	assert_int_equal(fake_access(gic, 0, window, off, 4, false, &v), 0);
	irq_dispatch(); /* what has been unmasked comes now */
	return v;
}

static inline void put(unsigned window, uint32_t off, uint32_t v)
{
	assert_int_equal(fake_access(gic, 0, window, off, 4, true, &v), 0);
	irq_dispatch();
}

static inline void put_bit(uint32_t reg, unsigned intid)
{
	put(DIST, reg + intid / 32 * 4, BIT(intid % 32));
}

static inline uint32_t get_bit(uint32_t reg, unsigned intid)
{
	return get(DIST, reg + intid / 32 * 4) >> intid % 32 & 1;
}

static inline void guest_enables(unsigned intid) { put_bit(GICD_ISENABLER, intid); }
static inline void guest_disables(unsigned intid) { put_bit(GICD_ICENABLER, intid); }
static inline uint32_t guest_takes(void) { return get(CPU, GICC_IAR); }
static inline void guest_ends(unsigned intid) { put(CPU, GICC_EOIR, intid); }
static inline bool guest_has_irq(void) { return fake_vcpus[0].irq; }

static inline void guest_wants_edges(unsigned intid)
{
	put(DIST, GICD_ICFGR + intid / 16 * 4, GICD_ICFGR_EDGE << 2 * (intid % 16));
}

static inline void guest_starts_gic(void)
{
	put(DIST, GICD_CTLR, 1);
	put(CPU, GICC_PMR, 0xf0);
	put(CPU, GICC_CTLR, 1);
}

static inline int start(void **state)
{
	irq_set_chip(&chip);
	memset(in, 0, sizeof(in));
	fake_start(1);
	assert_int_equal(pass_irq_claim(&fake_guest, HOST, GUEST, "/uart"), 0);
	gic = fake_device(&gic_class, NULL, 0, 0, 0);
	guest_starts_gic();
	fiqs = 0;
	return 0;
}

static inline int stop(void **state)
{
	fake_destroy(gic);
	pass_release(&fake_guest);
	assert_null(fake_guest.hw_irqs);
	assert_false(in[HOST].enabled);
	assert_null(pass_irq_owner(HOST));
	assert_int_equal(fake_irq_masked, 0);
	return 0;
}

#endif
