/* SPDX-License-Identifier: Apache-2.0 */
/* sources: tests/host/verify/verify_check.c arch/arm/insn/cpaccess.c arch/arm/verify/ */
#include <errno.h>
#include <stdlib.h>

#include "insn/cpaccess.h"
#include "verify_page.h"

/* The verifier's last word about the page as it is. */
static unsigned first_forbidden(void)
{
	static struct verify_run v;

	verify_begin(&v, &dict, page, ISA_ARM, 0, patches, ROOM, &res);
	v.work = 0;
	v.budget = UINT32_MAX;
	scan_forbidden(&v);
	return res.reason == VERIFY_REASON_LEFT ? res.where : VERIFY_PAGE_SIZE;
}

/* From word i on; VERIFY_PAGE_WORDS: there is none. */
static unsigned next_candidate(unsigned i)
{
	static struct verify_run v;
	unsigned found;

	v = (struct verify_run){ .page = page, .at = i };
	while (v.at < VERIFY_PAGE_WORDS)
		if (scan_ahead(&v, &found))
			return found;
	return VERIFY_PAGE_WORDS;
}

static void test_clean(void **state)
{
	page[7] = 0xee070fba;  /* DMB */
	page[9] = 0xee1d0f70;  /* TPIDRURO */
	page[11] = 0xe320f000; /* nop */
	page[12] = 0xe1400071; /* hvc #1: UNDEF on this core anyway */
	page[13] = 0xf3206003; /* no WFI: unconditional */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(res.npatches, 0);
	fill(NOP_T);
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
	assert_int_equal(res.npatches, 0);
}

/* Each kind of thing at each place of the page: the scanners' grouping loses none. */
static void test_scanners(void **state)
{
	assert_int_equal(first_forbidden(), VERIFY_PAGE_SIZE);
	for (unsigned p = 0; p + 1 < PAGE_HALFWORDS; p++) {
		put_wide(p, MCR_TTBR0);
		assert_int_equal(first_forbidden(), 2 * p);
		assert_true(forbidden_window(page, p));
		put_hw(p, (uint16_t)NOP);
		put_hw(p + 1, (uint16_t)NOP);
	}
	assert_false(forbidden_window(page, PAGE_HALFWORDS - 1));
	fill(NOP);
	for (unsigned i = 0; i < VERIFY_PAGE_WORDS; i++) {
		static const uint32_t words[] = { MCR_SCTLR, WFI, 0xe1600073, 0xe7f3def4 };

		for (unsigned k = 0; k < ARRAY_SIZE(words); k++) {
			page[i] = words[k];
			assert_int_equal(next_candidate(0), i);
			assert_int_equal(next_candidate(i), i);
			assert_int_equal(next_candidate(i + 1), VERIFY_PAGE_WORDS);
			assert_int_equal(first_forbidden(), k ? VERIFY_PAGE_SIZE : 4 * i);
		}
		page[i] = NOP;
	}
	fill(NOP_T);
	for (unsigned p = 0; p < PAGE_HALFWORDS; p++) {
		static const uint16_t hws[] = { 0xbf30, 0xf3af, 0xde20, 0xdeef };

		for (unsigned k = 0; k < ARRAY_SIZE(hws); k++) {
			put_hw(p, hws[k]);
			assert_int_equal(scan_special(page, 0), p);
			assert_int_equal(scan_special(page, p), p);
			assert_int_equal(scan_special(page, p + 1), PAGE_HALFWORDS);
		}
		put_hw(p, 0x46c0);
	}
}

