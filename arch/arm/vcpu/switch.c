/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The switch of context: between the host thread and a vCPU the banked core
 * registers move; the Non-secure CP15 bank, VFP and the TLB follow only when
 * another vCPU comes in (invariant I6).
 */
#include <arch/cp15.h>
#include <arch/stacks.h>
#include <espalier/irq.h>

#include "cpu_local.h"
#include "world.h"

static struct cpu_local cpus[CONFIG_MAX_CPUS];

struct cpu_local *cpu_local(void) { return &cpus[arch_cpu_id()]; }

struct arch_vcpu *vm_current(void) { return cpu_local()->current; }

static void set_ns(bool ns)
{
	uint32_t scr = READ_CP15(SCR);

	WRITE_CP15(SCR, ns ? scr | SCR_NS : scr & ~SCR_NS);
	isb();
}

void world_save_banked(struct banked *b)
{
	set_ns(false);
	banked_save(b);
	set_ns(true);
}

void world_load_banked(const struct banked *b)
{
	set_ns(false);
	banked_load(b);
	set_ns(true);
}

/* ThumbEE is off (TEECR is emulated), but its handler base, TEEHBR, is a register to keep. */
static uint32_t read_teehbr(void) { return READ_CP14(6, c1, c0, 0); }
static void write_teehbr(uint32_t v) { WRITE_CP14(v, 6, c1, c0, 0); }

/* SCR.NS = 1 for both: CP15 accesses reach the Non-secure bank. */
static void ns_save(struct arch_vcpu *av)
{
	struct ns_state *n = &av->ns;

	n->tpidrurw = READ_CP15(TPIDRURW);
	n->tpidruro = READ_CP15(TPIDRURO);
	n->tpidrprw = READ_CP15(TPIDRPRW);
	n->dfsr = READ_CP15(DFSR);
	n->dfar = READ_CP15(DFAR);
	n->ifsr = READ_CP15(IFSR);
	n->ifar = READ_CP15(IFAR);
	n->csselr = READ_CP15(CSSELR);
	n->teehbr = read_teehbr();
	n->cpacr = READ_CP15(CPACR);
	WRITE_CP15(CPACR, CPACR_CP10_CP11); /* without the guest's D32DIS and ASEDIS */
	isb();
	vfp_save(n->d, n->vfp);
}

#define CLEAR_DBG(crm, opc2) WRITE_CP14(0, 0, c0, crm, opc2)

/*
 * Breakpoints (six), watchpoints (four) and vector catch of the Cortex-A9: inert,
 * since MDBGen stays 0, and not to pass words between guests either.
 */
static void clear_debug(void)
{
	CLEAR_DBG(c7, 0);
	CLEAR_DBG(c0, 4);
	CLEAR_DBG(c0, 5);
	CLEAR_DBG(c0, 6);
	CLEAR_DBG(c0, 7);
	CLEAR_DBG(c1, 4);
	CLEAR_DBG(c1, 5);
	CLEAR_DBG(c1, 6);
	CLEAR_DBG(c1, 7);
	CLEAR_DBG(c2, 4);
	CLEAR_DBG(c2, 5);
	CLEAR_DBG(c2, 6);
	CLEAR_DBG(c2, 7);
	CLEAR_DBG(c3, 4);
	CLEAR_DBG(c3, 5);
	CLEAR_DBG(c3, 6);
	CLEAR_DBG(c3, 7);
	CLEAR_DBG(c4, 4);
	CLEAR_DBG(c4, 5);
	CLEAR_DBG(c5, 4);
	CLEAR_DBG(c5, 5);
}

static void ns_load(struct arch_vcpu *av)
{
	struct ns_state *n = &av->ns;

	WRITE_CP15(TPIDRURW, n->tpidrurw);
	WRITE_CP15(TPIDRURO, n->tpidruro);
	WRITE_CP15(TPIDRPRW, n->tpidrprw);
	WRITE_CP15(DFSR, n->dfsr);
	WRITE_CP15(DFAR, n->dfar);
	WRITE_CP15(IFSR, n->ifsr);
	WRITE_CP15(IFAR, n->ifar);
	WRITE_CP15(CSSELR, n->csselr);
	write_teehbr(n->teehbr);
	WRITE_CP15(CPACR, CPACR_CP10_CP11);
	isb();
	vfp_load(n->d, n->vfp);
	WRITE_CP15(CPACR, n->cpacr);

	WRITE_CP15(TTBCR, 0);
	WRITE_CP15(TTBR0, av->hw_ttbr0);
	WRITE_CP15(DACR, av->hw_dacr);
	WRITE_CP15(CONTEXTIDR, av->contextidr);
	WRITE_CP15(TTBR1, av->mmu.ttbr1); /* what the guest reads; the hardware does not use it */
	WRITE_CP15(NMRR, av->mmu.sctlr);  /* what the guest's reads of SCTLR and DACR */
	WRITE_CP15(PRRR, av->mmu.dacr);   /* became reads of */
	WRITE_CP15(SCTLR, av->hw_sctlr);
	WRITE_CP15(VBAR, av->shim_va + SHIM_PAGE);
	isb();
	av->tlb_stale = true;
	clear_debug();
	/* Nothing of the former guest is left in the branch predictor. */
	WRITE_CP15(BPIALL, 0);
	clrex();
}

static void guest_out(struct arch_vcpu *av)
{
	irqchip->doorbell(false);
	if (!av->banked_valid)
		world_save_banked(&av->banked);
	av->banked_valid = true;
}

static void guest_in(struct cpu_local *c, struct arch_vcpu *av)
{
	set_ns(false);
	banked_load(&av->banked);
	set_ns(true);
	av->banked_valid = av->banked_dirty = false;
	c->current = av;
	if (c->ns_owner != av) {
		if (c->ns_owner)
			ns_save(c->ns_owner);
		ns_load(av);
		c->ns_owner = av;
	}
	if (av->tlb_stale) {
		WRITE_CP15(TTBR0, av->hw_ttbr0);
		WRITE_CP15(DACR, av->hw_dacr);
		WRITE_CP15(TLBIALL, 0);
		dsb();
		isb();
		av->tlb_stale = false;
	}
	irqchip->doorbell(av->vcpu->irq && !av->stepping);
	av->frame.stack_top = c->thread.stack_top;
	vm_count(av, SWITCH_IN);
}

void switch_to(struct cpu_local *c, struct arch_vcpu *next)
{
	if (c->current == next)
		return;
	if (c->current)
		guest_out(c->current);
	else
		banked_save(&c->thread_banked);
	if (next) {
		guest_in(c, next);
	} else {
		c->current = NULL;
		set_ns(false);
		banked_load(&c->thread_banked);
	}
}

void switch_forget(struct arch_vcpu *av)
{
	for (unsigned n = 0; n < CONFIG_MAX_CPUS; n++)
		if (cpus[n].ns_owner == av)
			cpus[n].ns_owner = NULL;
}

void arch_monitor_init(void)
{
	static const uint32_t none[FAST_SITES];
	struct cpu_local *c = cpu_local();

	c->thread.fast = none;
	c->thread.stack_top = ptr_hpa(monitor_stack_top).v + arch_cpu_id() * CPU_STACKS_SIZE;
	monitor_init(&c->thread);
}
