/* SPDX-License-Identifier: Apache-2.0 */
/* Finding things in a page: forbidden encodings, literals, Thumb boundaries. */
#include <string.h>

#include <espalier/util.h>

#include "verify_int.h"

/* MCR/MRC on p14/p15 as an ARM word. */
static inline bool maybe_word(uint32_t w) { return (w & 0x0f000e10u) == 0x0e000e10u; }

/* The same as a Thumb window in memory order, first halfword low. */
static inline bool maybe_window(uint32_t x) { return (x & 0x0e10ef00u) == 0x0e10ee00u; }

/* WFI, SMC, our ARM traps. */
static inline bool maybe_special(uint32_t w)
{
	return (w & ~ARM_COND) == ARM_WFI || (w & 0x0ffffff0u) == ARM_SMC || is_trap_arm(w);
}

/* Does hw1:hw2 call for work in a page entered in state `isa`? */
static inline bool window_matters(uint32_t x, enum isa isa)
{
	return x >> 29 == 7 && cp_danger(x) >= (isa == ISA_ARM ? CP_FORBIDDEN : CP_FIDELITY);
}

static inline bool verify_scan_candidate(const uint32_t *page, unsigned i)
{
	uint32_t w = page[i], prev = i ? page[i - 1] : 0;

	return maybe_word(w) || maybe_window(w) || maybe_window(prev >> 16 | w << 16) ||
	       maybe_special(w);
}

/*
 * Could a word be one of the above, or begin a window?  Zero tests without
 * branches, for several words at a time.  Upper half: bits 27..24 are 0b1110
 * (MCR/MRC, and hw1 of a window); lower half: 0b11xx1110 (hw1, ARM trap).
 */
static inline uint32_t verify_scan_suspect(uint32_t w)
{
	uint32_t t = (w ^ 0x0e00ce00u) & 0x0f00cf00u;
	uint32_t s = (w & 0x0dbf0f80u) ^ 0x01200000u; /* what WFI and SMC have in common */

	return (((t - 0x01000100u) & ~t) & 0x80008000u) | ((s - 1) & 0x80000000u);
}

static inline bool verify_scan_suspects(const uint32_t *p)
{
	return verify_scan_suspect(p[0]) | verify_scan_suspect(p[1]) | verify_scan_suspect(p[2]) |
	       verify_scan_suspect(p[3]);
}

static unsigned scan_next(const uint32_t *page, unsigned i, unsigned upto)
{
	unsigned end = i + 1;

	while (i < upto) {
		unsigned from = i;

		for (; i < end; i++)
			if (unlikely(verify_scan_candidate(page, i)))
				return i;
		if (i == upto)
			break;
		/* The last word looked at may yet begin a window. */
		i = i > from ? i - 1 : i;
		while (i + 4 <= upto && !verify_scan_suspects(page + i))
			i += 4;
		end = MIN(i + 5, upto);
	}
	return upto;
}

/* Words after which it is time to look at the clock. */
#define SCAN_AT_ONCE 256u

bool scan_ahead(struct verify_run *v, unsigned *i)
{
	unsigned upto = MIN(v->at + SCAN_AT_ONCE, VERIFY_PAGE_WORDS);

	*i = scan_next(v->page, v->at, upto);
	v->work += *i - v->at;
	v->at = *i < upto ? *i + 1 : upto;
	return *i < upto;
}

static inline bool special_word(const struct verify_dict *d, uint32_t w)
{
	/* SMC #0 and #1 are the guest's own: nothing to do, nothing to remember. */
	return is_wfi_arm(w) || is_trap_arm(w) ||
	       (is_smc_arm(w) && d->smc[w & 15] != (w & ~ARM_COND));
}

static bool verify_scan_matters(const struct verify_dict *d, const uint32_t *page, enum isa isa,
				unsigned i)
{
	uint32_t w = page[i], x = w << 16 | w >> 16;
	uint32_t y = i ? (page[i - 1] & 0xffff0000u) | (w & 0xffff) : 0;

	if (cp_danger(w) == CP_FORBIDDEN || window_matters(x, isa) || window_matters(y, isa))
		return true;
	return isa == ISA_ARM && (cp_danger(w) != CP_NATIVE || special_word(d, w));
}

