/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <arch/cp15.h>
#include <espalier/irq.h>
#include <espalier/log.h>

#include "host/cache.h"
#include "mmu/shadow.h"
#include "step.h"
#include "vm.h"

#define ARM_UDF     0xe7f000f0u
#define THUMB_SMC_1 0xf7f0u
#define THUMB_SMC_2 0x8000u
#define THUMB_UDF   0xde00u
#define THUMB_NOP   0xbf00u

/* ITSTATE of "last in its block, always" (ARM ARM A2.5.2). */
#define IT_LAST_ALWAYS 0xe8u

#define WALKS_AT_ONCE 12u /* so that interrupts are not kept waiting; then one LDM more */

/* Where the copy stands in the step page, and where the literals' page ends. */
#define SLOT_OFFSET    0x10u
#define SLOT_BYTES     16u
#define LITERAL_OFFSET (PAGE_SIZE - 8)

/* Is `va` in the step page? */
static bool in_step_page(const struct arch_vcpu *av, uint32_t va)
{
	return va - av->shim_va - STEP_PAGE < PAGE_SIZE;
}

static void map_page(struct arch_vcpu *av, uint32_t page, uint32_t pte)
{
	av->shim_l2[page >> PAGE_SHIFT] = pte;
	WRITE_CP15(TLBIMVAA, av->shim_va + page);
	dsb();
	isb();
}

static uint32_t any_privilege(const void *p)
{
	return ptr_hpa(p).v | L2_SMALL | L2_NORMAL_WBWA | L2_AP(AP_ANY_RO);
}

static uint32_t with_it(uint32_t cpsr, unsigned it)
{
	return (cpsr & ~PSR_IT) | (it & 3) << 25 | (it & 0xfc) << 8;
}

/* A copy and a trap, from halfword `at` of the slot: SMC, or UDF where SMC is UNDEF. */
static void step_assemble(uint16_t *h, unsigned at, const struct insn *i, bool user)
{
	uint32_t trap = user ? ARM_UDF : (ARM_AL | ARM_SMC);

	if (i->isa == ISA_ARM) {
		memcpy(h, (const uint32_t[]){ i->word, trap }, 8);
		return;
	}
	if (at)
		h[0] = THUMB_NOP;
	if (i->size == 4)
		h[at++] = i->word >> 16;
	h[at++] = i->word;
	h[at++] = user ? THUMB_UDF : THUMB_SMC_1;
	h[at] = THUMB_SMC_2;
}

/*
 * Writes the slot, which is all of the step page that ever changes.  A Thumb copy whose
 * halves would be a forbidden ARM word stands two bytes further.  False: not even so
 * may it be mapped.
 */
static bool slot_write(struct arch_vcpu *av, const struct insn *i, bool user)
{
	for (unsigned at = 0; at <= (i->isa == ISA_THUMB); at++) {
		uint32_t slot[SLOT_BYTES / 4] = { 0 };

		step_assemble((uint16_t *)slot, at, i, user);
		if (!verify_clean(slot, SLOT_BYTES / 4))
			continue;
		memcpy(&av->step_page[SLOT_OFFSET / 4], slot, SLOT_BYTES);
		cache_sync_code(&av->step_page[SLOT_OFFSET / 4], SLOT_BYTES);
		av->step_at = av->shim_va + STEP_PAGE + SLOT_OFFSET + 2 * at;
		return true;
	}
	return false;
}

static bool step_refuse(struct arch_vcpu *av, const struct insn *i)
{
	guest_warn(av->ag->guest, WARN_STEP,
		   "instruction 0x%08x at 0x%08x cannot be executed out of line", (unsigned)i->word,
		   (unsigned)av->frame.pc);
	exit_undefined(av);
	return false;
}

/* True: the copy has to run now.  False: it cannot, and is UNDEF. */
static bool run_copy(struct arch_vcpu *av, const struct insn *i)
{
	struct frame *f = &av->frame;
	struct insn copy = *i;

	if (i->isa == ISA_ARM && i->word >> 28 != 0xf)
		copy.word = (i->word & ~ARM_COND) | ARM_AL; /* its condition passed */
	if (!slot_write(av, &copy, vm_user(av)))
		return step_refuse(av, i);
	map_page(av, STEP_PAGE, any_privilege(av->step_page));
	vm_count(av, STEP);
	av->stepping = true;
	av->step_insn = *i;
	av->step_pc = f->pc;
	av->step_cpsr = f->cpsr;
	if (f->cpsr & PSR_IT)
		f->cpsr = with_it(f->cpsr, IT_LAST_ALWAYS);
	f->pc = av->step_at;
	irqchip->doorbell(false);
	return true;
}

