/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the cases. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <insn/simple.h>

#include "host.h"

#define CPSR_SYS_MASKED UINT32_C(0x1df)

static uint32_t seed;

static uint32_t rnd(void) { return oracle_next(&seed) ^ oracle_next(&seed) << 16; }

/* Random bits are drawn around these; groups, not forms, so as not to follow
 * the tables under test.  Plain random words come on top. */
struct family {
	uint32_t mask, value;
	uint8_t thumb, size;
};

static const struct family families[] = {
	{ 0x0c000000, 0x04000000, 0, 4 }, /* ARM word and byte */
	{ 0x0e000090, 0x00000090, 0, 4 }, /* extra loads and stores, swap */
	{ 0x0e000f90, 0x00000090, 0, 4 }, /* ... with the (0) bits right */
	{ 0x0fb00ff0, 0x01000090, 0, 4 }, /* swap */
	{ 0x0e400000, 0x08000000, 0, 4 }, /* multiple */
	{ 0x0e000000, 0x0a000000, 0, 4 }, /* branches */
	{ 0xfe000000, 0xfa000000, 0, 4 }, { 0x0fffff00, 0x012fff00, 0, 4 },
	{ 0x0e0f0010, 0x000f0000, 0, 4 }, /* data processing with PC */
	{ 0x0e00f010, 0x0000f000, 0, 4 }, { 0x0e00001f, 0x0000000f, 0, 4 },
	{ 0x0e0f0000, 0x020f0000, 0, 4 }, { 0x0e00f000, 0x0200f000, 0, 4 },
	{ 0xffeff000, 0xe28ff000, 0, 4 }, { 0xffffffe0, 0xe1a0f000, 0, 4 },
	{ 0x0f7f0000, 0x051f0000, 0, 4 }, /* literals */
	{ 0x0c50f000, 0x0410f000, 0, 4 }, /* ldr pc */
	{ 0xf800, 0x4800, 1, 2 },         /* 16-bit loads and stores */
	{ 0xf000, 0x5000, 1, 2 },         { 0xe000, 0x6000, 1, 2 },
	{ 0xe000, 0x8000, 1, 2 },         { 0xf600, 0xb400, 1, 2 },
	{ 0xf000, 0xc000, 1, 2 },         { 0xfc00, 0x4400, 1, 2 }, /* high registers, BX, BLX */
	{ 0xf800, 0xa000, 1, 2 },         { 0xf500, 0xb100, 1, 2 },
	{ 0xff00, 0xbf00, 1, 2 },         { 0xe000, 0xc000, 1, 2 },
	{ 0xfe000000, 0xe8000000, 1, 4 }, /* multiple, dual, table branches */
	{ 0xffe00000, 0xe8800000, 1, 4 }, { 0xfff0ffe0, 0xe8d0f000, 1, 4 },
	{ 0xfe600000, 0xe8400000, 1, 4 }, { 0xfe000000, 0xf8000000, 1, 4 }, /* single */
	{ 0xff000fc0, 0xf8000000, 1, 4 }, { 0xff000800, 0xf8000800, 1, 4 },
	{ 0xff00ff00, 0xf8008e00, 1, 4 }, { 0xff1f0000, 0xf81f0000, 1, 4 },
	{ 0xfff0f000, 0xf850f000, 1, 4 }, { 0xf8008000, 0xf0008000, 1, 4 }, /* branches */
	{ 0xfb5f8000, 0xf20f0000, 1, 4 },                                   /* ADR */
	{ 0xfff0ffff, 0xf3c08f00, 1, 4 },                                   /* BXJ */
};

