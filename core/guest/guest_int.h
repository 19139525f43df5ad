/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files that make, load and run guests.  Host thread only. */
#ifndef CORE_GUEST_INT_H
#define CORE_GUEST_INT_H

#include <espalier/guest.h>
#include <espalier/util.h>

/* --- guest.c ------------------------------------------------------------------ */

/* Before anything else is done with it. */
void guest_restart_init(struct guest *g);
/* Puts a guest that is complete into the table. */
void guest_add(struct guest *g);

/* --- build.c ----------------------------------------------------------- */

/*
 * Makes what the checked g->part says.  0, or a negative errno after it was logged;
 * guest_free() is due either way.
 */
int guest_build(struct guest *g);

/* Undoes guest_build(), complete or not, and frees dtb and `g` itself. */
void guest_free(struct guest *g);

/* --- guest_sched.c ------------------------------------------------------------ */

/* Takes weight, slice and affinity from the node; all was checked. */
void guest_sched(struct guest *g, int node);

/* --- ram.c ------------------------------------------------------------- */

/* Backs every RAM region with host memory.  -ENOMEM, logged. */
int guest_ram_alloc(struct guest *g);
void guest_ram_free(struct guest *g);

/* Zeroes whole pages. */
void ram_clear(void *at, uint32_t bytes);

/* Zeroes RAM that may hold anything. */
void guest_ram_clear(struct guest *g);

/*
 * The VMM's pointer to guest RAM that is about to be written, NULL if the range
 * is not RAM.
 */
void *guest_ram_writable(struct guest *g, gpa_t a, uint32_t n);

/* --- means.c ----------------------------------------------------------- */

/* Takes the pages that the checker planned for g->part.means.  -ENOMEM, logged. */
int guest_means_reserve(struct guest *g);
void guest_means_release(struct guest *g);

/* --- load.c ------------------------------------------------------------ */

struct guest_entry {
	uint32_t pc;  /* bit 0: Thumb */
	uint32_t dtb; /* gpa */
};

/* Loads what /chosen names into clean RAM.  Negative errno, logged. */
int guest_load(struct guest *g, struct guest_entry *e);

/* --- dtb.c ------------------------------------------------------------- */

/*
 * The tree `from` as the guest gets it, in memory that the caller frees: without
 * `espalier,` properties, and with room for guest_dtb_initrd() if `initrd`.
 * -ENOMEM, -EINVAL.
 */
int guest_dtb_make(const void *from, bool initrd, void **dtb, uint32_t *size);
/* Fills in where the initrd is. */
void guest_dtb_initrd(void *dtb, uint32_t start, uint32_t end);

#endif
