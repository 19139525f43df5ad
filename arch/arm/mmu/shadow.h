/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shadow tables: what the hardware walks while a guest runs.
 *
 * A root is a level 1 table that stands for one (TTBR0, ASID) of the guest.
 * Level 2 tables of global mappings are shared by all roots; those of
 * non-global ones are private to theirs.  Root 0 has global mappings only.
 */
#ifndef ARCH_SHADOW_H
#define ARCH_SHADOW_H

#include <stdbool.h>
#include <stdint.h>

#include "vm.h"

#define L1_ENTRIES 4096u
#define L2_ENTRIES 256u

/* Short descriptors (ARM ARM B3.5.1). */
#define L1_TABLE       1u
#define L1_SECTION     2u
#define L1_DOMAIN(n)   ((n) << 5)
#define L2_SMALL       2u
#define L2_XN          1u
#define L2_AP(ap)      ((3u & (ap)) << 4 | (4u & (ap)) << 7)
#define L2_NG          (1u << 11)
#define L2_NORMAL_WBWA 0x4cu /* TEX 001, C, B */
#define L2_DEVICE      0x04u /* TEX 000, B: shareable device */
#define AP_PL1_RW      1u
#define AP_ANY_RW      3u
#define AP_PL1_RO      5u
#define AP_ANY_RO      7u

/* The shim's tables carry a domain that is always Client. */
#define SHIM_DOMAIN 15u

/*
 * State of a level 2 table of the pool; number 0 is nobody.  A table is cleared when it
 * is taken from the pool, not when it goes back: all tables of a root, or all there are,
 * go back at once, and then their states here are out of date (shadow_alive()).
 */
struct l2 {
	uint32_t d1;     /* the guest's level 1 descriptor that it was made from */
	uint32_t age;    /* shadow.age when it was taken, 0 when it went back by itself */
	uint32_t born;   /* of a private table: root.born then */
	uint16_t index;  /* va >> 20 */
	uint16_t next;   /* free list, list of a root */
	uint16_t prev;   /* list of a root */
	uint16_t root;   /* owner of a private table */
	uint16_t groups; /* bit n: entries 16n to 16n + 15 are not all 0 */
	bool private;
};

struct root {
	uint32_t *l1;
	uint32_t ttbr0;
	uint32_t lru;
	uint16_t asid;          /* NO_ASID when another root has taken it */
	uint16_t private, last; /* first and last private table */
	uint32_t born;          /* changes when all private tables go */
	bool has_global;        /* some private table may have entries that are not nG */
	bool used;
};

/* A megabyte that a level 1 descriptor maps, in all roots. */
struct section {
	uint32_t word;  /* that descriptor */
	uint32_t d1;    /* the guest's, that it was made from */
	uint16_t index; /* va >> 20 */
};
#define SHADOW_SECTIONS 256u

#define NO_ASID 0x100u
#define NO_TTBR 0xffffffffu /* ttbr0 of a root made with the MMU off */

struct shadow {
	unsigned cur;
	bool lazy; /* TTBR0 or ASID changed; the root is not chosen yet */
	uint32_t tick;
	uint32_t (*table)[L2_ENTRIES];
	uint16_t free; /* tables that went back; beyond `fresh` all are free, too */
	uint16_t fresh;
	uint16_t top; /* roots in use are below this */
	uint32_t age; /* of all tables; changes when they all go */
	uint32_t births;
	uint16_t asid_root[256];
	uint16_t global[L1_ENTRIES]; /* the global table of va >> 20, or 0 */
	bool mixed;                  /* some root has_global, or had since the last flush */
	unsigned roots;              /* that it has, at least 2 */
	struct root root[CONFIG_SHADOW_ROOTS];
	struct l2 l2[CONFIG_SHADOW_L2];
	struct section section[SHADOW_SECTIONS];
	unsigned sections;
};

#define TTBR_WALK_WBWA 0x48u /* IRGN and RGN: write-back, write-allocate */
#define ROOT_PAGES     4u

/* --- tables and entries (shadow.c) ------------------------------------------- */

/* Number of the pool's table that a level 1 entry points to, 0: none. */
unsigned shadow_table_of(const struct shadow *s, uint32_t e);
/* Is it one that some root may point to? */
bool shadow_alive(const struct shadow *s, unsigned k);
/* Takes a table away from its root; the caller invalidates the TLB. */
void shadow_private_drop(struct shadow *s, unsigned k);
/*
 * Takes all of its tables away from a root, in the time of copying root 0, which has
 * none; the caller invalidates the TLB.
 */
void shadow_root_clear(struct shadow *s, struct root *root);
/* Takes a global table away from all roots, and out of the TLB. */
void shadow_global_drop(struct arch_vcpu *av, unsigned k);

/*
 * The entry for a walk's result, and its frame.  0: neither RAM nor a device of the host,
 * or code with replacements that the page is not executed for (`exec`): who reads it
 * as data must not see them.
 */
uint32_t shadow_make_pte(struct arch_vcpu *av, const struct gwalk *t, bool exec, struct fref *fr);
static inline bool shadow_executable(uint32_t pte)
{
	return (pte & (L2_SMALL | L2_XN)) == L2_SMALL;
}

/* Enters pte, of frame f or NULL, at slot j of table k. */
void shadow_enter(struct arch_vcpu *av, unsigned k, unsigned j, uint32_t pte, struct gframe *f);

/* The guest's own level 2 table behind d1, or NULL when it is not one in RAM. */
const uint32_t *shadow_guest_table(struct arch_vcpu *av, uint32_t d1);
/* What the guest's table `g` says now about the page that slot j of table l maps. */
bool shadow_guest_entry(struct arch_vcpu *av, const struct l2 *l, const uint32_t *g, unsigned j,
			struct gwalk *n);

/*
 * TLB operations act on the Non-secure TLB only while a guest's context is in
 * place; for any other vCPU the TLB is flushed when it is switched in.
 */
void shadow_hw_tlbi_all(struct arch_vcpu *av);
void shadow_hw_tlbi_va(struct arch_vcpu *av, uint32_t va);

/* Two pages, by their entries, whose ends together make an encoding that has to trap. */
bool shadow_straddle(uint32_t before, uint32_t after);
/* Parts the first and last page of va's megabyte from what is mapped next to them. */
void shadow_part_ends(struct arch_vcpu *av, uint32_t va, uint32_t first, uint32_t last);

/* --- sections (shadow_section.c) ----------------------------------------------- */

bool shadow_is_section(uint32_t e);
/* What a small page's entry would be for va in the section. */
uint32_t shadow_section_pte(uint32_t e, uint32_t va);
/* Maps va's megabyte by a section, if that is possible and worth it. */
bool shadow_section_fill(struct arch_vcpu *av, uint32_t va, const struct gwalk *t,
			 enum gwalk_access acc);
/* Take sections away: the one at va; those that map the megabyte at `host`. */
void shadow_section_drop(struct arch_vcpu *av, uint32_t va);
void shadow_section_drop_host(struct arch_vcpu *av, uint32_t host);
/* The section at va, if there is one, was made from another descriptor than d1. */
bool shadow_section_changed(struct arch_vcpu *av, uint32_t va, uint32_t d1);

/* --- roots (shadow_root.c) ----------------------------------------------------- */

/* Points the shim's megabyte of a root to the shim. */
void shadow_link_shim(struct arch_vcpu *av, struct root *root);
/* Chooses or makes the root for the guest's (TTBR0, ASID). */
void shadow_root_activate(struct arch_vcpu *av);

#endif
