/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what the emulation makes of the cases with what QEMU's core did. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <insn/simple.h>

#include "host.h"

#define PSR_COMPARED UINT32_C(0xfe0ffe3f) /* all but J, the reserved bits and A, I, F */

static uint32_t result_pc(const struct oracle_result *res)
{
	if (res->kind == ENDED_UNDEF)
		return res->lr - (res->cpsr & CPSR_T ? 2 : 4);
	return res->lr - (res->kind == ENDED_DABT ? 8 : 4);
}

static bool fail(const struct oracle_case *c, const char *what, uint32_t want, uint32_t got)
{
	printf("%s %0*x at %08x cpsr %08x: %s is %08x, QEMU has %08x\n", c->thumb ? "thumb" : "arm",
	       2 * (int)c->size, c->word, c->pc, c->cpsr, what, want, got);
	return false;
}

static bool same_regs(const struct oracle_case *c, const uint32_t *want, const uint32_t *got)
{
	char name[8];

	for (unsigned k = 0; k < 15; k++) {
		snprintf(name, sizeof(name), "r%u", k);
		if (want[k] != got[k])
			return fail(c, name, want[k], got[k]);
	}
	return true;
}

static bool check_emulated(const struct oracle_case *c, const struct oracle_result *res)
{
	int err = emulate(c);

	if (err)
		return res->kind == ENDED_DABT || fail(c, "a data abort", ENDED_DABT, res->kind);
	if (res->kind == ENDED_DABT)
		return fail(c, "no data abort", 0, res->kind);
	if (result_pc(res) != m.env.pc)
		return fail(c, "pc", m.env.pc, result_pc(res));
	if ((res->cpsr ^ m.env.cpsr) & PSR_COMPARED)
		return fail(c, "cpsr", m.env.cpsr, res->cpsr);
	if (!same_regs(c, m.r, res->r))
		return false;
	if (memcmp(res->window, m.data + (WINDOW - DATA_BASE) / 4, sizeof(res->window)) ||
	    res->sum != oracle_sum(m.data))
		return fail(c, "memory", oracle_sum(m.data), res->sum);
	return true;
}

static bool check_pair(const struct oracle_case *c, const struct oracle_result *res)
{
	uint32_t moved = c[1].pc - c[0].pc;

	if (res[0].kind != res[1].kind)
		return fail(c, "kind of end", res[0].kind, res[1].kind);
	if (result_pc(&res[0]) + moved != result_pc(&res[1]))
		return fail(c, "pc", result_pc(&res[0]) + moved, result_pc(&res[1]));
	if ((res[0].cpsr ^ res[1].cpsr) & PSR_COMPARED)
		return fail(c, "cpsr", res[0].cpsr, res[1].cpsr);
	if (res[0].kind != ENDED_DABT && result_pc(&res[0]) != c->pc &&
	    result_pc(&res[0]) != c->pc + c->size)
		return fail(c, "pc after it", c->pc + c->size, result_pc(&res[0]));
	if (!same_regs(c, res[0].r, res[1].r))
		return false;
	if (memcmp(res[0].window, res[1].window, sizeof(res[0].window)) || res[0].sum != res[1].sum)
		return fail(c, "memory", res[0].sum, res[1].sum);
	return true;
}

static void *slurp(const char *name, size_t *size)
{
	FILE *f = fopen(name, "rb");
	void *p;

	if (!f)
		exit(2);
	fseek(f, 0, SEEK_END);
	*size = (size_t)ftell(f);
	rewind(f);
	p = malloc(*size);
	if (!p || fread(p, 1, *size, f) != *size)
		exit(2);
	fclose(f);
	return p;
}

struct tally {
	uint32_t emulated, aborted, simple, pairs, undef, bad;
};

/* Rows of insn_emulate_simple() of which no case was executed. */
static uint32_t rows_missed(const struct oracle_case *c, uint32_t count,
			    const struct simple_group *group, size_t groups)
{
	uint32_t missed = 0;

	for (size_t g = 0; g < groups; g++) {
		for (unsigned k = 0; k < group[g].count; k++) {
			const struct simple_row *row = &group[g].row[k];
			bool seen = false;

			for (uint32_t n = 0; n < count && !seen; n++) {
				struct insn i = insn_of(&c[n]);

				seen = simple_find(&i) == row &&
				       insn_cond_passed(insn_cond(&i, c[n].cpsr), c[n].cpsr);
			}
			if (!seen)
				printf("no case of %08x/%08x\n", row->value, row->mask);
			missed += !seen;
		}
	}
	return missed;
}

static void print_undef(const struct oracle_case *c)
{
	if (getenv("ORACLE_UNDEF"))
		printf("undef %s %0*x\n", c->thumb ? "thumb" : "arm", 2 * (int)c->size, c->word);
}

int compare(const char *cases_name, const char *results_name)
{
	size_t cases_size, results_size;
	struct oracle_cases *cases = slurp(cases_name, &cases_size);
	struct oracle_result *res = slurp(results_name, &results_size);
	uint32_t count = cases->count;
	struct tally t = { 0 };
	uint32_t missed;

	if (results_size != count * sizeof(*res)) {
		printf("%zu bytes of results for %u cases\n", results_size, count);
		return 1;
	}
	for (uint32_t k = 0; k < SIMPLE_FROM(count); k++) {
		t.bad += !check_emulated(&cases->item[k], &res[k]);
		t.emulated += res[k].kind != ENDED_DABT;
		t.aborted += res[k].kind == ENDED_DABT;
	}
	for (uint32_t k = SIMPLE_FROM(count); k < PAIRS_FROM(count); k++) {
		t.bad += !check_emulated(&cases->item[k], &res[k]);
		t.simple++;
	}
	for (uint32_t k = PAIRS_FROM(count); k < count; k += 2) {
		t.bad += !check_pair(&cases->item[k], &res[k]);
		if (res[k].kind == ENDED_UNDEF && result_pc(&res[k]) == cases->item[k].pc) {
			t.undef++;
			print_undef(&cases->item[k]);
		}
		t.pairs++;
	}
	missed = rows_missed(&cases->item[SIMPLE_FROM(count)], t.simple, simple_arm,
			     ARRAY_SIZE(simple_arm)) +
		 rows_missed(&cases->item[SIMPLE_FROM(count)], t.simple, simple_thumb16,
			     ARRAY_SIZE(simple_thumb16)) +
		 rows_missed(&cases->item[SIMPLE_FROM(count)], t.simple, simple_thumb32,
			     ARRAY_SIZE(simple_thumb32));
	printf("emulated %u aborted %u simple %u missed %u pairs %u undefined %u wrong %u\n",
	       t.emulated, t.aborted, t.simple, missed, t.pairs, t.undef, t.bad);
	free(cases);
	free(res);
	return t.bad != 0;
}
