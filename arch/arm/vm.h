/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of arch/arm share about guests and vCPUs.  See README.md for
 * the life of one trap.
 */
#ifndef ARCH_VM_H
#define ARCH_VM_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/psr.h>
#include <espalier/addr.h>
#include <espalier/arch.h>
#include <espalier/guest.h>

#include "exit/sites.h"
#include "exit/stay.h"
#include "exit/vcp15.h"
#include "insn/insn.h"
#include "mmu/gwalk.h"
#include "verify/verify.h"

#define CPACR_CP10_CP11 0x00f00000u /* ARM ARM B4.1.40 */

/*
 * The registers that Monitor mode saves on every entry.  SP_mon points at the
 * frame of whoever runs.  monitor.S knows the layout through asm-offsets.
 */
struct frame {
	uint32_t r[13];
	uint32_t pc;          /* LR_mon: where to go on */
	uint32_t cpsr;        /* SPSR_mon */
	uint32_t stack_top;   /* of the CPU that it runs on */
	const uint32_t *fast; /* FAST_SITES words (sites.h), never NULL */
};

/* Registers of the other modes; only a switch of context moves them. */
struct banked {
	uint32_t usr[2];                         /* sp, lr */
	uint32_t svc[3], abt[3], und[3], irq[3]; /* sp, lr, spsr */
	uint32_t fiq[8];                         /* r8..r12, sp, lr, spsr */
};

/* The Non-secure bank of CP15 that the guest changes natively, and VFP. */
struct ns_state {
	uint32_t tpidrurw, tpidruro, tpidrprw;
	uint32_t dfsr, dfar, ifsr, ifar;
	uint32_t csselr, cpacr, teehbr;
	uint32_t vfp[2]; /* FPEXC, FPSCR */
	uint64_t d[32];
};

/*
 * The shim: the only pages of ours in a guest's address space.  A page with a word that a
 * guest can choose is never executable (literals, vectors, slots).  What is executable
 * holds no such word, but for the one instruction of a step, and has passed
 * verify_clean() after the last write to it.
 */
struct shim_slots {
	uint32_t r0, spsr, lr, sp; /* of the exception that the shim took */
};

/* Pages of the shim's megabyte.  Their order serves PC-relative loads and stores. */
#define LITERALS_PAGE 0xfa000u /* read at any privilege, during a step: what the copy loads */
#define STEP_PAGE     0xfb000u /* executed at any privilege, during a step: the copy */
#define VECTORS_PAGE  0xfc000u /* read at PL1: where the guest's SVC and IRQ vectors are */
#define SHIM_PAGE     0xfd000u /* executed at PL1: the shim */
#define SLOTS_PAGE    0xfe000u /* read and written at PL1 */

#define SHIM_VECTOR_OFFSET 0xff8 /* of two words in the vectors' page */
/* UDF in ARM state; in Thumb state its second half branches to the next word's first, a UDF. */
#define SHIM_FILL 0xe7ffdeffu

/* Why a vCPU left the guest, counted for `vcpu stat`. */
#define VM_STATS(X) \
	X(SMC_DICT, "smc.dictionary") \
	X(SMC_DACR, "smc.dacr") \
	X(SMC_TTBR0, "smc.ttbr0") \
	X(SMC_CONTEXTIDR, "smc.contextidr") \
	X(SMC_TLBI, "smc.tlbi") \
	X(SMC_WFI, "smc.wfi") \
	X(UND, "und.all") \
	X(UND_CP15, "und.cp15") \
	X(UND_TRAPWORD, "und.trap-word") \
	X(UND_GUEST, "und.to-guest") \
	X(DABT, "dabt.all") \
	X(DABT_HIDDEN, "dabt.hidden") \
	X(DABT_GUEST, "dabt.to-guest") \
	X(DABT_MMIO, "dabt.mmio") \
	X(DABT_HOLE, "dabt.hole") \
	X(PABT, "pabt.all") \
	X(PABT_HIDDEN, "pabt.hidden") \
	X(PABT_GUEST, "pabt.to-guest") \
	X(FIQ, "fiq") \
	X(EXT_ABORT, "external-abort") \
	X(SWITCH_IN, "switch.in") \
	X(ROOT_SWITCH, "shadow.root-switch") \
	X(ROOT_CREATE, "shadow.root-create") \
	X(FILL, "shadow.fill") \
	X(FLUSH_ALL, "shadow.flush-all") \
	X(L2_DROP, "shadow.l2-drop") \
	X(SECTION, "shadow.section") \
	X(SECTION_DROP, "shadow.section-drop") \
	X(REVALIDATE, "shadow.revalidate") \
	X(RMAP_FULL, "frame.rmap-full") \
	X(TO_CODE, "frame.to-code") \
	X(TO_DATA, "frame.to-data") \
	X(PATCHED, "frame.patched-words") \
	X(QUARANTINED, "frame.quarantined") \
	X(STORE_EMUL, "frame.store-emulated") \
	X(LOAD_EMUL, "frame.load-emulated") \
	X(STEP, "step.out-of-line") \
	X(STEP_EMUL, "step.emulated") \
	X(STRADDLE, "step.straddle") \
	X(SHIM_MOVE, "shim.moved") \
	X(FIDELITY, "fidelity.abort-bank")

