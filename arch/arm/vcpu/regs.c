/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registers of the guest that runs on this CPU.  r0-r12 and the return state are
 * in its frame; the banked ones are in the hardware until somebody asks, since
 * only SCR.NS = 0 lets Monitor mode reach the other modes, and that is dear.
 */
#include "vm.h"
#include "world.h"

static void banked_fetch(struct arch_vcpu *av)
{
	if (av->banked_valid)
		return;
	world_save_banked(&av->banked);
	av->banked_valid = true;
}

void vcpu_regs_flush(struct arch_vcpu *av)
{
	if (av->banked_dirty)
		world_load_banked(&av->banked);
	av->banked_valid = av->banked_dirty = false;
}

/* SP, LR and SPSR of a mode; USR and SYS have no SPSR. */
static uint32_t *vcpu_regs_bank_of(struct arch_vcpu *av, uint32_t mode)
{
	struct banked *b = &av->banked;

	switch (mode & PSR_MODE) {
	case MODE_SVC: return b->svc;
	case MODE_ABT: return b->abt;
	case MODE_UND: return b->und;
	case MODE_IRQ: return b->irq;
	case MODE_FIQ: return b->fiq + 5;
	default: return b->usr;
	}
}

static uint32_t *vcpu_regs_reg(struct arch_vcpu *av, uint32_t cpsr, unsigned r)
{
	bool fiq = (cpsr & PSR_MODE) == MODE_FIQ;

	if (r < 8 || (r < 13 && !fiq))
		return &av->frame.r[r];
	banked_fetch(av);
	if (r < 13)
		return &av->banked.fiq[r - 8];
	return vcpu_regs_bank_of(av, cpsr) + (r - 13);
}

uint32_t vm_get_reg(struct arch_vcpu *av, uint32_t cpsr, unsigned r)
{
	return *vcpu_regs_reg(av, cpsr, r);
}

void vm_set_reg(struct arch_vcpu *av, uint32_t cpsr, unsigned r, uint32_t v)
{
	uint32_t *p = vcpu_regs_reg(av, cpsr, r);

	*p = v;
	if (p < av->frame.r || p >= av->frame.r + 13)
		av->banked_dirty = true;
}

static bool has_spsr(uint32_t mode)
{
	mode &= PSR_MODE;
	return mode != MODE_USR && mode != MODE_SYS;
}

bool vm_get_spsr(struct arch_vcpu *av, uint32_t mode, uint32_t *spsr)
{
	if (!has_spsr(mode))
		return false;
	banked_fetch(av);
	*spsr = vcpu_regs_bank_of(av, mode)[2];
	return true;
}

void vm_set_lr_spsr(struct arch_vcpu *av, uint32_t mode, uint32_t lr, uint32_t spsr)
{
	uint32_t *b;

	banked_fetch(av);
	b = vcpu_regs_bank_of(av, mode);
	b[1] = lr;
	if (has_spsr(mode))
		b[2] = spsr;
	av->banked_dirty = true;
}

bool vm_psr_valid(uint32_t psr)
{
	/* One bit per mode number 0x10..0x1f: all but Monitor, Hyp and reserved. */
	const uint32_t modes = BIT(0) | BIT(1) | BIT(2) | BIT(3) | BIT(7) | BIT(11) | BIT(15);

	return psr & 0x10 && modes >> (psr & 0xf) & 1 && !(psr & PSR_J);
}
