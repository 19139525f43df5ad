/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest memory as the VMM sees it on behalf of an instruction of the guest:
 * by virtual address, with the guest's permissions, through its trap table.
 */
#include <errno.h>
#include <string.h>

#include "exit/exit.h"

int vm_read32(void *ag, uint32_t gpa, uint32_t *v)
{
	struct fref fr = frame_find(ag, GPA(gpa));

	if (!fr.f)
		return -EFAULT;
	*v = frame_load(fr, gpa & PAGE_MASK & ~3u, 4);
	return 0;
}

unsigned vm_walk(struct arch_vcpu *av, uint32_t va, enum gwalk_access acc, bool user,
		 struct gwalk *t)
{
	av->walks++;
	return gwalk(&av->mmu, vm_read32, av->ag, va, acc, user, t);
}

/* --- fetching instructions --------------------------------------------------- */

/* The frame and the offset that pc executes from.  The access was permitted. */
static int exec_frame(struct arch_vcpu *av, uint32_t pc, struct fref *fr)
{
	struct gwalk t;

	vm_walk(av, pc, GWALK_READ, false, &t);
	if (!gwalk_has_pa(&t))
		return -EFAULT;
	*fr = frame_find(av->ag, GPA(t.pa));
	return fr->f ? 0 : -EFAULT;
}

static uint32_t read_code(struct fref fr, unsigned off, unsigned size, bool original)
{
	uint32_t v = 0;

	if (original && fr.f->npatches)
		return frame_load(fr, off, size);
	memcpy(&v, (char *)fr.host + off, size);
	return v;
}

/* `pc` is aligned for its state; a wide Thumb encoding may go on in the next page. */
static int gmem_fetch(struct arch_vcpu *av, uint32_t pc, enum isa isa, bool original,
		      struct insn *i)
{
	unsigned off = pc & PAGE_MASK;
	struct fref fr;
	uint32_t lo, hi;

	if (exec_frame(av, pc, &fr))
		return -EFAULT;
	if (isa == ISA_ARM) {
		*i = (struct insn){ isa, 4, read_code(fr, off & ~3u, 4, original) };
		return 0;
	}
	lo = read_code(fr, off & ~1u, 2, original);
	*i = (struct insn){ isa, thumb_is_wide(lo) ? 4 : 2, lo };
	if (i->size == 2)
		return 0;
	if (off == PAGE_SIZE - 2 && exec_frame(av, pc + 2, &fr))
		return -EFAULT;
	hi = read_code(fr, (off + 2) & PAGE_MASK, 2, original);
	i->word = lo << 16 | hi;
	return 0;
}

int vm_fetch(struct arch_vcpu *av, uint32_t pc, enum isa isa, struct insn *i)
{
	return gmem_fetch(av, pc, isa, true, i);
}

int vm_fetch_trapped(struct arch_vcpu *av, uint32_t pc, enum isa isa, struct insn *i)
{
	struct insn raw;
	struct fref fr;

	if (exec_frame(av, pc, &fr) || gmem_fetch(av, pc, isa, false, &raw))
		return -EFAULT;
	if (verify_trapped(vm_user(av) ? NULL : &av->ag->dict, fr.host, fr.f->patches,
			   fr.f->npatches, pc & PAGE_MASK, &raw, i))
		return 0;
	*i = raw;
	return -ENOENT;
}

/* --- loads and stores ----------------------------------------------------------- */

static int guest_abort(struct vm_abort *abort, uint32_t va, bool write, unsigned fs,
		       unsigned domain)
{
	*abort = (struct vm_abort){ va, fs, domain, write };
	return -EFAULT;
}

/* Reports an access that the guest's tree does not cover. */
static void report_hole(struct arch_vcpu *av, uint32_t gpa, unsigned size, bool write,
			bool harmless)
{
	guest_fault(av->ag->guest, &(struct fault){ GPA(gpa), av->frame.pc, (uint8_t)size,
						    write ? FAULT_WRITE : FAULT_READ, harmless });
}

/* The RAM window as U-Boot probes it: from the lowest bank up, 1 GiB. */
static bool in_ram_window(const struct arch_guest *ag, uint32_t gpa)
{
	return ag->banks && gpa - ag->bank[0].base.v < 0x40000000u;
}

static int gmem_hole(struct arch_vcpu *av, uint32_t gpa, unsigned size, bool write, uint32_t *v)
{
	enum hole_policy policy = av->ag->guest->hole;

	vm_count(av, DABT_HOLE);
	if (policy == HOLE_DEFAULT)
		policy = in_ram_window(av->ag, gpa) ? HOLE_ZERO : HOLE_ABORT;
	report_hole(av, gpa, size, write, policy != HOLE_ABORT);
	if (policy == HOLE_ABORT)
		return -EFAULT;
	if (!write)
		*v = 0;
	return 0;
}