enum vm_stat {
#define X(id, name) STAT_##id,
	VM_STATS(X)
#undef X
		STAT_MAX
};

/* What an abort left in LR/SPSR of a mode when it was given to the guest. */
struct reflected {
	uint32_t lr, spsr;
};

struct shadow;

struct arch_vcpu {
	/*
	 * What monitor.S uses by itself comes first and close together: after a
	 * DACR write every KiB that it touches has to be translated anew.
	 */
	struct frame frame;    /* must be first */
	uint32_t hw_dacr;      /* the Non-secure DACR as the hardware holds it */
	uint64_t fast_dacrs;   /* DACR writes that did not come to C */
	struct gwalk_regs mmu; /* the guest's SCTLR, TTBR0/1, TTBCR, DACR */
	uint32_t fast_site[FAST_SITES];
	/* What the short ways through C use, for the same reason. */
	struct vcpu *vcpu;
	struct arch_guest *ag;
	struct sites *sites;
	struct shim_slots *slots; /* one page */
	uint32_t shim_va;         /* 1 MiB aligned */
	uint32_t contextidr, hw_ttbr0;
	bool stepping;        /* the doorbell is held back */
	bool step_more;       /* goes on by step(), not in the guest */
	bool shim_searching;  /* ... by shim_search(), first of all */
	bool in_handler;      /* an abort or undef handler is being stepped */
	bool handler_strayed; /* ... and left its mode by other than a return */
	bool banked_valid;    /* `banked` holds the registers of the one that runs */
	bool banked_dirty;    /* ... and has to be written back */
	struct reflected abt, und;
	/* The last hidden fault, to notice one that does not go away. */
	uint32_t fault_pc, fault_va, fault_repeat;
	struct stay stay;
	uint64_t stat[STAT_MAX];

	struct banked banked;
	struct ns_state ns;

	/* More of the guest's CP15 registers whose real value is not the guest's. */
	uint32_t vbar, actlr, par, prrr, nmrr;
	uint32_t hw_sctlr; /* what the hardware holds for it (Non-secure bank) */

	uint32_t *shim_l2; /* 1 KiB table that maps the shim's pages, one page each: */
	uint32_t *shim_code, *shim_vectors, *step_page, *step_literals;
	struct insn step_insn;
	uint32_t step_at;            /* where its copy stands in the guest's address space */
	uint32_t step_pc, step_cpsr; /* where it belongs, and the state before it */

	unsigned shim_tried;     /* places for the shim, of those that there are twice over */
	uint32_t walks;          /* of the guest\'s tables: what stepping costs */
	unsigned handler_steps;  /* instructions of it so far */
	unsigned handlers_short; /* handlers in a row that soon returned from their mode */

	bool tlb_stale; /* shadow entries went while it was switched out */
	struct shadow *shadow;
	uint32_t quarantined[VERIFY_REASONS]; /* frames by reason */
	uint32_t cp15_count[CP15_REGS];       /* emulated accesses by register */
};

#define vm_count(av, id) ((av)->stat[STAT_##id]++)

/* --- frames: guest RAM by 4 KiB frame (frames.c) --------------------------- */

enum frame_state {
	FRAME_DATA,       /* writable, never executable */
	FRAME_CODE,       /* verified, read-only, executable */
	FRAME_QUARANTINE, /* data whose instructions are stepped one by one */
};

#define FRAME_RMAP 3

struct gframe {
	uint32_t *rmap[FRAME_RMAP];   /* shadow entries that map it */
	struct verify_patch *patches; /* of a code frame: what was rewritten */
	uint16_t npatches;
	uint16_t flips; /* times it went from code back to data */
	uint8_t state;  /* enum frame_state */
	uint8_t isa;    /* enum isa that it was verified for */
	bool user;      /* ... and first executed at PL0 */
	bool overflow;  /* more mappings than rmap holds */
};

