/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest may expect: an ARMv7 machine of its own with the short-descriptor MMU,
 * and a TLB that may hold any translation which the guest's tables offered at some time
 * since the guest last invalidated it (ARM ARM B3.9).  That set is computed from
 * histories of memory words, of registers and of TLB operations.
 *
 * Where the architecture leaves a choice, ref_run() searches for one that explains what
 * the hardware did.
 */
#ifndef MODEL_REF_H
#define MODEL_REF_H

#include "core.h"

#define REF_WORDS   4096u /* of history */
#define REF_REGIMES 64u
#define REF_TLBIS   128u
#define REF_BLOCKS  8u

/* A piece of the guest's physical memory. */
struct ref_block {
	uint32_t gpa, size, host;
	uint8_t *copy; /* as the guest left it; NULL: an emulated device, or absent */
	enum region_kind kind;
};

struct ref_mmu {
	uint32_t sctlr, ttbr0, ttbr1, ttbcr, dacr, contextidr;
};

/* The value that a word had until `to`. */
struct old_word {
	uint32_t gpa, value, to;
	int before; /* the next older one of the same bucket, -1: none */
};

struct old_regime {
	struct ref_mmu mmu;
	uint32_t from, to;
};

/* A TLB operation by address: of one ASID, or ASID_GLOBAL for all. */
struct old_tlbi {
	uint32_t va, asid, at;
};

#define REF_DEVICE_WORDS 16u

struct ref {
	struct core core; /* first: the core's callbacks find the rest by it */
	struct ref_mmu mmu;
	uint32_t vbar, dfsr, dfar, ifsr, ifar;
	uint32_t device[REF_DEVICE_WORDS];
	struct ref_block block[REF_BLOCKS];
	unsigned blocks;
	/* The core's state is not the one that the page of code at gpa was entered in. */
	bool (*foreign_code)(struct ref *r, uint32_t gpa);
	uint32_t ram_base; /* for holes: the RAM window */
	/* Where the shim is: the guest's own addresses do not show there. */
	uint32_t shim_va;
	bool shim_touched; /* by one of the tries */
	/* history */
	uint32_t now, all_at, asid_at[256];
	uint32_t events; /* counts TLB operations and writes of registers of the MMU */
	struct old_word word[REF_WORDS];
	int bucket[256];
	unsigned words;
	struct old_regime regime[REF_REGIMES];
	unsigned regimes;
	uint32_t regime_since;
	struct old_tlbi tlbi[REF_TLBIS];
	unsigned tlbis;
};

/* One way to translate a page now. */
struct ref_way {
	uint32_t gpa;
	uint8_t fs, level, domain, ap;
	bool xn, ng;
};
#define REF_WAYS 48u

void ref_reset(struct ref *r);
struct ref_block *ref_block(struct ref *r, uint32_t gpa);
/* The word at gpa as the guest sees it; false: no memory there. */
bool ref_word(struct ref *r, uint32_t gpa, uint32_t *v);
/* Memory changes by other hands than the core's. */
void ref_store(struct ref *r, uint32_t gpa, unsigned size, uint32_t v);
/* True when the history is nearly full: the guest should invalidate its TLB. */
bool ref_full(const struct ref *r);
/* The registers changed by other hands. */
void ref_registers(struct ref *r, const struct ref_mmu *mmu);
/* The guest's TLBIALL. */
void ref_forget(struct ref *r);

/*
 * All the ways in which va may be translated with this ASID (ASID_GLOBAL: by global
 * entries, of any address space); the walk of the tables as they are comes first.
 */
unsigned ref_ways(struct ref *r, uint32_t va, unsigned asid, struct ref_way *way);
bool ref_manager(const struct ref *r, unsigned domain);

/* True if some choices lead within `steps` instructions to where `same` says yes. */
bool ref_run(struct ref *r, unsigned steps, bool (*same)(struct ref *r));

/* Addresses stored to since the search began. */
extern uint32_t ref_stored[256];
extern unsigned ref_nstored;
/* Text about where the last search ended, for a report. */
void ref_print(const struct ref *r, const char *what);

#endif
