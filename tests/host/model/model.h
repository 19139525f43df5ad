/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pager over a model of the hardware, beside a model of what a guest may expect.
 *
 *	hw.c, tlb.c   one CPU: a core in the Non-secure world, CP15, a TLB that never forgets
 *	ref.c         per guest: a plain ARMv7 machine, with all that its TLB may hold
 *	check.c       what must hold whenever a guest runs (I1 to I3, the guest's view)
 *	ops.c         random operations; world.c what they work on
 *
 * The product is called as monitor.S and core call it: exit_smc(), exit_fiq(), arch.h.
 */
#ifndef MODEL_H
#define MODEL_H

#include <arch/cp15.h>
#include <espalier/arch.h>
#include <espalier/guest.h>
#include <espalier/page.h>

#include "core.h"
#include "vm.h"

/* --- choices: from a seed, or from a fuzzer's bytes --------------------------------------- */

void choose_from_seed(uint64_t seed);
void choose_from_bytes(const uint8_t *data, size_t size);
/* False when the bytes are used up. */
bool choose_more(void);
/* 0 .. n - 1 */
uint32_t choose(uint32_t n);
static inline bool chance(unsigned percent) { return choose(100) < percent; }
/* One of an array's elements. */
#define ANY(a) ((a)[choose(ARRAY_SIZE(a))])

/* Something that must hold does not: prints it and the operation, and aborts. */
__noreturn void violated(const char *fmt, ...) __printf(1, 2);
/*
 * The guest sees what the reference cannot explain, or does not get on: counted, as some such
 * cases are open.  Tests bound the number.
 */
void differs(const char *fmt, ...) __printf(1, 2);
extern unsigned differences;
/* What violated() says of the operation. */
extern char model_doing[256];
extern uint64_t model_op;

/* --- the host's RAM ------------------------------------------------------------------------- */

#define ARENA_BASE 0x60000000u
#define ARENA_SIZE 0x04000000u /* 64 MiB */

void arena_init(void);
static inline bool in_arena(uint32_t hpa) { return hpa - ARENA_BASE < ARENA_SIZE; }
#define ARENA_PAGES (ARENA_SIZE >> PAGE_SHIFT)
static inline unsigned arena_page(uint32_t hpa) { return (hpa - ARENA_BASE) >> PAGE_SHIFT; }
/* The n-th means_take() from now on fails, once; 0: none. */
extern unsigned means_fail;

/* --- the hardware ----------------------------------------------------------------------------- */

extern struct core hw;
/* The vCPU that the scheduler picks: NULL for the host thread. */
extern struct vcpu *hw_pick;
extern uint64_t hw_exits;

void hw_init(void);
/* Forgets what it knows of NS translations: power-on. */
void hw_reset(void);
bool hw_in_guest(void);
uint32_t hw_reg(unsigned key);
/* A FIQ: the scheduler decides anew who runs. */
void hw_fiq(void);

/* --- the TLB that never forgets (tlb.c) --------------------------------------------------------- */

#define ASID_GLOBAL 0x100u

struct tlb_entry {
	uint32_t va;   /* of the page or section */
	uint32_t pte;  /* as a small page's, for the first page of a section */
	uint16_t asid; /* or ASID_GLOBAL */
	uint8_t domain;
	bool section;
	bool live, fresh; /* not looked at by check.c yet */
	struct tlb_entry *next;
};

/* Takes in what the tables at TTBR0 offer now. */
void tlb_walk(void);
void tlb_invalidate_all(void);
void tlb_invalidate_va(uint32_t va);
void tlb_invalidate_asid(uint32_t asid);
/* What translates va now; one of several by chance.  NULL: nothing. */
const struct tlb_entry *tlb_find(uint32_t va);
/* Its entries for va, for a report. */
void tlb_print(uint32_t va);
void tlb_for_each(void (*fn)(struct tlb_entry *e));
/* An executable entry for the page at va that can be in use together with one of `asid`. */
const struct tlb_entry *tlb_executable(uint32_t va, unsigned asid, const struct tlb_entry *from);
uint32_t tlb_host(const struct tlb_entry *e, uint32_t va);

/* Live mappings by page of the arena. */
struct page_use {
	uint16_t exec, write;
};
extern struct page_use tlb_use[ARENA_PAGES];
/* Counts changes of entries, and of executable ones. */
extern unsigned tlb_changes, tlb_exec_changes;

#define PTE_XN(pte) ((pte)&1u)
#define PTE_AP(pte) (BITS(pte, 5, 4) | BITS(pte, 9, 9) << 2)
#define PTE_NG(pte) ((pte) >> 11 & 1u)

#endif