static const struct family simple_families[] = {
	{ 0x0c000000, 0x00000000, 0, 4 }, /* ARM data processing and multiplies */
	{ 0x0e000010, 0x00000000, 0, 4 },
	{ 0x0e000090, 0x00000010, 0, 4 },
	{ 0x0e000000, 0x02000000, 0, 4 },
	{ 0x0f90f000, 0x01100000, 0, 4 }, /* ... with the (0) bits right */
	{ 0x0faf0000, 0x01a00000, 0, 4 },
	{ 0x0f90f000, 0x03100000, 0, 4 },
	{ 0x0faf0000, 0x03a00000, 0, 4 },
	{ 0x0f0000f0, 0x00000090, 0, 4 },
	{ 0x0fc0f0f0, 0x00000090, 0, 4 },
	{ 0x0fff0f10, 0x016f0f10, 0, 4 }, /* CLZ */
	{ 0x0fffff00, 0x0320f000, 0, 4 }, /* hints */
	{ 0x0fffffe0, 0x0320f000, 0, 4 },
	{ 0x0f800370, 0x06800070, 0, 4 }, /* media */
	{ 0x0f8f0370, 0x068f0070, 0, 4 },
	{ 0x0f8f0f70, 0x068f0f30, 0, 4 },
	{ 0x0f800010, 0x07800010, 0, 4 },
	{ 0x0fe0007f, 0x07c0001f, 0, 4 },
	{ 0xc000, 0x0000, 1, 2 },
	{ 0xe000, 0x2000, 1, 2 },
	{ 0xfc00, 0x4000, 1, 2 },
	{ 0xfc00, 0x4400, 1, 2 },
	{ 0xf800, 0xa800, 1, 2 },
	{ 0xf000, 0xb000, 1, 2 },
	{ 0xff00, 0xba00, 1, 2 },
	{ 0xff0f, 0xbf00, 1, 2 },
	{ 0xfe000000, 0xea000000, 1, 4 }, /* shifted register */
	{ 0xfe0f0000, 0xea0f0000, 1, 4 },
	{ 0xfe0f0000, 0xea0d0000, 1, 4 },
	{ 0xfe10f000, 0xea100f00, 1, 4 },
	{ 0xfffff0f0, 0xea4f0000, 1, 4 },
	{ 0xfeaf8fb0, 0xeb0d0d00, 1, 4 },
	{ 0xfa008000, 0xf0000000, 1, 4 }, /* modified immediate */
	{ 0xfa0f8000, 0xf00f0000, 1, 4 },
	{ 0xfa0f8000, 0xf00d0000, 1, 4 },
	{ 0xfa108f00, 0xf0100f00, 1, 4 },
	{ 0xfa008000, 0xf2000000, 1, 4 }, /* plain immediate */
	{ 0xfb5f8000, 0xf20d0000, 1, 4 },
	{ 0xff008020, 0xf3000000, 1, 4 },
	{ 0xff0f8020, 0xf30f0000, 1, 4 },
	{ 0xfffffff0, 0xf3af8000, 1, 4 },
	{ 0xff00f040, 0xfa00f000, 1, 4 }, /* registers */
	{ 0xff80f080, 0xfa00f080, 1, 4 },
	{ 0xff8ff080, 0xfa0ff080, 1, 4 },
	{ 0xff80f0c0, 0xfa80f080, 1, 4 },
	{ 0xff0000f0, 0xfb000000, 1, 4 }, /* multiplies */
	{ 0xff80f0e0, 0xfb00f000, 1, 4 },
	{ 0xff8000e0, 0xfb000000, 1, 4 },
};

static uint32_t draw_reg(void)
{
	uint32_t r = rnd();

	switch (rnd() % 10) {
	case 0: return r % 64;
	case 1: return r & 1 ? -(r >> 8) % 64 : r >> 24;
	case 2: return CODE_BASE + r % CODE_SIZE;
	case 3: return r;
	case 4: return (r & 0x7f) * 4;
	case 5:
	case 6: return WINDOW + r % (4 * WINDOW_WORDS);
	default: return (WINDOW + r % (4 * WINDOW_WORDS)) & ~UINT32_C(3);
	}
}

/* An IT block that ends with this instruction, goes on, or passes or not. */
static uint32_t draw_cpsr(bool thumb)
{
	uint32_t cpsr = CPSR_SYS_MASKED | (rnd() & 0xf80f0000);

	if (rnd() % 8 == 0)
		cpsr |= CPSR_E;
	if (!thumb)
		return cpsr;
	cpsr |= CPSR_T;
	if (rnd() % 3 == 0)
		cpsr = insn_with_itstate(cpsr,
					 (rnd() % 15) << 4 | (rnd() & 1 ? 8 : rnd() % 15 + 1));
	return cpsr;
}

static void draw_state(struct oracle_case *c)
{
	c->seed = rnd();
	c->cpsr = draw_cpsr(c->thumb);
	for (unsigned k = 0; k < 15; k++)
		c->r[k] = draw_reg();
}

/* Values at which flags turn, alike in several registers at times. */
static uint32_t draw_value(const uint32_t *before, unsigned count)
{
	static const uint32_t edges[] = { 0,          1,          0x7f,       0x80,
					  0x7fff,     0x8000,     0xffff,     0x7fffffff,
					  0x80000000, 0x80000001, 0xfffffffe, 0xffffffff };
	uint32_t r = rnd();

	switch (rnd() % 8) {
	case 0: return edges[r % ARRAY_SIZE(edges)];
	case 1: return r & 64 ? 31 + r % 3 : r % 68; /* shifts, those around 32 above all */
	case 2: return (r & ~UINT32_C(0xff)) + (r & 64 ? 31 + r % 3 : r % 68);
	case 3: return count ? before[r % count] : r;
	case 4: return count ? -before[r % count] : r;
	case 5: return UINT32_C(1) << r % 32;
	default: return r;
	}
}

static void draw_word(struct oracle_case *c, const struct family *from, size_t count)
{
	const struct family *f = &from[rnd() % count];

	c->thumb = f->thumb;
	c->size = f->size;
	c->word = (rnd() & ~f->mask) | f->value;
	if (c->size == 2)
		c->word &= 0xffff;
	else if (!c->thumb && c->word >> 28 != 15 && rnd() % 4)
		c->word |= 0xe0000000; /* AL, and some that are unconditional */
}

