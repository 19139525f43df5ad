/* SPDX-License-Identifier: Apache-2.0 */
#include "step.h"

#include <errno.h>

#include <espalier/irq.h>
#include <espalier/log.h>

#include <arch/cp15.h>

#include "cache.h"
#include "shadow.h"
#include "vm.h"

#define ARM_SMC     0xe1600070u
#define ARM_UDF     0xe7f000f0u
#define THUMB_SMC_1 0xf7f0u
#define THUMB_SMC_2 0x8000u
#define THUMB_UDF   0xde00u

/* ITSTATE of "last in its block, always" (ARM ARM A2.5.2). */
#define IT_LAST_ALWAYS 0xe8u

#define STEPS_PER_EXIT 64 /* so that interrupts are not kept waiting */

static uint32_t slot_va(const struct arch_vcpu *av) { return av->shim_va + STEP_PAGE; }

static void slot_map(struct arch_vcpu *av, bool on)
{
	av->shim_l2[STEP_PAGE >> PAGE_SHIFT] =
		on ? ptr_hpa(av->step_page).v | L2_SMALL | L2_NORMAL_WBWA | L2_AP(AP_ANY_RO) : 0;
	WRITE_CP15(TLBIMVAA, slot_va(av));
	dsb();
	isb();
}

static uint32_t with_it(uint32_t cpsr, unsigned it)
{
	return (cpsr & ~PSR_IT) | (it & 3) << 25 | (it & 0xfc) << 8;
}

/* Puts a copy and a trap into the step page: SMC, or UDF where SMC is UNDEF. */
static void slot_write(struct arch_vcpu *av, const struct insn *i, bool user)
{
	uint32_t *w = av->step_page;
	uint16_t *h = (uint16_t *)av->step_page;

	if (i->isa == ISA_ARM) {
		w[0] = i->word;
		w[1] = user ? ARM_UDF : ARM_SMC;
	} else {
		if (i->size == 4)
			*h++ = i->word >> 16;
		*h++ = i->word;
		*h++ = user ? THUMB_UDF : THUMB_SMC_1;
		*h++ = THUMB_SMC_2;
	}
	cache_sync_code(w, 32);
}

static void run_copy(struct arch_vcpu *av, const struct insn *i)
{
	struct frame *f = &av->frame;
	bool user = (f->cpsr & PSR_MODE) == MODE_USR;

	if (i->isa == ISA_ARM && i->word >> 28 != 0xf) {
		struct insn always = *i;

		always.word = (i->word & 0x0fffffff) | 0xe0000000;
		slot_write(av, &always, user);
	} else {
		slot_write(av, i, user);
	}
	slot_map(av, true);
	vm_count(av, STEP);
	av->stepping = true;
	av->step_insn = *i;
	av->step_pc = f->pc;
	av->step_cpsr = f->cpsr;
	if (f->cpsr & PSR_IT)
		f->cpsr = with_it(f->cpsr, IT_LAST_ALWAYS);
	f->pc = slot_va(av);
	irqchip->doorbell(false);
}

static void stop(struct arch_vcpu *av)
{
	av->stepping = false;
	slot_map(av, false);
	irqchip->doorbell(av->vcpu->irq);
}

static void emulate_pc(struct arch_vcpu *av, const struct insn *i)
{
	struct vm_abort abort;
	int err = vm_emulate_pc(av, i, &av->frame.pc, &av->frame.cpsr, &abort);

	vm_count(av, STEP_EMUL);
	if (err == -EFAULT) {
		exit_data_abort(av, &abort);
	} else if (err) {
		log_warn("%s: instruction 0x%08x at 0x%08x cannot be executed out of line",
			 av->ag->guest->name, (unsigned)i->word, (unsigned)av->frame.pc);
		exit_undefined(av);
	}
}

static bool is_svc(const struct insn *i)
{
	return i->isa == ISA_ARM ? (i->word & 0x0f000000) == 0x0f000000 && i->word >> 28 != 0xf
				 : i->size == 2 && (i->word & 0xff00) == 0xdf00;
}

