/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits: why a guest came to Monitor mode, and what is done about it.
 * monitor.S calls the exit_ functions with the frame of whoever ran; they
 * return the frame to go on with.
 */
#include "exit.h"

#include <errno.h>
#include <string.h>

#include <espalier/irq.h>
#include <espalier/log.h>
#include <espalier/sched.h>

#include <arch/cp15.h>

#include "cpu_local.h"
#include "step.h"
#include "vm.h"
#include "world.h"

void vm_kill(struct arch_vcpu *av, const char *why)
{
	log_err("guest %s halted at pc 0x%08x: %s", av->ag->guest->name,
		(unsigned)av->frame.pc, why);
	guest_killed(av->ag->guest, why);
	sched_vcpu_halt(av->vcpu);
}

/* --- the end of every exit ---------------------------------------------------- */

static void wait_for_interrupt(void)
{
	dsb();
	__asm__ volatile("wfi");
	irq_dispatch();
}

static void schedule(struct cpu_local *c)
{
	struct vcpu *next;
	bool idle;

	while (next = sched_pick(&idle), idle)
		wait_for_interrupt();
	switch_to(c, next ? next->arch : NULL);
}

static struct frame *go_on(struct cpu_local *c)
{
	schedule(c);
	while (c->current && c->current->step_more) {
		step(c->current);
		irq_dispatch();
		schedule(c);
	}
	if (!c->current)
		return &c->thread;
	vcpu_regs_flush(c->current);
	return &c->current->frame;
}

/* --- exceptions given to the guest ---------------------------------------------- */

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

	exit_take_exception(av, &(struct exception){
		MODE_UND, VECTOR_UND, av->frame.pc + (thumb ? 2 : 4) });
	vm_count(av, UND_GUEST);
}

static uint32_t fsr_bits(unsigned fs) { return (fs & 0xf) | (fs & 0x10) << 6; }

static void set_data_fault(struct arch_vcpu *av, const struct vm_abort *a)
{
	av->ns.dfsr = fsr_bits(a->fs) | (uint32_t)a->domain << 4 | (a->write ? 1u << 11 : 0);
	av->ns.dfar = a->va;
	WRITE_CP15(DFSR, av->ns.dfsr);
	WRITE_CP15(DFAR, av->ns.dfar);
}

void exit_data_abort(struct arch_vcpu *av, const struct vm_abort *a)
{
	set_data_fault(av, a);
	exit_take_exception(av, &(struct exception){ MODE_ABT, VECTOR_DABT, av->frame.pc + 8 });
	vm_count(av, DABT_GUEST);
}

void exit_prefetch_abort(struct arch_vcpu *av, uint32_t va, unsigned fs)
{
	av->ns.ifsr = fsr_bits(fs);
	av->ns.ifar = va;
	WRITE_CP15(IFSR, av->ns.ifsr);
	WRITE_CP15(IFAR, av->ns.ifar);
	exit_take_exception(av, &(struct exception){ MODE_ABT, VECTOR_PABT, av->frame.pc + 4 });
	vm_count(av, PABT_GUEST);
}

/* --- coming from the shim ------------------------------------------------------------ */

/*
 * Takes what the shim left in the slots, once: they are the guest's to write.
 * Afterwards av->frame describes the guest at the instruction that trapped, and
 * *exc the mode that the exception went to.  False: the slots make no sense.
 */
