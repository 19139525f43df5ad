/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "palette.h"

/* r0 is an address, r1 a value. */
const uint32_t palette_arm[] = {
	0xe5901000, /* ldr r1, [r0] */ 0xe5801000,        /* str r1, [r0] */
	0xe5d01000, /* ldrb */ 0xe5c01000,                /* strb */
	0xe1d010b0, /* ldrh */ 0xe1c010b0,                /* strh */
	0xe4b01000, /* ldrt r1, [r0], #0 */ 0xe4a01000,   /* strt */
	0xe890001e, /* ldm r0, {r1-r4} */ 0xe880001e,     /* stm */
	0xe9200006, /* stmdb r0!, {r1, r2} */ 0xe8b00006, /* ldm r0!, {r1, r2} */
	0xe1c020d0, /* ldrd r2, [r0] */ 0xe1c020f0,       /* strd */
	0xe1901f9f, /* ldrex r1, [r0] */ 0xe1804f91,      /* strex r4, r1, [r0] */
	0xe1002091, /* swp r2, r1, [r0] */ 0xe59f1010,    /* ldr r1, [pc, #16] */
	0xed9f0b02, /* vldr d0, [pc, #8] */ 0xed800a00,   /* vstr s0, [r0] */
	0xe51f1018, /* ldr r1, [pc, #-24] */ 0xe58f1020,  /* str r1, [pc, #32]: its own page */
	0xee011f10, /* mcr SCTLR */ 0xee021f10,           /* mcr TTBR0 */
	0xee021f30, /* mcr TTBR1 */ 0xee021f50,           /* mcr TTBCR */
	0xee031f10, /* mcr DACR */ 0xee0d1f30,            /* mcr CONTEXTIDR */
	0xee0c1f10, /* mcr VBAR */ 0xee051f10,            /* mcr DFSR */
	0xee051f30, /* mcr IFSR */ 0xee061f10,            /* mcr DFAR */
	0xee061f50, /* mcr IFAR */ 0xee081f17,            /* TLBIALL */
	0xee081f37, /* TLBIMVA */ 0xee081f57,             /* TLBIASID */
	0xee081f77, /* TLBIMVAA */ 0xee081f13,            /* TLBIALLIS */
	0xee081f33, /* TLBIMVAIS */ 0xee081f53,           /* TLBIASIDIS */
	0xee081f73, /* TLBIMVAAIS */ 0xee081f36,          /* DTLBIMVA */
	0xee111f10, /* mrc SCTLR */ 0xee121f10,           /* mrc TTBR0 */
	0xee121f50, /* mrc TTBCR */ 0xee131f10,           /* mrc DACR */
	0xee1d1f30, /* mrc CONTEXTIDR */ 0xee1c1f10,      /* mrc VBAR */
	0xee151f10, /* mrc DFSR */ 0xee161f50,            /* mrc IFAR */
	0x1e031f10, /* mcrne DACR */ 0x0e021f10,          /* mcreq TTBR0 */
	0xee03cf10, /* mcr DACR, r12 */ 0xee02ef10,       /* mcr TTBR0, lr */
	0xe320f003, /* wfi */ 0xe320f000,                 /* nop */
	0xef000000, /* svc */ 0xe1600070,                 /* smc #0 */
	0xe1600072, /* smc #2 */ 0xe7f000f0,              /* udf */
	0xe1200070, /* bkpt */ 0xe1b0f00e,                /* movs pc, lr */
	0xe25ef004, /* subs pc, lr, #4 */ 0xf8900a00,     /* rfeia r0 */
	0xe1a01000, /* mov r1, r0 */ 0xe12fff11,          /* bx r1 */
	0xe590f000, /* ldr pc, [r0] */ 0xeafffffe,        /* b . */
	0xe2911001, /* adds r1, r1, #1 */ 0xe7911100,     /* ldr r1, [r1, r0, lsl #2] */
};
const unsigned palette_arms = ARRAY_SIZE(palette_arm);

#define NARROW(hw) (0xbf000000u | (hw)) /* followed by a nop */
#define WIDE(w)    ((uint32_t)(w) << 16 | (uint32_t)(w) >> 16)

