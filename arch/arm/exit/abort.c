/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aborts of a guest: its own, which are reflected, and those that only the shadow
 * tables or a frame's state caused, which it never learns of.
 */
#include <errno.h>

#include <arch/cp15.h>
#include <espalier/log.h>

#include "exit.h"
#include "mmu/shadow.h"
#include "step.h"
#include "vm.h"

/* --- hidden faults --------------------------------------------------------------------- */

/* A store to a code frame is emulated where turning it to data would not last. */
#define FLIPS_BEFORE_EMULATION 4

static bool executes_from(struct arch_vcpu *av, const struct gframe *f)
{
	struct gwalk t;

	vm_walk(av, av->frame.pc, GWALK_READ, false, &t);
	return gwalk_has_pa(&t) && frame_find(av->ag, GPA(t.pa)).f == f;
}

/*
 * A store to a code frame, or a load from one with replacements by a mapping that it is
 * not executed through: the guest is to read there what it wrote.
 */
static void access_to_code(struct arch_vcpu *av, struct fref fr, const struct vm_abort *what,
			   const struct shim_exit *exc)
{
	bool self = executes_from(av, fr.f);
	struct vm_abort abort;
	struct insn i;
	int err = -ENOTSUP;

	if ((self || !what->write || fr.f->flips >= FLIPS_BEFORE_EMULATION) &&
	    !vm_fetch(av, av->frame.pc, exit_isa(av), &i))
		err = vm_emulate_ldst(av, &i, &av->frame.pc, &av->frame.cpsr, &abort);
	if (err == -EFAULT) {
		exit_set_data_fault(av, &abort);
		shim_reflect(av, exc, VECTOR_DABT, &av->abt);
	} else if (err && self) {
		frame_quarantine(av, fr); /* STREX, VSTM ...: step it instead */
	} else if (err) {
		frame_to_data(av, fr); /* it comes again, to be filled in */
	} else if (!what->write) {
		vm_count(av, LOAD_EMUL);
		av->fault_repeat = 0;
	}
}

/* Fills the page in ahead, if the guest may access it.  False: it takes more than one exit. */
static bool abort_prefill(struct arch_vcpu *av, uint32_t va, enum gwalk_access acc)
{
	struct gwalk t;
	struct fref fr;

	if (shadow_maps(av, va, acc) || vm_walk(av, va, acc, false, &t))
		return true;
	fr = frame_find(av->ag, GPA(t.pa));
	if (!fr.f)
		return true;
	if (acc == GWALK_EXEC && fr.f->state == FRAME_DATA) {
		frame_to_code(av, fr, av->mmu.sctlr & SCTLR_TE ? ISA_THUMB : ISA_ARM, false);
		return false;
	}
	shadow_fill(av, va, &t, acc);
	return true;
}

/*
 * Keeps the first steps of the guest's abort handler free of hidden faults,
 * which would overwrite LR_abt and SPSR_abt: the vector, where its first
 * instruction leads, and the stack of the mode.  False: not yet.
 */
static bool prefill_handler(struct arch_vcpu *av, uint32_t vector, uint32_t sp)
{
	uint32_t v = vcp15_vector_base(av) + vector, pc = v, cpsr = MODE_ABT | PSR_I;
	struct vm_abort abort;
	struct insn i;

	if (!abort_prefill(av, v, GWALK_EXEC))
		return false;
	if (!vm_fetch(av, v, ISA_ARM, &i) && insn_step_kind(&i) == STEP_EMULATE &&
	    !vm_emulate_pc(av, &i, &pc, &cpsr, &abort) && !abort_prefill(av, pc, GWALK_EXEC))
		return false;
	return abort_prefill(av, sp, GWALK_WRITE) && abort_prefill(av, sp - 64, GWALK_WRITE);
}

static void reflect_abort(struct arch_vcpu *av, const struct shim_exit *exc, uint32_t vector)
{
	shim_reflect(av, exc, vector, &av->abt);
	if (!prefill_handler(av, vector, exc->sp))
		step_this_handler(av);
}

/* A fault that nothing cures would come back for ever: a bug of ours, or a trick. */
#define FAULT_REPEAT_MAX 1000

