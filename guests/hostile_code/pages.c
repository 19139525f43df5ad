/* SPDX-License-Identifier: Apache-2.0 */
/* Windows over the end of a page, and code that is changed behind the verifier's back. */
#include "cp15.h"
#include "mmu.h"
#include "windows.h"

#define FRAMES   (SCRATCH + 0x100000u) /* P, Q, R */
#define P        (FRAMES + 0x0000u)
#define Q        (FRAMES + 0x1000u)
#define R        (FRAMES + 0x2000u)
#define EDITED   (SCRATCH + 0x140000u) /* two for each witness */
#define VA       0x80000000u
#define RW_ALIAS 0x90000000u
#define WINDOW   (VA + 0xffeu)

/* P ends with hw1, Q begins with hw2; R begins with something harmless. */
static void fill(const struct witness *w)
{
	const uint16_t q[] = { w->hw2, 0x4718, 0xbf00, 0x4718 };
	const uint16_t r[] = { 0x0a00, 0x4718, 0xbf00, 0x4718 };

	clear_pages(P, 3);
	wr32(P + 0x800, 0x47184718);
	wr16(P + 0xffe, w->hw1);
	put16(Q, q, 4);
	put16(R, r, 4);
	sync_code((void *)P, 0x3000);
}

static void map(uint32_t va, uint32_t pa)
{
	map_page(l1_table, va, pa, MAP_AP(AP_RO));
	tlb_flush_page(va);
}

static void run_p(void) { honest("first page", (VA + 0x800) | 1, 4, 4); }
static void run_q(void) { honest("second page", (VA + 0x1004) | 1, 4, 4); }

static void both_orders(const struct witness *w)
{
	for (unsigned order = 0; order < 4; order++) {
		fill(w);
		map(VA, P);
		map(VA + 0x1000, Q);
		if (order == 1)
			run_p();
		run_q();
		if (order != 1)
			run_p();
		if (order == 3) { /* many times each, alternating */
			for (unsigned i = 0; i < 8; i++) {
				attack(w, WINDOW | 1);
				run_p();
				attack(w, WINDOW | 1);
				run_q();
			}
		}
		attack(w, WINDOW | 1);
		run_q();
		attack(w, WINDOW | 1);
		run_p();
		attack(w, WINDOW | 1);
	}
}

/* The second page is exchanged, with and without the invalidation one owes. */
static void swap_second(const struct witness *w)
{
	for (unsigned flush = 0; flush < 2; flush++) {
		fill(w);
		map(VA, P);
		map(VA + 0x1000, R);
		run_p();
		run_q();
		*pte_of(l1_table, VA + 0x1000) = desc_small(Q, MAP_AP(AP_RO));
		dsb();
		if (flush)
			tlb_flush_page(VA + 0x1000);
		run_p();
		if (flush)
			attack(w, WINDOW | 1);
		run_q();
		if (flush)
			attack(w, WINDOW | 1);
		tlb_flush();
		attack(w, WINDOW | 1);
	}
}

static void swap_first(const struct witness *w)
{
	fill(w);
	map(VA, R);
	map(VA + 0x1000, Q);
	run_q();
	*pte_of(l1_table, VA) = desc_small(P, MAP_AP(AP_RO));
	tlb_flush_page(VA);
	run_p();
	attack(w, WINDOW | 1);
	run_q();
	attack(w, WINDOW | 1);
}

/* The halves meet only after a write through another mapping. */
static void write_half(const struct witness *w)
{
	fill(w);
	wr16(Q, 0x0a00);
	sync_code((void *)Q, 2);
	map(VA, P);
	map(VA + 0x1000, Q);
	run_p();
	run_q();
	wr16(RW_ALIAS + 0x1000, w->hw2);
	sync_code((void *)(RW_ALIAS + 0x1000), 2);
	attack(w, WINDOW | 1);
	fill(w);
	wr16(P + 0xffe, 0xbf00);
	sync_code((void *)(P + 0xffe), 2);
	run_q();
	run_p();
	wr16(RW_ALIAS + 0xffe, w->hw1);
	sync_code((void *)(RW_ALIAS + 0xffe), 2);
	attack(w, WINDOW | 1);
	run_p();
	attack(w, WINDOW | 1);
}

#define TO_R4         0x4604u     /* Thumb: mov r4, r0 */
#define LOAD_R4       0xe59f4000u /* ARM: ldr r4, [pc, #...]; its upper half is Thumb's b */
#define LOAD_LEADS_TO 0xb44u      /* ... from offset 2 of Q to there in P */
#define BX_LR         0xe12fff1eu