static void step_stop(struct arch_vcpu *av)
{
	av->stepping = false;
	map_page(av, STEP_PAGE, 0);
	if (av->shim_l2[LITERALS_PAGE >> PAGE_SHIFT])
		map_page(av, LITERALS_PAGE, 0);
	irqchip->doorbell(av->vcpu->irq);
}

/* --- VLDR from a PC-relative address ------------------------------------------- */

/* The same bits in ARM and Thumb (ARM ARM A8.8.333). */
static bool is_vldr_literal(const struct insn *i)
{
	return i->size == 4 && (i->word & 0x0f3f0e00) == 0x0d1f0a00 && i->word >> 28 != 15;
}

/* Loads what it would load.  0 or -EFAULT. */
static int load_literal(struct arch_vcpu *av, const struct insn *i, struct vm_abort *abort)
{
	uint32_t imm = (i->word & 0xff) * 4, words = BITS(i->word, 8, 8) + 1;
	uint32_t from = ALIGN_DOWN(av->frame.pc, 4u) + (i->isa == ISA_ARM ? 8 : 4) +
			(BITS(i->word, 23, 23) ? imm : -imm);
	bool user = vm_user(av);

	for (uint32_t n = 0; n < words; n++)
		if (vm_load(av, from + 4 * n, 4, user, &av->step_literals[LITERAL_OFFSET / 4 + n],
			    abort))
			return -EFAULT;
	return 0;
}

/* Its copy loads from the end of the literals' page, which lies before the step page. */
static bool vldr_literal(struct arch_vcpu *av, const struct insn *i)
{
	uint32_t ahead = i->isa == ISA_ARM ? 8 : 4;
	struct insn copy = *i;
	struct vm_abort abort;

	if (load_literal(av, i, &abort)) {
		exit_data_abort(av, &abort);
		return false;
	}
	copy.word = (i->word & ~(BIT(23) | 0xffu)) | (SLOT_OFFSET + ahead + 8) / 4;
	if (!run_copy(av, &copy))
		return false;
	map_page(av, LITERALS_PAGE, any_privilege(av->step_literals) | L2_XN);
	return true;
}

static bool emulate_pc(struct arch_vcpu *av, const struct insn *i)
{
	struct vm_abort abort;
	int err = vm_emulate_pc(av, i, &av->frame.pc, &av->frame.cpsr, &abort);

	vm_count(av, STEP_EMUL);
	if (err == -ENOTSUP && is_vldr_literal(i))
		return vldr_literal(av, i);
	if (err == -EFAULT)
		exit_data_abort(av, &abort);
	else if (err)
		step_refuse(av, i);
	return false;
}

static bool is_svc(const struct insn *i)
{
	return i->isa == ISA_ARM ? (i->word & 0x0f000000) == 0x0f000000 && i->word >> 28 != 0xf :
				   i->size == 2 && (i->word & 0xff00) == 0xdf00;
}

static bool is_bkpt(const struct insn *i)
{
	return i->isa == ISA_ARM ? (i->word & 0x0ff000f0) == 0x01200070 :
				   i->size == 2 && (i->word & 0xff00) == 0xbe00;
}

#define FSR_DEBUG 0x02u

bool step_is_undefined(const struct insn *i, uint32_t cpsr)
{
	return insn_step_kind(i) == STEP_EXCEPTION && !is_svc(i) && !is_bkpt(i) &&
	       insn_cond_passed(insn_cond(i, cpsr), cpsr);
}

static void take_exception(struct arch_vcpu *av, const struct insn *i)
{
	uint32_t next = av->frame.pc + i->size;

	if (is_svc(i)) {
		if (i->isa == ISA_THUMB)
			av->frame.cpsr = insn_advance_it(av->frame.cpsr);
		exit_take_exception(av, &(struct exception){ MODE_SVC, VECTOR_SVC, next });
	} else if (is_bkpt(i)) {
		exit_prefetch_abort(av, av->frame.pc, FSR_DEBUG);
	} else {
		exit_undefined(av);
	}
}