int vm_mmio(struct arch_vcpu *av, uint32_t gpa, unsigned size, bool write, uint32_t *v)
{
	const struct region *r = traptab_find(&av->ag->guest->map, GPA(gpa));
	struct mmio m;

	vm_count(av, DABT_MMIO);
	if (!r)
		return gmem_hole(av, gpa, size, write, v);
	if (r->kind == REGION_ABSENT) {
		if (!write)
			*v = 0;
		return 0;
	}
	if (r->kind != REGION_EMUL)
		return -EFAULT;
	m = (struct mmio){ gpa - r->base.v, size, write, r->window, av->vcpu->id, write ? *v : 0 };
	if (r->dev->cls->access(r->dev, &m)) {
		report_hole(av, gpa, size, write, false);
		return -EFAULT;
	}
	if (!write)
		*v = m.value;
	return 0;
}

static bool gmem_aligned(uint32_t a, unsigned size) { return !(a & (size - 1)); }

/* Within a page.  What is aligned is accessed at once: the peer may be looking. */
static void shared_access(void *p, unsigned size, bool write, uint32_t *v)
{
	if (size == 4 && gmem_aligned((uintptr_t)p, 4)) {
		if (write)
			*(volatile uint32_t *)p = *v;
		else
			*v = *(volatile uint32_t *)p;
		return;
	}
	if (!write)
		*v = 0;
	memcpy(write ? p : v, write ? v : p, size);
}

/* A device of the host's, which the VMM need not have mapped: only the guest can reach it. */
static bool passed_through(const struct arch_vcpu *av, uint32_t gpa)
{
	const struct region *r = traptab_find(&av->ag->guest->map, GPA(gpa));

	return r && r->kind == REGION_PASS;
}

/* One access that stays within a page. */
static int access_page(struct arch_vcpu *av, uint32_t va, unsigned size, bool write, bool user,
		       uint32_t *v, struct vm_abort *abort)
{
	struct gwalk t;
	struct fref fr;
	void *shared;

	if (vm_walk(av, va, write ? GWALK_WRITE : GWALK_READ, user, &t))
		return guest_abort(abort, va, write, t.fault, t.domain);
	fr = frame_find(av->ag, GPA(t.pa));
	shared = fr.f ? NULL : traptab_memory(&av->ag->guest->map, GPA(t.pa), size);
	if (shared) {
		shared_access(shared, size, write, v);
		return 0;
	}
	if (!fr.f && passed_through(av, t.pa))
		return -ENOTSUP;
	if (!fr.f) {
		if (!gmem_aligned(va, size))
			return guest_abort(abort, va, write, FSR_ALIGNMENT, 0);
		if (vm_mmio(av, t.pa, size, write, v))
			return guest_abort(abort, va, write, FSR_EXTERNAL, 0);
		return 0;
	}
	if (!write)
		*v = frame_load(fr, va & PAGE_MASK, size);
	else if (fr.f->state == FRAME_CODE)
		frame_store(av, fr, va & PAGE_MASK, size, *v);
	else
		memcpy((char *)fr.host + (va & PAGE_MASK), v, size);
	return 0;
}

/* An access that may be unaligned and cross a page: by bytes then. */
static int gmem_access(struct arch_vcpu *av, uint32_t va, unsigned size, bool write, bool user,
		       uint32_t *v, struct vm_abort *abort)
{
	uint32_t sum = 0;

	if (!gmem_aligned(va, size) && av->mmu.sctlr & SCTLR_A)
		return guest_abort(abort, va, write, FSR_ALIGNMENT, 0);
	if ((va & PAGE_MASK) + size <= PAGE_SIZE)
		return access_page(av, va, size, write, user, v, abort);
	for (unsigned n = 0; n < size; n++) {
		uint32_t byte = write ? *v >> (8 * n) & 0xff : 0;
		int err = access_page(av, va + n, 1, write, user, &byte, abort);

		if (err)
			return err;
		sum |= byte << (8 * n);
	}
	if (!write)
		*v = sum;
	return 0;
}

int vm_load(struct arch_vcpu *av, uint32_t va, unsigned size, bool user, uint32_t *v,
	    struct vm_abort *abort)
{
	*v = 0;
	return gmem_access(av, va, size, false, user, v, abort);
}