static bool abort_livelock(struct arch_vcpu *av, uint32_t va)
{
	if (av->frame.pc != av->fault_pc || va != av->fault_va) {
		av->fault_pc = av->frame.pc;
		av->fault_va = va;
		av->fault_repeat = 0;
	}
	/* An older entry of the TLB that the guest has not invalidated may be in the way. */
	if (av->fault_repeat)
		shadow_hw_tlbi_va(av, va);
	if (++av->fault_repeat < FAULT_REPEAT_MAX)
		return false;
	log_err("%s: fault at va 0x%08x comes back at pc 0x%08x", av->ag->guest->name, (unsigned)va,
		(unsigned)av->frame.pc);
	vm_kill(av, "a hidden fault does not go away");
	return true;
}

/* --- data aborts --------------------------------------------------------------------------- */

/*
 * DFSR, DFAR, IFSR, IFAR and the slots are the guest's to write: they say where to look,
 * and the VMM's own walk says what is there.  A status that no walk can explain
 * (alignment, BKPT, an invented one) goes to the guest as it is.
 */
static bool mmu_fault(unsigned fs)
{
	const uint32_t kinds = BIT(FSR_ACCESS_FLAG_1) | BIT(FSR_ACCESS_FLAG_2) |
			       BIT(FSR_TRANSLATION_1) | BIT(FSR_TRANSLATION_2) | BIT(FSR_DOMAIN_1) |
			       BIT(FSR_DOMAIN_2) | BIT(FSR_PERMISSION_1) | BIT(FSR_PERMISSION_2);

	return kinds >> fs & 1;
}

static bool translation_fault(unsigned fs)
{
	return fs == FSR_TRANSLATION_1 || fs == FSR_TRANSLATION_2;
}

/* LDRT and STRT at PL1 are checked as PL0; the hardware said "permission". */
static bool abort_unprivileged(struct arch_vcpu *av, unsigned fs)
{
	struct insn i;

	return (fs == FSR_PERMISSION_1 || fs == FSR_PERMISSION_2) &&
	       !vm_fetch(av, av->frame.pc, exit_isa(av), &i) && insn_is_unpriv(&i);
}

/* The abort is the guest's own. */
static void data_abort(struct arch_vcpu *av, const struct shim_exit *exc, const struct vm_abort *a)
{
	exit_set_data_fault(av, a);
	reflect_abort(av, exc, VECTOR_DABT);
	vm_count(av, DABT_GUEST);
}

static void emulate_access(struct arch_vcpu *av, const struct shim_exit *exc,
			   struct vm_abort *abort, const struct gwalk *t)
{
	uint32_t pc = av->frame.pc, cpsr = av->frame.cpsr;
	struct insn i = { 0 };
	int err = vm_fetch(av, pc, exit_isa(av), &i);

	if (err && exit_fetch_aborts(av))
		return;
	if (!err)
		err = vm_emulate_ldst(av, &i, &av->frame.pc, &av->frame.cpsr, abort);
	if (!err) {
		av->fault_repeat = 0;
		if (!exc->moved)
			sites_note_access(av, pc, cpsr, &i, abort->va, t);
		return;
	}
	if (err != -EFAULT)
		guest_warn(av->ag->guest, WARN_DEVICE,
			   "instruction 0x%08x at 0x%08x cannot access a device", (unsigned)i.word,
			   (unsigned)av->frame.pc);
	data_abort(av, exc, abort);
}

/* The guest's tables permit the access: what was it that did not? */
static void abort_resolve(struct arch_vcpu *av, uint32_t va, bool write, const struct gwalk *t,
			  const struct shim_exit *exc)
{
	struct fref fr = frame_find(av->ag, GPA(t->pa));
	const struct region *r;
	struct vm_abort abort = { va, FSR_EXTERNAL, t->domain, write };

	if (fr.f && fr.f->state == FRAME_CODE && (write || fr.f->npatches)) {
		access_to_code(av, fr, &abort, exc);
		return;
	}
	r = fr.f ? NULL : traptab_find(&av->ag->guest->map, GPA(t->pa));
	if (!fr.f && !(r && region_mapped(r->kind)))
		emulate_access(av, exc, &abort, t);
	else if (!abort_livelock(av, va))
		shadow_fill(av, va, t, write ? GWALK_WRITE : GWALK_READ);
}

/* The guest is not to know of it. */
static void hidden_abort(struct arch_vcpu *av)
{
	vm_count(av, DABT_HIDDEN);
	WRITE_CP15(DFSR, av->ns.dfsr);
	WRITE_CP15(DFAR, av->ns.dfar);
	shim_forget(av, MODE_ABT, &av->abt);
}

