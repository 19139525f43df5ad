/* SPDX-License-Identifier: Apache-2.0 */
/* What the guests' pages hold at first, and the places that operations aim at. */
#ifndef MODEL_PALETTE_H
#define MODEL_PALETTE_H

#include "world.h"

/* Guest-physical pages by what they are for. */
#define VECTORS_GPA   0x60000000u /* exception handlers of one instruction, then as ARM code */
#define VECTORS_T_GPA 0x60001000u
#define L1_GPA        0x60004000u /* three level 1 tables */
#define L1_TABLES     3u
#define L2_GPA        0x60010000u /* twelve level 2 tables */
#define L2_TABLES     12u
#define POOL_GPA      0x60020000u /* pages of code and data */
#define POOL_PAGES    24u
#define SECTION_GPA   0x60200000u /* two megabytes */

/* Kinds of pages in the pool. */
enum palette {
	PALETTE_ARM,
	PALETTE_THUMB,
	PALETTE_PLAIN,
	PALETTE_MIXED,
	PALETTE_EDGES,
	PALETTE_DEAR,
	PALETTE_DATA,
	PALETTE_KINDS
};

#define PALETTE_SLOTS 96u
/* Where the single instructions begin, each a word, with a branch to itself behind it. */
#define PALETTE_AT   0x40u
#define PALETTE_SLOT 8u

extern const uint32_t palette_arm[], palette_thumb[];
extern const unsigned palette_arms, palette_thumbs;

/* Fills a page of the guest's with a kind, by `write`. */
void palette_fill(struct world_guest *w, uint32_t gpa, enum palette kind);
/* Tables, handlers, pools: the guest as loaded. */
void palette_load(struct world_guest *w);

/* Megabytes in which the guest maps pages. */
#define PLACES 6u
extern const uint32_t places[PLACES];
/* A page somewhere in them; a level 1 descriptor's address and a level 2 one's. */
uint32_t any_place(void);
uint32_t any_l1_address(void);
uint32_t any_l2_address(void);
uint32_t any_l1(void);
uint32_t any_l2(void);
uint32_t any_word(void);

#endif
