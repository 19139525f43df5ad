/* SPDX-License-Identifier: Apache-2.0 */
/* sources: tests/host/verify/verify_check.c arch/arm/insn/cpaccess.c arch/arm/verify/ */
/*
 * Pages from the fuzzer go through verify_page(); whatever it says must hold.
 * Input: one byte of options, then records of 5 bytes: where (a byte that moves
 * the place forward in halfwords) and four bytes to put there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/verify_check.h"

#define ROOM 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(const char *wrong)
{
	if (wrong) {
		fprintf(stderr, "%s\n", wrong);
		abort();
	}
}

/* Verifies, checks, and probes what a trap handler would ask. */
static void once(struct verify_dict *d, uint32_t *page, enum isa isa, unsigned flags, unsigned room)
{
	static uint32_t before[VERIFY_PAGE_WORDS];
	struct verify_patch *patches = malloc(room * sizeof(*patches));
	struct verify_result res;

	memcpy(before, page, sizeof(before));
	verify_page(d, page, isa, flags, patches, room, &res);
	must(verify_check(d, before, page, isa, patches, &res));
	for (unsigned o = 0; o + 4 <= VERIFY_PAGE_SIZE; o += 4) {
		struct insn i = { ISA_ARM, 4, page[o / 4] }, out;

		if (page[o / 4] == before[o / 4])
			continue;
		if (isa == ISA_ARM &&
		    (!verify_trapped(d, page, patches, res.npatches, o, &i, &out) ||
		     out.word != before[o / 4]))
			must("verify_trapped");
		i = (struct insn){ ISA_THUMB, 2, page[o / 4] & 0xffff };
		verify_trapped(d, page, patches, res.npatches, o, &i, &out);
	}
	free(patches);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t filler[] = { 0xe1a00000, 0x46c046c0, 0, 0xf3bf8f5f };
	static uint32_t page[VERIFY_PAGE_WORDS];
	struct verify_dict d;
	unsigned options, at = 0;

	if (size < 1)
		return 0;
	options = *data++;
	size--;
	for (unsigned i = 0; i < VERIFY_PAGE_WORDS; i++)
		page[i] = filler[options >> 2 & 3];
	for (; size >= 5; data += 5, size -= 5) {
		at = (at + data[0]) % (2 * VERIFY_PAGE_WORDS - 1);
		memcpy((uint8_t *)page + 2 * at, data + 1, 4);
	}
	verify_dict_init(&d);
	/* Twice: the second time as a copy, perhaps entered in the other state. */
	once(&d, page, options & 1 ? ISA_THUMB : ISA_ARM, options >> 4 & 1,
	     options & 0x20 ? 3 : ROOM);
	once(&d, page, options & 2 ? ISA_THUMB : ISA_ARM, options >> 4 & 1, ROOM);
	return 0;
}
