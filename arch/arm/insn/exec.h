/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the emulating files below arch/arm/insn/ share: PSR bits, the PC as an
 * operand and as a destination, ITSTATE, the barrel shifter.
 */
#ifndef ARCH_INSN_EXEC_H
#define ARCH_INSN_EXEC_H

#include "insn.h"

#define CPSR_N (UINT32_C(1) << 31)
#define CPSR_Z (UINT32_C(1) << 30)
#define CPSR_C (UINT32_C(1) << 29)
#define CPSR_V (UINT32_C(1) << 28)
#define CPSR_J (UINT32_C(1) << 24)
#define CPSR_E (UINT32_C(1) << 9)
#define CPSR_T (UINT32_C(1) << 5)
/* ITSTATE<1:0> is CPSR<26:25>, ITSTATE<7:2> is CPSR<15:10> (ARM ARM B1.3.3). */
#define CPSR_IT UINT32_C(0x0600fc00)

enum { REG_SP = 13, REG_LR = 14, REG_PC = 15 };

/* ITSTATE<7:0> out of and into a CPSR (ARM ARM A2.5.2). */
uint32_t insn_itstate(uint32_t cpsr);
uint32_t insn_with_itstate(uint32_t cpsr, uint32_t it);

/* In an IT block but not its last instruction: no place for a branch. */
bool insn_it_not_last(uint32_t cpsr);

/* Register `r` as an operand; r15 reads as the PC of the ARM ARM (A2.3.1). */
uint32_t insn_reg(const struct insn *i, const struct insn_env *env, unsigned r);

/*
 * The second operand of ARM data processing: an immediate, or a register shifted by one
 * (A5.2.4).  *carry is the shifter's carry out.
 */
uint32_t insn_operand2(const struct insn *i, const struct insn_env *env, bool *carry);

/* Goes to the instruction after `i`. */
void insn_next(const struct insn *i, struct insn_env *env);

/*
 * ARM ARM A2.3.2 BXWritePC: bit 0 of `target` selects the state.  True if that
 * is a legal target; insn_bx() goes there, ITSTATE advanced.
 */
bool insn_bx_ok(uint32_t target);
void insn_bx(struct insn_env *env, uint32_t target);

/* Goes to `target` without a change of state (ARM ARM BranchWritePC). */
void insn_branch(const struct insn *i, struct insn_env *env, uint32_t target);

enum shift_type { SHIFT_LSL, SHIFT_LSR, SHIFT_ASR, SHIFT_ROR, SHIFT_RRX };

struct shift {
	enum shift_type type;
	uint8_t amount; /* 0..32 */
};

/* ARM ARM A8.4.3 DecodeImmShift: type 0..3, imm5 0..31. */
struct shift insn_imm_shift(unsigned type, unsigned imm5);

/* ARM ARM A8.4.3 Shift_C: *carry is carry in, then carry out. */
uint32_t insn_shift(struct shift s, uint32_t v, bool *carry);

#endif