enum phase_end scan_needed(struct verify_run *v)
{
	unsigned i;

	while (v->at < VERIFY_PAGE_WORDS) {
		bool found = scan_ahead(v, &i);

		if (found && verify_scan_matters(v->d, v->page, v->isa, i)) {
			v->needed = true;
			return PHASE_OVER;
		}
		if (run_spent(v, found ? WORK_CANDIDATE : 0))
			return PHASE_MORE;
	}
	return PHASE_OVER;
}

/* Bits 31 and 15: is that halfword zero?  May also say yes for 1 above a zero one. */
static inline uint32_t zero_half(uint32_t x) { return (x - 0x00010001u) & ~x & 0x80008000u; }

static inline uint32_t special_halves(uint32_t w)
{
	return zero_half(w ^ 0xbf30bf30u) | zero_half(w ^ 0xf3aff3afu) |
	       zero_half((w & 0xff10ff10u) ^ 0xde00de00u);
}

unsigned scan_special(const uint32_t *page, unsigned p)
{
	while (p < PAGE_HALFWORDS) {
		const uint32_t *w = page + (p >> 1);
		uint16_t hw = page_hw(page, p);

		if (hw == THUMB_WFI || hw == THUMB_WFI_W >> 16 || is_trap_thumb(hw))
			break;
		if (!(p & 7) && !(special_halves(w[0]) | special_halves(w[1]) |
				  special_halves(w[2]) | special_halves(w[3])))
			p += 8;
		else
			p++;
	}
	return p;
}

enum phase_end scan_needed_special(struct verify_run *v)
{
	if (v->needed)
		return PHASE_OVER;
	if (v->work) /* takes as long as all that went before */
		return PHASE_MORE;
	v->needed = scan_special(v->page, 0) < PAGE_HALFWORDS;
	v->work += 2 * VERIFY_PAGE_WORDS;
	return PHASE_OVER;
}

bool forbidden_window(const uint32_t *page, unsigned p)
{
	return p + 1 < PAGE_HALFWORDS && window_matters(page_window(page, p), ISA_ARM);
}

/* Byte offset of something forbidden that has to do with word i, or VERIFY_PAGE_SIZE. */
static unsigned forbidden_at(const uint32_t *page, unsigned i)
{
	if (cp_danger(page[i]) == CP_FORBIDDEN || forbidden_window(page, 2 * i))
		return 4 * i;
	return i && forbidden_window(page, 2 * i - 1) ? 4 * i - 2 : VERIFY_PAGE_SIZE;
}

enum phase_end scan_forbidden(struct verify_run *v)
{
	unsigned i;

	while (v->at < VERIFY_PAGE_WORDS) {
		bool found = scan_ahead(v, &i);
		unsigned bad = found ? forbidden_at(v->page, i) : VERIFY_PAGE_SIZE;

		if (bad < VERIFY_PAGE_SIZE) {
			run_fail(v, VERIFY_REASON_LEFT, bad);
			return RUN_OVER;
		}
		if (run_spent(v, found ? WORK_CANDIDATE : 0))
			return PHASE_MORE;
	}
	return PHASE_OVER;
}

/* The last halfword of the word before may begin a window that ends in word i. */
bool verify_words(const uint32_t page[VERIFY_PAGE_WORDS], enum isa isa, unsigned first,
		  unsigned last)
{
	static const struct verify_dict none;

	for (unsigned i = first; i <= MIN(last + 1, VERIFY_PAGE_WORDS - 1); i++) {
		int from, len;

		if (verify_scan_candidate(page, i) && verify_scan_matters(&none, page, isa, i))
			return false;
		if (i > last)
			break;
		if (scan_special(page, 2 * i) < 2 * i + 2 ||
		    (isa == ISA_ARM && literal_target(ISA_ARM, page[i], 4 * i, &from, &len)))
			return false;
		for (unsigned p = 2 * i - (i > 0); isa == ISA_THUMB && p < 2 * i + 2; p++)
			if (literal_target(ISA_THUMB, page_hw(page, p), 2 * p, &from, &len) ||
			    (p + 1 < PAGE_HALFWORDS &&
			     literal_target(ISA_THUMB, page_window(page, p), 2 * p, &from, &len)))
				return false;
	}
	return true;
}