/* --- what is stepped, and for how long ---------------------------------------- */

#define HANDLER_SHORT  64    /* instructions; Linux leaves the mode after ten */
#define HANDLER_LONG   65536 /* ... enough to print a report; then it is the main program */
#define HANDLERS_TRUST 4

static bool handler_mode(const struct arch_vcpu *av)
{
	uint32_t mode = av->frame.cpsr & PSR_MODE;

	return mode == MODE_ABT || mode == MODE_UND;
}

void step_handler(struct arch_vcpu *av)
{
	if (av->handlers_short < HANDLERS_TRUST)
		step_this_handler(av);
}

void step_this_handler(struct arch_vcpu *av)
{
	av->in_handler = av->step_more = true;
	av->handler_strayed = false;
	av->handler_steps = 0;
}

/* Only an exception return ends a handler: after a CPS it may come back. */
static void handler_returns(struct arch_vcpu *av)
{
	if (!av->in_handler || handler_mode(av))
		return;
	av->in_handler = false;
	if (av->handler_steps <= HANDLER_SHORT && !av->handler_strayed)
		av->handlers_short++;
	else
		av->handlers_short = 0;
}

/* An instruction is about to be stepped. */
static void count_step(struct arch_vcpu *av)
{
	if (!av->in_handler)
		return;
	av->handler_strayed |= !handler_mode(av);
	if (++av->handler_steps <= HANDLER_LONG)
		return;
	av->in_handler = false;
	av->handlers_short = 0;
}

static void exception_return(struct arch_vcpu *av, const struct insn *i)
{
	struct vm_abort abort;
	uint32_t pc = av->frame.pc, cpsr = av->frame.cpsr;
	int err = vm_emulate_exc_return(av, i, &pc, &cpsr, &abort);

	vm_count(av, STEP_EMUL);
	if (err == -EFAULT) {
		exit_data_abort(av, &abort);
	} else if (err) {
		exit_undefined(av);
	} else if (!vm_psr_valid(cpsr)) {
		vm_kill(av, "exception return to a mode or state that does not exist");
	} else {
		av->frame.pc = pc;
		av->frame.cpsr = cpsr & ~(PSR_F | PSR_A);
		handler_returns(av);
	}
}

static bool step_skip(struct arch_vcpu *av, const struct insn *i)
{
	av->frame.pc += i->size;
	if (i->isa == ISA_THUMB)
		av->frame.cpsr = insn_advance_it(av->frame.cpsr);
	return false;
}

static bool step_cp15(struct arch_vcpu *av, const struct insn *i)
{
	if (exit_emulate(av, i))
		return false;
	if (cp_danger(i->word) == CP_NATIVE) /* the hardware knows */
		return run_copy(av, i);
	exit_undefined(av);
	return false;
}

/*
 * A copy costs two exits and new code for the hardware to fetch, and in a handler
 * one that faults would do the very harm that stepping avoids: what can be
 * emulated is.  False: a copy it must be.
 */
static bool step_emulate(struct arch_vcpu *av, const struct insn *i)
{
	struct vm_abort abort = { 0 };
	int err = vm_emulate_simple(av, i, &av->frame.pc, &av->frame.cpsr);

	if (err == -ENOTSUP)
		err = vm_emulate_ldst(av, i, &av->frame.pc, &av->frame.cpsr, &abort);
	if (err == -EFAULT)
		exit_data_abort(av, &abort);
	if (!err || err == -EFAULT)
		vm_count(av, STEP_EMUL);
	return !err || err == -EFAULT;
}

/*
 * LDR.W Rt, [Rn, Rm, LSL #2], trapped because it reads a table in the code that had to
 * be replaced (scan_literals_thumb() of the verifier): a copy would read the replacement.
 */
static bool reads_table(const struct insn *i)
{
	return i->isa == ISA_THUMB && i->size == 4 && (i->word & 0xfff00ff0) == 0xf8500020;
}

bool step_insn(struct arch_vcpu *av, const struct insn *i)
{
	uint32_t cpsr = av->frame.cpsr;

	if (!insn_cond_passed(insn_cond(i, cpsr), cpsr))
		return step_skip(av, i);
	switch (insn_step_kind(i)) {
	case STEP_OUT_OF_LINE:
		if (reads_table(i) && step_emulate(av, i))
			return false;
		return run_copy(av, i);
	case STEP_EMULATE: return emulate_pc(av, i);
	case STEP_EXC_RETURN: exception_return(av, i); return false;
	case STEP_CP15:
	case STEP_WAIT: return step_cp15(av, i);
	default: take_exception(av, i); return false;
	}
}