static bool is_bkpt(const struct insn *i)
{
	return i->isa == ISA_ARM ? (i->word & 0x0ff000f0) == 0x01200070
				 : i->size == 2 && (i->word & 0xff00) == 0xbe00;
}

#define FSR_DEBUG 0x02u

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

/*
 * An exception return leaves the copy for good, so nothing ends the step.  With
 * IRQs masked up to it none can hit the copy, and the doorbell stays as it is.
 */
static void exception_return(struct arch_vcpu *av, const struct insn *i)
{
	run_copy(av, i);
	av->stepping = false;
	irqchip->doorbell(av->vcpu->irq && av->frame.cpsr & PSR_I);
}

void step_insn(struct arch_vcpu *av, const struct insn *i)
{
	uint32_t cpsr = av->frame.cpsr;

	if (!insn_cond_passed(insn_cond(i, cpsr), cpsr)) {
		av->frame.pc += i->size;
		if (i->isa == ISA_THUMB)
			av->frame.cpsr = insn_advance_it(cpsr);
		return;
	}
	switch (insn_step_kind(i)) {
	case STEP_OUT_OF_LINE:
		run_copy(av, i);
		break;
	case STEP_EMULATE:
		emulate_pc(av, i);
		break;
	case STEP_EXC_RETURN:
		exception_return(av, i);
		break;
	case STEP_CP15:
	case STEP_WAIT:
		if (exit_emulate(av, i))
			break;
		if (cp_danger(i->word) == CP_NATIVE) /* the hardware knows */
			run_copy(av, i);
		else
			exit_undefined(av);
		break;
	case STEP_EXCEPTION:
		take_exception(av, i);
		break;
	}
}

/* Is the next instruction in a quarantined frame that may be fetched from? */
static bool quarantined(struct arch_vcpu *av)
{
	struct gwalk t;
	struct fref fr;

	if (vm_walk(av, av->frame.pc, GWALK_EXEC, (av->frame.cpsr & PSR_MODE) == MODE_USR, &t))
		return false;
	fr = frame_find(av->ag, GPA(t.pa));
	return fr.f && fr.f->state == FRAME_QUARANTINE;
}

void step(struct arch_vcpu *av)
{
	unsigned n = 0;

	do {
		struct insn i;

		if (vm_fetch(av, av->frame.pc, exit_isa(av), &i))
			return; /* its second half faults: the hardware will say so */
		step_insn(av, &i);
	} while (!av->stepping && av->vcpu->state == VCPU_READY && !av->vcpu->irq &&
		 ++n < STEPS_PER_EXIT && quarantined(av));
}

bool step_returns(struct arch_vcpu *av)
{
	uint32_t done = slot_va(av) + av->step_insn.size, pc = av->frame.pc;

	if (!av->stepping)
		return false;
	if (pc != done && pc != done + 4) /* at the UDF, or behind the SMC */
		return false;
	stop(av);
	av->frame.pc = av->step_pc + av->step_insn.size;
	if (av->step_cpsr & PSR_IT)
		av->frame.cpsr = (av->frame.cpsr & ~PSR_IT) |
				 (insn_advance_it(av->step_cpsr) & PSR_IT);
	if (!av->vcpu->irq && quarantined(av))
		step(av);
	return true;
}

void step_cancel(struct arch_vcpu *av, struct shim_exit *exc)
{
	uint32_t off = av->frame.pc - slot_va(av);

	if (off >= PAGE_SIZE || !(av->stepping || off == 0))
		return;
	av->frame.cpsr = (av->frame.cpsr & ~PSR_IT) | (av->step_cpsr & PSR_IT);
	exc->lr += av->step_pc - av->frame.pc;
	exc->spsr = av->frame.cpsr;
	exc->moved = true;
	av->frame.pc = av->step_pc;
	stop(av);
}
