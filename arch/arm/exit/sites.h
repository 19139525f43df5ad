/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the VMM remembers of places in the guest's code that came to it before,
 * so that a hot one costs neither a table walk nor a decoder.  Only code and
 * devices that the guest maps as global are remembered: they are there whatever
 * address space is current.  All is forgotten when code or its mapping changes.
 */
#ifndef ARCH_SITES_H
#define ARCH_SITES_H

#include "insn/insn.h"
#include "mmu/gwalk.h"
#include "vcp15.h"

struct arch_vcpu;
struct emul_dev;
struct mmio;

#define TRAP_SITES   128 /* powers of two */
#define ACCESS_SITES 64

/* A replacement word. */
struct trap_site {
	uint32_t pc;
	uint32_t gen;       /* arch_guest.code_gen when it was filled in */
	struct insn insn;   /* the original instruction */
	bool user;          /* found at PL0, where a word may mean something else */
	struct vcp15_op op; /* decoded, if op.row is not NULL */
};

/* A load or store of one register that reached an emulated device. */
struct access_site {
	uint32_t pc;
	uint32_t gen;
	uint32_t va;     /* where it went, */
	uint32_t offset; /* in which register of the device: others of the page are near */
	uint32_t limit;  /* size of the device's window */
	struct emul_dev *dev;
	/* A word's register, if the device has it in its rows: its function and its number. */
	uint32_t (*get)(struct emul_dev *d, const struct mmio *m, unsigned index);
	void (*set)(struct emul_dev *d, const struct mmio *m, unsigned index, uint32_t v);
	unsigned index;
	uint32_t psr; /* SITE_PSR of the CPSR it ran with */
	struct insn insn;
	uint32_t lanes; /* the bits that it stores */
	uint8_t size, rt, window;
	bool write, sign;
	uint8_t domain, dacr; /* the page's domain, and its field of DACR then */
};

/*
 * For monitor.S: where a dictionary SMC stands for a DACR write of r0-r12, which
 * it carries out by itself; Linux does two in a system call.  A word holds the
 * bits of LR_mon behind the SMC from FAST_TAG up, FAST_VALID and Rt; its index is the
 * bits from 2 up xor those from FAST_TAG up.  Both together are the whole address.
 */
#define FAST_INDEX_BITS 7
#define FAST_SITES      (1u << FAST_INDEX_BITS)
#define FAST_TAG        9
#define FAST_VALID      0x10u
_Static_assert(2 + FAST_INDEX_BITS >= FAST_TAG, "tag and index are not the whole address");

struct sites {
	struct trap_site trap[TRAP_SITES];
	struct access_site access[ACCESS_SITES];
	/* Inclusive hulls of what is remembered, by page; first > last: nothing. */
	uint32_t code_first, code_last;
	uint32_t device_first, device_last;
};

void sites_reset(struct arch_vcpu *av);

/* Code, its mapping, or how addresses are translated has changed. */
void sites_forget(struct arch_vcpu *av);

/* The guest has invalidated va: forgets all if something of it lies there. */
void sites_tlbi_va(struct arch_vcpu *av, uint32_t va);

/*
 * The replacement word at av->frame.pc, valid until the next call.  NULL: there is
 * none, or pc cannot be read.
 */
const struct trap_site *sites_trap(struct arch_vcpu *av);

/* A dictionary SMC, just carried out for `s`: the next one may be monitor.S's. */
void sites_note_dacr(struct arch_vcpu *av, const struct trap_site *s);

/*
 * Carries out the load or store at av->frame.pc that faulted at va, if it is a
 * remembered one, and advances.  False: nothing was done.
 */
bool sites_access(struct arch_vcpu *av, uint32_t va, bool write);

/*
 * Remembers the load or store `i` at pc that has reached a device at va by the
 * walk `t`, if it is of the simple kind.
 */
void sites_note_access(struct arch_vcpu *av, uint32_t pc, uint32_t cpsr, const struct insn *i,
		       uint32_t va, const struct gwalk *t);

#endif