static void test_arm_recolour(void **state)
{
	page[3] = MCR_SCTLR;
	page[4] = 0x1e080f17; /* mcrne TLBIALL */
	page[5] = 0xfe012f10; /* mcr2 SCTLR */
	page[6] = 0xee000e52; /* DBGDSCRext */
	page[7] = 0xee120f10; /* mrc TTBR0 */
	page[8] = 0xee053f10; /* DFSR write, tracked */
	page[1023] = MCR_TTBR1;
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(res.npatches, 7);
	expect(12, 4, VERIFY_RECOLOUR, 0xee012d10);
	expect(16, 4, VERIFY_RECOLOUR, 0x1e080d17);
	expect(20, 4, VERIFY_RECOLOUR, 0xfe012d10);
	expect(24, 4, VERIFY_RECOLOUR, 0xee000c52);
	expect(28, 4, VERIFY_RECOLOUR, 0xee120d10);
	expect(32, 4, VERIFY_RECOLOUR, 0xee053d10);
	expect(4092, 4, VERIFY_RECOLOUR, 0xee020d30);
	assert_int_equal(original(arm(0xee012d10)), MCR_SCTLR);
	assert_int_equal(original(arm(0xee000c52)), 0xee000e52);
	assert_int_equal(original(arm(MCR_TTBR0)), 0); /* natively UNDEF at PL0 */
	/* p13 words that we would not have made are the guest's. */
	assert_int_equal(original(arm(0xee000d10)), 0);
	assert_int_equal(original(arm(0xee070dba)), 0);
}

static void test_arm_smc(void **state)
{
	uint32_t w;

	page[1] = 0xee031f10; /* DACR */
	page[2] = 0x0e031f10; /* the same, EQ */
	page[3] = MCR_TTBR0;
	page[4] = WFI;
	page[5] = 0x1320f003; /* wfine */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(res.npatches, 5);
	for (unsigned i = 1; i <= 5; i++) {
		w = page[i];
		assert_int_equal(w & 0x0ffffff0, 0x01600070);
		assert_true((w & 15) >= VERIFY_SMC_FIRST);
		assert_int_equal(w >> 28, before[i] >> 28);
		assert_int_equal(original(arm(w)), before[i]);
	}
	assert_int_equal(page[1] & 15, page[2] & 15);
	assert_int_equal(page[4] & 15, page[5] & 15);
}

static void test_smc_quota(void **state)
{
	unsigned smc = 0;

	page[30] = 0x0e03af10; /* conditional, perhaps data: takes no new slot */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(page[30], 0x0e03ad10);
	page[30] = NOP;
	for (unsigned rt = 0; rt < 15; rt++)
		page[rt] = 0xee030f10 | rt << 12;
	page[20] = 0xee0d1f30; /* CONTEXTIDR: there is still room for it */
	page[21] = 0xeea31f10; /* an alias of DACR is not hot */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	for (unsigned rt = 0; rt < 15; rt++)
		smc += (page[rt] & 0x0ffffff0) == 0x01600070;
	assert_int_equal(smc, 10);
	assert_int_equal(page[20] & 0x0ffffff0, 0x01600070);
	assert_int_equal(page[21], 0xeea31d10);
	assert_int_equal(verify_dict_hot(&dict, 0xee020f30), 0);
	assert_int_equal(verify_dict_hot(&dict, 0xfe020f30), -EINVAL);
	assert_int_equal(verify_dict_hot(&dict, NOP), -EINVAL);
	while (!verify_dict_hot(&dict, 0xee080f17 | smc << 12))
		smc++;
	assert_int_equal(verify_dict_hot(&dict, 0xee080f17 | smc << 12), -ENOSPC);
}

static void test_sctlr_alias(void **state)
{
	page[10] = MRC_SCTLR;
	page[11] = 0x1e114f10; /* mrcne SCTLR, r4 */
	page[12] = 0xee1a5f32; /* the guest's own NMRR read, r5 */
	page[13] = 0xee0a3f32; /* NMRR write */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	expect(40, 4, VERIFY_ALIAS, MRC_NMRR);
	expect(44, 4, VERIFY_ALIAS, 0x1e1a4f32);
	expect(48, 4, VERIFY_RECOLOUR, 0xee1a5d32);
	expect(52, 4, VERIFY_RECOLOUR, 0xee0a3d32);
	/* The page copied: the alias keeps its meaning. */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(res.npatches, 0);
	assert_int_equal(res.ambiguous, 2);
	fill(NOP_T);
	put_wide(101, MRC_SCTLR);
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
	expect(202, 4, VERIFY_ALIAS, 0x3f32ee1a);
}

