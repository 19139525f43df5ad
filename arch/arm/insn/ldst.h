/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A decoded load or store.  One shape for single, dual, multiple and swap, ARM
 * and Thumb: count registers from an address upwards, size bytes each.
 */
#ifndef ARCH_INSN_LDST_H
#define ARCH_INSN_LDST_H

#include "exec.h"

enum { NO_REG = 0xff };

struct ldst {
	bool load; /* for a swap: false, it writes */
	bool sign; /* sign-extend what was loaded */
	bool swap; /* SWP: store reg[1], load reg[0] */
	bool user; /* with PL0 permissions */
	bool wback;
	bool strict;  /* not word-aligned is an alignment fault (ARM ARM A3.2.1) */
	uint8_t size; /* of one element: 1, 2 or 4 bytes */
	uint8_t rn;
	uint8_t count;
	uint8_t reg[16];
	uint32_t start; /* first address - base */
	uint32_t step;  /* written-back base - base */
	/* Register offset, unless rm is NO_REG: overrides start and step. */
	uint8_t rm;
	struct shift shift;
	bool index; /* P */
	bool add;   /* U */
};

enum {
	LDST_LOAD = 1 << 0,
	LDST_SIGN = 1 << 1,
	LDST_USER = 1 << 2,
	LDST_FIRST = 1 << 3, /* takes what it shares with later rows */
};

/*
 * Rows are searched in order; a row that overlaps a later one must lie within
 * it or be LDST_FIRST.  decode() fills the rest in: 0, -EINVAL (UNPREDICTABLE)
 * or -ENOTSUP.
 */
struct ldst_row {
	uint32_t mask;
	uint32_t value;
	uint32_t sbz; /* "(0)" bits: one set is UNPREDICTABLE */
	int (*decode)(uint32_t word, struct ldst *l);
	uint8_t size;
	uint8_t flags;
};

struct ldst_table {
	const struct ldst_row *row;
	unsigned count;
};

extern const struct ldst_table ldst_arm, ldst_thumb16, ldst_thumb32;

/* 0; -EINVAL: UNPREDICTABLE; -ENOTSUP: no load or store that is emulated. */
int ldst_decode(const struct insn *i, struct ldst *l);

/* For decode(): an immediate offset with the P, U and W of the manual. */
void ldst_offset(struct ldst *l, bool index, bool add, bool wback, uint32_t imm);

/* For decode(): the registers of `list` upwards from r0; returns how many. */
unsigned ldst_list(struct ldst *l, uint32_t list);

/* True if register `r` is transferred. */
bool ldst_moves(const struct ldst *l, unsigned r);

#endif