static bool shim_enter(struct arch_vcpu *av, unsigned lr_ahead_arm, unsigned lr_ahead_thumb,
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

/*
 * The exception was not for the guest, but it has overwritten LR and SPSR of the
 * mode it went to.  That matters if the guest is in that very mode: give back
 * what its own last exception left there, which is right unless it has changed
 * them since.
 */
static void shim_forget(struct arch_vcpu *av, uint32_t mode, const struct reflected *r)
{
	if ((av->frame.cpsr & PSR_MODE) != mode)
		return;
	vm_set_lr_spsr(av, mode, r->lr, r->spsr);
	av->handlers_short = 0;
	if (!vm_count(av, FIDELITY))
		log_warn("%s: an exit inside its %s handler at 0x%08x had to restore LR and "
			 "SPSR from memory", av->ag->guest->name,
			 mode == MODE_ABT ? "abort" : "undef", (unsigned)av->frame.pc);
}

/* The exception is the guest's: LR and SPSR of the mode are right already. */
static void shim_reflect(struct arch_vcpu *av, const struct shim_exit *exc, uint32_t vector,
			 struct reflected *r)
{
	*r = (struct reflected){ exc->lr, exc->spsr };
	if (exc->moved)
		vm_set_lr_spsr(av, exc->cpsr & PSR_MODE, exc->lr, exc->spsr);
	av->frame.cpsr = exception_cpsr(av, exc->cpsr, exc->cpsr & PSR_MODE);
	av->frame.pc = vcp15_vector_base(av) + vector;
	step_handler(av);
}

/* --- hidden faults --------------------------------------------------------------------- */

/* Store through a code frame: emulate where turning it to data would not last. */
#define FLIPS_BEFORE_EMULATION 4

static bool executes_from(struct arch_vcpu *av, const struct gframe *f)
{
	struct gwalk t;

	vm_walk(av, av->frame.pc, GWALK_READ, false, &t);
	return frame_find(av->ag, GPA(t.pa)).f == f;
}

static void store_to_code(struct arch_vcpu *av, struct fref fr, uint32_t va,
			  const struct shim_exit *exc, const struct gwalk *t)
{
	bool self = executes_from(av, fr.f);
	struct vm_abort abort;
	struct insn i;
	int err = -ENOTSUP;

	if ((self || fr.f->flips >= FLIPS_BEFORE_EMULATION) &&
	    !vm_fetch(av, av->frame.pc, exit_isa(av), &i))
		err = vm_emulate_ldst(av, &i, &av->frame.pc, &av->frame.cpsr, &abort);
	if (err == -EFAULT) {
		set_data_fault(av, &abort);
		shim_reflect(av, exc, VECTOR_DABT, &av->abt);
	} else if (err && self) {
		frame_quarantine(av, fr); /* STREX, VSTM ...: step it instead */
	} else if (err) {
		frame_to_data(av, fr);
		shadow_fill(av, va, t);
	}
}

/* Fills the page in ahead, if the guest may access it. */
static void prefill(struct arch_vcpu *av, uint32_t va, enum gwalk_access acc)
{
	struct gwalk t;
	struct fref fr;

	if (shadow_maps(av, va, acc) || vm_walk(av, va, acc, false, &t))
		return;
	fr = frame_find(av->ag, GPA(t.pa));
	if (!fr.f)
		return;
	if (acc == GWALK_EXEC)
		frame_to_code(av, fr, av->mmu.sctlr & SCTLR_TE ? ISA_THUMB : ISA_ARM, false);
	shadow_fill(av, va, &t);
}

/*
 * Keeps the first steps of the guest's abort handler free of hidden faults,
 * which would overwrite LR_abt and SPSR_abt: the vector, where its first
 * instruction leads, and the stack of the mode.
 */
static void prefill_handler(struct arch_vcpu *av, uint32_t vector, uint32_t sp)
{
	uint32_t v = vcp15_vector_base(av) + vector, pc = v, cpsr = MODE_ABT | PSR_I;
	struct vm_abort abort;
	struct insn i;

	prefill(av, v, GWALK_EXEC);
	if (!vm_fetch(av, v, ISA_ARM, &i) && insn_step_kind(&i) == STEP_EMULATE &&
	    !vm_emulate_pc(av, &i, &pc, &cpsr, &abort))
		prefill(av, pc, GWALK_EXEC);
	prefill(av, sp, GWALK_WRITE);
	prefill(av, sp - 64, GWALK_WRITE);
}

static void reflect_abort(struct arch_vcpu *av, const struct shim_exit *exc, uint32_t vector)
{
	shim_reflect(av, exc, vector, &av->abt);
	prefill_handler(av, vector, exc->sp);
}

/* A fault that nothing cures would come back for ever: a bug of ours, or a trick. */
#define FAULT_REPEAT_MAX 1000

static bool livelock(struct arch_vcpu *av, uint32_t va)
{
	if (av->frame.pc != av->fault_pc || va != av->fault_va) {
		av->fault_pc = av->frame.pc;
		av->fault_va = va;
		av->fault_repeat = 0;
	}
	if (++av->fault_repeat < FAULT_REPEAT_MAX)
		return false;
	log_err("%s: fault at va 0x%08x comes back at pc 0x%08x", av->ag->guest->name,
		(unsigned)va, (unsigned)av->frame.pc);
	vm_kill(av, "a hidden fault does not go away");
	return true;
}

/* --- data aborts --------------------------------------------------------------------------- */

static bool mmu_fault(unsigned fs)
{
	const uint32_t kinds = BIT(FSR_ACCESS_FLAG_1) | BIT(FSR_ACCESS_FLAG_2) |
			       BIT(FSR_TRANSLATION_1) | BIT(FSR_TRANSLATION_2) |
			       BIT(FSR_DOMAIN_1) | BIT(FSR_DOMAIN_2) |
			       BIT(FSR_PERMISSION_1) | BIT(FSR_PERMISSION_2);

	return kinds >> fs & 1;
}

static bool translation_fault(unsigned fs)
{
	return fs == FSR_TRANSLATION_1 || fs == FSR_TRANSLATION_2;
}

/* LDRT and STRT at PL1 are checked as PL0; the hardware said "permission". */
static bool unprivileged(struct arch_vcpu *av, unsigned fs)
{
	struct insn i;

	return (fs == FSR_PERMISSION_1 || fs == FSR_PERMISSION_2) &&
	       !vm_fetch(av, av->frame.pc, exit_isa(av), &i) && insn_is_unpriv(&i);
}

static void emulate_access(struct arch_vcpu *av, const struct shim_exit *exc,
			   struct vm_abort *abort, const struct gwalk *t)
{
	uint32_t pc = av->frame.pc, cpsr = av->frame.cpsr;
	struct insn i = { 0 };
	int err = vm_fetch(av, pc, exit_isa(av), &i);

	if (!err)
		err = vm_emulate_ldst(av, &i, &av->frame.pc, &av->frame.cpsr, abort);
	if (!err) {
		av->fault_repeat = 0;
		if (!exc->moved)
			sites_note_access(av, pc, cpsr, &i, abort->va, t);
		return;
	}
	if (err != -EFAULT)
		log_warn("%s: instruction 0x%08x at 0x%08x cannot access a device",
			 av->ag->guest->name, (unsigned)i.word, (unsigned)av->frame.pc);
	set_data_fault(av, abort);
	reflect_abort(av, exc, VECTOR_DABT);
	vm_count(av, DABT_GUEST);
}

/* The guest's tables permit the access: what was it that did not? */
static void resolve(struct arch_vcpu *av, uint32_t va, bool write, const struct gwalk *t,
		    const struct shim_exit *exc)
{
	struct fref fr = frame_find(av->ag, GPA(t->pa));
	const struct region *r;
	struct vm_abort abort = { va, FSR_EXTERNAL, t->domain, write };

	if (fr.f && write && fr.f->state == FRAME_CODE) {
		store_to_code(av, fr, va, exc, t);
		return;
	}
	r = fr.f ? NULL : traptab_find(&av->ag->guest->map, GPA(t->pa));
	if (!fr.f && !(r && region_mapped(r->kind)))
		emulate_access(av, exc, &abort, t);
	else if (!livelock(av, va))
		shadow_fill(av, va, t);
}

/* The guest is not to know of it. */
static void hidden_abort(struct arch_vcpu *av)
{
	vm_count(av, DABT_HIDDEN);
	WRITE_CP15(DFSR, av->ns.dfsr);
	WRITE_CP15(DFAR, av->ns.dfar);
	shim_forget(av, MODE_ABT, &av->abt);
}

static void shim_dabt(struct arch_vcpu *av)
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
	user = (av->frame.cpsr & PSR_MODE) == MODE_USR;
	if (!mmu_fault(fs)) {
		t.fault = fs;
		t.domain = BITS(dfsr, 7, 4);
	} else if (!vm_walk(av, va, write ? GWALK_WRITE : GWALK_READ, user, &t) && !user &&
		   unprivileged(av, fs)) {
		vm_walk(av, va, write ? GWALK_WRITE : GWALK_READ, true, &t);
	}
	if (t.fault) {
		set_data_fault(av, &(struct vm_abort){ va, t.fault, t.domain, write });
		reflect_abort(av, &exc, VECTOR_DABT);
		vm_count(av, DABT_GUEST);
		return;
	}
	hidden_abort(av);
	resolve(av, va, write, &t, &exc);
}

