/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board's configuration controller behind SYS_CFGCTRL, DUI 0447 chapter 4: clocks,
 * voltages, display routing, and the ways to switch the guest off.
 */
#include <stddef.h>

#include <espalier/guest.h>

#include "sysreg_int.h"

/* Power-on rates of the programmable oscillators, Hz. */
static const struct syscfg power_on = {
	.mb_osc = { 50000000, 23750000, 24000000, 24000000, 24000000, 24000000 },
	.db_osc = { 45000000, 23750000, 66670000 },
};

/* Supplies of the CoreTile Express A9x4, microvolts: VD10, S2, S3, 1V8, DDR2VTT, 3V3. */
static const uint32_t db_volts[] = { 1000000, 1000000, 1000000, 1800000, 900000, 3300000 };

/* A quantity that can be read, and written if `field` is not 0. */
struct quantity {
	uint8_t function, site;
	uint8_t count;         /* of devices */
	uint16_t field;        /* offset in struct syscfg */
	const uint32_t *fixed; /* or constants */
};

#define AT(f) offsetof(struct syscfg, f)

static const struct quantity quantities[] = {
	{ SYS_CFG_OSC, SYS_CFG_SITE_MB, SYSCFG_MB_OSCS, AT(mb_osc), NULL },
	{ SYS_CFG_OSC, SYS_CFG_SITE_DB1, SYSCFG_DB_OSCS, AT(db_osc), NULL },
	{ SYS_CFG_VOLT, SYS_CFG_SITE_DB1, ARRAY_SIZE(db_volts), 0, db_volts },
	{ SYS_CFG_MUXFPGA, SYS_CFG_SITE_MB, 1, AT(muxfpga), NULL },
	{ SYS_CFG_DVIMODE, SYS_CFG_SITE_MB, 1, AT(dvimode), NULL },
};

/* A command: what is written does not matter. */
struct command {
	uint8_t function;
	void (*run)(struct guest *g, const char *why);
	const char *why;
};

static const struct command commands[] = {
	{ SYS_CFG_RESET, guest_request_reset, "it reset its daughterboard" },
	{ SYS_CFG_SHUTDOWN, guest_request_halt, "it powered itself off" },
	{ SYS_CFG_REBOOT, guest_request_reset, "it rebooted" },
};

void syscfg_reset(struct syscfg *c) { *c = power_on; }

static bool access_quantity(struct syscfg *c, const struct quantity *q, uint32_t ctrl,
			    uint32_t *data)
{
	uint32_t device = SYS_CFGCTRL_DEVICE(ctrl);
	uint32_t *value = (uint32_t *)((char *)c + q->field) + device;

	if (device >= q->count)
		return false;
	if (!(ctrl & SYS_CFGCTRL_WRITE)) {
		*data = q->fixed ? q->fixed[device] : *value;
		return true;
	}
	if (q->fixed)
		return false;
	*value = *data;
	return true;
}

uint32_t syscfg_run(struct emul_dev *d, struct syscfg *c, uint32_t ctrl, uint32_t *data)
{
	uint32_t function = SYS_CFGCTRL_FUNCTION(ctrl), site = SYS_CFGCTRL_SITE(ctrl);

	for (unsigned i = 0; i < ARRAY_SIZE(quantities); i++) {
		const struct quantity *q = &quantities[i];

		if (q->function == function && q->site == site && access_quantity(c, q, ctrl, data))
			return SYS_CFGSTAT_COMPLETE;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
		if (commands[i].function != function || !(ctrl & SYS_CFGCTRL_WRITE))
			continue;
		commands[i].run(d->guest, commands[i].why);
		return SYS_CFGSTAT_COMPLETE;
	}
	/* Sensors and test chip registers are not fitted. */
	return SYS_CFGSTAT_COMPLETE | SYS_CFGSTAT_ERROR;
}
