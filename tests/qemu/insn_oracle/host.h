/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the oracle's host program share. */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stdint.h>

#include <insn/exec.h>
#include <insn/insn.h>

#include "oracle.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The sorts of case, by index. */
#define SIMPLE_FROM(count) ((count) / 4)
#define PAIRS_FROM(count)  ((count) / 4 * 3)

/* The machine as our emulation sees it. */
struct model {
	struct insn_env env;
	uint32_t r[15];
	uint32_t data[DATA_SIZE / 4];
	uint8_t page[CODE_SIZE];
	bool runner; /* an address of the runner's own */
	bool code;   /* code read as data */
};
extern struct model m;

struct insn insn_of(const struct oracle_case *c);
/* Emulates the case from its state; the result is in m.  As insn_emulate_simple(). */
int emulate(const struct oracle_case *c);

/* Both return the status of the program. */
int generate(uint32_t first_seed, uint32_t count, const char *name);
int compare(const char *cases_name, const char *results_name);

#endif
