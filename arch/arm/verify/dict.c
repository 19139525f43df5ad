/* SPDX-License-Identifier: Apache-2.0 */
/* The dictionary of replacement words. */
#include <errno.h>
#include <string.h>

#include <espalier/util.h>

#include "verify_int.h"

/* Writes worth an SMC slot (condition and Rt zero), and slots (registers Rt) for each. */
static const struct {
	uint32_t word;
	unsigned slots;
} hot[] = {
	{ 0x0e030f10, 10 }, /* DACR */
	{ 0x0e020f10, 1 },  /* TTBR0 */
	{ 0x0e0d0f30, 1 },  /* CONTEXTIDR */
	{ 0x0e080f37, 1 },  /* TLBIMVA */
};

/*
 * Rt of DACR writes: those of Linux's exception entry and exit, and what compilers keep
 * the value in from one write to the next.  The few others are UNDEF.
 */
static const uint8_t hot_dacr_rt[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 11 };

#define RT_FIELD 0xf000u

void verify_dict_init(struct verify_dict *d)
{
	memset(d, 0, sizeof(*d));
	d->smc[VERIFY_SMC_FIRST] = ARM_WFI;
	d->nsmc = 1;
	for (unsigned i = 0; i < ARRAY_SIZE(hot_dacr_rt); i++)
		verify_dict_hot(d, 0xe0000000u | hot[0].word | (uint32_t)hot_dacr_rt[i] << 12);
	d->thumb[0] = THUMB_WFI;
	d->thumb[1] = THUMB_WFI_W;
	d->nthumb = 2;
	/* What the dictionary never names stands for itself. */
	for (unsigned k = VERIFY_TRAPS_OWN; k < VERIFY_TRAPS; k++)
		d->trap[k] = trap_arm(k);
	d->thumb[VERIFY_TRAPS_THUMB_OWN] = trap_thumb(VERIFY_TRAPS_THUMB_OWN);
}

static int verify_dict_find(const uint32_t *table, unsigned from, unsigned n, uint32_t word)
{
	for (unsigned k = from; k < n; k++)
		if (table[k] == word)
			return (int)k;
	return -1;
}

/* The slot of `word`, or a new one; negative: none. */
static int verify_dict_enter(uint32_t *table, unsigned from, unsigned n, uint32_t word,
			     uint16_t *count)
{
	int k = verify_dict_find(table, from, n, word);

	if (k >= 0)
		return k;
	k = word ? verify_dict_find(table, from, n, 0) : -1; /* 0 means free and is not an entry */
	if (k >= 0) {
		table[k] = word;
		(*count)++;
	}
	return k;
}

static bool slot_allowed(const struct verify_dict *d, uint32_t word)
{
	unsigned used = 0;

	for (unsigned k = VERIFY_SMC_FIRST; k < VERIFY_SMC_SLOTS; k++)
		used += ((d->smc[k] ^ word) & ~RT_FIELD) == 0;
	for (unsigned i = 0; i < ARRAY_SIZE(hot); i++)
		if (hot[i].word == (word & ~RT_FIELD))
			return used < hot[i].slots;
	return false;
}

uint32_t dict_smc(struct verify_dict *d, uint32_t word, bool add)
{
	uint32_t w = word & ~ARM_COND;
	int k;

	if (word >> 28 == 15)
		return 0;
	k = verify_dict_find(d->smc, VERIFY_SMC_FIRST, VERIFY_SMC_SLOTS, w);
	if (k < 0 && add && word >> 28 == 14 && slot_allowed(d, w))
		k = verify_dict_enter(d->smc, VERIFY_SMC_FIRST, VERIFY_SMC_SLOTS, w, &d->nsmc);
	return k < 0 ? 0 : (word & ARM_COND) | ARM_SMC | (uint32_t)k;
}

int verify_dict_hot(struct verify_dict *d, uint32_t word)
{
	uint32_t w = word & ~ARM_COND;

	if (word >> 28 == 15 || (w != ARM_WFI && cp_danger(word) == CP_NATIVE))
		return -EINVAL;
	return verify_dict_enter(d->smc, VERIFY_SMC_FIRST, VERIFY_SMC_SLOTS, w, &d->nsmc) < 0 ?
		       -ENOSPC :
		       0;
}

uint32_t dict_trap(struct verify_dict *d, uint32_t word)
{
	int k = verify_dict_enter(d->trap, 0, VERIFY_TRAPS_OWN, word, &d->ntrap);

	return trap_arm(k < 0 ? VERIFY_TRAPS_OWN : (unsigned)k);
}

uint16_t dict_trap_thumb(struct verify_dict *d, uint32_t word)
{
	int k = verify_dict_enter(d->thumb, 0, VERIFY_TRAPS_THUMB_OWN, word, &d->nthumb);

	return trap_thumb(k < 0 ? VERIFY_TRAPS_THUMB_OWN : (unsigned)k);
}

/* The entry that a word of one of our forms names; *own: the entry's identity. */
static uint32_t *entry_of(struct verify_dict *d, enum isa isa, uint32_t word, uint32_t *own)
{
	if (isa == ISA_THUMB) {
		*own = word;
		return is_trap_thumb(word) ? &d->thumb[trap_thumb_index(word)] : NULL;
	}
	*own = is_smc_arm(word) ? word & ~ARM_COND : word;
	if (is_smc_arm(word))
		return &d->smc[word & 15];
	return is_trap_arm(word) ? &d->trap[trap_arm_index(word)] : NULL;
}

bool dict_lookalike(struct verify_dict *d, enum isa isa, uint32_t word)
{
	uint32_t own, *e = entry_of(d, isa, word, &own);

	if (!e)
		return false;
	if (!*e)
		*e = own;
	return *e != own;
}

static bool verify_dict_recoloured(const struct insn *i, struct insn *out)
{
	uint32_t w = i->word | CP_COLOUR;

	/* cp 12 and 13 become 14 and 15; cp_decode() checks the rest. */
	if (i->size != 4 || (i->word & (CP_COLOUR | 0xc00)) != 0xc00 || cp_danger(w) == CP_NATIVE)
		return false;
	*out = (struct insn){ i->isa, 4, w };
	return true;
}

bool verify_original(const struct verify_dict *d, const struct insn *i, struct insn *out)
{
	uint32_t own, *e;

	if (verify_dict_recoloured(i, out))
		return true;
	if (i->size != (i->isa == ISA_ARM ? 4 : 2))
		return false;
	/* entry_of() only looks; the cast spares a second copy of it. */
	e = entry_of((struct verify_dict *)(uintptr_t)d, i->isa, i->word, &own);
	if (!e || !*e || *e == own)
		return false;
	*out = *i;
	out->word = *e;
	if (i->isa == ISA_THUMB)
		out->size = *e > 0xffff ? 4 : 2;
	else if (is_smc_arm(i->word))
		out->word |= i->word & ARM_COND;
	return true;
}