/* A RAM region of the trap table with its frames. */
struct bank {
	gpa_t base;
	uint32_t size;
	hpa_t host;
	struct gframe *frames;
};
#define MAX_BANKS 8

/* Patch lists in four sizes, carved from pages (patch_pool.c). */
#define PATCH_CLASSES 4
#define PATCH_MAX     256u /* patches of one frame */

struct patch_pool {
	void *free[PATCH_CLASSES];
	char *base, *next, *end; /* the guest's; from `next` on it was not used yet */
};

/* A pool in [base, base + size), whole pages or none; NULL: of nothing. */
void patch_pool_init(struct patch_pool *p, void *base, uint32_t size);
/* Room for n patches (1 .. PATCH_MAX), NULL when the guest has used up its pool. */
struct verify_patch *patch_alloc(struct patch_pool *p, unsigned n);
void patch_free(struct patch_pool *p, struct verify_patch *list, unsigned n);
struct gframe;
/* Of the frame's patches the first n are left; they move to where that many belong. */
void patch_shrink(struct patch_pool *p, struct gframe *f, unsigned n);
/* Everything is free again. */
void patch_pool_reset(struct patch_pool *p);

struct arch_guest {
	struct guest *guest;
	struct bank bank[MAX_BANKS];
	unsigned banks;
	struct verify_dict dict;
	uint32_t code_gen; /* changes whenever what is executable changes */
	/* Of frames first executed at PL1 and at PL0: programs take none from their kernel. */
	struct patch_pool patches[2];
};

/* A frame found by address; f is NULL when it is not RAM. */
struct fref {
	struct gframe *f;
	uint32_t *host; /* its 4 KiB */
};
struct fref frame_find(const struct arch_guest *ag, gpa_t a);

/*
 * Makes a frame executable when entered in `isa`: takes every mapping away,
 * verifies and patches it, or quarantines it.  No-op unless it is data.
 */
void frame_to_code(struct arch_vcpu *av, struct fref fr, enum isa isa, bool user);
/* Makes it writable again and restores what was rewritten. */
void frame_to_data(struct arch_vcpu *av, struct fref fr);
/* Quarantines a frame for good. */
void frame_quarantine(struct arch_vcpu *av, struct fref fr);

/* Stores 1, 2 or 4 bytes at `off` into a code frame, which stays code. */
void frame_store(struct arch_vcpu *av, struct fref fr, uint32_t off, unsigned size, uint32_t v);
/* The guest's own contents of a frame: replacements undone. */
uint32_t frame_load(struct fref fr, uint32_t off, unsigned size);
/* All frames to data, without touching their contents: RAM is loaded anew. */
void frames_reset(struct arch_guest *ag);
/*
 * A guest's frames and its dictionary go: nothing of them is being verified any more.  The
 * memory may become another guest's frame table, at the same address.
 */
void frames_destroy(void);

/* Reads guest-physical RAM for table walks.  `ag` is a struct arch_guest. -EFAULT. */
int vm_read32(void *ag, uint32_t gpa, uint32_t *v);

/* --- shadow tables (shadow*.c) --------------------------------------------- */

int shadow_create(struct arch_vcpu *av);
/* Forgets everything but the shim. */
void shadow_flush(struct arch_vcpu *av);
/* TTBR0 or CONTEXTIDR was written: choose among the cached roots. */
void shadow_select(struct arch_vcpu *av);
/* The guest's TLB operations. */
void shadow_tlbi_all(struct arch_vcpu *av);
void shadow_tlbi_asid(struct arch_vcpu *av, uint32_t asid);
void shadow_tlbi_va(struct arch_vcpu *av, uint32_t va_asid, bool all_asids);
/* Enters the translation `t` of va for the access (which its frame's state allows). */
void shadow_fill(struct arch_vcpu *av, uint32_t va, const struct gwalk *t, enum gwalk_access acc);
/* Removes every mapping of a frame. */
void shadow_drop_frame(struct arch_vcpu *av, struct fref fr);
/* True if va is mapped for the access in the current root. */
bool shadow_maps(struct arch_vcpu *av, uint32_t va, enum gwalk_access acc);
/* Recomputes the hardware's DACR and writes it if it changed. */
void shadow_load_dacr(struct arch_vcpu *av);

/* --- the shim's place (shim.c) ---------------------------------------------- */

