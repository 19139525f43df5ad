/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated devices.  A class is a row in emul_classes[]; an instance belongs to
 * one node of one guest's device tree.  Handlers run in exit context on behalf
 * of a vCPU (or, for input, of the host thread with interrupts masked).  What
 * the guest passes in is untrusted: a handler bounds-checks everything.
 */
#ifndef ESPALIER_EMUL_H
#define ESPALIER_EMUL_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/util.h>

struct guest;
struct emul_dev;

#define EMUL_MAX_IRQS 4

/* One access of 1, 2 or 4 bytes, naturally aligned within the window. */
struct mmio {
	uint32_t offset; /* from the start of the window */
	uint8_t size;
	bool write;
	uint8_t window;  /* index of the node's `reg` entry */
	uint8_t vcpu;    /* number of the accessing vCPU in its guest */
	uint32_t value;  /* in for writes, out for reads (zero-extended) */
};

struct emul_class {
	const char *name;
	const char *const *compatible; /* NULL-terminated */
	unsigned state_size;           /* bytes of zeroed d->state */
	/*
	 * After d's common fields are set and before the guest runs.  `fdt` and
	 * `node` are the guest's tree.  0 or a negative errno after logging why
	 * with d->path.  NULL if nothing is to do.
	 */
	int (*create)(struct emul_dev *d, const void *fdt, int node);
	/* To the state of power-on; also called once after create. */
	void (*reset)(struct emul_dev *d);
	/* Cancels timers, closes consoles. NULL if nothing is to do. */
	void (*destroy)(struct emul_dev *d);
	/*
	 * 0: handled.  -ENXIO: no register there or wrong size; the caller
	 * decides what that means for the guest (and logs it once).
	 */
	int (*access)(struct emul_dev *d, struct mmio *m);
	/* One line of state for `guest info`, or NULL. */
	void (*describe)(struct emul_dev *d, char *buf, unsigned len);
};

struct emul_dev {
	const struct emul_class *cls;
	struct guest *guest;
	const char *path;            /* node path in the guest's tree */
	unsigned irq[EMUL_MAX_IRQS]; /* INTIDs in order of `interrupts` */
	unsigned nr_irqs;
	void *state;
};

/* NULL-terminated table of all classes (core/emul/classes.c). */
extern const struct emul_class *const emul_classes[];

/* --- rows: a register model as a table ---------------------------------- */

struct reg_row {
	uint32_t offset;  /* of the first register */
	uint32_t count;   /* registers of 4 bytes in a row; 0 is taken as 1 */
	const char *name; /* the manual's name */
	/* NULL get: reads 0 (write-only).  NULL set: writes ignored (read-only). */
	uint32_t (*get)(struct emul_dev *d, const struct mmio *m, unsigned index);
	void (*set)(struct emul_dev *d, const struct mmio *m, unsigned index, uint32_t v);
	uint32_t value;   /* what a row without `get` reads as (ID registers) */
	uint8_t bytes;    /* nonzero: byte and halfword access allowed too */
};

/*
 * Finds the row of m->offset (rows sorted by offset) and calls it.  Narrow
 * reads of a `bytes` row take the right lanes; narrow writes of one pass
 * m through unchanged with v holding the value in its lanes.  -ENXIO when no
 * row fits or the size is not allowed.
 */
int reg_rows_access(struct emul_dev *d, struct mmio *m, const struct reg_row *rows,
		    unsigned n);

/* --- what devices use ------------------------------------------------------ */

/* Drives an input of the guest's GIC: SPI (intid >= 32), level-sensitive. */
void virq_set(struct guest *g, unsigned intid, bool level);
/* Drives a private input (PPI, intid 16..31) of one vCPU. */
void virq_set_ppi(struct guest *g, unsigned vcpu, unsigned intid, bool level);

#endif
