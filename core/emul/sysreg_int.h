/* SPDX-License-Identifier: Apache-2.0 */
/* Motherboard system registers: sysreg.c the registers, syscfg.c what SYS_CFGCTRL does. */
#ifndef EMUL_SYSREG_H
#define EMUL_SYSREG_H

#include <stdint.h>

#include <espalier/emul.h>
#include <regs/sysreg.h>

#define SYSCFG_MB_OSCS 6
#define SYSCFG_DB_OSCS 3

/* What the configuration controller remembers. */
struct syscfg {
	uint32_t mb_osc[SYSCFG_MB_OSCS]; /* Hz */
	uint32_t db_osc[SYSCFG_DB_OSCS];
	uint32_t muxfpga, dvimode;
};

struct sysreg {
	uint32_t led, flags, nvflags, flash, clcd, cfgsw, dma;
	uint32_t cfgdata, cfgctrl, cfgstat;
	uint64_t base_ns;    /* a time at which SYS_24MHZ had counted ... */
	uint32_t base_ticks; /* ... exactly this */
	struct syscfg cfg;
};

void syscfg_reset(struct syscfg *c);

/*
 * Carries out the command that `ctrl` (SYS_CFGCTRL) describes, with *data as
 * SYS_CFGDATA.  Returns SYS_CFGSTAT.
 */
uint32_t syscfg_run(struct emul_dev *d, struct syscfg *c, uint32_t ctrl, uint32_t *data);

#endif
