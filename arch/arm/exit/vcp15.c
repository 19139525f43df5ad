/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual CP15: registers whose real value is not the guest's, and
 * operations that the VMM carries out on the guest's behalf.  One row each.
 */
#include <errno.h>

#include <espalier/log.h>

#include "host/cache.h"
#include "vcp15.h"
#include "vm.h"

/* Bits of SCTLR that a guest can change on a Cortex-A9, and those that read 1. */
#define SCTLR_RR (1u << 14)
#define SCTLR_WRITABLE \
	(SCTLR_M | SCTLR_A | SCTLR_C | SCTLR_SW | SCTLR_Z | SCTLR_I | SCTLR_V | SCTLR_RR | \
	 SCTLR_EE | SCTLR_TRE | SCTLR_AFE | SCTLR_TE)
#define SCTLR_RESET 0x00c50078u

/* What the hardware runs with: MMU and caches on, no TEX remap, no access flag. */
#define SCTLR_HW       (SCTLR_RESET | SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I)
#define SCTLR_HW_GUEST (SCTLR_A | SCTLR_SW) /* the guest's bits that count as they are */

uint32_t vcp15_vector_base(const struct arch_vcpu *av)
{
	return av->mmu.sctlr & SCTLR_V ? 0xffff0000u : av->vbar;
}

/* --- control ------------------------------------------------------------------ */

static uint32_t sctlr_get(struct arch_vcpu *av) { return av->mmu.sctlr; }

static void sctlr_set(struct arch_vcpu *av, uint32_t v)
{
	uint32_t old = av->mmu.sctlr, changed;

	v = (v & SCTLR_WRITABLE) | SCTLR_RESET;
	changed = old ^ v;
	av->mmu.sctlr = v;
	WRITE_CP15(NMRR, v);
	if (changed & v & SCTLR_EE)
		guest_warn(av->ag->guest, WARN_ENDIAN,
			   "SCTLR.EE (big-endian exceptions) is not emulated");
	if (changed & (SCTLR_V | SCTLR_TE))
		shim_set_vectors(av);
	if ((SCTLR_HW | (v & SCTLR_HW_GUEST)) != av->hw_sctlr) {
		av->hw_sctlr = SCTLR_HW | (v & SCTLR_HW_GUEST);
		WRITE_CP15(SCTLR, av->hw_sctlr);
		isb();
	}
	if (changed & (SCTLR_M | SCTLR_AFE)) {
		av->hw_dacr = 0; /* espalier,lazy-domains adds up from here */
		shadow_load_dacr(av);
		shadow_flush(av);
		shim_check(av);
		shadow_select(av);
	}
}

static uint32_t actlr_get(struct arch_vcpu *av) { return av->actlr; }
static void actlr_set(struct arch_vcpu *av, uint32_t v) { av->actlr = v; }
static uint32_t cpacr_get(struct arch_vcpu *av) { return READ_CP15(CPACR); }

static void cpacr_set(struct arch_vcpu *av, uint32_t v)
{
	WRITE_CP15(CPACR, v & (CPACR_CP10_CP11 | CPACR_D32DIS | CPACR_ASEDIS));
	isb();
}

static uint32_t mpidr_get(struct arch_vcpu *av)
{
	return MPIDR_M | av->vcpu->id; /* ARM ARM B4.1.106, cluster 0 */
}

/* PERIPHBASE: the private memory region that the guest's GIC is part of. */
static uint32_t cbar_get(struct arch_vcpu *av)
{
	const struct traptab *map = &av->ag->guest->map;

	for (unsigned n = 0; n < map->n; n++)
		if (map->regions[n].dev && map->regions[n].dev == av->ag->guest->gic)
			return ALIGN_DOWN(map->regions[n].base.v, 0x2000u);
	return 0;
}

/* --- translation ---------------------------------------------------------------- */

