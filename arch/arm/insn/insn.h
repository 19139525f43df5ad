/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions as data.  Everything below arch/arm/insn/ is pure: it sees
 * memory and registers through callbacks only and builds on the host.
 */
#ifndef ARCH_INSN_H
#define ARCH_INSN_H

#include <stdbool.h>
#include <stdint.h>

enum isa { ISA_ARM, ISA_THUMB };

/*
 * One fetched instruction.  A 32-bit Thumb encoding is held as the ARM ARM
 * prints it: first halfword in bits 31..16, second in bits 15..0.
 */
struct insn {
	enum isa isa;
	uint8_t size; /* bytes: 2 or 4 */
	uint32_t word;
};

/* The condition of an ARM word, "always", and SMC #0 without one (ARM ARM A8.3, B9.3.14). */
#define ARM_COND 0xf0000000u
#define ARM_AL   0xe0000000u
#define ARM_SMC  0x01600070u

/* True if hw is the first halfword of a 32-bit Thumb encoding (ARM ARM A6.1). */
static inline bool thumb_is_wide(uint16_t hw) { return hw >= 0xe800; }

/*
 * The CPU as an emulated instruction sees it.  `pc` is the address of the
 * instruction itself; `cpsr` is that of the guest before it (with ITSTATE).
 * After success both describe the next instruction.
 */
struct insn_env {
	void *ctx;
	uint32_t pc;
	uint32_t cpsr;
	/* r0..r14 of the mode in cpsr; 15 is handled by the emulation itself. */
	uint32_t (*get_reg)(void *ctx, unsigned r);
	void (*set_reg)(void *ctx, unsigned r, uint32_t v);
	/*
	 * Size 1, 2, 4, naturally aligned (an unaligned access comes as bytes);
	 * values are little-endian whatever CPSR.E says.  `user`: access with PL0
	 * permissions (LDRT).  0, or a negative errno that ends the emulation
	 * and is returned from it.
	 */
	int (*load)(void *ctx, uint32_t va, unsigned size, bool user, uint32_t *v);
	int (*store)(void *ctx, uint32_t va, unsigned size, bool user, uint32_t v);
	/*
	 * Optional: is [va, va + size) accessible?  Called for the whole range
	 * of an access that takes several callbacks before the first of them,
	 * so that an abort leaves nothing half done.  The range may wrap at 4 GiB.
	 */
	int (*probe)(void *ctx, uint32_t va, unsigned size, bool write, bool user);
	/* Out: the address of an alignment fault, when -EFAULT is not a callback's. */
	uint32_t fault_va;
};

/*
 * The condition that governs `i` under `cpsr`, 0..15: its own, or in Thumb the IT
 * block's, 14 without one.  15 is what ARM encodes as unconditional.
 */
unsigned insn_cond(const struct insn *i, uint32_t cpsr);

/* ARM ARM A8.3.1: does a condition pass with these flags? */
bool insn_cond_passed(unsigned cond, uint32_t cpsr);

/* CPSR after a Thumb instruction: ITSTATE advanced (ARM ARM A2.5.2). */
uint32_t insn_advance_it(uint32_t cpsr);

/*
 * Emulates a load or store: LDR/STR in every size and addressing form, LDRD/STRD,
 * LDM/STM, PUSH/POP, LDRT and its family, SWP; with condition, write-back, PC
 * load and IT handling.  SCTLR.A is the caller's business.
 * 0; -ENOTSUP: not such an instruction (LDREX/STREX, LDM/STM ^, VLDR and the
 * hints PLD, PLI are not), nothing was done; -EINVAL: UNPREDICTABLE form or
 * PC value; -EFAULT: LDM, STM, LDRD, STRD or SWP of an address that is not
 * word-aligned, left in fault_va; or what a callback returned.  Registers, pc
 * and cpsr change only on success.
 */
int insn_emulate_ldst(const struct insn *i, struct insn_env *env);

/* True if `i` is an unprivileged load/store (LDRT, STRT, LDRHT ...). */
bool insn_is_unpriv(const struct insn *i);

/* True if `i` is a store of those that insn_emulate_ldst() knows. */
bool insn_is_store(const struct insn *i);

/*
 * What it takes to execute one instruction away from its address.  What a
 * Cortex-A9 does not have, or what is UNPREDICTABLE, is STEP_EXCEPTION.
 */
enum step_kind {
	STEP_OUT_OF_LINE, /* reads no PC, does not branch: run a copy of it */
	STEP_EMULATE,     /* uses or writes the PC: insn_emulate_pc() */
	STEP_EXCEPTION,   /* SVC, HVC, SMC, BKPT, UDF or UNDEF: take the exception */
	STEP_EXC_RETURN,  /* RFE, LDM^ with PC, MOVS/SUBS pc */
	STEP_CP15,        /* CP14 or CP15, any register: the CP15 table decides */
	STEP_WAIT,        /* WFI */
};

/*
 * A copy may still end in an exception of its own, which the caller gives the
 * original's address: an abort of a load or store; or UNDEF for fields that
 * have no meaning (NEON sizes, BFI of no bits, VLDM beyond d31) or with VFP off.
 * CPS, MSR and SRS are copied; with them mode and masks change in the copy.
 */
enum step_kind insn_step_kind(const struct insn *i);

/*
 * Emulates a STEP_EMULATE instruction: B, BL, BLX, BX, BXJ (as BX), CBZ, TBB/TBH, IT, ADR,
 * data processing with PC as operand or destination, PLD/PLI (literal), loads and
 * stores with PC as base, source or destination.  0; -ENOTSUP: not STEP_EMULATE, or VLDR,
 * VSTR, VLDM, VSTM relative to the PC, or STM ^ of the PC (the caller reports it); -EINVAL:
 * UNPREDICTABLE in this place of an IT block, or with this branch target; or
 * as insn_emulate_ldst().  Registers, pc and cpsr change only on success.
 */
int insn_emulate_pc(const struct insn *i, struct insn_env *env);

/*
 * Emulates a STEP_EXC_RETURN instruction whose condition passed.  `spsr`: that of the
 * mode in env->cpsr, NULL for a mode that has none (User, System).  0: env->pc and
 * env->cpsr are where it leads, and the caller judges whether that exists.  -ENOTSUP: no
 * such instruction.  -EPERM: this core makes it UNDEFINED at PL0, and we do what needs an
 * SPSR in System mode, where it is UNPREDICTABLE (ARM ARM B9.3.20).  -EFAULT: an address
 * that is not aligned, left in fault_va; or what a callback returned.
 */
int insn_emulate_exc_return(const struct insn *i, struct insn_env *env, const uint32_t *spsr);

/*
 * Emulates an integer instruction that touches neither memory nor PC nor system state:
 * data processing, MOVW, MOVT, MUL, MLA, MLS and the long multiplies, CLZ, bit fields,
 * SXT* and UXT* of one value, REV*, RBIT, NOP and YIELD; with flags, condition and IT.
 * All are STEP_OUT_OF_LINE: this is what is faster than a copy.
 * 0; -ENOTSUP: anything else, UNPREDICTABLE forms too, and nothing was done.
 */
int insn_emulate_simple(const struct insn *i, struct insn_env *env);

#endif
