/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the verifier share: verify.c, vscan.c, varm.c, vthumb.c, vdict.c. */
#ifndef ARCH_INSN_VINTERNAL_H
#define ARCH_INSN_VINTERNAL_H

#include "insn/cpaccess.h"
#include "verify.h"

#define PAGE_HALFWORDS (2u * VERIFY_PAGE_WORDS)

/* ARM words, condition field zero: WFI (A8.8.425) and SMC (B9.3.14). */
#define ARM_WFI     0x0320f003u
#define ARM_SMC     0x01600070u
#define ARM_COND    0xf0000000u
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

/* A table in the page, read by the load at `load` with a computed index; byte offsets. */
struct vtable {
	uint16_t load, first, end;
};
#define VRUN_TABLES 16u

/* One run of verify_page(). */
struct vrun {
	struct verify_dict *d;
	uint32_t *page;
	enum isa isa;
	unsigned flags;
	struct verify_patch *patches;
	unsigned n, max;
	struct verify_result *r;
	/* Of the original page: words that a PC-relative load in it, or one of a table, reads. */
	uint32_t literal[VERIFY_PAGE_WORDS / 32];
	struct vtable table[VRUN_TABLES]; /* Thumb only */
	unsigned tables;
	uint32_t start[PAGE_HALFWORDS / 16]; /* enum boundary, two bits each; Thumb only */
};

static inline enum boundary boundary_at(const struct vrun *v, unsigned p)
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

static inline bool is_literal(const struct vrun *v, unsigned word)
{
	return v->literal[word >> 5] >> (word & 31) & 1;
}

/* vscan.c */

/*
 * First index >= i whose ARM word, or Thumb window ending in it, deserves a
 * closer look; VERIFY_PAGE_WORDS: none.
 */
unsigned scan_next(const uint32_t *page, unsigned i);
/* Is there anything to patch or to remember?  Exact, and rarely true. */
bool scan_needed(const struct verify_dict *d, const uint32_t *page, enum isa isa);
/* First halfword >= p that is a Thumb WFI (or its first half) or of the form of a Thumb trap. */
unsigned scan_special(const uint32_t *page, unsigned p);
/* Is the Thumb window at halfword p (not the page's last) forbidden? */
bool forbidden_window(const uint32_t *page, unsigned p);
/* Byte offset of something forbidden in either decoding, or VERIFY_PAGE_SIZE. */
unsigned scan_forbidden(const uint32_t *page);
/* The bytes [*first, *first + *len) that a PC-relative load at `offset` reads. */
bool literal_target(enum isa isa, uint32_t word, unsigned offset, int *first, int *len);
/* Fills in v->literal, and v->start and v->table for a Thumb page. */
void scan_literals(struct vrun *v);
/* Do the words around word i look like ARM code? */
bool looks_arm(const uint32_t *page, unsigned i);
/* Does an access at word i stand among ARM code, or in Thumb code by chance? */
bool stands_in_arm(const uint32_t *page, unsigned i);

/* vdict.c: the replacement, or 0: no entry is left. */
uint32_t dict_smc(struct verify_dict *d, uint32_t word);
uint32_t dict_trap(struct verify_dict *d, uint32_t word);
uint16_t dict_trap_thumb(struct verify_dict *d, uint32_t word);
/*
 * A word of the page that has the form of one of ours: a free entry becomes
 * the guest's own.  True: taken for a copy of ours.
 */
bool dict_lookalike(struct verify_dict *d, enum isa isa, uint32_t word);

/* verify.c: each returns false after setting the verdict. */
bool run_fail(struct vrun *v, enum verify_reason why, unsigned offset);
bool run_patch(struct vrun *v, unsigned offset, unsigned size, enum verify_kind kind,
	       uint32_t replacement);
/* Notes a word at `offset` that has the form of one of ours, unless it is. */
void run_lookalike(struct vrun *v, unsigned offset, uint32_t word);
/* What an honest access (ARM word or hw1:hw2) becomes; false: it stays. */
bool replace_access(struct vrun *v, uint32_t w, uint32_t *to, enum verify_kind *kind);
/* Replaces data, and traps every load in the page that reads it. */
bool run_literal(struct vrun *v, unsigned word);
/* Original contents of the word at `offset`, whatever was patched. */
uint32_t run_original(const struct vrun *v, unsigned offset, unsigned size);

/* varm.c, vthumb.c: patch a page entered in that state. */
bool verify_arm(struct vrun *v);
bool verify_thumb(struct vrun *v);
bool trap_arm_at(struct vrun *v, unsigned word);
bool trap_thumb_at(struct vrun *v, unsigned p, bool whole);

#endif