static uint32_t ttbr0_get(struct arch_vcpu *av) { return av->mmu.ttbr0; }
static uint32_t ttbcr_get(struct arch_vcpu *av) { return av->mmu.ttbcr; }
static uint32_t dacr_get(struct arch_vcpu *av) { return av->mmu.dacr; }
static uint32_t contextidr_get(struct arch_vcpu *av) { return av->contextidr; }
static uint32_t prrr_get(struct arch_vcpu *av) { return av->prrr; }
static uint32_t nmrr_get(struct arch_vcpu *av) { return av->nmrr; }
static void prrr_set(struct arch_vcpu *av, uint32_t v) { av->prrr = v; }
static void nmrr_set(struct arch_vcpu *av, uint32_t v) { av->nmrr = v; }

static void ttbr0_set(struct arch_vcpu *av, uint32_t v)
{
	vm_count(av, SMC_TTBR0);
	av->mmu.ttbr0 = v;
	if (av->mmu.sctlr & SCTLR_M)
		shadow_select(av);
}

static void ttbr1_set(struct arch_vcpu *av, uint32_t v)
{
	if (v == av->mmu.ttbr1)
		return;
	av->mmu.ttbr1 = v;
	WRITE_CP15(TTBR1, v); /* unused, as TTBCR.N is 0: reads are native */
	if (av->mmu.ttbcr & TTBCR_N)
		shadow_flush(av);
}

static void ttbcr_set(struct arch_vcpu *av, uint32_t v)
{
	v &= TTBCR_N | TTBCR_PD0 | TTBCR_PD1;
	if (v == av->mmu.ttbcr)
		return;
	av->mmu.ttbcr = v;
	shadow_flush(av);
	shim_check(av);
}

static void contextidr_set(struct arch_vcpu *av, uint32_t v)
{
	uint32_t changed = v ^ av->contextidr;

	vm_count(av, SMC_CONTEXTIDR);
	if (!changed)
		return;
	av->contextidr = v;
	if (changed & 0xff && av->mmu.sctlr & SCTLR_M)
		shadow_select(av);
	WRITE_CP15(CONTEXTIDR, v);
	isb();
}

/* Domains that are Manager, one bit each at the field's low bit. */
static uint32_t vcp15_managers(uint32_t dacr) { return dacr & dacr >> 1 & 0x55555555; }

static void dacr_set(struct arch_vcpu *av, uint32_t v)
{
	uint32_t old = av->mmu.dacr;

	vm_count(av, SMC_DACR);
	av->mmu.dacr = v;
	WRITE_CP15(PRRR, v); /* what the guest's reads became reads of */
	/* Entries were made for the old managers; domain 15 is the shim's, too. */
	if (av->mmu.sctlr & SCTLR_M &&
	    (vcp15_managers(old) != vcp15_managers(v) || (old ^ v) >> 30))
		shadow_flush(av);
	shadow_load_dacr(av);
}

static uint32_t vbar_get(struct arch_vcpu *av) { return av->vbar; }

static void vbar_set(struct arch_vcpu *av, uint32_t v)
{
	av->vbar = v & ~0x1fu;
	shim_set_vectors(av);
}

/* --- fault registers: reads are native ------------------------------------------- */

static void dfsr_set(struct arch_vcpu *av, uint32_t v)
{
	av->ns.dfsr = v;
	WRITE_CP15(DFSR, v);
}
static void dfar_set(struct arch_vcpu *av, uint32_t v)
{
	av->ns.dfar = v;
	WRITE_CP15(DFAR, v);
}
static void ifsr_set(struct arch_vcpu *av, uint32_t v)
{
	av->ns.ifsr = v;
	WRITE_CP15(IFSR, v);
}
static void ifar_set(struct arch_vcpu *av, uint32_t v)
{
	av->ns.ifar = v;
	WRITE_CP15(IFAR, v);
}
static uint32_t dfsr_get(struct arch_vcpu *av) { return READ_CP15(DFSR); }
static uint32_t dfar_get(struct arch_vcpu *av) { return READ_CP15(DFAR); }
static uint32_t ifsr_get(struct arch_vcpu *av) { return READ_CP15(IFSR); }
static uint32_t ifar_get(struct arch_vcpu *av) { return READ_CP15(IFAR); }