/* --- prefetch aborts -------------------------------------------------------------------------- */

/*
 * A Thumb encoding that straddles two pages which are kept apart (shadow.c):
 * it is executed here, as if it had been replaced.
 */
static bool straddles(struct arch_vcpu *av)
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
		guest_fault(av->ag->guest, &(struct fault){
			GPA(t->pa), va, exit_isa(av) == ISA_ARM ? 4 : 2, FAULT_FETCH, false });
		exit_prefetch_abort(av, va, FSR_EXTERNAL);
		return;
	}
	if (straddles(av)) {
		vm_count(av, STRADDLE);
		return;
	}
	frame_to_code(av, fr, exit_isa(av), (av->frame.cpsr & PSR_MODE) == MODE_USR);
	if (fr.f->state == FRAME_QUARANTINE)
		av->step_more = true;
	else if (!livelock(av, va))
		shadow_fill(av, va, t);
}

static void shim_pabt(struct arch_vcpu *av)
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
	user = (av->frame.cpsr & PSR_MODE) == MODE_USR;
	if (!mmu_fault(fs))
		t.fault = fs;
	else
		vm_walk(av, va, GWALK_EXEC, user, &t);
	if (t.fault) {
		av->ns.ifsr = fsr_bits(t.fault);
		av->ns.ifar = va;
		WRITE_CP15(IFSR, av->ns.ifsr);
		WRITE_CP15(IFAR, av->ns.ifar);
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

/* --- replacement words ------------------------------------------------------------------------ */

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

/* The same for a CP15 access that is decoded already. */
static bool emulate_cp15(struct arch_vcpu *av, const struct insn *i, const struct vcp15_op *op)
{
	if (insn_cond_passed(insn_cond(i, av->frame.cpsr), av->frame.cpsr)) {
		if ((av->frame.cpsr & PSR_MODE) == MODE_USR)
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

static void shim_und(struct arch_vcpu *av)
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
	if (s && insn_step_kind(&s->insn) != STEP_EXCEPTION) {
		struct insn i = s->insn;

		vm_count(av, UND_TRAPWORD);
		shim_forget(av, MODE_UND, &av->und);
		av->step_more = !step_insn(av, &i) && av->step_more;
		return;
	}
	shim_reflect(av, &exc, VECTOR_UND, &av->und);
	vm_count(av, UND_GUEST);
}

/* --- SMC ------------------------------------------------------------------------------------------ */

/* A dictionary SMC; its condition passed, and PL0 cannot execute SMC. */
static void dictionary(struct arch_vcpu *av)
{
	const struct trap_site *s;

	vm_count(av, SMC_DICT);
	av->frame.pc -= 4;
	s = sites_trap(av);
	if (s && emulate_site(av, s))
		sites_note_dacr(av, s);
	else
		exit_undefined(av); /* the guest's own SMC: there is no firmware */
}

/* Offsets from shim.S to what they mean. */
extern const char shim_template[], shim_und_exit[], shim_pabt_exit[], shim_dabt_exit[];

static const struct {
	const char *at;
	void (*handle)(struct arch_vcpu *av);
} shim_exits[] = {
	{ shim_dabt_exit, shim_dabt },
	{ shim_pabt_exit, shim_pabt },
	{ shim_und_exit, shim_und },
};

static void guest_smc(struct arch_vcpu *av)
{
	uint32_t off = av->frame.pc - av->shim_va - SHIM_PAGE;
	unsigned n = 0;

	if (step_returns(av))
		return;
	while (n < ARRAY_SIZE(shim_exits) &&
	       off != (uint32_t)(shim_exits[n].at - shim_template))
		n++;
	if (n < ARRAY_SIZE(shim_exits))
		shim_exits[n].handle(av);
	else
		dictionary(av);
	if (av->in_handler && !av->stepping)
		av->step_more = true;
}

struct frame *exit_smc(struct frame *f)
{
	struct cpu_local *c = cpu_local();

	(void)f; /* == &c->current->frame, or the thread's: a yield */
	if (c->current)
		guest_smc(c->current);
	return go_on(c);
}

struct frame *exit_fiq(struct frame *f)
{
	struct cpu_local *c = cpu_local();

	(void)f;
	if (c->current)
		vm_count(c->current, FIQ);
	irq_dispatch();
	return go_on(c);
}

/* --- external aborts --------------------------------------------------------------------------------- */

static struct frame *external(struct frame *f, bool data)
{
	struct cpu_local *c = cpu_local();

	if (!c->current)
		panic("external abort in the VMM at 0x%08x", (unsigned)f->pc);
	vm_count(c->current, EXT_ABORT);
	if (data)
		exit_data_abort(c->current, &(struct vm_abort){ .fs = FSR_EXTERNAL });
	else
		exit_prefetch_abort(c->current, f->pc, FSR_EXTERNAL);
	return go_on(c);
}

struct frame *exit_external_data(struct frame *f) { return external(f, true); }
struct frame *exit_external_prefetch(struct frame *f) { return external(f, false); }
