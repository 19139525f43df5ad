/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code verifier: makes one page of guest code safe to execute at PL1 in
 * the Non-secure world (invariant I2), or says that it cannot.  The only code
 * patcher.  Pure: it sees one page and the guest's dictionary, nothing else.
 * docs/verifier.md has the argument and the replacement words.
 */
#ifndef ARCH_INSN_VERIFY_H
#define ARCH_INSN_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "insn/insn.h"

#define VERIFY_PAGE_SIZE  4096u
#define VERIFY_PAGE_WORDS 1024u

/*
 * What the words that we put into pages stand for, one per guest.  Entries are
 * only ever added: a guest may have copied any replacement to a page that we
 * have not seen.  The caller serializes access (the guest's memory lock).
 */
#define VERIFY_SMC_FIRST   2u /* SMC #0 and #1 stay the guest's own (SMCCC, vendors) */
#define VERIFY_SMC_SLOTS   16u
#define VERIFY_TRAPS       256u
#define VERIFY_TRAPS_OWN   254u /* 0xfe and 0xff are LLVM's and KGDB's breakpoints */
#define VERIFY_TRAPS_THUMB 112u
#define VERIFY_ALIASES     2u /* SCTLR, DACR */

struct verify_dict {
	/* SMC #k: condition field zero; 0 = free, the SMC itself = the guest's own. */
	uint32_t smc[VERIFY_SMC_SLOTS];
	/* ARM trap word k; 0 = free, the trap word itself = the guest's own. */
	uint32_t trap[VERIFY_TRAPS];
	/* Thumb trap k: 16-bit originals have zero in bits 31..16; 0 = free. */
	uint32_t thumb[VERIFY_TRAPS_THUMB];
	uint16_t nsmc, ntrap, nthumb; /* entries in use, for statistics */
	/* Bit Rt: reads of SCTLR [0], DACR [1] into Rt became reads of NMRR, PRRR. */
	uint16_t alias_regs[VERIFY_ALIASES];
};

enum verify_kind {
	VERIFY_RECOLOUR, /* p15 -> p13 or p14 -> p12: UNDEF */
	VERIFY_SMC,      /* dictionary SMC, ARM only */
	VERIFY_TRAP,     /* a UDF that names an entry of the dictionary */
	VERIFY_ALIAS,    /* SCTLR read -> NMRR read, DACR -> PRRR: they hold the guest's */
	VERIFY_LITERAL,  /* data, recoloured; every load of it in the page is a VERIFY_TRAP */
};

/*
 * One change to a page.  Values are memory contents read little-endian: for
 * Thumb the first halfword is in bits 15..0, unlike in struct insn.
 */
struct verify_patch {
	uint16_t offset; /* bytes into the page, a multiple of `size`, or of 2 in Thumb */
	uint8_t size;    /* bytes: 2 or 4 */
	uint8_t kind;    /* enum verify_kind */
	uint32_t original;
	uint32_t replacement;
};

enum verify_verdict {
	VERIFY_OK,         /* the page holds no forbidden encoding any more */
	VERIFY_QUARANTINE, /* it cannot be made safe; the page was not changed */
};

/* Why a page is quarantined, for the log and the statistics. */
enum verify_reason {
	VERIFY_REASON_NONE,
	VERIFY_REASON_PATCHES,    /* more patches than the caller has room for */
	VERIFY_REASON_DICTIONARY, /* no dictionary entry is left */
	VERIFY_REASON_BOUNDARY,   /* Thumb instruction boundaries are not certain */
	VERIFY_REASON_DATA,       /* only data could be changed */
	VERIFY_REASON_MIXED,      /* looks like honest code of the other state */
	VERIFY_REASON_LEFT,       /* a forbidden window is left after patching */
	VERIFY_REASONS
};
extern const char *const verify_reason_name[VERIFY_REASONS];

/* Flags of verify_page(). */
#define VERIFY_PL0 0x1u /* first executed at PL0: a 16-bit Thumb WFI stays */

struct verify_result {
	enum verify_verdict verdict;
	enum verify_reason reason;
	uint16_t where; /* byte offset that `reason` is about */
	uint16_t npatches;
	uint16_t displaced; /* patches that only break a window of the other decoding */
	uint16_t ambiguous; /* words taken for copies of ours that may be the guest's own */
	/*
	 * First and last halfword of the patched page (of the page as it is when
	 * quarantined), and whether some neighbour could complete a forbidden
	 * Thumb pair.  Where both pages say so, ask verify_pair_dangerous().
	 */
	uint16_t head, tail;
	bool head_risky, tail_risky;
};

/* Empties a dictionary but for the entries every guest needs (WFI). */
void verify_dict_init(struct verify_dict *d);

/*
 * Reserves an SMC slot for a hot ARM word (any condition), ahead of scanning.
 * 0, -ENOSPC, or -EINVAL: not a word that is ever rewritten, or unconditional.
 */
int verify_dict_hot(struct verify_dict *d, uint32_t word);

/*
 * Verifies the page's original contents as entered in state `isa` and patches
 * it in place.  `patches`: room for `max` entries; on VERIFY_OK the first
 * result->npatches of them are filled in, ascending by offset, not overlapping.
 * The page is a private snapshot or not writable by anybody else meanwhile.
 * Caches are the caller's business.  Returns result->verdict.
 */
enum verify_verdict verify_page(struct verify_dict *d, uint32_t page[VERIFY_PAGE_WORDS],
				enum isa isa, unsigned flags, struct verify_patch *patches,
				unsigned max, struct verify_result *result);

/* Restores the patched bytes, exactly those.  `n`: number of patches. */
void verify_unpatch(uint32_t page[VERIFY_PAGE_WORDS], const struct verify_patch *patches,
		    unsigned n);

/* The patch that covers the byte at `offset` (0..4095), or NULL. */
const struct verify_patch *verify_lookup(const struct verify_patch *patches, unsigned n,
					 unsigned offset);

/*
 * What the guest believes to be in memory: `size` (1, 2, 4) bytes at `offset`
 * of a patched page, offset + size <= 4096, any alignment, little-endian.
 */
uint32_t verify_read(const uint32_t page[VERIFY_PAGE_WORDS], const struct verify_patch *patches,
		     unsigned n, unsigned offset, unsigned size);

/*
 * If `i`, as executed, is a replacement word: its original in *out and true.
 * By meaning alone, so that it works for copies too.  Recoloured words are
 * ours only if the p15/p14 word is one that would have been rewritten.  A
 * word of the guest that merely looks like ours answers false.
 */
bool verify_original(const struct verify_dict *d, const struct insn *i, struct insn *out);

/*
 * The original of the instruction that trapped at `offset` of a page with
 * these patches: by address where a patch starts there, which also serves
 * execution in the state that the page was not entered in, else by
 * verify_original().  False: not ours, the exception is the guest's.
 */
bool verify_trapped(const struct verify_dict *d, const uint32_t page[VERIFY_PAGE_WORDS],
		    const struct verify_patch *patches, unsigned n, unsigned offset,
		    const struct insn *i, struct insn *out);

/*
 * True if (hw1, hw2), executed as a 32-bit Thumb instruction, is a forbidden
 * encoding.
 */
bool verify_pair_dangerous(uint16_t hw1, uint16_t hw2);

/* Is this ARM word (any condition) or Thumb word (hw1:hw2) forbidden? */
bool verify_word_dangerous(enum isa isa, uint32_t word);

#endif
