/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hardware: CP15 of the Non-secure bank, a core that translates by the TLB alone,
 * and the way into Monitor mode and back, as monitor.S has it.
 */
#include <alloca.h>
#include <errno.h>
#include <string.h>

#include <arch/stacks.h>
#include <espalier/irq.h>
#include <espalier/sched.h>

#include "exit/exit.h"
#include "model.h"
#include "vcpu/cpu_local.h"
#include "vcpu/world.h"

struct core hw;
struct vcpu *hw_pick;
uint64_t hw_exits;
static struct frame *sp_mon;
static uint32_t reg[1 << 15];

/* --- CP15 ------------------------------------------------------------------------------ */

uint32_t hw_reg(unsigned key) { return reg[key]; }

uint32_t hw_cp_read(unsigned key) { return reg[key]; }

static void tlb_operation(unsigned key, uint32_t v)
{
	switch (key & 7) {
	case 0: tlb_invalidate_all(); break;
	case 2: tlb_invalidate_asid(v); break;
	case 1: /* by ASID as well, but it may drop more */
	case 3: tlb_invalidate_va(v & ~PAGE_MASK); break;
	default: violated("TLB operation 0x%x does not exist", key);
	}
}

static bool is_tlb_operation(unsigned key) { return (key & ~0x7fu) == (CP15_OF(TLBIALL) & ~0x7fu); }

void hw_cp_write(unsigned key, uint32_t v)
{
	if (is_tlb_operation(key))
		tlb_operation(key, v);
	else
		reg[key] = v;
}

/* --- the core's memory ------------------------------------------------------------------- */

static int fault(struct core *c, uint32_t va, unsigned fs, unsigned domain, bool write)
{
	c->fault = (struct vm_abort){ va, (uint8_t)fs, (uint8_t)domain, write };
	return -EFAULT;
}

static int permission(struct core *c, const struct tlb_entry *e, uint32_t va, enum gwalk_access acc,
		      bool user)
{
	unsigned field = reg[CP15_OF(DACR)] >> (2 * e->domain) & 3;
	bool write = acc == GWALK_WRITE;

	if (field == 3)
		violated("domain %u is Manager in the real DACR", e->domain);
	if (field != 1)
		return fault(c, va, e->section ? FSR_DOMAIN_1 : FSR_DOMAIN_2, e->domain, write);
	if (!gwalk_ap_permits(PTE_AP(e->pte), write, user) || (acc == GWALK_EXEC && PTE_XN(e->pte)))
		return fault(c, va, e->section ? FSR_PERMISSION_1 : FSR_PERMISSION_2, e->domain,
			     write);
	return 0;
}

static int hw_access(struct core *c, uint32_t va, unsigned size, enum gwalk_access acc, bool user,
		     uint32_t *v)
{
	const struct tlb_entry *e = tlb_find(va);
	uint32_t host;

	if (!e)
		return fault(c, va, FSR_TRANSLATION_2, 0, acc == GWALK_WRITE);
	if (permission(c, e, va, acc, user))
		return -EFAULT;
	host = tlb_host(e, va);
	if (!in_arena(host))
		violated("va 0x%08x leads to host address 0x%08x", va, host);
	if (v && acc != GWALK_WRITE)
		*v = 0;
	if (v)
		memcpy(acc == GWALK_WRITE ? hpa_ptr(HPA(host)) : (void *)v,
		       acc == GWALK_WRITE ? (void *)v : hpa_ptr(HPA(host)), size);
	return 0;
}

static bool hw_cp(struct core *c, const struct cp_access *a, uint32_t *v)
{
	unsigned key = CP_KEY(a->cp, a->opc1, a->crn, a->crm, a->opc2);
	uint32_t word = 0xee000010u | a->cp << 8 | (uint32_t)a->opc1 << 21 | a->crn << 16 | a->crm |
			a->opc2 << 5;
	struct cp15_info info = cp15_lookup(a);

	if (!a->read && cp_danger(word) == CP_FORBIDDEN)
		violated("the guest executes a write of p%u, %u, c%u, c%u, %u", a->cp, a->opc1,
			 a->crn, a->crm, a->opc2);
	if (info.class == CP15_CLASS_ABSENT)
		return false;
	if (a->read)
		*v = hw_cp_read(key);
	else
		reg[key] = *v;
	return true;
}

static uint32_t fsr(const struct vm_abort *a, bool data)
{
	return (a->fs & 15u) | (a->fs & 16u) << 6 | (data ? a->domain << 4 | a->write << 11 : 0);
}

static void hw_fault(struct core *c, bool data)
{
	reg[data ? CP15_OF(DFSR) : CP15_OF(IFSR)] = fsr(&c->fault, data);
	reg[data ? CP15_OF(DFAR) : CP15_OF(IFAR)] = c->fault.va;
}

