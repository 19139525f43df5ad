/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PrimeXsys System Controller (SP810), ARM DDI 0254B: enough for what uses it as the
 * clock of the timers. SCCTRL is kept; the emulated timers always count at 1 MHz.
 */
#include <regs/sp810.h>

#include "classes.h"
#include "primecell.h"

struct sp810 {
	uint32_t ctrl;
};

static uint32_t sp810_ctrl_get(struct emul_dev *d, const struct mmio *m, unsigned index)
{
	return ((struct sp810 *)d->state)->ctrl;
}

static void sp810_ctrl_set(struct emul_dev *d, const struct mmio *m, unsigned index, uint32_t v)
{
	struct sp810 *s = d->state;

	s->ctrl = mmio_merge(m, s->ctrl, v);
}

static const struct reg_row rows[] = {
	{ .offset = SCCTRL,
	  .name = "SCCTRL",
	  .get = sp810_ctrl_get,
	  .set = sp810_ctrl_set,
	  .bytes = 1 },
	RESERVED_ROW(0x04, 0xfe0),
	PRIMECELL_ID_ROWS(0x10, 0x18, 0x04, 0x00),
};
static const struct reg_map map = { rows, ARRAY_SIZE(rows) };

static void sp810_reset(struct emul_dev *d) { ((struct sp810 *)d->state)->ctrl = 0; }

static const char *const compatible[] = { "arm,sp810", NULL };

const struct emul_class sp810_class = {
	.name = "sp810",
	.compatible = compatible,
	.state_size = sizeof(struct sp810),
	.reset = sp810_reset,
	.access = emul_rows_access,
	.maps = { &map },
};
