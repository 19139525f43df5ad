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
 *
 * It serves pages that PL1 executes.  In a page for PL0, and when no entry is left, the
 * word is an anonymous one, whose original only the page's patches know: programs
 * neither use up their kernel's entries nor run what they name.
 */
#define VERIFY_SMC_FIRST       2u /* SMC #0 and #1 stay the guest's own (SMCCC, vendors) */
#define VERIFY_SMC_SLOTS       16u
#define VERIFY_TRAPS           256u
#define VERIFY_TRAPS_OWN       253u /* 0xfd is anonymous, 0xfe and 0xff LLVM's and KGDB's breakpoints */
#define VERIFY_TRAPS_THUMB     112u
#define VERIFY_TRAPS_THUMB_OWN 111u /* 111 is anonymous */
#define VERIFY_ALIASES         2u   /* SCTLR, DACR */

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
	VERIFY_REASON_PATCHES,  /* more patches than the caller has room for */
	VERIFY_REASON_BOUNDARY, /* Thumb instruction boundaries are not certain */
	VERIFY_REASON_DATA,     /* only data could be changed */
	VERIFY_REASON_MIXED,    /* looks like honest code of the other state */
	VERIFY_REASON_LEFT,     /* a forbidden window is left after patching */
	VERIFY_REASONS
};
extern const char *const verify_reason_name[VERIFY_REASONS];

/* Flags of verify_page(). */
#define VERIFY_PL0 0x1u /* first executed at PL0: no entry is made; a 16-bit Thumb WFI stays */

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

/* A table in the page, read by the load at `load` with a computed index; byte offsets. */
struct vtable {
	uint16_t load, first, end;
};
#define VERIFY_TABLES 16u

/*
 * A page that is being verified.  Its contents belong to the run as long as it lasts, which may
 * be over several calls.
 */
struct verify_run {
	struct verify_dict *d;
	uint32_t *page;
	enum isa isa;
	unsigned flags;
	struct verify_patch *patches;
	unsigned n, max;
	struct verify_result *r;
	/* How far it is: phase, and word or halfword in it. */
	unsigned phase, at;
	unsigned work, budget; /* of this call, in words scanned */
	bool needed;           /* there is something to patch or to remember */
	uint8_t boundary;      /* enum boundary of `at`, while these are found */
	uint8_t copies;        /* 0: not known whether the page has words of ours, 1 no, 2 yes */
	/* Of the original page: words that a PC-relative load in it, or one of a table, reads. */
	uint32_t literal[VERIFY_PAGE_WORDS / 32];
	uint32_t replaced[VERIFY_PAGE_WORDS / 32]; /* of these, those that had to change */
	struct vtable table[VERIFY_TABLES];        /* Thumb only */
	unsigned tables;
	uint32_t start[2 * VERIFY_PAGE_WORDS / 16]; /* enum boundary, two bits each; Thumb only */
};

/*
 * Begins to verify the page's original contents as entered in state `isa`; it will be patched
 * in place.  `patches`: room for `max` entries.  The page is a private snapshot, or not writable
 * by anybody else until the run has ended.  Caches are the caller's business.
 */
void verify_begin(struct verify_run *v, struct verify_dict *d, uint32_t page[VERIFY_PAGE_WORDS],
		  enum isa isa, unsigned flags, struct verify_patch *patches, unsigned max,
		  struct verify_result *result);

/*
 * Goes on for about the time of scanning `budget` words; at most three times as long, and
 * that of a page.  True: it has ended.  On VERIFY_OK the first result->npatches patches are
 * filled in, ascending by offset, not overlapping; on VERIFY_QUARANTINE the page is as it was.
 */
bool verify_run(struct verify_run *v, unsigned budget);

/* Begins and goes on to the end; one at a time, as the run's state is static. */
enum verify_verdict verify_page(struct verify_dict *d, uint32_t page[VERIFY_PAGE_WORDS],
				enum isa isa, unsigned flags, struct verify_patch *patches,
				unsigned max, struct verify_result *result);

/*
 * Of a page that was verified and has changed in words [first, last] since: true if nothing
 * in them, nor where they meet their neighbours, calls for a patch or could be a load
 * of the page's own data.  What is left of the page needs no look then.
 */
bool verify_words(const uint32_t page[VERIFY_PAGE_WORDS], enum isa isa, unsigned first,
		  unsigned last);

/* Empties a dictionary but for the entries every guest needs (WFI). */
void verify_dict_init(struct verify_dict *d);

/*
 * Reserves an SMC slot for a hot ARM word (any condition), ahead of scanning.
 * 0, -ENOSPC, or -EINVAL: not a word that is ever rewritten, or unconditional.
 */
int verify_dict_hot(struct verify_dict *d, uint32_t word);

/* Restores the patched bytes, exactly those.  `n`: number of patches. */
void verify_unpatch(uint32_t page[VERIFY_PAGE_WORDS], const struct verify_patch *patches,
		    unsigned n);

/* Puts the replacements back. */
void verify_repatch(uint32_t page[VERIFY_PAGE_WORDS], const struct verify_patch *patches,
		    unsigned n);

/* Number of patches that end at or before `offset`: where one there would go. */
unsigned verify_place(const struct verify_patch *patches, unsigned n, unsigned offset);

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
 * verify_original(), or not at all if `d` is NULL, as at PL0, where a word of the form
 * of ours is the program's own.  False: not ours, the exception is the guest's.
 */
bool verify_trapped(const struct verify_dict *d, const uint32_t page[VERIFY_PAGE_WORDS],
		    const struct verify_patch *patches, unsigned n, unsigned offset,
		    const struct insn *i, struct insn *out);

/*
 * True if (hw1, hw2), executed as a 32-bit Thumb instruction, is a forbidden
 * encoding.
 */
bool verify_pair_dangerous(uint16_t hw1, uint16_t hw2);

/*
 * The gate: are these n words (at most a page), as they are now, free of forbidden
 * encodings at every halfword in either state?  Whatever is mapped executable in the
 * Non-secure world has passed it after the last write to it, by itself or at the end of
 * verify_page().
 */
bool verify_clean(const uint32_t *words, unsigned n);

/* Is this ARM word (any condition) or Thumb word (hw1:hw2) forbidden? */
bool verify_word_dangerous(enum isa isa, uint32_t word);

#endif
