/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated V2M-P1 system registers, DUI 0447 chapter 4. */
#include <stdio.h>
#include <string.h>

#include <espalier/timer.h>

#include "classes.h"
#include "primecell.h"
#include "sysreg_int.h"

/* HBI-0190 rev A, ARM FPGA build, as QEMU's board. */
#define BOARD_ID 0x1190f500u
/* CoreTile Express A9x4 (HBI-0191) in site 1, nothing in site 2. */
#define PROCID0 0x0c000191u
#define PROCID1 0xff000000u

static uint32_t sysreg_counter_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	struct sysreg *s = d->state;
	uint64_t now = timer_now();

	/* Three ticks are 125 ns; a 64-bit division once a second at most. */
	_Static_assert(SYS_24MHZ_HZ / 3 * UINT64_C(125) == NS_PER_SEC, "three ticks are 125 ns");
	if (now - s->base_ns >= BIT(30)) {
		s->base_ticks = (uint32_t)(now / 125) * 3;
		s->base_ns = now / 125 * 125;
	}
	return s->base_ticks + (uint32_t)(now - s->base_ns) * 3 / 125;
}

static uint32_t hundred_hz_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	return (uint32_t)(timer_now() / (10 * NS_PER_MS));
}

#define GETTER(field) \
	static uint32_t field##_get(struct emul_dev *d, const struct mmio *m, unsigned i) \
	{ \
		return ((struct sysreg *)d->state)->field; \
	}
#define HOLDS(field, mask) \
	GETTER(field) \
	static void field##_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v) \
	{ \
		struct sysreg *s = d->state; \
		s->field = mmio_merge(m, s->field, v) & (mask); \
	}
/* A pair of registers: writing the first sets bits, the second clears them. */
#define SET_CLEAR(field) \
	GETTER(field) \
	static void field##_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v) \
	{ \
		((struct sysreg *)d->state)->field |= v; \
	} \
	static void field##_clr(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v) \
	{ \
		((struct sysreg *)d->state)->field &= ~v; \
	}
HOLDS(led, 0xff)
HOLDS(flash, 1)
HOLDS(clcd, 0xffff)
HOLDS(cfgsw, 0xff)
HOLDS(dma, 0xff)
HOLDS(cfgdata, 0xffffffff)
HOLDS(cfgstat, SYS_CFGSTAT_COMPLETE | SYS_CFGSTAT_ERROR)
GETTER(cfgctrl)
SET_CLEAR(flags)
SET_CLEAR(nvflags)

/* The controller answers at once: Start is clear again when read. */
static void cfgctrl_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v)
{
	struct sysreg *s = d->state;

	s->cfgctrl = v & ~SYS_CFGCTRL_START;
	if (v & SYS_CFGCTRL_START)
		s->cfgstat = syscfg_run(d, &s->cfg, v, &s->cfgdata);
}

#define RW(reg, fn) \
	{ \
		.offset = reg, .name = #reg, .get = fn##_get, .set = fn##_set, .bytes = 1 \
	}
#define GAP(at) \
	{ \
		.offset = at, .name = "reserved", .bytes = 1 \
	}

/* One row each up to SYS_24MHZ, the sched_clock of Linux: found at once then. */
static const struct reg_row rows[] = {
	{ .offset = SYS_ID, .name = "SYS_ID", .value = BOARD_ID, .bytes = 1 },
	{ .offset = SYS_SW, .name = "SYS_SW", .bytes = 1 },
	RW(SYS_LED, led),
	GAP(0x00c),
	GAP(0x010),
	GAP(0x014),
	GAP(0x018),
	GAP(0x01c),
	GAP(0x020),
	{ .offset = SYS_100HZ, .name = "SYS_100HZ", .get = hundred_hz_get, .bytes = 1 },
	GAP(0x028),
	GAP(0x02c),
	RW(SYS_FLAGS, flags),
	{ .offset = SYS_FLAGSCLR, .name = "SYS_FLAGSCLR", .set = flags_clr, .bytes = 1 },
	RW(SYS_NVFLAGS, nvflags),
	{ .offset = SYS_NVFLAGSCLR, .name = "SYS_NVFLAGSCLR", .set = nvflags_clr, .bytes = 1 },
	GAP(0x040),
	GAP(0x044),
	/* No card in the slot. */
	{ .offset = SYS_MCI, .name = "SYS_MCI", .bytes = 1 },
	RW(SYS_FLASH, flash),
	RW(SYS_CLCD, clcd),
	GAP(0x054),
	RW(SYS_CFGSW, cfgsw),
	{ .offset = SYS_24MHZ, .name = "SYS_24MHZ", .get = sysreg_counter_get, .bytes = 1 },
	/* Bit 14 is 0: the master is the daughterboard of site 1. */
	{ .offset = SYS_MISC, .name = "SYS_MISC", .bytes = 1 },
	RW(SYS_DMA, dma),
	RESERVED_ROW(0x068, SYS_PROCID0),
	{ .offset = SYS_PROCID0, .name = "SYS_PROCID0", .value = PROCID0, .bytes = 1 },
	{ .offset = SYS_PROCID1, .name = "SYS_PROCID1", .value = PROCID1, .bytes = 1 },
	RESERVED_ROW(0x08c, SYS_CFGDATA),
	RW(SYS_CFGDATA, cfgdata),
	{ .offset = SYS_CFGCTRL, .name = "SYS_CFGCTRL", .get = cfgctrl_get, .set = cfgctrl_set },
	RW(SYS_CFGSTAT, cfgstat),
	RESERVED_ROW(0x0ac, 0x1000),
};
static const struct reg_map map = { rows, ARRAY_SIZE(rows) };

static void sysreg_reset(struct emul_dev *d)
{
	struct sysreg *s = d->state;
	uint32_t nvflags = s->nvflags; /* non-volatile: kept over a reset */

	memset(s, 0, sizeof(*s));
	s->nvflags = nvflags;
	syscfg_reset(&s->cfg);
}

static void sysreg_describe(struct emul_dev *d, char *buf, unsigned len)
{
	const struct sysreg *s = d->state;

	snprintf(buf, len, "leds 0x%02x, flags 0x%x", (unsigned)s->led, (unsigned)s->flags);
}

static const char *const compatible[] = { "arm,vexpress-sysreg", NULL };

const struct emul_class sysreg_class = {
	.name = "sysreg",
	.compatible = compatible,
	.state_size = sizeof(struct sysreg),
	.reset = sysreg_reset,
	.access = emul_rows_access,
	.maps = { &map },
	.describe = sysreg_describe,
};
