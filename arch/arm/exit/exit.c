/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exits: why a guest came to Monitor mode, and what is done about it.
 * monitor.S calls the exit_ functions with the frame of whoever ran; they
 * return the frame to go on with.
 */
#include <arch/cp15.h>
#include <espalier/irq.h>
#include <espalier/log.h>
#include <espalier/sched.h>

#include "exit.h"
#include "step.h"
#include "vcpu/cpu_local.h"
#include "vcpu/world.h"
#include "vm.h"

void vm_kill(struct arch_vcpu *av, const char *why)
{
	log_err("guest %s halted at pc 0x%08x: %s", av->ag->guest->name, (unsigned)av->frame.pc,
		why);
	guest_killed(av->ag->guest, why);
	sched_vcpu_halt(av->vcpu);
}

/* --- the end of every exit ---------------------------------------------------- */

static void wait_for_interrupt(struct cpu_local *c)
{
	stay_end(c);
	dsb();
	wfi();
	stay_begin(c);
	irq_dispatch();
}

static void exit_schedule(struct cpu_local *c)
{
	struct vcpu *next;
	bool idle;

	while (next = sched_pick(&idle), idle)
		wait_for_interrupt(c);
	switch_to(c, next ? next->arch : NULL);
}

/* Has it something to do before it can go on in the guest? */
static bool has_work(const struct arch_vcpu *av)
{
	return av && (av->step_more || av->shim_searching);
}

static void do_work(struct arch_vcpu *av)
{
	if (av->shim_searching) {
		shim_search(av);
		return;
	}
	av->stay.kind = STAY_STEP;
	step(av);
}

/* Interrupts are let in by hand before each piece of work: none of them waits for two. */
static struct frame *go_on(struct cpu_local *c)
{
	exit_schedule(c);
	while (has_work(c->current)) {
		irq_dispatch();
		exit_schedule(c);
		stay_end(c);
		stay_begin(c);
		if (!has_work(c->current))
			break;
		do_work(c->current);
		exit_schedule(c);
	}
	if (c->current)
		vcpu_regs_flush(c->current);
	stay_end(c);
	return c->current ? &c->current->frame : &c->thread;
}

/* --- SMC -------------------------------------------------------------------------- */

/* Offsets from shim.S to what they mean. */
extern const char shim_template[], shim_und_exit[], shim_pabt_exit[], shim_dabt_exit[];

static const struct {
	const char *at;
	void (*handle)(struct arch_vcpu *av);
	enum stay_kind kind;
} shim_exits[] = {
	{ shim_dabt_exit, shim_dabt, STAY_DABT },
	{ shim_pabt_exit, shim_pabt, STAY_PABT },
	{ shim_und_exit, shim_und, STAY_UND },
};

static void guest_smc(struct arch_vcpu *av)
{
	uint32_t off = av->frame.pc - av->shim_va - SHIM_PAGE;
	unsigned n = 0;

	av->stay.kind = STAY_SMC;
	if (step_returns(av))
		return;
	while (n < ARRAY_SIZE(shim_exits) && off != (uint32_t)(shim_exits[n].at - shim_template))
		n++;
	if (n < ARRAY_SIZE(shim_exits)) {
		av->stay.kind = shim_exits[n].kind;
		shim_exits[n].handle(av);
	} else {
		exit_dictionary(av);
	}
	if (av->in_handler && !av->stepping)
		av->step_more = true;
}

struct frame *exit_smc(struct frame *f)
{
	struct cpu_local *c = cpu_local();

	stay_begin(c);
	if (c->current)
		guest_smc(c->current);
	return go_on(c);
}

struct frame *exit_fiq(struct frame *f)
{
	struct cpu_local *c = cpu_local();

	stay_begin(c);
	if (c->current) {
		vm_count(c->current, FIQ);
		c->current->stay.kind = STAY_FIQ;
	}
	irq_dispatch();
	return go_on(c);
}

/* --- external aborts -------------------------------------------------------------- */

static struct frame *exit_external(struct frame *f, bool data)
{
	struct cpu_local *c = cpu_local();

	if (!c->current)
		panic("external abort in the VMM at 0x%08x", (unsigned)f->pc);
	stay_begin(c);
	c->current->stay.kind = STAY_EXTERNAL;
	vm_count(c->current, EXT_ABORT);
	if (data)
		exit_data_abort(c->current, &(struct vm_abort){ .fs = FSR_EXTERNAL });
	else
		exit_prefetch_abort(c->current, f->pc, FSR_EXTERNAL);
	return go_on(c);
}

struct frame *exit_external_data(struct frame *f) { return exit_external(f, true); }
struct frame *exit_external_prefetch(struct frame *f) { return exit_external(f, false); }