const uint32_t palette_thumb[] = {
	NARROW(0x6801),   /* ldr r1, [r0] */ NARROW(0x6001),      /* str r1, [r0] */
	NARROW(0x7801),   /* ldrb */ NARROW(0x7001),              /* strb */
	NARROW(0x8801),   /* ldrh */ NARROW(0x8001),              /* strh */
	NARROW(0xc806),   /* ldm r0!, {r1, r2} */ NARROW(0xc006), /* stm r0!, {r1, r2} */
	WIDE(0xf8d01000), /* ldr.w */ WIDE(0xf8c01000),           /* str.w */
	WIDE(0xf8501e00), /* ldrt */ WIDE(0xf8401e00),            /* strt */
	WIDE(0xee011f10), /* mcr SCTLR */ WIDE(0xee021f10),       /* mcr TTBR0 */
	WIDE(0xee031f10), /* mcr DACR */ WIDE(0xee0d1f30),        /* mcr CONTEXTIDR */
	WIDE(0xee0c1f10), /* mcr VBAR */ WIDE(0xee081f17),        /* TLBIALL */
	WIDE(0xee081f37), /* TLBIMVA */ WIDE(0xee081f57),         /* TLBIASID */
	WIDE(0xee111f10), /* mrc SCTLR */ WIDE(0xee131f10),       /* mrc DACR */
	WIDE(0xee121f10), /* mrc TTBR0 */ WIDE(0xee1c1f10),       /* mrc VBAR */
	NARROW(0xdf00),   /* svc */ NARROW(0xbe00),               /* bkpt */
	NARROW(0xde00),   /* udf */ NARROW(0xbf00),               /* nop */
	WIDE(0xf7f08000), /* smc #0 */ WIDE(0xf3de8f04),          /* subs pc, lr, #4 */
	WIDE(0xe990c000), /* rfeia r0 */ NARROW(0x4708),          /* bx r1 */
	NARROW(0xe7fe),   /* b . */ NARROW(0x4901),               /* ldr r1, [pc, #4] */
	NARROW(0xbf08),   /* it eq */ NARROW(0xbf30),             /* wfi */
	WIDE(0xe8d0f001), /* tbb [r0, r1] */ NARROW(0x4601),      /* mov r1, r0 */
};
const unsigned palette_thumbs = ARRAY_SIZE(palette_thumb);

const uint32_t places[PLACES] = { 0x00000000, 0x40000000, 0x40100000,
				  0xc0000000, 0xffa00000, 0xfff00000 };

/* --- random things ------------------------------------------------------------------------- */

uint32_t any_place(void)
{
	static const uint8_t pages[] = { 0, 1, 2, 3, 4, 15, 16, 17, 31, 253, 254, 255 };

	return ANY(places) | (uint32_t)ANY(pages) << PAGE_SHIFT;
}

uint32_t any_l1_address(void)
{
	return L1_GPA + choose(L1_TABLES) * 0x4000 + (ANY(places) >> 20) * 4;
}

uint32_t any_l2_address(void)
{
	return L2_GPA + choose(L2_TABLES) * 0x400 + (any_place() >> 12 & 255) * 4;
}

static const uint8_t domains[] = { 0, 0, 0, 0, 1, 2, 3, 15 };

/* Physical pages that a guest would map: mostly its pool. */
static uint32_t any_target(void)
{
	static const uint32_t others[] = {
		VECTORS_GPA, VECTORS_T_GPA, L1_GPA,      L2_GPA,   L2_GPA + 0x1000,
		RAM2_GPA,    CHANNEL_GPA,   PASS_GPA,    EMUL_GPA, ABSENT_GPA,
		0x20000000,  0x60400000,    SECTION_GPA,
	};

	return chance(75) ? POOL_GPA + (choose(POOL_PAGES) << PAGE_SHIFT) : ANY(others);
}

/* AP[2:0] in order of how much a guest could do with it. */
static unsigned any_ap(void)
{
	static const uint8_t ap[] = { 3, 3, 3, 1, 1, 2, 5, 7, 7, 6, 0, 4 };

	return ANY(ap);
}

uint32_t any_l2(void)
{
	uint32_t ap = any_ap(), bits = (ap & 3) << 4 | (ap & 4) << 7 | (chance(40) ? 1u << 11 : 0);

	if (chance(8))
		return 0;
	if (chance(6))
		return (any_target() & 0xffff0000) | bits | (chance(20) ? 1u << 15 : 0) | 1;
	return any_target() | bits | 2 | chance(15);
}

static uint32_t any_section(void)
{
	static const uint32_t where[] = {
		0x60000000, 0x60200000, 0x60300000, 0x60200000, 0x60100000,
		0x10000000, 0x50000000, 0x70000000, 0x60400000,
	};
	uint32_t ap = any_ap();

	return ANY(where) | (ap & 3) << 10 | (ap & 4) << 13 | (chance(20) ? 1u << 17 : 0) |
	       (uint32_t)ANY(domains) << 5 | (chance(20) ? 1u << 4 : 0) |
	       (chance(4) ? 1u << 18 : 0) | 2;
}

uint32_t any_l1(void)
{
	if (chance(6))
		return 0;
	if (chance(30))
		return any_section();
	if (chance(3))
		return 0x20000001; /* a table in a hole */
	return (L2_GPA + choose(L2_TABLES) * 0x400) | (uint32_t)ANY(domains) << 5 | 1;
}