static void test_dacr_alias(void **state)
{
	page[10] = 0xee137f10; /* MRC DACR, r7 */
	page[11] = 0xee337f10; /* the same by another opc1, which QEMU decodes alike */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	expect(40, 4, VERIFY_ALIAS, 0xee1a7f12);
	expect(44, 4, VERIFY_RECOLOUR, 0xee337d10);
	/* A page without any other word of ours is no copy: PRRR is what is meant. */
	fill(NOP);
	page[20] = 0xee1a7f12;
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	expect(80, 4, VERIFY_RECOLOUR, 0xee1a7d12);
	assert_int_equal(res.ambiguous, 1);
}

/* Thumb code that by chance reads as an access, in a page entered in ARM state. */
static void test_access_in_thumb_code(void **state)
{
	page[9] = 0x0200f06f;
	page[10] = 0xee020f10;
	page[11] = 0x2a10ee12;
	page[12] = 0x47701880;
	assert_int_equal(run(ISA_ARM, 0), VERIFY_QUARANTINE);
	assert_int_equal(res.reason, VERIFY_REASON_MIXED);
	assert_int_equal(res.where, 40);
	page[9] = page[11] = page[12] = NOP;
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
}

static void test_lookalikes(void **state)
{
	page[1] = 0xe1600070; /* smc #0, #1: the guest's own by definition */
	page[2] = 0xe1600071;
	page[3] = 0xe160007f; /* smc #15: now it is the guest's own, too */
	page[4] = UDF_END;
	page[5] = 0xe7f0def5; /* entry 5 is free: the guest's own from now on */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(res.npatches, 0);
	assert_int_equal(res.ambiguous, 0);
	for (unsigned i = 1; i <= 5; i++)
		assert_int_equal(original(arm(page[i])), 0);
	/* Six displaced words: entry 5 is skipped. */
	for (unsigned i = 0; i < 6; i++) {
		page[40 + 20 * i] = 0xe3a01000 + i;
		page[41 + 20 * i] = 0xea00ee02;
		page[42 + 20 * i] = 0xe3a0f000 | (0xf10 + i * 0x20 % 0x40);
	}
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(original(arm(0xe7f0def5)), 0);
	page[5] = 0xe160007f;
	fill(NOP_T);
	put_hw(10, 0xde42);
	assert_int_equal(run(ISA_THUMB, 0), VERIFY_OK);
	assert_int_equal(original((struct insn){ ISA_THUMB, 2, 0xde42 }), 0);
	assert_int_equal(dict.thumb[0x12], 0xde42);
}

/* Windows of the Thumb decoding in ARM code. */
static void test_arm_displace(void **state)
{
	struct insn o, i;

	/* Aligned: the word itself. 0x0f10ee02 = movteq-like; make it AL: 0xe... cannot
	 * be, because hw2 is its upper half; an AL word there reads Rt = 14. */
	page[100] = 0xef10ee02; /* svc 0x10ee02: as Thumb mcr p15, 0, lr, c2, c0, 0 */
	/* Misaligned: vmla in word 200, its neighbour's low half. */
	page[200] = 0xee020a00; /* vmla.f32: hw1 = 0xee02 */
	page[201] = 0xe3a00f10; /* hw2 = 0x0f10 */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(res.displaced, 2);
	assert_int_equal(res.npatches, 2);
	assert_int_equal(original(arm(page[100])), 0xef10ee02);
	assert_int_equal(original(arm(page[201])), 0xe3a00f10);
	/* A Thumb entry at the aligned window traps and finds the Thumb original. */
	i = (struct insn){ ISA_THUMB, 2, get_hw(200) };
	assert_int_equal(i.word & 0xff00, 0xde00);
	assert_true(verify_trapped(&dict, page, patches, res.npatches, 400, &i, &o));
	assert_int_equal(o.size, 4);
	assert_int_equal(o.word, 0xee02ef10);
}

