/* SPDX-License-Identifier: Apache-2.0 */
/* Windows inside one page: the other state, the middle of an instruction, data. */
#include "cp15.h"
#include "windows.h"

#define PAGE (SCRATCH + 0x20000u)

/* Where an ARM instruction's upper half, as a Thumb branch, leads back. */
static void landing(uint32_t window)
{
	/* The halfword after the window is 0xe280: b . + 0x504. */
	wr16(window + 4 + 4 + 0x500, 0x4770);
}

/*
 * Honest ARM code.  The upper half of its first word and the lower half of its
 * second one are the MCR in Thumb.  VFP's coprocessors make the first one honest.
 */
static void test_other_state(const struct witness *w, uint32_t at)
{
	uint32_t vfp = (uint32_t)w->hw1 << 16 | 0x0a00; /* vmla.f32 or alike */

	wr32(at, vfp);
	wr32(at + 4, 0xe2800000 | w->hw2); /* add r0, r0, #... */
	wr32(at + 8, 0xe12fff1e);
	landing(at + 2);
	sync_code((void *)PAGE, 0x2000);
}

static uint32_t rotated(uint16_t hw2)
{
	uint32_t imm = hw2 & 0xff, by = (hw2 >> 8 & 15) * 2;

	return by ? imm >> by | imm << (32 - by) : imm;
}

static void arm_then_thumb(void)
{
	for (unsigned i = 0; i < nr_witnesses; i++) {
		const struct witness *w = &witnesses[i];
		uint32_t at = PAGE + 0x40 + i * 0x40;

		if (w->hw2 >> 12)
			continue;
		clear_pages(PAGE, 2);
		for (unsigned k = 0; k < 8; k++) /* honest surroundings */
			wr32(at - 16 + 4 * k, 0xe1a00000);
		test_other_state(w, at);
		/* Which state is entered first decides how the page is read. */
		honest("ARM", at, 5, 5 + rotated(w->hw2));
		attack(w, (at + 2) | 1);
		honest("ARM", at, 6, 6 + rotated(w->hw2));
		wr32(at + 0x800, 0); /* data again */
		attack(w, (at + 2) | 1);
		honest("ARM after Thumb", at, 7, 7 + rotated(w->hw2));
		attack(w, (at + 2) | 1);
	}
	verdict("Thumb windows between ARM instructions");
}

/* ldr.w lr, [r1, #0xe0x] and lsrs: the second halves are the MCR. */
static void thumb_misaligned(void)
{
	for (unsigned i = 0; i < nr_witnesses; i++) {
		const struct witness *w = &witnesses[i];
		uint16_t code[] = { 0xbf00, 0xf8d1, w->hw1, w->hw2, 0x4718, 0xbf00 };
		uint32_t at = PAGE + 0x200 + i * 0x42, want = 0x40404040;

		if ((w->hw2 & 0xf800) != 0x0800)
			continue;
		clear_pages(PAGE, 1);
		put16(at, code, ARRAY_SIZE(code));
		want >>= w->hw2 >> 6 & 31; /* lsrs rD, rM, #... */
		honest("Thumb", at | 1, 3, (w->hw2 & 7) ? 3 : want);
		attack(w, (at + 4) | 1);
		honest("Thumb", at | 1, 3, (w->hw2 & 7) ? 3 : want);
		wr32(PAGE + 0xf00, i);
		attack(w, (at + 4) | 1);
		honest("Thumb after the window", at | 1, 3, (w->hw2 & 7) ? 3 : want);
	}
	verdict("windows in the middle of Thumb instructions");
}

/* A forbidden ARM word that a Thumb page has at an aligned address. */
static void thumb_then_arm(void)
{
	for (unsigned i = 0; i < nr_witnesses; i++) {
		const struct witness *w = &witnesses[i];
		/* hw2 first: narrow, then a wide instruction that begins with hw1 */
		uint32_t at = PAGE + 0x100;

		clear_pages(PAGE, 1);
		wr16(at - 2, 0xbf00);
		wr32(at, (uint32_t)w->hw1 << 16 | w->hw2);
		wr16(at + 4, 0x0a00); /* VFP: vmla.f32 s0, ... */
		wr16(at + 6, 0x4718);
		wr32(PAGE + 0x800, 0x47184718);
		sync_code((void *)PAGE, 0x1000);
		honest("another place of the page", (PAGE + 0x800) | 1, 9, 9);
		wr32(at + 4, 0xe12fff1e);
		sync_code((void *)at, 8);
		honest("another place of the page", (PAGE + 0x800) | 1, 9, 9);
		attack(w, at);
	}
	verdict("ARM words in Thumb pages");
}

