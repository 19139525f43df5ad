/* SPDX-License-Identifier: Apache-2.0 */
/* A page, what the verifier made of it, and the words that the tests put there. */
#ifndef TEST_VERIFY_PAGE_H
#define TEST_VERIFY_PAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/util.h>

#include "verify/verify_int.h"
#include "verify_check.h"

#define ROOM      512
#define NOP       0xe1a00000u /* mov r0, r0 */
#define NOP_T     0x46c046c0u /* mov r8, r8 twice */
#define MCR_SCTLR 0xee012f10u
#define MCR_TTBR0 0xee020f10u
#define MCR_TTBR1 0xee020f30u
#define MRC_SCTLR 0xee113f10u
#define MRC_NMRR  0xee1a3f32u
#define WFI       0xe320f003u
#define UDF_END   0xe7ffdefeu /* LLVM's trap */

static uint32_t page[VERIFY_PAGE_WORDS], before[VERIFY_PAGE_WORDS];
static struct verify_patch patches[ROOM];
static struct verify_result res;
static struct verify_dict dict;

static inline void fill(uint32_t w)
{
	for (unsigned i = 0; i < VERIFY_PAGE_WORDS; i++)
		page[i] = w;
}

static inline int setup(void **state)
{
	verify_dict_init(&dict);
	fill(NOP);
	return 0;
}

static inline void put_hw(unsigned p, uint16_t hw)
{
	((uint16_t *)page)[p] = hw; /* the host is little-endian, too */
}

static inline uint16_t get_hw(unsigned p) { return ((uint16_t *)page)[p]; }

/* A wide Thumb instruction, first halfword in the top bits. */
static inline void put_wide(unsigned p, uint32_t w)
{
	put_hw(p, (uint16_t)(w >> 16));
	put_hw(p + 1, (uint16_t)w);
}

static inline enum verify_verdict run(enum isa isa, unsigned flags)
{
	const char *wrong;

	memcpy(before, page, sizeof(page));
	verify_page(&dict, page, isa, flags, patches, ROOM, &res);
	wrong = verify_check(&dict, before, page, isa, patches, &res);
	if (wrong)
		fail_msg("%s", wrong);
	return res.verdict;
}

static inline void expect(unsigned offset, unsigned size, enum verify_kind kind,
			  uint32_t replacement)
{
	const struct verify_patch *q = verify_lookup(patches, res.npatches, offset);

	assert_non_null(q);
	assert_int_equal(q->offset, offset);
	assert_int_equal(q->size, size);
	assert_int_equal(q->kind, kind);
	assert_int_equal(q->replacement, replacement);
}

static inline struct insn arm(uint32_t w) { return (struct insn){ ISA_ARM, 4, w }; }

static inline uint32_t original(struct insn i)
{
	struct insn o;

	return verify_original(&dict, &i, &o) ? o.word : 0;
}

#endif
