/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The emulated L2C-310, DDI 0246F chapter 3.  A guest's memory is coherent
 * without it, so that every maintenance operation is complete at once.
 */
#include <string.h>

#include <espalier/emul.h>
#include <regs/l2c310.h>

#include "classes.h"

/* RTL release r3p2, as on the board. */
#define CACHE_ID 0x410000c8u
/* 8 ways of 16 KiB, shared attribute override off. */
#define AUX_RESET 0x02020000u
/* Lockdown by line and by master are there. */
#define TYPE_LOCKDOWN 0x1c000000u

struct l2c310 {
	uint32_t control, aux, tag_ram, data_ram;
	uint32_t ev_ctrl, ev_cfg[2], int_mask;
	uint32_t lockdown[16], lock_line;
	uint32_t filter_start, filter_end, debug, prefetch, power;
};

#define FIELD(id, field, mask, guard) \
	static uint32_t id##_get(struct emul_dev *d, const struct mmio *m, unsigned i) \
	{ \
		return ((struct l2c310 *)d->state)->field; \
	} \
	static void id##_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v) \
	{ \
		struct l2c310 *s = d->state; \
		if (guard) \
			s->field = v & (mask); \
	}
/* These must not change while the cache is on (3.3). */
#define WHILE_OFF (!(s->control & REG1_CONTROL_ENABLE))
FIELD(control, control, REG1_CONTROL_ENABLE, 1)
FIELD(aux, aux, 0x7fffffff, WHILE_OFF)
FIELD(tag_ram, tag_ram, 0x777, WHILE_OFF)
FIELD(data_ram, data_ram, 0x777, WHILE_OFF)
FIELD(ev_ctrl, ev_ctrl, 1, 1) /* the reset bits of the counters clear themselves */
FIELD(ev_cfg, ev_cfg[i & 1], 0x3f, 1)
FIELD(int_mask, int_mask, 0x1ff, 1)
FIELD(lockdown, lockdown[i & 15], 0xffff, 1)
FIELD(lock_line, lock_line, 1, 1)
FIELD(filter_start, filter_start, 0xfff00001, 1)
FIELD(filter_end, filter_end, 0xfff00000, 1)
FIELD(debug, debug, 7, 1)
FIELD(prefetch, prefetch, 0x7f80001f, 1)
FIELD(power, power, 3, 1)

/* The type register repeats the geometry of the auxiliary control register. */
static uint32_t type_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	uint32_t aux = ((struct l2c310 *)d->state)->aux;
	uint32_t size = aux >> REG1_AUX_WAY_SIZE_SHIFT & 7;
	uint32_t assoc = aux & REG1_AUX_ASSOC ? 1 : 0;

	return TYPE_LOCKDOWN | size << 20 | assoc << 18 | size << 8 | assoc << 6;
}

#define RW(reg, n, fn) \
	{ \
		.offset = reg, .count = n, .name = #reg, .get = fn##_get, .set = fn##_set \
	}
/* Reads 0: nothing pending, nothing under way. */
#define ZERO(reg, n) \
	{ \
		.offset = reg, .count = n, .name = #reg \
	}
#define RESERVED(from, to) \
	{ \
		.offset = from, .count = ((to) - (from)) / 4, .name = "reserved" \
	}

static const struct reg_row rows[] = {
	{ .offset = REG0_CACHE_ID, .name = "REG0_CACHE_ID", .value = CACHE_ID },
	{ .offset = REG0_CACHE_TYPE, .name = "REG0_CACHE_TYPE", .get = type_get },
	RESERVED(0x008, REG1_CONTROL),
	RW(REG1_CONTROL, 1, control),
	RW(REG1_AUX_CONTROL, 1, aux),
	RW(REG1_TAG_RAM_CONTROL, 1, tag_ram),
	RW(REG1_DATA_RAM_CONTROL, 1, data_ram),
	RESERVED(0x110, REG2_EV_COUNTER_CTRL),
	RW(REG2_EV_COUNTER_CTRL, 1, ev_ctrl),
	RW(REG2_EV_COUNTER1_CFG, 2, ev_cfg),
	ZERO(REG2_EV_COUNTER1, 2),
	RW(REG2_INT_MASK, 1, int_mask),
	ZERO(REG2_INT_MASK_STATUS, 3),
	RESERVED(0x224, REG7_CACHE_SYNC),
	ZERO(REG7_CACHE_SYNC, 1),
	RESERVED(0x734, REG7_INV_PA),
	ZERO(REG7_INV_PA, 1),
	RESERVED(0x774, REG7_INV_WAY),
	ZERO(REG7_INV_WAY, 1),
	RESERVED(0x780, REG7_CLEAN_PA),
	ZERO(REG7_CLEAN_PA, 1),
	RESERVED(0x7b4, REG7_CLEAN_INDEX),
	ZERO(REG7_CLEAN_INDEX, 1),
	ZERO(REG7_CLEAN_WAY, 1),
	RESERVED(0x7c0, REG7_CLEAN_INV_PA),
	ZERO(REG7_CLEAN_INV_PA, 1),
	RESERVED(0x7f4, REG7_CLEAN_INV_INDEX),
	ZERO(REG7_CLEAN_INV_INDEX, 1),
	ZERO(REG7_CLEAN_INV_WAY, 1),
	RESERVED(0x800, REG9_D_LOCKDOWN0),
	RW(REG9_D_LOCKDOWN0, 16, lockdown),
	RESERVED(0x940, REG9_LOCK_LINE_EN),
	RW(REG9_LOCK_LINE_EN, 1, lock_line),
	ZERO(REG9_UNLOCK_WAY, 1),
	RESERVED(0x958, REG12_ADDR_FILTERING_START),
	RW(REG12_ADDR_FILTERING_START, 1, filter_start),
	RW(REG12_ADDR_FILTERING_END, 1, filter_end),
	RESERVED(0xc08, REG15_DEBUG_CTRL),
	RW(REG15_DEBUG_CTRL, 1, debug),
	RESERVED(0xf44, REG15_PREFETCH_CTRL),
	RW(REG15_PREFETCH_CTRL, 1, prefetch),
	RESERVED(0xf64, REG15_POWER_CTRL),
	RW(REG15_POWER_CTRL, 1, power),
	RESERVED(0xf84, 0x1000),
};
static const struct reg_map map = { rows, ARRAY_SIZE(rows) };

static void l2c310_reset(struct emul_dev *d)
{
	struct l2c310 *s = d->state;

	memset(s, 0, sizeof(*s));
	s->aux = AUX_RESET;
	s->tag_ram = s->data_ram = 0x777;
}

static const char *const compatible[] = { "arm,pl310-cache", NULL };

const struct emul_class l2c310_class = {
	.name = "l2c310",
	.compatible = compatible,
	.state_size = sizeof(struct l2c310),
	.reset = l2c310_reset,
	.access = emul_rows_access,
	.maps = { &map },
};