static uint32_t hw_vectors(struct core *c) { return reg[CP15_OF(VBAR)]; }
static uint32_t hw_sctlr(struct core *c) { return reg[CP15_OF(SCTLR)]; }

/* --- Monitor mode ------------------------------------------------------------------------- */

/* A guest can leave words of its choice on the VMM's stack: here they look like a walk. */
__attribute__((noinline)) static void dirty_stack(void)
{
	static unsigned phase;
	volatile struct gwalk *w = alloca(4096);
	char *at = (char *)w + 4 * (phase++ % 5);

	for (unsigned n = 0; n < 4096 / sizeof(*w) - 1; n++) {
		struct gwalk t = {
			.pa = 0x60020000u + (phase % 24 << 12), .d1 = 2, .ap = 3, .level = 1
		};

		memcpy(at + n * sizeof(t), &t, sizeof(t));
	}
}

bool hw_in_guest(void) { return sp_mon && vm_current() && sp_mon == &vm_current()->frame; }

static bool taking_fiq;
static unsigned pieces;

static void enter(struct frame *(*handler)(struct frame *), uint32_t pc)
{
	struct frame *f = sp_mon;

	hw_exits++;
	memcpy(f->r, hw.r, sizeof(f->r));
	f->pc = pc;
	f->cpsr = hw.cpsr;
	dirty_stack();
	pieces = 0;
	f = handler(f);
	sp_mon = f;
	memcpy(hw.r, f->r, sizeof(hw.r));
	hw.pc = f->pc;
	hw.cpsr = f->cpsr;
	if (!hw_in_guest())
		return;
	if (!vm_psr_valid(hw.cpsr))
		violated("a return to CPSR 0x%08x", hw.cpsr);
	tlb_walk();
}

/* The short way of a DACR write in monitor.S. */
static bool fast_dacr(uint32_t lr)
{
	struct arch_vcpu *av = vm_current();
	uint32_t word = av->frame.fast[(lr >> 2 ^ lr >> 9) & (FAST_SITES - 1)], v, old, next;

	if ((word ^ lr) >> 9 || lr & 3 || !(word & FAST_VALID) || (hw.cpsr & PSR_MODE) == MODE_FIQ)
		return false;
	v = hw.r[word & 15];
	old = av->mmu.dacr;
	if (((v & v >> 1) | (old & old >> 1)) & 0x55555555 || (v ^ old) >> 30)
		return false;
	av->mmu.dacr = v;
	av->fast_dacrs++;
	reg[CP15_OF(PRRR)] = v;
	next = (v & 0x55555555) | 0x40000000;
	if (next != av->hw_dacr)
		reg[CP15_OF(DACR)] = av->hw_dacr = next;
	hw.pc = lr;
	return true;
}

static bool hw_smc(struct core *c)
{
	uint32_t lr = c->pc + 4;

	if (c->cpsr & PSR_T || !fast_dacr(lr))
		enter(exit_smc, lr);
	return true;
}

void hw_fiq(void)
{
	taking_fiq = true;
	enter(exit_fiq, hw.pc);
}

static const struct core_ops hw_ops = { hw_access, hw_cp, hw_fault, hw_vectors, hw_sctlr, hw_smc };

/* --- what the product's assembly and the rest of the VMM do -------------------------------------- */

uint8_t monitor_stack_top[1];

void monitor_init(struct frame *thread) { sp_mon = thread; }
void banked_save(struct banked *b) { *b = hw.bank; }
void banked_load(const struct banked *b) { hw.bank = *b; }
void vfp_save(uint64_t d[32], uint32_t sys[2]) { memcpy(d, hw.s, sizeof(hw.s)); }
void vfp_load(const uint64_t d[32], const uint32_t sys[2]) { memcpy(hw.s, d, sizeof(hw.s)); }

static void doorbell(bool on) { hw.irq = on; }
static const struct irqchip_ops chip = { .doorbell = doorbell };
const struct irqchip_ops *irqchip = &chip;

/*
 * Interrupts are looked at before each piece of work (stepping, the search of the shim's
 * place): here the slice ends after the first, so that the reference need not follow for
 * long.
 */
void irq_dispatch(void)
{
	if (!taking_fiq && ++pieces > 1)
		hw_pick = NULL;
	taking_fiq = false;
}

struct vcpu *sched_pick(bool *idle)
{
	*idle = false;
	return hw_pick && hw_pick->state == VCPU_READY ? hw_pick : NULL;
}

void sched_vcpu_halt(struct vcpu *v) { v->state = VCPU_HALTED; }
void sched_vcpu_wfi(struct vcpu *v) {}
void sched_vcpu_wake(struct vcpu *v) {}

void hw_init(void)
{
	hw = (struct core){ .ops = &hw_ops, .cpsr = MODE_SVC };
	arch_monitor_init();
}