/* How a PC-relative load encodes its offset. */
enum literal_imm { IMM12, IMM8_SPLIT, IMM8_WORDS };

/* U is bit 23 everywhere; rows from ARM ARM A5.3, A6.3.5..A6.3.9, A7.6. */
static const struct literal_row {
	uint8_t isa, imm, len;
	uint32_t mask, value;
} literal_rows[] = {
	/* cond 0101 U001 1111 Rt imm12: LDR; with bit 22 LDRB */
	{ ISA_ARM, IMM12, 4, 0x0f3f0000, 0x051f0000 },
	/* cond 0001 U101 1111 Rt imm4H 1SH1 imm4L: LDRH, LDRSB, LDRSH */
	{ ISA_ARM, IMM8_SPLIT, 2, 0x0f7f00b0, 0x015f00b0 },
	{ ISA_ARM, IMM8_SPLIT, 2, 0x0f7f00f0, 0x015f00d0 },
	/* cond 0001 U100 1111 Rt imm4H 1101 imm4L: LDRD */
	{ ISA_ARM, IMM8_SPLIT, 8, 0x0f7f00f0, 0x014f00d0 },
	/* cond 1101 UD01 1111 Vd 101s imm8: VLDR */
	{ ISA_ARM, IMM8_WORDS, 4, 0x0f3f0f00, 0x0d1f0a00 },
	{ ISA_ARM, IMM8_WORDS, 8, 0x0f3f0f00, 0x0d1f0b00 },
	/* 1111 100S Uss1 1111 Rt imm12: LDR, LDRH, LDRB, signed, PLD, PLI */
	{ ISA_THUMB, IMM12, 4, 0xfe1f0000, 0xf81f0000 },
	/* 1110 100P U1W1 1111 Rt Rt2 imm8, P = 1: LDRD */
	{ ISA_THUMB, IMM8_WORDS, 8, 0xff5f0000, 0xe95f0000 },
	/* 1110 1101 UD01 1111 Vd 101s imm8: VLDR */
	{ ISA_THUMB, IMM8_WORDS, 4, 0xff3f0f00, 0xed1f0a00 },
	{ ISA_THUMB, IMM8_WORDS, 8, 0xff3f0f00, 0xed1f0b00 },
};

static int literal_offset(enum literal_imm imm, uint32_t w)
{
	switch (imm) {
	case IMM12: return (int)BITS(w, 11, 0);
	case IMM8_SPLIT: return (int)(BITS(w, 11, 8) << 4 | BITS(w, 3, 0));
	default: return (int)BITS(w, 7, 0) * 4;
	}
}

bool literal_target(enum isa isa, uint32_t word, unsigned offset, int *first, int *len)
{
	int pc = isa == ISA_ARM ? (int)offset + 8 : (int)((offset + 4) & ~3u);

	if (isa == ISA_THUMB && (word & 0xfffff800u) == 0x4800u) { /* LDR (literal) T1 */
		*first = pc + (int)(word & 0xff) * 4;
		*len = 4;
		return true;
	}
	if (isa == ISA_ARM && word >> 28 == 15)
		return false; /* PLD, PLI */
	for (unsigned i = 0; i < ARRAY_SIZE(literal_rows); i++) {
		const struct literal_row *r = &literal_rows[i];
		int off;

		if (r->isa != isa || (word & r->mask) != r->value)
			continue;
		off = literal_offset((enum literal_imm)r->imm, word);
		*first = word & BIT(23) ? pc + off : pc - off;
		*len = r->len;
		return true;
	}
	return false;
}