static void run_q_arm(void) { honest("second page, ARM", VA + 0x1004, 4, 4); }

/*
 * The second page begins with a load in ARM state, whose lower half is the second one of
 * a window.  The load is replaced for as long as the word that it loads is forbidden; and
 * that is changed by a store far from the page's ends.  Frames of its own, for they must
 * not have been quarantined.
 */
static void edit_afar(const struct witness *w, uint32_t first)
{
	const uint32_t second = first + 0x1000;
	const uint32_t literal = RW_ALIAS + 0x3000 + ((8 + w->hw2) & ~3u);

	if (w->hw2 >> 12)
		return;
	clear_pages(first, 2);
	wr32(first + 0x800, 0x47184718);
	wr16(first + LOAD_LEADS_TO, 0x4718);
	wr16(first + 0xffc, TO_R4);
	wr16(first + 0xffe, w->hw1);
	wr32(second, LOAD_R4 | w->hw2);
	wr32(second + 4, BX_LR);
	sync_code((void *)first, 0x2000);
	map(VA, first);
	map(VA + 0x1000, second);
	map_page(l1_table, RW_ALIAS + 0x3000, second, MAP_AP(AP_RW) | MAP_XN);
	tlb_flush_page(RW_ALIAS + 0x3000);
	for (unsigned i = 0; i < 8; i++) { /* only the first few stores make it data */
		wr32(literal, (uint32_t)w->hw1 << 16 | w->hw2);
		run_q_arm();
		run_p();
		wr32(literal, 0);
		attack(w, (VA + 0xffc) | 1);
		run_q_arm();
		attack(w, (VA + 0xffc) | 1);
	}
}

/* In the middle of a section, and where two sections with swapped backing meet. */
static void sections(const struct witness *w)
{
	fill(w);
	honest("section", (P + 0x800) | 1, 4, 4);
	honest("section", (Q + 4) | 1, 4, 4);
	attack(w, (P + 0xffe) | 1);
	honest("section", (P + 0x800) | 1, 4, 4);
	attack(w, (P + 0xffe) | 1);
}

static void section_seam(const struct witness *w)
{
	const uint16_t q[] = { w->hw2, 0x4718, 0xbf00, 0x4718 };
	const uint32_t first = SCRATCH + 2 * MIB, second = SCRATCH + 4 * MIB, va = 0xa0000000;

	clear_pages(first + 0xff000, 1);
	wr32(first + 0xff800, 0x47184718);
	wr16(first + 0xffffe, w->hw1);
	put16(second, q, 4);
	sync_code((void *)(first + 0xff000), 0x1000);
	map_section(l1_table, va, first, MAP_AP(AP_RO));
	map_section(l1_table, va + MIB, second, MAP_AP(AP_RO));
	tlb_flush();
	honest("first section", (va + 0xff800) | 1, 4, 4);
	honest("second section", (va + MIB + 4) | 1, 4, 4);
	attack(w, (va + 0xffffe) | 1);
	honest("first section", (va + 0xff800) | 1, 4, 4);
	attack(w, (va + 0xffffe) | 1);
	l1_table[va >> 20] = 0;
	l1_table[(va >> 20) + 1] = 0;
	tlb_flush();
}

/* --- pages that come to lie side by side when a table is linked, not when they are entered --- */

#define OTHER_L1 ((uint32_t *)(SCRATCH + 0x380000u))
#define TABLES   (SCRATCH + 0x390000u)
#define SEAM     0xa0000000u

/*
 * The halves lie in neighbouring megabytes: one in a table of global pages that
 * another address space has filled in, one in a private one.
 */
