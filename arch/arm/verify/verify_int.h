/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the verifier share: verify.c, scan.c, arm.c, thumb.c, dict.c. */
#ifndef ARCH_INSN_VINTERNAL_H
#define ARCH_INSN_VINTERNAL_H

#include "insn/cpaccess.h"
#include "verify.h"

#define PAGE_HALFWORDS (2u * VERIFY_PAGE_WORDS)

/* An ARM word, condition field zero: WFI (A8.8.425). */
#define ARM_WFI     0x0320f003u
#define THUMB_WFI   0xbf30u
#define THUMB_WFI_W 0xf3af8003u
#define THUMB_NOP   0xbf00u
/* p15 and p13, p14 and p12 differ in this bit. */
#define CP_COLOUR 0x200u

/* UDF words that name entry k (A8.8.247): both halves of an ARM trap are safe in Thumb. */
static inline uint32_t trap_arm(unsigned k) { return 0xe7f0def0u | (k >> 4) << 16 | (k & 15); }
static inline bool is_trap_arm(uint32_t w) { return (w & 0xfff0fff0u) == 0xe7f0def0u; }
static inline unsigned trap_arm_index(uint32_t w) { return (w >> 12 & 0xf0) | (w & 15); }

/*
 * Bit 4 stays clear, so that the halfword never completes an MCR in either
 * decoding; 0xde00..0xde1f is left to debuggers and kprobes.
 */
static inline uint16_t trap_thumb(unsigned k)
{
	return (uint16_t)(0xde20u + (k >> 4 << 5) + (k & 15));
}
static inline bool is_trap_thumb(uint32_t hw)
{
	return (hw & 0xffffff10u) == 0xde00u && (hw & 0xe0u);
}
static inline unsigned trap_thumb_index(uint32_t hw)
{
	return ((hw >> 5 & 7) - 1) << 4 | (hw & 15);
}

static inline bool is_smc_arm(uint32_t w) { return (w & 0x0ffffff0u) == ARM_SMC && w >> 28 != 15; }
static inline bool is_wfi_arm(uint32_t w) { return (w & 0x0fffffffu) == ARM_WFI && w >> 28 != 15; }

/* Where a halfword stands in the honest Thumb decoding. */
enum boundary { B_UNKNOWN, B_START, B_SECOND };

/* What a phase of a run came to. */
enum phase_end { PHASE_MORE, PHASE_OVER, RUN_OVER };

/* Adds to the work of this call of verify_run().  True: that is enough for now. */
static inline bool run_spent(struct verify_run *v, unsigned words)
{
	v->work += words;
	return v->work >= v->budget;
}

/* What work costs, in words scanned. */
#define WORK_CANDIDATE 24u  /* something that has to be looked at */
#define WORK_PATCH     200u /* a search of the dictionary, and what is around */

static inline enum boundary boundary_at(const struct verify_run *v, unsigned p)
{
	return (enum boundary)(v->start[p >> 4] >> (p & 15) * 2 & 3);
}

static inline uint16_t page_hw(const uint32_t *page, unsigned p)
{
	return (uint16_t)(page[p >> 1] >> ((p & 1) * 16));
}

/* The 32-bit Thumb encoding at halfword p, p + 1 < PAGE_HALFWORDS. */
static inline uint32_t page_window(const uint32_t *page, unsigned p)
{
	return (uint32_t)page_hw(page, p) << 16 | page_hw(page, p + 1);
}

static inline bool is_literal(const struct verify_run *v, unsigned word)
{
	return v->literal[word >> 5] >> (word & 31) & 1;
}

/* scan.c */

/*
 * Goes on from v->at to the next word that, or a Thumb window ending in it, deserves a closer
 * look: *i, and v->at is behind it.  False: none was found up to v->at.
 */
bool scan_ahead(struct verify_run *v, unsigned *i);
/* Finds out whether there is anything to patch or to remember: v->needed. */
enum phase_end scan_needed(struct verify_run *v);
enum phase_end scan_needed_special(struct verify_run *v); /* in Thumb pages */
/* First halfword >= p that is a Thumb WFI (or its first half) or of the form of a Thumb trap. */
unsigned scan_special(const uint32_t *page, unsigned p);
/* Is the Thumb window at halfword p (not the page's last) forbidden? */
bool forbidden_window(const uint32_t *page, unsigned p);
/* The last word: nothing forbidden is left in either decoding. */
enum phase_end scan_forbidden(struct verify_run *v);
/* The bytes [*first, *first + *len) that a PC-relative load at `offset` reads. */
bool literal_target(enum isa isa, uint32_t word, unsigned offset, int *first, int *len);
/* Fill in v->literal; of a Thumb page first v->start, then v->table as well. */
enum phase_end scan_literals_arm(struct verify_run *v);
enum phase_end scan_boundaries(struct verify_run *v);
enum phase_end scan_literals_thumb(struct verify_run *v);
enum phase_end scan_tables(struct verify_run *v);
/* Do the words around word i look like ARM code? */
bool looks_arm(const uint32_t *page, unsigned i);
/* Does an access at word i stand among ARM code, or in Thumb code by chance? */
bool stands_in_arm(const uint32_t *page, unsigned i);

/*
 * dict.c: the SMC for an access, 0: there is none.  `add`: a free slot may be taken,
 * if the access is one of the hot ones.
 */
uint32_t dict_smc(struct verify_dict *d, uint32_t word, bool add);
/* The trap word for an instruction or literal: the anonymous one when no entry is left. */
uint32_t dict_trap(struct verify_dict *d, uint32_t word);
uint16_t dict_trap_thumb(struct verify_dict *d, uint32_t word);
/*
 * A word of the page that has the form of one of ours: a free entry becomes
 * the guest's own.  True: taken for a copy of ours.
 */
bool dict_lookalike(struct verify_dict *d, enum isa isa, uint32_t word);

/* verify.c: each returns false after setting the verdict. */
bool run_fail(struct verify_run *v, enum verify_reason why, unsigned offset);
bool run_patch(struct verify_run *v, unsigned offset, unsigned size, enum verify_kind kind,
	       uint32_t replacement);
/* Notes a word at `offset` that has the form of one of ours, unless it is. */
void run_lookalike(struct verify_run *v, unsigned offset, uint32_t word);
/* What an honest access (ARM word or hw1:hw2) becomes; false: it stays. */
bool replace_access(struct verify_run *v, uint32_t w, uint32_t *to, enum verify_kind *kind);
/* The trap word for an original of this page: named at PL1, anonymous at PL0. */
uint32_t run_trap_arm(struct verify_run *v, uint32_t word);
uint16_t run_trap_thumb(struct verify_run *v, uint32_t word);
/* Replaces data; run_loads_...() will trap every load in the page that reads it. */
bool run_literal(struct verify_run *v, unsigned word);
/* Original contents of the word at `offset`, whatever was patched. */
uint32_t run_original(const struct verify_run *v, unsigned offset, unsigned size);

/* arm.c, thumb.c: patch a page entered in that state. */
enum phase_end patch_arm(struct verify_run *v);
enum phase_end patch_thumb(struct verify_run *v);
enum phase_end patch_thumb_special(struct verify_run *v);
bool trap_arm_at(struct verify_run *v, unsigned word);
bool trap_thumb_at(struct verify_run *v, unsigned p, bool whole);

#endif