static void mark_literal(struct verify_run *v, uint32_t word, unsigned offset)
{
	int first, len;

	if (!literal_target(v->isa, word, offset, &first, &len))
		return;
	for (int a = first & ~3; a < first + len; a += 4)
		if (a >= 0 && a < (int)VERIFY_PAGE_SIZE)
			v->literal[a >> 7] |= BIT(a >> 2 & 31);
}

/* ADR Rd (A8.8.12): the register, and the address in *target, which may lie outside; else -1. */
static int adr_target(uint32_t w, bool wide, unsigned offset, int *target)
{
	int pc = (int)((offset + 4) & ~3u);
	int imm = (int)(BITS(w, 26, 26) << 11 | BITS(w, 14, 12) << 8 | BITS(w, 7, 0));

	if (!wide) {
		*target = pc + (int)(w & 0xff) * 4;
		return (w & 0xf800) == 0xa000 ? (int)BITS(w, 10, 8) : -1;
	}
	*target = (w & 0x00a00000) ? pc - imm : pc + imm;
	return (w & 0xfbff8000) == 0xf20f0000 || (w & 0xfbff8000) == 0xf2af0000 ?
		       (int)BITS(w, 11, 8) :
		       -1;
}

/* The instruction at p, hw1:hw2 if it is wide; 0 if none can begin there. */
static uint32_t thumb_at(const struct verify_run *v, unsigned p, bool *wide)
{
	uint16_t hw;

	if (p >= PAGE_HALFWORDS || boundary_at(v, p) == B_SECOND)
		return 0;
	hw = page_hw(v->page, p);
	*wide = thumb_is_wide(hw);
	if (!*wide)
		return hw;
	return p + 1 < PAGE_HALFWORDS ? page_window(v->page, p) : 0;
}

#define TABLE_REACH 12u /* halfwords between CMP, ADR and LDR of a switch */

/* How many entries the CMP Rm, #n before p admits; 0: there is none. */
static unsigned table_size(const struct verify_run *v, unsigned p, unsigned rm)
{
	bool wide;

	for (unsigned q = p; q-- > 0 && p - q <= TABLE_REACH;) {
		uint32_t w = thumb_at(v, q, &wide);

		if (w && !wide && rm < 8 && (w & 0xff00) == (0x2800 | rm << 8))
			return (w & 0xff) + 1;
		if (w && wide && (w & 0xffffff00) == (0xf1b00f00 | rm << 16))
			return (w & 0xff) + 1;
	}
	return 0;
}

/* The table at `first`, whose address was put into rd at p, if LDR.W Rt, [rd, Rm, LSL #2] follows. */
static void mark_table(struct verify_run *v, unsigned p, unsigned rd, int first)
{
	unsigned end, q, n = 0;
	bool wide;

	for (q = p + 1; q <= p + TABLE_REACH; q++) {
		uint32_t w = thumb_at(v, q, &wide);

		if (w && wide && boundary_at(v, q) == B_START &&
		    (w & 0xffff0ff0) == (0xf8500020 | rd << 16)) {
			n = table_size(v, q, w & 15);
			break;
		}
	}
	if (!n || first < 0 || first >= (int)VERIFY_PAGE_SIZE || (first & 3) ||
	    v->tables == VERIFY_TABLES)
		return;
	end = MIN((unsigned)first + 4 * n, VERIFY_PAGE_SIZE);
	v->table[v->tables++] =
		(struct vtable){ (uint16_t)(2 * q), (uint16_t)first, (uint16_t)end };
	for (unsigned i = (unsigned)first / 4; i < end / 4; i++)
		v->literal[i >> 5] |= BIT(i & 31);
}

/*
 * Tables of offsets that a compiler lays out beside a switch: negative ones look like
 * accesses (0xfffffe23: MCR2).
 */
enum phase_end scan_tables(struct verify_run *v)
{
	bool wide;