int shim_create(struct arch_vcpu *av);
/* Rewrites the guest's vectors in it. */
void shim_set_vectors(struct arch_vcpu *av);
/*
 * Finds a megabyte that the guest does not map.  False: not yet, or the guest was killed
 * because there is none.
 */
bool shim_move(struct arch_vcpu *av);
/* Goes on with that; the guest does not until av->shim_searching is false.  True: found. */
bool shim_search(struct arch_vcpu *av);
/* Moves the shim if the guest maps something there by now. */
void shim_check(struct arch_vcpu *av);

/* --- guest memory by virtual address (gmem.c) ------------------------------ */

/* Does the guest run at PL0? */
static inline bool vm_user(const struct arch_vcpu *av)
{
	return (av->frame.cpsr & PSR_MODE) == MODE_USR;
}

/* Walks the guest's tables as the access at `va` would; returns t->fault. */
unsigned vm_walk(struct arch_vcpu *av, uint32_t va, enum gwalk_access acc, bool user,
		 struct gwalk *t);
/* Fetches the guest's own instruction at pc, replacements undone.  -EFAULT. */
int vm_fetch(struct arch_vcpu *av, uint32_t pc, enum isa isa, struct insn *i);
/*
 * Fetches the instruction that trapped at pc, at the privilege of av->frame.  0 and its original in *i;
 * -ENOENT: it is not a replacement (*i is as executed); -EFAULT.
 */
int vm_fetch_trapped(struct arch_vcpu *av, uint32_t pc, enum isa isa, struct insn *i);

/*
 * Loads or stores as the guest's instruction would: RAM, code frames, devices
 * and holes.  0; -EFAULT: the guest's abort, described by *abort; -ENOTSUP: a device that
 * is passed through, which a copy of the instruction can reach.
 */
struct vm_abort {
	uint32_t va;
	uint8_t fs, domain; /* enum fault_status */
	bool write;
};
int vm_load(struct arch_vcpu *av, uint32_t va, unsigned size, bool user, uint32_t *v,
	    struct vm_abort *abort);
int vm_store(struct arch_vcpu *av, uint32_t va, unsigned size, bool user, uint32_t v,
	     struct vm_abort *abort);

/* Accesses guest-physical space that is not RAM.  0 or -EFAULT (bus error). */
int vm_mmio(struct arch_vcpu *av, uint32_t gpa, unsigned size, bool write, uint32_t *v);

/*
 * Emulates the load or store at pc of the frame `f`'s guest; as
 * insn_emulate_ldst(), with -EFAULT and *abort for the guest's abort.
 */
int vm_emulate_ldst(struct arch_vcpu *av, const struct insn *i, uint32_t *pc, uint32_t *cpsr,
		    struct vm_abort *abort);
/* The same for integer instructions without memory or PC: insn_emulate_simple(). */
int vm_emulate_simple(struct arch_vcpu *av, const struct insn *i, uint32_t *pc, uint32_t *cpsr);
/* The same for exception returns: insn_emulate_exc_return(). */
int vm_emulate_exc_return(struct arch_vcpu *av, const struct insn *i, uint32_t *pc, uint32_t *cpsr,
			  struct vm_abort *abort);
/* The same for instructions that use the PC: insn_emulate_pc(). */
int vm_emulate_pc(struct arch_vcpu *av, const struct insn *i, uint32_t *pc, uint32_t *cpsr,
		  struct vm_abort *abort);

/* --- registers (vcpu/regs.c) ------------------------------------------------ */

/* Register 0..14 of the mode in `cpsr`, of the vCPU on this CPU. */
uint32_t vm_get_reg(struct arch_vcpu *av, uint32_t cpsr, unsigned r);
void vm_set_reg(struct arch_vcpu *av, uint32_t cpsr, unsigned r, uint32_t v);
/* False: the mode (User, System) has no SPSR. */
bool vm_get_spsr(struct arch_vcpu *av, uint32_t mode, uint32_t *spsr);
void vm_set_lr_spsr(struct arch_vcpu *av, uint32_t mode, uint32_t lr, uint32_t spsr);
/* A CPSR that may be returned to: a mode of the Non-secure world, J clear. */
bool vm_psr_valid(uint32_t psr);

/* --- exits (exit.c), world switch (vcpu/switch.c) ------------------------------------ */

struct arch_vcpu *vm_current(void);
/* Stops the guest for a reason that is not its own doing alone. */
void vm_kill(struct arch_vcpu *av, const char *why);

#endif