uint32_t any_word(void)
{
	static const uint32_t evil[] = {
		0xee030f00, 0xee011f10, 0xee021f10, 0xee031f10, 0x0e010e10, 0xf103ee03, 0x1f10ee01,
		0xee010000, 0x00001f10, 0x0f10bf00, 0xbf00ee01, 0xe1600071, 0xde20de21, 0xe7f0def0,
	};

	switch (choose(6)) {
	case 0: return ANY(evil);
	case 1: return palette_arm[choose(palette_arms)];
	case 2: return palette_thumb[choose(palette_thumbs)];
	case 3: return any_l2();
	case 4: return any_l1();
	default: return choose(1u << 30) * 4 + choose(4);
	}
}

/* --- pages ------------------------------------------------------------------------------------ */

static uint32_t vector(unsigned n, bool thumb)
{
	/* handlers that skip what failed, of one instruction each */
	static const uint32_t arm[8] = {
		0xeafffffe, 0xe1b0f00e, 0xe1b0f00e, 0xe1b0f00e,
		0xe25ef004, 0xeafffffe, 0xe25ef004, 0xeafffffe,
	};

	if (thumb)
		return WIDE(n == 4 || n == 6 ? 0xf3de8f04 : 0xf3de8f00);
	return arm[n];
}

static uint32_t slot_word(enum palette kind, unsigned n)
{
	switch (kind) {
	case PALETTE_ARM: return palette_arm[n % palette_arms];
	case PALETTE_THUMB: return palette_thumb[n % palette_thumbs];
	case PALETTE_PLAIN: return palette_arm[n % 18];
	case PALETTE_MIXED:
		return n & 1 ? palette_arm[n % palette_arms] : palette_thumb[n % palette_thumbs];
	case PALETTE_DEAR: return n % 3 ? any_word() : palette_arm[n % palette_arms];
	case PALETTE_DATA: return any_word();
	default: return 0xe320f000;
	}
}

#define STOP_A 0xeafffffeu
#define STOP_T 0xe7fee7feu
#define FILLER 0xef000000u /* svc: nothing runs on for long */

static void page_of(uint32_t words[VERIFY_PAGE_WORDS], enum palette kind)
{
	for (unsigned n = 0; n < VERIFY_PAGE_WORDS; n++)
		words[n] = FILLER;
	for (unsigned n = 0; n < 8; n++)
		words[n] = vector(n, kind == PALETTE_THUMB);
	for (unsigned n = 0; n < PALETTE_SLOTS; n++) {
		words[PALETTE_AT / 4 + 2 * n] = slot_word(kind, n);
		words[PALETTE_AT / 4 + 2 * n + 1] = kind == PALETTE_THUMB ? STOP_T : STOP_A;
	}
	if (kind == PALETTE_EDGES || chance(10)) {
		/* a Thumb MCR that goes on in the next page, and the end of one */
		words[0] = chance(50) ? 0xbf001f10 : FILLER;
		words[VERIFY_PAGE_WORDS - 1] = chance(80) ? 0xee01bf00 : 0xee031f10;
	}
}

void palette_fill(struct world_guest *w, uint32_t gpa, enum palette kind)
{
	uint32_t words[VERIFY_PAGE_WORDS], old;

	page_of(words, kind);
	for (unsigned n = 0; n < VERIFY_PAGE_WORDS; n++)
		if (!ref_word(&w->ref, gpa + 4 * n, &old) || old != words[n])
			world_write(w, gpa + 4 * n, words[n]);
}

static void load(struct world_guest *w, uint32_t gpa, enum palette kind)
{
	uint32_t words[VERIFY_PAGE_WORDS];

	page_of(words, kind);
	world_load(w, gpa, words, VERIFY_PAGE_WORDS);
}

static void load_word(struct world_guest *w, uint32_t gpa, uint32_t v)
{
	world_load(w, gpa, &v, 1);
}

static void tables(struct world_guest *w)
{
	for (unsigned t = 0; t < L1_TABLES; t++) {
		for (unsigned n = 0; n < 4; n++) /* all RAM, at its own address, for PL1 */
			load_word(w, L1_GPA + t * 0x4000 + (0x600 + n) * 4,
				  (0x600u + n) << 20 | 1u << 10 | 2);
		for (unsigned n = 0; n < PLACES; n++)
			load_word(w, L1_GPA + t * 0x4000 + (places[n] >> 20) * 4, any_l1());
	}
	for (unsigned t = 0; t < L2_TABLES; t++)
		for (unsigned n = 0; n < 40; n++)
			load_word(w, L2_GPA + t * 0x400 + (any_place() >> 12 & 255) * 4, any_l2());
}

void palette_load(struct world_guest *w)
{
	load(w, VECTORS_GPA, PALETTE_ARM);
	load(w, VECTORS_T_GPA, PALETTE_THUMB);
	for (unsigned n = 0; n < POOL_PAGES; n++)
		load(w, POOL_GPA + (n << PAGE_SHIFT), (enum palette)(n % PALETTE_KINDS));
	for (unsigned n = 0; n < 40; n++)
		load(w, SECTION_GPA + (n << PAGE_SHIFT), PALETTE_PLAIN);
	tables(w);
	ref_forget(&w->ref);
}
