/* SPDX-License-Identifier: Apache-2.0 */
/* Replacement words that the guest has run into: what stood there is carried out. */
#include <espalier/sched.h>

#include "exit.h"
#include "step.h"
#include "vm.h"

void exit_next_insn(struct arch_vcpu *av, const struct insn *i)
{
	av->frame.pc += i->size;
	if (i->isa == ISA_THUMB)
		av->frame.cpsr = insn_advance_it(av->frame.cpsr);
}

static bool wait_insn(struct arch_vcpu *av, const struct insn *i)
{
	if (insn_step_kind(i) != STEP_WAIT)
		return false;
	vm_count(av, SMC_WFI);
	if (!av->vcpu->irq)
		sched_vcpu_wfi(av->vcpu);
	return true;
}

/* Carries out a decoded CP15 access.  False: PL0 may not. */
static bool emulate_cp15(struct arch_vcpu *av, const struct insn *i, const struct vcp15_op *op)
{
	if (insn_cond_passed(insn_cond(i, av->frame.cpsr), av->frame.cpsr)) {
		if (vm_user(av))
			return false;
		vcp15_perform(av, op);
	}
	exit_next_insn(av, i);
	return true;
}

bool exit_emulate(struct arch_vcpu *av, const struct insn *i)
{
	struct vcp15_op op;

	if (vcp15_decode(i, &op))
		return emulate_cp15(av, i, &op);
	if (insn_cond_passed(insn_cond(i, av->frame.cpsr), av->frame.cpsr) && !wait_insn(av, i))
		return false;
	exit_next_insn(av, i);
	return true;
}

/* A replacement word. */
static bool emulate_site(struct arch_vcpu *av, const struct trap_site *s)
{
	return s->op.row ? emulate_cp15(av, &s->insn, &s->op) : exit_emulate(av, &s->insn);
}

void shim_und(struct arch_vcpu *av)
{
	const struct trap_site *s;
	struct shim_exit exc;

	vm_count(av, UND);
	if (!shim_enter(av, 4, 2, &exc))
		return;
	if (step_returns(av)) {
		shim_forget(av, MODE_UND, &av->und);
		return;
	}
	step_cancel(av, &exc);
	s = exc.moved ? NULL : sites_trap(av);
	if (s && emulate_site(av, s)) {
		vm_count(av, UND_CP15);
		shim_forget(av, MODE_UND, &av->und);
		return;
	}
	if (s && !step_is_undefined(&s->insn, av->frame.cpsr)) {
		struct insn i = s->insn;

		vm_count(av, UND_TRAPWORD);
		shim_forget(av, MODE_UND, &av->und);
		av->step_more = !step_insn(av, &i) && av->step_more;
		return;
	}
	if (!s && !exc.moved && exit_fetch_aborts(av)) {
		shim_forget(av, MODE_UND, &av->und);
		return;
	}
	shim_reflect(av, &exc, VECTOR_UND, &av->und);
	vm_count(av, UND_GUEST);
}

void exit_dictionary(struct arch_vcpu *av)
{
	const struct trap_site *s;

	vm_count(av, SMC_DICT);
	av->frame.pc -= 4;
	s = sites_trap(av);
	if (s && emulate_site(av, s))
		sites_note_dacr(av, s);
	else if (s || !exit_fetch_aborts(av))
		exit_undefined(av); /* the guest's own SMC: there is no firmware */
}
