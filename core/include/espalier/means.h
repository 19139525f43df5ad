/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the VMM needs for a guest beside the guest's own RAM.  It is reckoned from the
 * guest's tree by the partition checker, reserved in one piece when the guest is
 * created, and is all that there will ever be (invariant I8): whatever a guest does, it
 * takes nothing from the host's memory any more.
 */
#ifndef ESPALIER_MEANS_H
#define ESPALIER_MEANS_H

#include <stdint.h>

/* In the order in which they lie in the piece; each is whole pages. */
enum means_kind {
	MEANS_ROOTS,   /* level 1 shadow tables, 16 KiB each and so aligned */
	MEANS_TABLES,  /* level 2 shadow tables */
	MEANS_FRAMES,  /* the state of each 4 KiB frame of its RAM */
	MEANS_PATCHES, /* what was replaced in its code */
	MEANS_STATE,   /* vCPUs, shims, the dictionary */
	MEANS_DEVICES, /* emulated devices */
	MEANS_KINDS
};

/*
 * Rates, in bytes as the 32-bit VMM has them, so that the host program reckons as the
 * VMM does.  arch/arm asserts that its structs fit.
 */
#define MEANS_ROOT_BYTES    16384u
#define MEANS_TABLE_BYTES   1024u
#define MEANS_FRAME_BYTES   24u
#define MEANS_PATCH_BYTES   32u /* of each frame, on average */
#define MEANS_GUEST_BYTES   (12u << 10)
#define MEANS_VCPU_BYTES    (128u << 10)
#define MEANS_ROOTS_PER_MIB 2u
#define MEANS_ROOTS_MIN     16u
#define MEANS_BANKS         8u               /* ranges of RAM at most */
#define MEANS_GRAIN         32u              /* what is taken out is multiples of it */
#define MEANS_ALIGN         MEANS_ROOT_BYTES /* of the piece */

struct means_plan {
	uint32_t bytes[MEANS_KINDS];
	uint32_t size; /* their sum: of the piece */
};

/*
 * For `ram` bytes of RAM, vCPUs, and devices whose states, each rounded up to MEANS_GRAIN,
 * add up to `devices` bytes.
 */
void means_plan(struct means_plan *m, uint32_t ram, unsigned vcpus, uint32_t devices);

/* "ROOTS", ...: headings. */
extern const char *const means_name[MEANS_KINDS];

/* Roots that a guest with `ram` bytes of RAM has, the global one included. */
unsigned means_roots(uint32_t ram);

/* --- in the VMM (core/guest/means.c) ------------------------------------------------------- */

struct means {
	struct means_plan plan;
	uint32_t used[MEANS_KINDS]; /* bytes taken out of each part */
	char *base;                 /* NULL: nothing was reserved */
};

struct guest;

/*
 * Zeroed memory out of the guest's part `k`, aligned to `align` (a power of two,
 * MEANS_GRAIN to MEANS_ALIGN).  NULL when the part is used up, which only a wrong plan can do.  While the
 * guest is being created, host thread; it goes when the guest is destroyed.
 */
void *means_take(struct guest *g, enum means_kind k, uint32_t bytes, uint32_t align);

#endif