static void linked_table(const struct witness *w, bool first_global)
{
	const uint32_t global_va = first_global ? SEAM : SEAM + MIB;
	const uint32_t private_va = first_global ? SEAM + MIB : SEAM;
	const unsigned global_page = first_global ? 255 : 0, other = first_global ? 0 : 255;
	uint32_t *global = (uint32_t *)TABLES, *before = global + 256, *private = global + 512;
	const uint32_t half = first_global ? P : Q, partner = first_global ? Q : P;

	fill(w);
	for (unsigned i = 0; i < 3 * 256; i++)
		global[i] = 0;
	global[global_page] = desc_small(half, MAP_AP(AP_RO));
	global[other] = desc_small(R, MAP_AP(AP_RO));
	before[global_page] = desc_small(R, MAP_AP(AP_RO) | MAP_NG);
	before[other] = desc_small(R, MAP_AP(AP_RO) | MAP_NG);
	private[first_global ? 0 : 255] = desc_small(partner, MAP_AP(AP_RO) | MAP_NG);
	copy(OTHER_L1, l1_table, 16384);
	OTHER_L1[global_va >> 20] = desc_table(before, 0);
	OTHER_L1[private_va >> 20] = desc_table(private, 0);
	l1_table[global_va >> 20] = desc_table(global, 0);
	l1_table[private_va >> 20] = 0;
	tlb_flush();

	mmu_switch(OTHER_L1, 2);
	honest("private, before", (global_va + other * 0x1000 + 4) | 1, 4, 4);
	honest("private", (private_va + (first_global ? 4 : 0xff800)) | 1, 4, 4);
	mmu_switch(l1_table, 1);
	honest("global", (global_va + (first_global ? 0xff800 : 4)) | 1, 4, 4);
	mmu_switch(OTHER_L1, 2);
	OTHER_L1[global_va >> 20] = desc_table(global, 0);
	tlb_flush_page(global_va + other * 0x1000);
	tlb_flush_page(global_va + global_page * 0x1000);
	honest("linked", (global_va + other * 0x1000 + 4) | 1, 4, 4);
	attack(w, (SEAM + 0xffffe) | 1);
	mmu_switch(l1_table, 0);
	l1_table[SEAM >> 20] = 0;
	l1_table[(SEAM >> 20) + 1] = 0;
	tlb_flush();
}

void test_straddle(void)
{
	map_page(l1_table, RW_ALIAS, P, MAP_AP(AP_RW) | MAP_XN);
	map_page(l1_table, RW_ALIAS + 0x1000, Q, MAP_AP(AP_RW) | MAP_XN);
	tlb_flush();
	for (unsigned i = 0; i < nr_witnesses; i++) {
		both_orders(&witnesses[i]);
		swap_second(&witnesses[i]);
		swap_first(&witnesses[i]);
		write_half(&witnesses[i]);
		edit_afar(&witnesses[i], EDITED + i * 0x2000);
		sections(&witnesses[i]);
		section_seam(&witnesses[i]);
	}
	verdict("windows over the end of a page");
	for (unsigned i = 0; i < nr_witnesses; i++) {
		if (witnesses[i].read == read_contextidr)
			continue;
		linked_table(&witnesses[i], true);
		linked_table(&witnesses[i], false);
	}
	verdict("windows between tables that meet late");
}

/* --- written after verification ------------------------------------------------------ */

/*
 * Never by reading neighbours and writing them back: code reads as replaced
 * (docs/design.md), and half of a replacement means nothing by itself.
 */
static void store(uint32_t a, uint32_t v, unsigned how)
{
	switch (how % 3) {
	case 0: wr32(a, v); break;
	case 1:
		wr16(a, (uint16_t)v);
		wr16(a + 2, (uint16_t)(v >> 16));
		break;
	default:
		for (unsigned i = 0; i < 4; i++)
			*(volatile uint8_t *)(a + i) = (uint8_t)(v >> 8 * i);
		break;
	}
	sync_code((void *)(a - 4), 12);
}

void test_aliases(void)
{
	static const uint16_t bytes[] = { 0x100, 0x3fc, 0x7f8, 0xff4 };

	map(VA, P);
	for (unsigned n = 0; n < 160; n++) {
		const struct witness *w = &witnesses[n % nr_witnesses];
		uint32_t word = (uint32_t)w->hw1 << 16 | w->hw2, off = bytes[n / 4 % 4];
		bool thumb = n & 1;

		if (n % 40 == 0) {
			clear_pages(P, 1);
			wr32(P + 0x800, 0x47184718);
		}
		wr32(P + off, thumb ? 0xbf00bf00 : 0xe1a00000);
		wr32(P + off + 4, thumb ? 0x47704770 : 0xe12fff1e);
		sync_code((void *)P, 0x1000);
		honest("before", (VA + off) | thumb, 3, 3);
		store(RW_ALIAS + off, thumb ? word << 16 | word >> 16 : word, n / 8);
		attack(w, (VA + off) | thumb);
		attack(w, (P + off) | thumb);
		store(RW_ALIAS + off, thumb ? 0xbf00bf00 : 0xe1a00000, n / 8);
		honest("after", (VA + off) | thumb, 3, 3);
		if (thumb)
			run_p();
	}
	verdict("written through an alias after it ran");
}
