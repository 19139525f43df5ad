/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: taking over what the shim saved of one, and giving one to the guest. */
#include <arch/cp15.h>
#include <espalier/log.h>

#include "exit.h"
#include "step.h"
#include "vm.h"

static uint32_t exception_cpsr(const struct arch_vcpu *av, uint32_t old, uint32_t mode)
{
	uint32_t psr = (old & ~(PSR_MODE | PSR_T | PSR_E | PSR_IT | PSR_J)) | mode | PSR_I;

	return psr | (av->mmu.sctlr & SCTLR_TE ? PSR_T : 0);
}

void exit_take_exception(struct arch_vcpu *av, const struct exception *e)
{
	uint32_t cpsr = av->frame.cpsr;

	vm_set_lr_spsr(av, e->mode, e->lr, cpsr);
	av->frame.cpsr = exception_cpsr(av, cpsr, e->mode);
	av->frame.pc = vcp15_vector_base(av) + e->vector;
	if (e->mode == MODE_ABT)
		av->abt = (struct reflected){ e->lr, cpsr };
	if (e->mode == MODE_UND)
		av->und = (struct reflected){ e->lr, cpsr };
	if (e->mode != MODE_SVC)
		step_handler(av);
}

void exit_undefined(struct arch_vcpu *av)
{
	bool thumb = av->frame.cpsr & PSR_T;

	exit_take_exception(av, &(struct exception){ MODE_UND, VECTOR_UND,
						     av->frame.pc + (thumb ? 2 : 4) });
	vm_count(av, UND_GUEST);
}

static uint32_t fsr_bits(unsigned fs) { return (fs & 0xf) | (fs & 0x10) << 6; }

void exit_set_data_fault(struct arch_vcpu *av, const struct vm_abort *a)
{
	av->ns.dfsr = fsr_bits(a->fs) | (uint32_t)a->domain << 4 | (a->write ? 1u << 11 : 0);
	av->ns.dfar = a->va;
	WRITE_CP15(DFSR, av->ns.dfsr);
	WRITE_CP15(DFAR, av->ns.dfar);
}

void exit_set_prefetch_fault(struct arch_vcpu *av, uint32_t va, unsigned fs)
{
	av->ns.ifsr = fsr_bits(fs);
	av->ns.ifar = va;
	WRITE_CP15(IFSR, av->ns.ifsr);
	WRITE_CP15(IFAR, av->ns.ifar);
}

void exit_data_abort(struct arch_vcpu *av, const struct vm_abort *a)
{
	exit_set_data_fault(av, a);
	exit_take_exception(av, &(struct exception){ MODE_ABT, VECTOR_DABT, av->frame.pc + 8 });
	vm_count(av, DABT_GUEST);
}

void exit_prefetch_abort(struct arch_vcpu *av, uint32_t va, unsigned fs)
{
	exit_set_prefetch_fault(av, va, fs);
	exit_take_exception(av, &(struct exception){ MODE_ABT, VECTOR_PABT, av->frame.pc + 4 });
	vm_count(av, PABT_GUEST);
}

bool exit_fetch_aborts(struct arch_vcpu *av)
{
	struct gwalk t;

	if (!vm_walk(av, av->frame.pc, GWALK_EXEC, vm_user(av), &t))
		return false;
	exit_prefetch_abort(av, av->frame.pc, t.fault);
	return true;
}

/* --- coming from the shim ------------------------------------------------------------ */

bool shim_enter(struct arch_vcpu *av, unsigned lr_ahead_arm, unsigned lr_ahead_thumb,
		struct shim_exit *exc)
{
	volatile struct shim_slots *s = av->slots;

	*exc = (struct shim_exit){ av->frame.cpsr, s->spsr, s->lr, s->sp, false };
	av->frame.r[0] = s->r0;
	if (!vm_psr_valid(exc->spsr)) {
		vm_kill(av, "the shim's slots hold no valid SPSR: the guest wrote or entered it");
		return false;
	}
	av->frame.cpsr = exc->spsr & ~(PSR_F | PSR_A);
	av->frame.pc = exc->lr - (exc->spsr & PSR_T ? lr_ahead_thumb : lr_ahead_arm);
	return true;
}

void shim_forget(struct arch_vcpu *av, uint32_t mode, const struct reflected *r)
{
	if ((av->frame.cpsr & PSR_MODE) != mode)
		return;
	vm_set_lr_spsr(av, mode, r->lr, r->spsr);
	av->handlers_short = 0;
	vm_count(av, FIDELITY);
	guest_warn(av->ag->guest, WARN_ABORT_BANK,
		   "an exit inside its %s handler at 0x%08x had to restore LR and SPSR from memory",
		   mode == MODE_ABT ? "abort" : "undef", (unsigned)av->frame.pc);
}

void shim_reflect(struct arch_vcpu *av, const struct shim_exit *exc, uint32_t vector,
		  struct reflected *r)
{
	*r = (struct reflected){ exc->lr, exc->spsr };
	if (exc->moved)
		vm_set_lr_spsr(av, exc->cpsr & PSR_MODE, exc->lr, exc->spsr);
	av->frame.cpsr = exception_cpsr(av, exc->cpsr, exc->cpsr & PSR_MODE);
	av->frame.pc = vcp15_vector_base(av) + vector;
	step_handler(av);
}
