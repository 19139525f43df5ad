/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "verify_check.h"

static char text[128];

static const char *wrong(const char *what, unsigned offset)
{
	snprintf(text, sizeof(text), "%s at 0x%x", what, offset);
	return text;
}

/* Every aligned word and every pair of halfwords, one byte string at a time. */
static const char *check_encodings(const uint8_t *b)
{
	for (unsigned o = 0; o + 4 <= VERIFY_PAGE_SIZE; o += 2) {
		if (o % 4 == 0 && list_forbidden_arm(b + o))
			return wrong("forbidden ARM word", o);
		if (list_forbidden_thumb(b + o))
			return wrong("forbidden Thumb window", o);
	}
	return NULL;
}

/* The trap words whose original only the page's patches know. */
static bool is_anonymous(const struct insn *i)
{
	return i->word == (i->isa == ISA_ARM ? 0xe7ffdefdu : 0xdeefu);
}

/* Does the replacement, met anywhere, mean the original? */
static bool says_original(const struct verify_dict *d, const struct verify_patch *q, enum isa isa)
{
	struct insn i = { isa, 4, q->replacement }, o;
	uint32_t want = q->original;

	if (q->kind == VERIFY_ALIAS) {
		uint32_t to = q->replacement;

		if (isa == ISA_THUMB) {
			want = want << 16 | want >> 16;
			to = to << 16 | to >> 16;
		}
		/* MRC SCTLR -> MRC NMRR, MRC DACR -> MRC PRRR, Rt and condition kept */
		return ((want & 0x0fff0fff) == 0x0e110f10 &&
			(to ^ want) == (0x0e110f10 ^ 0x0e1a0f32)) ||
		       ((want & 0x0fff0fff) == 0x0e130f10 &&
			(to ^ want) == (0x0e130f10 ^ 0x0e1a0f12));
	}
	if (q->kind == VERIFY_LITERAL)
		i.isa = ISA_ARM; /* data: decoded as the word it is */
	else if (isa == ISA_THUMB && q->kind == VERIFY_TRAP)
		i = (struct insn){ isa, 2, q->replacement & 0xffff };
	else if (isa == ISA_THUMB)
		i.word = i.word << 16 | i.word >> 16;
	if (is_anonymous(&i))
		return !verify_original(d, &i, &o);
	if (!verify_original(d, &i, &o))
		return false;
	if (i.isa == ISA_THUMB && q->size == 4)
		want = want << 16 | want >> 16;
	return o.size == q->size && o.word == want;
}

const char *verify_check(const struct verify_dict *d, const uint32_t *before, const uint32_t *page,
			 enum isa isa, const struct verify_patch *patches,
			 const struct verify_result *res)
{
	uint32_t copy[VERIFY_PAGE_WORDS];
	const char *bad;
	unsigned end = 0;

	if (res->verdict == VERIFY_QUARANTINE) {
		if (res->npatches || res->reason == VERIFY_REASON_NONE)
			return wrong("quarantine with patches or without a reason", res->where);
		return memcmp(page, before, VERIFY_PAGE_SIZE) ?
			       wrong("quarantined page changed", 0) :
			       NULL;
	}
	bad = check_encodings((const uint8_t *)page);
	if (bad)
		return bad;
	for (unsigned k = 0; k < res->npatches; k++) {
		const struct verify_patch *q = &patches[k];

		if (q->offset < end || q->offset + q->size > (int)VERIFY_PAGE_SIZE)
			return wrong("patches out of order", q->offset);
		end = (unsigned)q->offset + q->size;
		if (memcmp((const uint8_t *)before + q->offset, &q->original, q->size) ||
		    memcmp((const uint8_t *)page + q->offset, &q->replacement, q->size))
			return wrong("a patch that is not what was done", q->offset);
		if (!says_original(d, q, isa))
			return wrong("a replacement that does not name its original", q->offset);
	}
	for (unsigned o = 0; o < VERIFY_PAGE_SIZE; o += 4)
		if (verify_read(page, patches, res->npatches, o, 4) != before[o / 4])
			return wrong("verify_read", o);
	memcpy(copy, page, sizeof(copy));
	verify_unpatch(copy, patches, res->npatches);
	return memcmp(copy, before, sizeof(copy)) ? wrong("verify_unpatch", 0) : NULL;
}