static void draw_any_word(struct oracle_case *c)
{
	c->thumb = rnd() & 1;
	c->word = rnd();
	c->size = 4;
	if (!c->thumb) {
		c->word = rnd() % 8 ? c->word >> 4 | 0xe0000000 : c->word | 0xf0000000;
	} else if (rnd() % 3) {
		c->word = 0xe8000000 + c->word % 0x18000000;
	} else {
		c->size = 2;
		c->word = c->word % 0xe800;
	}
}

/* True for what must not run here: it would take the runner out of its mode. */
static bool breaks_runner(const struct oracle_case *c)
{
	static const struct family bad[] = {
		{ 0x0fb00000, 0x03200000, 0, 4 }, { 0x0fb000f0, 0x01200000, 0, 4 },
		{ 0xfff00000, 0xf1000000, 0, 4 }, { 0xfe500000, 0xf8400000, 0, 4 },
		{ 0x0e400000, 0x08400000, 0, 4 }, { 0x0fe00f10, 0x0ee00a10, 0, 4 },
		{ 0xff00, 0xb600, 1, 2 },         { 0xff0f, 0xbf00, 1, 2 },
		{ 0xffe00000, 0xf3800000, 1, 4 }, { 0xfff00000, 0xf3a00000, 1, 4 },
		{ 0xffd00000, 0xe8000000, 1, 4 }, { 0xffd00000, 0xe9800000, 1, 4 },
		{ 0xffe00f10, 0xeee00a10, 1, 4 },
	};

	for (unsigned k = 0; k < ARRAY_SIZE(bad); k++)
		if (bad[k].thumb == c->thumb && bad[k].size == c->size &&
		    (c->word & bad[k].mask) == bad[k].value)
			return true;
	return false;
}

/* A row alone does not say so: that of ADD with high registers has PC forms as well. */
static bool is_simple(const struct oracle_case *c)
{
	struct insn i = insn_of(c);

	return simple_find(&i) && insn_step_kind(&i) == STEP_OUT_OF_LINE;
}

static bool gen_emulated(struct oracle_case *c)
{
	int err;

	if (rnd() % 8)
		draw_word(c, families, ARRAY_SIZE(families));
	else
		draw_any_word(c);
	draw_state(c);
	c->pc = CODE_BASE + 0x400 + (c->thumb ? 2 * (rnd() & 1) : 0);
	if (is_simple(c))
		return false;
	err = emulate(c);
	if (err == -ENOTSUP || err == -EINVAL || m.runner)
		return false;
	/* Nor one that branches to itself, or into itself in the other state. */
	return err || m.env.pc == c->pc + c->size || m.env.pc - (c->pc - 4) >= c->size + 8;
}

static bool gen_simple(struct oracle_case *c)
{
	if (rnd() % 16)
		draw_word(c, simple_families, ARRAY_SIZE(simple_families));
	else
		draw_any_word(c);
	if (!is_simple(c))
		return false;
	c->seed = rnd();
	c->cpsr = draw_cpsr(c->thumb);
	for (unsigned k = 0; k < 15; k++)
		c->r[k] = draw_value(c->r, k);
	c->pc = CODE_BASE + 0x400 + (c->thumb ? 2 * (rnd() & 1) : 0);
	return emulate(c) == 0;
}

static bool gen_pair(struct oracle_case *c)
{
	struct insn i;

	if (rnd() % 8)
		draw_any_word(c);
	else
		draw_word(c, families, ARRAY_SIZE(families));
	i = insn_of(c);
	if (insn_step_kind(&i) != STEP_OUT_OF_LINE || breaks_runner(c))
		return false;
	draw_state(c);
	for (unsigned k = 0; k < 15; k++)
		if (c->r[k] - CODE_BASE < 2 * CODE_SIZE)
			c->r[k] = WINDOW; /* the two see different code */
	c->pc = CODE_BASE + 0x400;
	emulate(c); /* only to see what it reaches */
	if (m.runner || m.code)
		return false;
	c[1] = c[0];
	c[1].pc = CODE_BASE + 0x800 + (c->thumb ? 2 : 0);
	return true;
}

int generate(uint32_t first_seed, uint32_t count, const char *name)
{
	struct oracle_case *c = calloc(count &= ~UINT32_C(7), sizeof(*c));
	FILE *f = fopen(name, "wb");

	seed = first_seed;
	if (!c || !f)
		return 2;
	for (uint32_t k = 0; k < SIMPLE_FROM(count);)
		k += gen_emulated(&c[k]);
	for (uint32_t k = SIMPLE_FROM(count); k < PAIRS_FROM(count);)
		k += gen_simple(&c[k]);
	for (uint32_t k = PAIRS_FROM(count); k < count;)
		k += gen_pair(&c[k]) ? 2 : 0;
	fwrite(&count, sizeof(count), 1, f);
	fwrite(c, sizeof(*c), count, f);
	free(c);
	return fclose(f) ? 2 : 0;
}
