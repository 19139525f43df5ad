/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that classify instructions, and rows that emulate those with the PC. */
#ifndef ARCH_INSN_STEP_ROW_H
#define ARCH_INSN_STEP_ROW_H

#include "exec.h"

/*
 * `pc` says what r15 means in the fields <19:16> <15:12> <11:8> <3:0>, in this
 * order: '.' nothing (no register there, or r15 is an encoding of its own),
 * 'P' the PC, so emulate; 'X' UNPREDICTABLE.  NULL: nothing in any of them.
 * Rows are searched in order; of two rows that overlap and decide differently
 * the earlier lies within the later, or their overlap lies within a row before both.
 */
struct step_row {
	uint32_t mask;
	uint32_t value;
	enum step_kind kind;
	const char *pc;
};

struct step_table {
	const struct step_row *row;
	unsigned count;
};

/* VFP by its ARM encoding, condition ignored; NEON by its ARM encoding (1111 ...). */
extern const struct step_table step_arm, step_arm_uncond, step_thumb16, step_thumb32;
extern const struct step_table step_vfp, step_neon;

enum {
	PC_NOT_IN_IT = 1 << 0, /* -EINVAL in an IT block */
	PC_ENDS_IT = 1 << 1,   /* -EINVAL in an IT block but as its last */
};

/* `i` is STEP_EMULATE and its condition passed. */
struct pc_row {
	uint32_t mask;
	uint32_t value;
	int (*emulate)(const struct insn *i, struct insn_env *env);
	unsigned flags;
};

struct pc_table {
	const struct pc_row *row;
	unsigned count;
};

extern const struct pc_table pc_arm, pc_thumb16, pc_thumb32;

/* For rows: hints that name the PC do nothing. */
int pc_hint(const struct insn *i, struct insn_env *env);

#endif