int vm_store(struct arch_vcpu *av, uint32_t va, unsigned size, bool user, uint32_t v,
	     struct vm_abort *abort)
{
	return gmem_access(av, va, size, true, user, &v, abort);
}

/* --- instructions ------------------------------------------------------------------ */

struct emul_ctx {
	struct arch_vcpu *av;
	uint32_t cpsr;
	struct vm_abort *abort;
};

static uint32_t ctx_get(void *ctx, unsigned r)
{
	struct emul_ctx *c = ctx;

	return vm_get_reg(c->av, c->cpsr, r);
}

static void ctx_set(void *ctx, unsigned r, uint32_t v)
{
	struct emul_ctx *c = ctx;

	vm_set_reg(c->av, c->cpsr, r, v);
}

static bool ctx_user(const struct emul_ctx *c, bool user)
{
	return user || (c->cpsr & PSR_MODE) == MODE_USR;
}

static int ctx_load(void *ctx, uint32_t va, unsigned size, bool user, uint32_t *v)
{
	struct emul_ctx *c = ctx;

	return vm_load(c->av, va, size, ctx_user(c, user), v, c->abort);
}

static int ctx_store(void *ctx, uint32_t va, unsigned size, bool user, uint32_t v)
{
	struct emul_ctx *c = ctx;

	return vm_store(c->av, va, size, ctx_user(c, user), v, c->abort);
}

/* Every page of a multi-word access, before its first word moves. */
static int ctx_probe(void *ctx, uint32_t va, unsigned size, bool write, bool user)
{
	struct emul_ctx *c = ctx;
	uint32_t last = (va + size - 1) >> PAGE_SHIFT;
	struct gwalk t;

	for (uint32_t p = va >> PAGE_SHIFT;; p = (p + 1) & (0xffffffff >> PAGE_SHIFT)) {
		uint32_t at = p == va >> PAGE_SHIFT ? va : p << PAGE_SHIFT;

		if (vm_walk(c->av, at, write ? GWALK_WRITE : GWALK_READ, ctx_user(c, user), &t))
			return guest_abort(c->abort, at, write, t.fault, t.domain);
		if (p == last)
			return 0;
	}
}

typedef int (*emulate_fn)(const struct insn *i, struct insn_env *env);

static int gmem_emulate(struct arch_vcpu *av, emulate_fn fn, const struct insn *i, uint32_t *pc,
			uint32_t *cpsr, struct vm_abort *abort)
{
	struct vm_abort why = { 0 };
	struct emul_ctx ctx = { av, *cpsr, &why };
	struct insn_env env = {
		.ctx = &ctx,
		.pc = *pc,
		.cpsr = *cpsr,
		.get_reg = ctx_get,
		.set_reg = ctx_set,
		.load = ctx_load,
		.store = ctx_store,
		.probe = ctx_probe,
	};
	int err = fn(i, &env);

	if (!err) {
		*pc = env.pc;
		*cpsr = env.cpsr;
	} else if (err == -EFAULT && why.fs) {
		*abort = why;
	} else if (err == -EFAULT) { /* no callback's: its address is not aligned */
		guest_abort(abort, env.fault_va, insn_is_store(i), FSR_ALIGNMENT, 0);
	}
	return err;
}

int vm_emulate_ldst(struct arch_vcpu *av, const struct insn *i, uint32_t *pc, uint32_t *cpsr,
		    struct vm_abort *abort)
{
	return gmem_emulate(av, insn_emulate_ldst, i, pc, cpsr, abort);
}

int vm_emulate_pc(struct arch_vcpu *av, const struct insn *i, uint32_t *pc, uint32_t *cpsr,
		  struct vm_abort *abort)
{
	return gmem_emulate(av, insn_emulate_pc, i, pc, cpsr, abort);
}

int vm_emulate_simple(struct arch_vcpu *av, const struct insn *i, uint32_t *pc, uint32_t *cpsr)
{
	struct vm_abort none;

	return gmem_emulate(av, insn_emulate_simple, i, pc, cpsr, &none);
}

/* The SPSR comes from the frame of the exit, as the mode does. */
static int emulate_return(const struct insn *i, struct insn_env *env)
{
	struct emul_ctx *c = env->ctx;
	uint32_t spsr;

	return insn_emulate_exc_return(i, env, vm_get_spsr(c->av, c->cpsr, &spsr) ? &spsr : NULL);
}

int vm_emulate_exc_return(struct arch_vcpu *av, const struct insn *i, uint32_t *pc, uint32_t *cpsr,
			  struct vm_abort *abort)
{
	return gmem_emulate(av, emulate_return, i, pc, cpsr, abort);
}
