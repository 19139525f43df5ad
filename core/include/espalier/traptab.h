/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trap table: a guest's physical address space as sorted, non-overlapping
 * ranges.  It plays the part of the stage-2 tables that the Cortex-A9 lacks:
 * every shadow translation is derived through it, and every hole faults.
 */
#ifndef ESPALIER_TRAPTAB_H
#define ESPALIER_TRAPTAB_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/addr.h>

struct emul_dev;

enum region_kind {
	/* Those that the guest reaches by mappings: page-aligned. */
	REGION_RAM,     /* guest RAM at `host` */
	REGION_CHANNEL, /* memory at `host` that it shares with a peer; never executable */
	REGION_PASS,    /* a device of the host at `host` */
	/* Those that it does not. */
	REGION_EMUL,   /* emulated: `dev`, window number `window` */
	REGION_ABSENT, /* probed but absent hardware: reads 0, ignores writes */
};

static inline bool region_mapped(enum region_kind k) { return k <= REGION_PASS; }

struct region {
	gpa_t base;
	uint32_t size; /* bytes, > 0; base + size <= 2^32 */
	enum region_kind kind;
	hpa_t host;
	struct emul_dev *dev;
	unsigned window;
	const char *path; /* the guest DTB's node, for messages and `memmap` */
};

struct traptab {
	struct region *regions; /* sorted by base */
	unsigned n, cap;
};

void traptab_init(struct traptab *t);
void traptab_free(struct traptab *t);

/*
 * Inserts a copy of r.  -EINVAL: size 0, wraps, or a mapped range that is not whole pages;
 * -EEXIST: overlaps (*other is set to the region it hits); -ENOMEM.
 */
int traptab_add(struct traptab *t, const struct region *r, const struct region **other);

/* The region that holds `a`, or NULL.  Binary search. */
const struct region *traptab_find(const struct traptab *t, gpa_t a);

/*
 * Host address of guest RAM [a, a + size) if it lies in one RAM region.
 * NULL otherwise.
 */
void *traptab_ram(const struct traptab *t, gpa_t a, uint32_t size);
/* The same for a range in one region of RAM or in one channel. */
void *traptab_memory(const struct traptab *t, gpa_t a, uint32_t size);

#endif
