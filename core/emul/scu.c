/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated Snoop Control Unit, DDI 0407 2.2: registers without an effect. */
#include <string.h>

#include <espalier/guest.h>
#include <regs/scu.h>

#include "classes.h"

struct scu {
	uint32_t control, power, filter_start, filter_end, sac, snsac;
};

#define HOLDS(field, mask) \
	static uint32_t field##_get(struct emul_dev *d, const struct mmio *m, unsigned i) \
	{ \
		return ((struct scu *)d->state)->field; \
	} \
	static void field##_set(struct emul_dev *d, const struct mmio *m, unsigned i, uint32_t v) \
	{ \
		struct scu *s = d->state; \
		s->field = mmio_merge(m, s->field, v) & (mask); \
	}
HOLDS(control, 0x7f)
HOLDS(power, 0x03030303)
HOLDS(filter_start, 0xfff00000)
HOLDS(filter_end, 0xfff00000)
HOLDS(sac, 0xf)
HOLDS(snsac, 0xfff)

/* All CPUs of the guest take part in coherency; 16 KiB tag RAMs. */
static uint32_t config_get(struct emul_dev *d, const struct mmio *m, unsigned i)
{
	unsigned n = d->guest->nr_vcpus;

	return (n - 1) | (BIT(n) - 1) << SCU_CONFIG_SMP_SHIFT;
}

#define RW(at, nm, fn) \
	{ \
		.offset = at, .name = nm, .get = fn##_get, .set = fn##_set, .bytes = 1 \
	}

static const struct reg_row rows[] = {
	RW(SCU_CONTROL, "SCU Control", control),
	{ .offset = SCU_CONFIG, .name = "SCU Configuration", .get = config_get, .bytes = 1 },
	RW(SCU_CPU_POWER, "SCU CPU Power Status", power),
	{ .offset = SCU_INVALIDATE, .name = "SCU Invalidate All", .bytes = 1 },
	{ .offset = 0x10, .count = (SCU_FILTER_START - 0x10) / 4, .name = "reserved", .bytes = 1 },
	RW(SCU_FILTER_START, "Filtering Start", filter_start),
	RW(SCU_FILTER_END, "Filtering End", filter_end),
	{ .offset = 0x48, .count = 2, .name = "reserved", .bytes = 1 },
	RW(SCU_SAC, "SCU Access Control", sac),
	RW(SCU_SNSAC, "SCU Non-secure Access Control", snsac),
	{ .offset = 0x58, .count = (0x100 - 0x58) / 4, .name = "reserved", .bytes = 1 },
};
static const struct reg_map map = { rows, ARRAY_SIZE(rows) };

static void scu_reset(struct emul_dev *d)
{
	struct scu *s = d->state;

	memset(s, 0, sizeof(*s));
	s->sac = 0xf; /* 2.2.8 */
}

static const char *const compatible[] = { "arm,cortex-a9-scu", "arm,cortex-a5-scu", NULL };

const struct emul_class scu_class = {
	.name = "scu",
	.compatible = compatible,
	.state_size = sizeof(struct scu),
	.reset = scu_reset,
	.access = emul_rows_access,
	.maps = { &map },
};