/* Every register, condition and encoding of DACR's writes: alone, in both states. */
static void every_form(void)
{
	const struct witness *w = &witnesses[0];

	for (unsigned cond = 0; cond < 15; cond++) {
		clear_pages(PAGE, 1);
		wr32(PAGE + 0x100, 0x0e030f10 | cond << 28);
		wr32(PAGE + 0x104, 0xe12fff1e);
		sync_code((void *)PAGE, 0x1000);
		w->write(w->a);
		enter(PAGE + 0x100, w->b);
		if (read_dacr() != w->a && read_dacr() != w->b)
			wrong("condition", cond, read_dacr(), w->b);
		if (cond == 14 && read_dacr() != w->b)
			wrong("condition", cond, read_dacr(), w->b);
	}
	w->write(w->a);
	for (unsigned n = 0; n < 1024; n++) {
		unsigned opc1 = n & 7, crm = n >> 3 & 15, opc2 = n >> 7;
		struct witness alias = *w;

		alias.hw1 = (uint16_t)(w->hw1 | opc1 << 5);
		alias.hw2 = (uint16_t)(0x0f10 | opc2 << 5 | crm);
		if (n % 64 == 0)
			clear_pages(PAGE, 1);
		wr32(PAGE + n % 64 * 16, (uint32_t)alias.hw1 << 16 | alias.hw2);
		wr32(PAGE + n % 64 * 16 + 4, 0xe12fff1e);
		put16(PAGE + n % 64 * 16 + 8,
		      (const uint16_t[]){ alias.hw1, alias.hw2, 0x4770, 0xbf00 }, 4);
		sync_code((void *)(PAGE + n % 64 * 16), 16);
		attack(&alias, PAGE + n % 64 * 16);
		attack(&alias, (PAGE + n % 64 * 16 + 8) | 1);
	}
	verdict("1024 aliases of DACR in both states");
}

void test_windows(void)
{
	arm_then_thumb();
	thumb_misaligned();
	thumb_then_arm();
	every_form();
}

/* --- literals ---------------------------------------------------------------------- */

static void one_literal(const struct witness *w, unsigned form)
{
	uint32_t word = (uint32_t)w->hw1 << 16 | w->hw2, at = PAGE + 0x400, data = at + 0x20;
	uint32_t thumb = (uint32_t)w->hw2 << 16 | w->hw1;
	uint32_t value = form & 1 ? thumb : word;

	clear_pages(PAGE, 1);
	for (unsigned i = 0; i < 8; i++)
		wr32(at + 4 * i, 0xe1a00000);
	if (form & 2) { /* Thumb: ldr r0, [pc, #28]; bx r3 */
		wr32(at, 0x47184807);
		wr32(at + 4, 0xbf00bf00);
	} else {
		wr32(at, 0xe59f0018); /* ldr r0, [pc, #24] */
		wr32(at + 4, 0xe12fff13);
	}
	wr32(data, value);
	wr32(data + 4, 0x47704770); /* bx lr, Thumb */
	wr32(data + 8, 0xe12fff1e);
	sync_code((void *)PAGE, 0x1000);
	honest("literal", at | (form >> 1 & 1), 1, value);
	attack(w, data | (form & 1));
	honest("literal", at | (form >> 1 & 1), 1, value);
	if (!(form & 1)) {
		wr32(data + 4, 0xe12fff1e);
		sync_code((void *)data, 8);
		honest("literal", at | (form >> 1 & 1), 1, value);
		attack(w, data);
	}
	honest("literal", at | (form >> 1 & 1), 1, value);
	if (rd32(data + 8) != 0xe12fff1e)
		wrong("data beside it", data + 8, rd32(data + 8), 0xe12fff1e);
}

void test_literals(void)
{
	for (unsigned i = 0; i < nr_witnesses; i++)
		for (unsigned form = 0; form < 4; form++)
			one_literal(&witnesses[i], form);
	verdict("literals: loads see them, jumps do not run them");
}
