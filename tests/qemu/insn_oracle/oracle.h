/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One instruction, run on QEMU's core and on our emulation from the same state.
 * The host writes cases, the runner executes each and writes results.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdint.h>

/* The runner's own memory: nothing under test may reach it. */
#define RUNNER_BASE  UINT32_C(0x60000000)
#define CASES_BASE   UINT32_C(0x64000000)
#define RESULTS_BASE UINT32_C(0x65000000)
#define RUNNER_END   UINT32_C(0x68000000)

/* One page to execute in, read-only to PL1; all else is execute-never. */
#define CODE_BASE UINT32_C(0x70000000)
#define CODE_SIZE UINT32_C(0x1000)
/* Two pages of data: the first for all, the second for PL1 only. */
#define DATA_BASE UINT32_C(0x70010000)
#define DATA_SIZE UINT32_C(0x2000)
#define USER_END  (DATA_BASE + UINT32_C(0x1000))
/* What of it differs from case to case, around the seam of the pages. */
#define WINDOW_WORDS 128
#define WINDOW       (USER_END - WINDOW_WORDS * 2)

/*
 * The rest of the code page.  UNDEFINED wherever one lands: in ARM, in Thumb
 * at an even word (UDF) and at an odd one (0xffff 0xdede).
 */
#define FILLER UINT32_C(0xffffdede)
/* What follows a Thumb instruction, not subject to an IT block: BKPT. */
#define AFTER_THUMB 0xbebe

struct oracle_case {
	uint32_t word;
	uint32_t thumb; /* else ARM */
	uint32_t size;
	uint32_t pc;   /* within the code page */
	uint32_t cpsr; /* mode SYS */
	uint32_t seed; /* of the window */
	uint32_t r[15];
};

enum { ENDED_UNDEF = 1, ENDED_SVC, ENDED_PABT, ENDED_DABT, ENDED_OTHER };

struct oracle_result {
	uint32_t kind;
	uint32_t lr;   /* of the exception that ended it */
	uint32_t cpsr; /* and its SPSR */
	uint32_t sum;  /* over all data */
	uint32_t r[15];
	uint32_t window[WINDOW_WORDS];
};

/* cases.bin: a count, then the cases. */
struct oracle_cases {
	uint32_t count;
	struct oracle_case item[];
};

static inline uint32_t oracle_next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed ^ (*seed >> 15);
}

static inline void oracle_fill(uint32_t *data, uint32_t seed)
{
	uint32_t *window = data + (WINDOW - DATA_BASE) / 4;

	for (uint32_t k = 0; k < DATA_SIZE / 4; k++)
		data[k] = 0;
	for (uint32_t k = 0; k < WINDOW_WORDS; k++)
		window[k] = oracle_next(&seed);
}

static inline uint32_t oracle_sum(const uint32_t *data)
{
	uint32_t sum = 0;

	for (uint32_t k = 0; k < DATA_SIZE / 4; k++)
		sum = (sum << 1 | sum >> 31) ^ data[k];
	return sum;
}

#endif