static void test_arm_displace_choice(void **state)
{
	page[200] = 0xee020a00;
	page[201] = 0xe1900f9f; /* as a window mcr p15, 0, r0, c2, c15, 4: does not exist */
	page[300] = 0xee020a00;
	page[301] = 0xea000f10; /* b: rather its neighbour */
	page[400] = 0xee030a00; /* DACR, any CRm and opc2 */
	page[401] = 0xe1900f9f; /* ldrex: rather its neighbour */
	page[500] = 0xee030a00;
	page[501] = 0x01a00f10; /* more likely data than its neighbour */
	page[600] = 0xee030a00;
	page[601] = 0xe1a00f10;
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(res.npatches, 4);
	assert_int_equal(original(arm(page[300])), 0xee020a00);
	assert_int_equal(original(arm(page[400])), 0xee030a00);
	assert_int_equal(original(arm(page[500])), 0xee030a00);
	assert_int_equal(original(arm(page[601])), 0xe1a00f10);
}

/* A Thumb window overlapping an honest ARM hit. */
static void test_arm_overlap(void **state)
{
	page[50] = MCR_SCTLR;  /* hw1 = 0xee01 */
	page[51] = 0xe3a00f10; /* hw2: mcr SCTLR in Thumb */
	page[60] = 0xee02ee01; /* neither honest nor aligned */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(verify_read(page, patches, res.npatches, 200, 4), MCR_SCTLR);
	assert_int_equal(verify_read(page, patches, res.npatches, 204, 4), 0xe3a00f10);
}

static void test_arm_literal(void **state)
{
	struct insn o, i;

	page[10] = 0xe59f3008; /* ldr r3, [pc, #8]: word 14 */
	page[14] = MCR_TTBR1;  /* data */
	page[20] = 0xe51f0020; /* ldr r0, [pc, #-32]: word 14 again */
	page[30] = 0xe1cf02d8; /* ldrd r0, [pc, #40]: words 42, 43 */
	page[43] = MCR_SCTLR;
	page[50] = 0xed9f1a00; /* vldr s2, [pc]: word 52 */
	page[52] = 0x1e012f10;
	page[60] = 0xe59f3000; /* word 62: a read that is only rewritten where honest */
	page[62] = MRC_SCTLR;
	page[71] = 0xf5dff000; /* pld [pc]: no load */
	page[73] = MCR_SCTLR;
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	expect(292, 4, VERIFY_RECOLOUR, MCR_SCTLR & ~0x200u);
	assert_int_equal(page[62], MRC_SCTLR);
	assert_int_equal(page[60], 0xe59f3000);
	assert_int_equal(res.npatches, 8);
	assert_int_equal(res.ambiguous, 0);
	for (unsigned k = 0; k < 3; k++) {
		static const uint8_t word[] = { 14, 43, 52 };

		assert_int_equal(verify_lookup(patches, res.npatches, word[k] * 4u)->kind,
				 VERIFY_LITERAL);
		assert_int_equal(original(arm(page[word[k]])), before[word[k]]);
	}
	i = arm(page[10]);
	assert_true(verify_trapped(&dict, page, patches, res.npatches, 40, &i, &o));
	assert_int_equal(o.word, 0xe59f3008);
	assert_int_equal(verify_read(page, patches, res.npatches, 56, 4), MCR_TTBR1);
	assert_int_equal(verify_read(page, patches, res.npatches, 57, 2), MCR_TTBR1 >> 8 & 0xffff);
}

static void test_arm_mixed(void **state)
{
	/* Thumb code in a page entered in ARM state. */
	for (unsigned i = 500; i < 520; i++)
		page[i] = NOP_T;
	page[510] = 0x0f10ee02; /* thumb mcr TTBR0, aligned */
	assert_int_equal(run(ISA_ARM, 0), VERIFY_QUARANTINE);
	assert_int_equal(res.reason, VERIFY_REASON_MIXED);
	assert_int_equal(res.where, 2040);
}