/* Is the next instruction in a quarantined frame that may be fetched from? */
static bool step_quarantined(struct arch_vcpu *av)
{
	struct gwalk t;
	struct fref fr;

	if (vm_walk(av, av->frame.pc, GWALK_EXEC, vm_user(av), &t))
		return false;
	fr = frame_find(av->ag, GPA(t.pa));
	return fr.f && fr.f->state == FRAME_QUARANTINE;
}

/* The hardware has to take an interrupt before the next instruction. */
static bool irq_due(const struct arch_vcpu *av)
{
	return av->vcpu->irq && !(av->frame.cpsr & PSR_I);
}

static bool must_step(struct arch_vcpu *av)
{
	return (av->in_handler || step_quarantined(av)) && !irq_due(av);
}

/* The guest's own fetch, with its faults.  False: the abort has been taken. */
static bool step_fetch(struct arch_vcpu *av, struct insn *i)
{
	bool user = vm_user(av);
	uint32_t pc = av->frame.pc;
	struct gwalk t;

	if (vm_walk(av, pc, GWALK_EXEC, user, &t)) {
		exit_prefetch_abort(av, pc, t.fault);
		return false;
	}
	if (exit_isa(av) == ISA_THUMB && (pc & PAGE_MASK) == PAGE_SIZE - 2 &&
	    vm_walk(av, pc + 2, GWALK_EXEC, user, &t)) {
		struct insn first;

		if (!vm_fetch(av, pc, ISA_THUMB, &first) && first.size == 2)
			return *i = first, true;
		exit_prefetch_abort(av, pc + 2, t.fault);
		return false;
	}
	if (!vm_fetch(av, pc, exit_isa(av), i))
		return true;
	exit_prefetch_abort(av, pc, FSR_EXTERNAL);
	return false;
}

/* A kernel's copy of a replacement word is executed as what it stands for. */
static bool fetch_original(struct arch_vcpu *av, struct insn *i)
{
	struct insn copy;

	if (!step_fetch(av, &copy))
		return false;
	if (vm_user(av) || !verify_original(&av->ag->dict, &copy, i))
		*i = copy;
	return true;
}

void step(struct arch_vcpu *av)
{
	uint32_t walks = av->walks;
	struct insn i;

	do {
		count_step(av);
		if (fetch_original(av, &i) && !step_emulate(av, &i) && step_insn(av, &i)) {
			av->step_more = false; /* the copy's trap brings us back */
			return;
		}
	} while (must_step(av) && av->vcpu->state == VCPU_READY &&
		 av->walks - walks < WALKS_AT_ONCE);
	av->step_more = must_step(av);
}

bool step_returns(struct arch_vcpu *av)
{
	uint32_t done = av->step_at + av->step_insn.size, pc = av->frame.pc;

	if (!av->stepping)
		return false;
	if (pc != done && pc != done + 4) /* at the UDF, or behind the SMC */
		return false;
	step_stop(av);
	av->frame.pc = av->step_pc + av->step_insn.size;
	if (av->step_cpsr & PSR_IT)
		av->frame.cpsr =
			(av->frame.cpsr & ~PSR_IT) | (insn_advance_it(av->step_cpsr) & PSR_IT);
	av->step_more = must_step(av);
	return true;
}

void step_reset(struct arch_vcpu *av)
{
	av->stepping = av->step_more = av->in_handler = false;
	av->shim_searching = false;
	av->handlers_short = 0;
	av->shim_l2[STEP_PAGE >> PAGE_SHIFT] = 0; /* the reset flushes the TLB */
	av->shim_l2[LITERALS_PAGE >> PAGE_SHIFT] = 0;
}

void step_cancel(struct arch_vcpu *av, struct shim_exit *exc)
{
	if (!av->stepping || !in_step_page(av, av->frame.pc))
		return;
	av->frame.cpsr = (av->frame.cpsr & ~PSR_IT) | (av->step_cpsr & PSR_IT);
	exc->lr += av->step_pc - av->frame.pc;
	exc->spsr = av->frame.cpsr;
	exc->moved = true;
	av->frame.pc = av->step_pc;
	step_stop(av);
}