/* --- TLB ---------------------------------------------------------------------------- */

static void tlbi_all(struct arch_vcpu *av, uint32_t v)
{
	vm_count(av, SMC_TLBI);
	shadow_tlbi_all(av);
}

static void tlbi_va(struct arch_vcpu *av, uint32_t v)
{
	vm_count(av, SMC_TLBI);
	shadow_tlbi_va(av, v, false);
}

static void tlbi_asid(struct arch_vcpu *av, uint32_t v)
{
	vm_count(av, SMC_TLBI);
	shadow_tlbi_asid(av, v);
}

static void tlbi_va_all(struct arch_vcpu *av, uint32_t v)
{
	vm_count(av, SMC_TLBI);
	shadow_tlbi_va(av, v, true);
}

/* --- caches -------------------------------------------------------------------------- */

/*
 * By set and way an invalidation would lose other guests' lines; cleaning as well
 * never does harm.
 */
static void dc_sw(struct arch_vcpu *av, uint32_t v) { WRITE_CP15(DCCISW, v); }

/* DCIMVAC, as clean and invalidate of the host's line for the same reason. */
static void dc_imvac(struct arch_vcpu *av, uint32_t va)
{
	struct gwalk t;
	struct fref fr;

	if (vm_walk(av, va, GWALK_READ, false, &t))
		return;
	fr = frame_find(av->ag, GPA(t.pa));
	if (fr.f)
		WRITE_CP15(DCCIMVAC, ptr_hpa(fr.host).v | (va & PAGE_MASK));
}

/* --- address translation ---------------------------------------------------------------- */

static void vcp15_ats1(struct arch_vcpu *av, uint32_t va, bool write, bool user)
{
	struct gwalk t;

	if (vm_walk(av, va, write ? GWALK_WRITE : GWALK_READ, user, &t))
		av->par = (t.fault & 0xf) << 1 | (t.fault & 0x10) << 1 | 1;
	else
		av->par = (t.pa & ~PAGE_MASK) | (t.ng ? 0 : PAR_NOS);
}

static void vcp15_ats1cpr(struct arch_vcpu *av, uint32_t va) { vcp15_ats1(av, va, false, false); }
static void vcp15_ats1cpw(struct arch_vcpu *av, uint32_t va) { vcp15_ats1(av, va, true, false); }
static void vcp15_ats1cur(struct arch_vcpu *av, uint32_t va) { vcp15_ats1(av, va, false, true); }
static void vcp15_ats1cuw(struct arch_vcpu *av, uint32_t va) { vcp15_ats1(av, va, true, true); }
static uint32_t par_get(struct arch_vcpu *av) { return av->par; }
static void par_set(struct arch_vcpu *av, uint32_t v) { av->par = v; }

static uint32_t zero_get(struct arch_vcpu *av) { return 0; }
static void ignore_set(struct arch_vcpu *av, uint32_t v) {}

static uint32_t vcp15_isr_get(struct arch_vcpu *av) { return av->vcpu->irq ? PSR_I : 0; }

static uint32_t nsacr_get(struct arch_vcpu *av) { return READ_CP15(NSACR); }

/* --- the rows ------------------------------------------------------------------------------ */