static void test_limits(void **state)
{
	for (unsigned i = 0; i < 10; i++)
		page[2 * i] = MCR_SCTLR;
	memcpy(before, page, sizeof(page));
	assert_int_equal(verify_page(&dict, page, ISA_ARM, 0, patches, 9, &res), VERIFY_QUARANTINE);
	assert_int_equal(res.reason, VERIFY_REASON_PATCHES);
	assert_int_equal(res.npatches, 0);
	assert_memory_equal(page, before, sizeof(page));
	assert_int_equal(verify_page(&dict, page, ISA_ARM, 0, patches, 10, &res), VERIFY_OK);
	assert_int_equal(res.npatches, 10);
}

/* A page of 50 windows, whose displaced words are other ones for each `n`. */
static void fill_windows(unsigned n)
{
	fill(NOP);
	for (unsigned k = 0; k < 50; k++) {
		page[20 * k] = 0xee020a00;
		page[20 * k + 1] = 0xe3000f10 | (n * 50 + k) << 12;
	}
}

/* When no entry is left the page's own patches still know each original. */
static void test_dictionary_full(void **state)
{
	struct insn out;

	for (unsigned n = 0; n < 10; n++) {
		fill_windows(n);
		assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	}
	assert_int_equal(dict.ntrap, VERIFY_TRAPS_OWN);
	for (unsigned k = 0; k < 50; k++) {
		const struct verify_patch *q = verify_lookup(patches, res.npatches, 80 * k + 4);
		struct insn trap = { ISA_ARM, 4, page[20 * k + 1] };

		if (!q)
			q = verify_lookup(patches, res.npatches, 80 * k), trap.word = page[20 * k];
		assert_non_null(q);
		assert_int_equal(trap.word, 0xe7ffdefd);
		assert_true(
			verify_trapped(&dict, page, patches, res.npatches, q->offset, &trap, &out));
		assert_int_equal(out.word, q->original);
		/* Away from its page the anonymous word stands for nothing. */
		assert_false(verify_original(&dict, &trap, &out));
	}
}

/* A program takes no entry away from its kernel, and does not run what one names. */
static void test_dictionary_pl0(void **state)
{
	struct verify_dict fresh;
	struct insn out, word = { ISA_ARM, 4, 0xe7f0def0 };

	verify_dict_init(&fresh);
	verify_dict_init(&dict);
	for (unsigned n = 0; n < 10; n++) {
		fill_windows(n);
		assert_int_equal(run(ISA_ARM, VERIFY_PL0), VERIFY_OK);
	}
	fill(NOP);
	page[0] = 0xee020f10; /* TTBR0, which has an SMC slot of its own at PL1 */
	page[2] = 0xe7f0def5; /* looks like one of ours */
	page[4] = 0xee110f10; /* MRC SCTLR */
	assert_int_equal(run(ISA_ARM, VERIFY_PL0), VERIFY_OK);
	assert_memory_equal(&dict, &fresh, sizeof(dict));
	fill_windows(0);
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_true(verify_original(&dict, &word, &out));
	fill(NOP);
	page[0] = word.word;
	assert_true(verify_trapped(&dict, page, patches, 0, 0, &word, &out));
	assert_false(verify_trapped(NULL, page, patches, 0, 0, &word, &out));
}

static void test_edges(void **state)
{
	put_hw(0, 0x0f10);
	put_hw(2047, 0xee02);
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_int_equal(res.head, 0x0f10);
	assert_int_equal(res.tail, 0xee02);
	assert_true(res.head_risky && res.tail_risky);
	assert_true(verify_pair_dangerous(res.tail, res.head));
	assert_false(verify_pair_dangerous(res.head, res.tail));
	assert_false(verify_pair_dangerous(0xee11, 0x0f10)); /* a read */
	assert_true(verify_pair_dangerous(0xee12, 0x0f10));  /* ... of the shadow root */
	assert_false(verify_pair_dangerous(0x1e02, 0x0f10)); /* no Thumb prefix */
	assert_true(verify_pair_dangerous(0xfe02, 0x0f10));
	fill(NOP);
	put_hw(0, 0x0d10);
	put_hw(2047, 0xee1d);
	assert_int_equal(run(ISA_ARM, 0), VERIFY_OK);
	assert_false(res.head_risky || res.tail_risky);
}