void shim_dabt(struct arch_vcpu *av)
{
	uint32_t dfsr = READ_CP15(DFSR), va = READ_CP15(DFAR);
	unsigned fs = BITS(dfsr, 3, 0) | BITS(dfsr, 10, 10) << 4;
	bool write = BITS(dfsr, 11, 11), user;
	struct shim_exit exc;
	struct gwalk t;

	vm_count(av, DABT);
	if (!shim_enter(av, 8, 8, &exc))
		return;
	step_cancel(av, &exc);
	if (!exc.moved && translation_fault(fs) && sites_access(av, va, write)) {
		hidden_abort(av);
		return;
	}
	user = vm_user(av);
	if (!mmu_fault(fs)) {
		data_abort(av, &exc, &(struct vm_abort){ va, fs, BITS(dfsr, 7, 4), write });
		return;
	}
	if (!vm_walk(av, va, write ? GWALK_WRITE : GWALK_READ, user, &t) && !user &&
	    abort_unprivileged(av, fs))
		vm_walk(av, va, write ? GWALK_WRITE : GWALK_READ, true, &t);
	if (t.fault) {
		data_abort(av, &exc, &(struct vm_abort){ va, t.fault, t.domain, write });
		return;
	}
	hidden_abort(av);
	exc.moved |= (av->frame.cpsr & PSR_MODE) == MODE_ABT; /* LR and SPSR, if it becomes one */
	abort_resolve(av, va, write, &t, &exc);
}

/* --- prefetch aborts -------------------------------------------------------------------------- */

/*
 * A Thumb encoding that straddles two pages which are kept apart (shadow.c):
 * it is executed here, as if it had been replaced.
 */
static bool abort_straddles(struct arch_vcpu *av)
{
	struct insn i;

	return exit_isa(av) == ISA_THUMB && (av->frame.pc & PAGE_MASK) == PAGE_SIZE - 2 &&
	       !vm_fetch(av, av->frame.pc, ISA_THUMB, &i) && i.size == 4 &&
	       cp_danger(i.word) != CP_NATIVE && exit_emulate(av, &i);
}

static void fetch_fault(struct arch_vcpu *av, uint32_t va, const struct gwalk *t)
{
	struct fref fr = frame_find(av->ag, GPA(t->pa));

	if (!fr.f) {
		guest_fault(av->ag->guest,
			    &(struct fault){ GPA(t->pa), va, exit_isa(av) == ISA_ARM ? 4 : 2,
					     FAULT_FETCH, false });
		exit_prefetch_abort(av, va, FSR_EXTERNAL);
		return;
	}
	if (abort_straddles(av)) {
		vm_count(av, STRADDLE);
		return;
	}
	if (fr.f->state == FRAME_DATA) /* a part of what it takes; it comes again */
		frame_to_code(av, fr, exit_isa(av), vm_user(av));
	else if (fr.f->state == FRAME_CODE && !abort_livelock(av, va))
		shadow_fill(av, va, t, GWALK_EXEC);
	if (fr.f->state == FRAME_QUARANTINE)
		av->step_more = true;
}

void shim_pabt(struct arch_vcpu *av)
{
	uint32_t ifsr = READ_CP15(IFSR), va = READ_CP15(IFAR);
	unsigned fs = BITS(ifsr, 3, 0) | BITS(ifsr, 10, 10) << 4;
	struct shim_exit exc;
	struct gwalk t;
	bool user;

	vm_count(av, PABT);
	if (!shim_enter(av, 4, 4, &exc))
		return;
	step_cancel(av, &exc);
	user = vm_user(av);
	if (!mmu_fault(fs) || (fs = vm_walk(av, va, GWALK_EXEC, user, &t))) {
		exit_set_prefetch_fault(av, va, fs);
		reflect_abort(av, &exc, VECTOR_PABT);
		vm_count(av, PABT_GUEST);
		return;
	}
	vm_count(av, PABT_HIDDEN);
	WRITE_CP15(IFSR, av->ns.ifsr);
	WRITE_CP15(IFAR, av->ns.ifar);
	shim_forget(av, MODE_ABT, &av->abt);
	fetch_fault(av, va, &t);
}
