/* SPDX-License-Identifier: Apache-2.0 */
/* The machine that our emulation works on: registers, a page of code, data. */
#include <errno.h>
#include <string.h>

#include <insn/simple.h>

#include "host.h"

struct model m;

static uint32_t get_reg(void *ctx, unsigned r) { return m.r[r]; }

static void set_reg(void *ctx, unsigned r, uint32_t v) { m.r[r] = v; }

static void note(uint32_t va)
{
	if (va >= RUNNER_BASE && va < RUNNER_END)
		m.runner = true;
}

static uint8_t *place(uint32_t va, bool write, bool user)
{
	note(va);
	if (va - DATA_BASE < (user ? USER_END - DATA_BASE : DATA_SIZE))
		return (uint8_t *)m.data + (va - DATA_BASE);
	if (va - CODE_BASE >= CODE_SIZE || write || user)
		return NULL;
	m.code = true;
	return m.page + (va - CODE_BASE);
}

static int load(void *ctx, uint32_t va, unsigned size, bool user, uint32_t *v)
{
	uint8_t *p = place(va, false, user);

	*v = 0;
	if (!p)
		return -EFAULT;
	memcpy(v, p, size);
	return 0;
}

static int store(void *ctx, uint32_t va, unsigned size, bool user, uint32_t v)
{
	uint8_t *p = place(va, true, user);

	if (!p)
		return -EFAULT;
	memcpy(p, &v, size);
	return 0;
}

static int probe(void *ctx, uint32_t va, unsigned size, bool write, bool user)
{
	for (uint32_t k = 0; k < size; k++)
		if (!place(va + k, write, user))
			return -EFAULT;
	return 0;
}

static void put_code(const struct oracle_case *c)
{
	static const uint32_t filler = FILLER;
	static const uint16_t after_thumb = AFTER_THUMB;
	uint32_t at = c->pc - CODE_BASE, turned = c->word >> 16 | c->word << 16;

	for (uint32_t k = 0; k < CODE_SIZE; k += 4)
		memcpy(m.page + k, &filler, 4);
	memcpy(m.page + at, c->thumb && c->size == 4 ? &turned : &c->word, c->size);
	if (c->thumb)
		memcpy(m.page + at + c->size, &after_thumb, 2);
}

struct insn insn_of(const struct oracle_case *c)
{
	return (struct insn){ c->thumb ? ISA_THUMB : ISA_ARM, (uint8_t)c->size, c->word };
}

int emulate(const struct oracle_case *c)
{
	struct insn i = insn_of(c);
	int err;

	memset(&m, 0, sizeof(m));
	m.env = (struct insn_env){ .ctx = &m,
				   .pc = c->pc,
				   .cpsr = c->cpsr,
				   .get_reg = get_reg,
				   .set_reg = set_reg,
				   .load = load,
				   .store = store,
				   .probe = probe };
	memcpy(m.r, c->r, sizeof(m.r));
	oracle_fill(m.data, c->seed);
	put_code(c);
	err = insn_emulate_ldst(&i, &m.env);
	if (err == -ENOTSUP)
		err = insn_emulate_pc(&i, &m.env);
	if (err == -ENOTSUP)
		err = insn_emulate_simple(&i, &m.env);
	note(m.env.pc);
	return err;
}