/* head_risky and tail_risky against all partners. */
static void test_edges_exhaustive(void **state)
{
	for (uint32_t hw = 0; hw < 0x10000; hw += 7) {
		bool head = false, tail = false;

		fill(NOP_T);
		put_hw(0, (uint16_t)hw);
		put_hw(2047, (uint16_t)hw);
		verify_page(&dict, page, ISA_THUMB, 0, patches, ROOM, &res);
		for (uint32_t x = 0; x < 0x200; x++) {
			uint8_t h[4] = { (uint8_t)x, x & 0x100 ? 0xfe : 0xee, (uint8_t)res.head,
					 (uint8_t)(res.head >> 8) };
			uint8_t t[4] = { (uint8_t)res.tail, (uint8_t)(res.tail >> 8), (uint8_t)x,
					 x & 0x100 ? 0x0f : 0x0e };

			head |= list_forbidden_thumb(h);
			tail |= list_forbidden_thumb(t);
		}
		assert_int_equal(res.head_risky, head);
		assert_int_equal(res.tail_risky, tail);
	}
}

/* After a store that verify_words() lets pass nothing forbidden is in the page. */
static void test_stores(void **state)
{
	static const uint32_t words[] = {
		MCR_TTBR0,  MRC_SCTLR,  WFI,        NOP,        NOP_T,
		0x0f10ee02, 0xee02bf00, 0x46c00f10, 0xe59f0000, 0xe7f1def0,
	};
	unsigned passed = 0, refused = 0;

	srand(1);
	for (unsigned n = 0; n < 200000; n++) {
		enum isa isa = n & 1 ? ISA_THUMB : ISA_ARM;
		unsigned at = 4 + (unsigned)rand() % 8, size = 1u << rand() % 3, off;
		uint32_t v = words[(unsigned)rand() % ARRAY_SIZE(words)];

		if (n % 64 < 2) {
			fill(isa == ISA_ARM ? NOP : NOP_T);
			page[at] = words[(unsigned)rand() % ARRAY_SIZE(words)];
			if (verify_page(&dict, page, isa, 0, patches, ROOM, &res) != VERIFY_OK)
				fill(NOP_T);
			memcpy(before, page, sizeof(page));
		}
		memcpy(page, before, sizeof(page));
		off = 4 * at + (unsigned)rand() % (5 - size);
		memcpy((char *)page + off, &v, size);
		if (!verify_words(page, isa, off / 4, (off + size - 1) / 4)) {
			refused++;
			continue;
		}
		passed++;
		assert_int_equal(first_forbidden(), VERIFY_PAGE_SIZE);
	}
	assert_true(passed > 1000 && refused > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_clean, setup),
		cmocka_unit_test_setup(test_stores, setup),
		cmocka_unit_test_setup(test_scanners, setup),
		cmocka_unit_test_setup(test_arm_recolour, setup),
		cmocka_unit_test_setup(test_arm_smc, setup),
		cmocka_unit_test_setup(test_smc_quota, setup),
		cmocka_unit_test_setup(test_dacr_alias, setup),
		cmocka_unit_test_setup(test_access_in_thumb_code, setup),
		cmocka_unit_test_setup(test_sctlr_alias, setup),
		cmocka_unit_test_setup(test_lookalikes, setup),
		cmocka_unit_test_setup(test_arm_displace, setup),
		cmocka_unit_test_setup(test_arm_displace_choice, setup),
		cmocka_unit_test_setup(test_arm_overlap, setup),
		cmocka_unit_test_setup(test_arm_literal, setup),
		cmocka_unit_test_setup(test_arm_mixed, setup),
		cmocka_unit_test_setup(test_limits, setup),
		cmocka_unit_test_setup(test_dictionary_full, setup),
		cmocka_unit_test_setup(test_dictionary_pl0, setup),
		cmocka_unit_test_setup(test_edges, setup),
		cmocka_unit_test_setup(test_edges_exhaustive, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