	for (; v->at < PAGE_HALFWORDS; v->at++) {
		uint32_t w = thumb_at(v, v->at, &wide);
		int first, rd = w ? adr_target(w, wide, 2 * v->at, &first) : -1;

		if (run_spent(v, 3))
			return PHASE_MORE;
		if (rd < 0)
			continue;
		mark_table(v, v->at, (unsigned)rd, first);
		v->work += WORK_PATCH;
	}
	return PHASE_OVER;
}

/*
 * A halfword starts an instruction if the one before it is narrow, a second
 * half, or data; within a run of wide prefixes they alternate.
 */
enum phase_end scan_boundaries(struct verify_run *v)
{
	enum boundary b = (enum boundary)v->boundary;

	if (!v->at) {
		memset(v->start, 0, sizeof(v->start)); /* B_UNKNOWN */
		b = B_UNKNOWN;
		v->at = 1;
	}
	for (; v->at < PAGE_HALFWORDS; v->at++) {
		unsigned p = v->at;

		v->boundary = b;
		if (run_spent(v, 2))
			return PHASE_MORE;
		if (!thumb_is_wide(page_hw(v->page, p - 1)) || is_literal(v, (p - 1) >> 1) ||
		    b == B_SECOND)
			b = B_START;
		else if (b == B_START)
			b = B_SECOND;
		v->start[p >> 4] |= (uint32_t)b << (p & 15) * 2;
	}
	return PHASE_OVER;
}

enum phase_end scan_literals_thumb(struct verify_run *v)
{
	for (; v->at < PAGE_HALFWORDS; v->at++) {
		unsigned p = v->at;
		uint16_t hw = page_hw(v->page, p);

		if (run_spent(v, 3))
			return PHASE_MORE;
		if (boundary_at(v, p) != B_START)
			continue;
		if (!thumb_is_wide(hw))
			mark_literal(v, hw, 2 * p);
		else if (p + 1 < PAGE_HALFWORDS)
			mark_literal(v, page_window(v->page, p), 2 * p);
	}
	return PHASE_OVER;
}

enum phase_end scan_literals_arm(struct verify_run *v)
{
	for (; v->at < VERIFY_PAGE_WORDS; v->at++) {
		uint32_t w = v->page[v->at];

		if (run_spent(v, 1))
			return PHASE_MORE;
		if ((w & 0x001f0000) != 0x001f0000 && /* Rn = pc, L */
		    (w & 0x0f7f00f0) != 0x014f00d0)
			continue;
		mark_literal(v, w, 4 * v->at);
		v->work += WORK_CANDIDATE / 4;
	}
	return PHASE_OVER;
}

bool looks_arm(const uint32_t *page, unsigned i)
{
	unsigned first = i < 4 ? 0 : i - 4, last = MIN(i + 4, VERIFY_PAGE_WORDS - 1), al = 0;

	for (unsigned k = first; k <= last; k++)
		al += k != i && page[k] >> 28 == 14;
	return 2 * al >= last - first;
}

/* Unconditional ARM code, code under the same condition, or nothing against it. */
static bool arm_like(const uint32_t *page, unsigned k, uint32_t cond)
{
	return k >= VERIFY_PAGE_WORDS || page[k] >> 28 >= 14 || page[k] >> 28 == cond || !page[k];
}

#define THUMB_BX_LR 0x4770u

/* The return of a Thumb function within eight words: code of both states. */
static bool thumb_near(const uint32_t *page, unsigned i)
{
	unsigned first = i < 8 ? 0 : i - 8, last = MIN(i + 8, VERIFY_PAGE_WORDS - 1);

	for (unsigned p = 2 * first; p <= 2 * last + 1; p++)
		if (page_hw(page, p) == THUMB_BX_LR)
			return true;
	return false;
}

bool stands_in_arm(const uint32_t *page, unsigned i)
{
	uint32_t cond = page[i] >> 28;
	unsigned next_to = arm_like(page, i - 1, cond) + arm_like(page, i + 1, cond);

	return next_to + arm_like(page, i - 2, cond) + arm_like(page, i + 2, cond) > 1 && next_to &&
	       !thumb_near(page, i);
}