/* By the virtual register that cp15.txt names.  No get or set: UNDEF. */
static const struct vcp15_row rows[CP15_REGS] = {
	[CP15_RAZWI] = { zero_get, ignore_set },
	[CP15_MPIDR] = { mpidr_get, NULL },
	[CP15_SCTLR] = { sctlr_get, sctlr_set },
	[CP15_ACTLR] = { actlr_get, actlr_set },
	[CP15_CPACR] = { cpacr_get, cpacr_set },
	[CP15_NSACR] = { nsacr_get, NULL },
	[CP15_TTBR0] = { ttbr0_get, ttbr0_set },
	[CP15_TTBR1] = { NULL, ttbr1_set },
	[CP15_TTBCR] = { ttbcr_get, ttbcr_set },
	[CP15_DACR] = { dacr_get, dacr_set },
	[CP15_DFSR] = { dfsr_get, dfsr_set },
	[CP15_IFSR] = { ifsr_get, ifsr_set },
	[CP15_DFAR] = { dfar_get, dfar_set },
	[CP15_IFAR] = { ifar_get, ifar_set },
	[CP15_PAR] = { par_get, par_set },
	[CP15_ATS1CPR] = { NULL, vcp15_ats1cpr },
	[CP15_ATS1CPW] = { NULL, vcp15_ats1cpw },
	[CP15_ATS1CUR] = { NULL, vcp15_ats1cur },
	[CP15_ATS1CUW] = { NULL, vcp15_ats1cuw },
	[CP15_DCIMVAC] = { NULL, dc_imvac },
	[CP15_DCISW] = { NULL, dc_sw },
	[CP15_DCCSW] = { NULL, dc_sw },
	[CP15_DCCISW] = { NULL, dc_sw },
	[CP15_TLBIALLIS] = { NULL, tlbi_all },
	[CP15_TLBIMVAIS] = { NULL, tlbi_va },
	[CP15_TLBIASIDIS] = { NULL, tlbi_asid },
	[CP15_TLBIMVAAIS] = { NULL, tlbi_va_all },
	[CP15_TLBIALL] = { NULL, tlbi_all },
	[CP15_TLBIMVA] = { NULL, tlbi_va },
	[CP15_TLBIASID] = { NULL, tlbi_asid },
	[CP15_TLBIMVAA] = { NULL, tlbi_va_all },
	[CP15_PRRR] = { prrr_get, prrr_set },
	[CP15_NMRR] = { nmrr_get, nmrr_set },
	[CP15_VBAR] = { vbar_get, vbar_set },
	[CP15_ISR] = { vcp15_isr_get, NULL },
	[CP15_CONTEXTIDR] = { contextidr_get, contextidr_set },
	[CP15_CBAR] = { cbar_get, NULL },
};

bool vcp15_decode(const struct insn *i, struct vcp15_op *op)
{
	struct cp_access a;
	struct cp15_info info;

	if (i->size != 4 || !cp_decode(i->word, &a) || a.two)
		return false;
	info = cp15_lookup(&a);
	if (info.class != CP15_CLASS_EMULATE)
		return false;
	*op = (struct vcp15_op){ &rows[info.reg], a.rt, a.read };
	return a.read ? op->row->get != NULL : op->row->set != NULL;
}

bool vcp15_is_dacr(const struct vcp15_op *op) { return op->row == &rows[CP15_DACR]; }

void vcp15_perform(struct arch_vcpu *av, const struct vcp15_op *op)
{
	uint32_t v;

	av->cp15_count[op->row - rows]++;
	av->stay.kind = STAY_CP15;
	av->stay.reg = (uint8_t)(op->row - rows);
	if (!op->read) {
		op->row->set(av, op->rt == 15 ? 0 : vm_get_reg(av, av->frame.cpsr, op->rt));
		return;
	}
	v = op->row->get(av);
	if (op->rt == 15)
		av->frame.cpsr = (av->frame.cpsr & 0x0fffffff) | (v & 0xf0000000);
	else
		vm_set_reg(av, av->frame.cpsr, op->rt, v);
}

void vcp15_reset(struct arch_vcpu *av)
{
	av->mmu = (struct gwalk_regs){ .sctlr = SCTLR_RESET };
	av->contextidr = av->vbar = av->actlr = av->par = 0;
	av->prrr = av->nmrr = 0;
	av->hw_sctlr = SCTLR_HW;
	av->hw_dacr = 0;
	shadow_load_dacr(av);
	shim_set_vectors(av);
}
