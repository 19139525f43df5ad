/* SPDX-License-Identifier: Apache-2.0 */
/* Forbidden writes, ways to run them, and what may come of it. */
#ifndef WINDOWS_H
#define WINDOWS_H

#include "bare.h"

/* A register whose virtual value shows whether a write was emulated. */
struct witness {
	const char *name;
	uint16_t hw1, hw2; /* MCR p15, opc1, r0, CRn, CRm, opc2 */
	uint32_t (*read)(void);
	void (*write)(uint32_t v);
	uint32_t a, b; /* harmless values; a is the usual one */
};
extern struct witness witnesses[];
extern const unsigned nr_witnesses;
void witnesses_init(void);

uint32_t enter(uint32_t at, uint32_t v);
extern uint32_t enter_data[2048];

/*
 * Runs a forbidden write at `at` (bit 0: Thumb).  It must act upon the guest's
 * own register or be undefined; anything else was not caught.
 */
bool attack(const struct witness *w, uint32_t at);
/* Attacks that got through and what honest code did wrong, since the last verdict. */
extern unsigned bad;
void wrong(const char *how, uint32_t at, uint32_t got, uint32_t want);
void verdict(const char *what);
/* Honest code at `at` returns `want` when given v. */
void honest(const char *how, uint32_t at, uint32_t v, uint32_t want);

void put16(uint32_t a, const uint16_t *hw, unsigned n);
/* Empties n pages of code space (bx lr in both decodings is not in them). */
void clear_pages(uint32_t a, unsigned n);

void test_windows(void);
void test_literals(void);
void test_straddle(void);
void test_aliases(void);
void test_copies(void);
void test_quarantine(void);

#endif
