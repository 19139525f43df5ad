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

#define EMUL_MAX_IRQS    4
#define EMUL_MAX_WINDOWS 2

/* One access of 1, 2 or 4 bytes, naturally aligned within the window. */
struct mmio {
	uint32_t offset; /* from the start of the window */
	uint8_t size;
	bool write;
	uint8_t window; /* index of the node's `reg` entry */
	uint8_t vcpu;   /* number of the accessing vCPU in its guest */
	uint32_t value; /* in for writes, out for reads (zero-extended) */
};

struct reg_row;

/* The registers of one window: rows sorted by offset. */
struct reg_map {
	const struct reg_row *rows;
	unsigned n;
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
	/* What the windows hold, by number of the `reg` entry. */
	const struct reg_map *maps[EMUL_MAX_WINDOWS];
	/*
	 * Its guest was started, paused, resumed or halted (but not reset): what
	 * other guests see of it may have changed.  Exit context.  NULL: no matter.
	 */
	void (*state_changed)(struct emul_dev *d);
	/* Properties of our own that its nodes may have beside espalier,backing; NULL-
	 * terminated, or NULL. */
	const char *const *props;
	/* The first `reg` entry is memory that is shared with a peer (channel.h). */
	bool line; /* the real one reaches out of the machine by a serial line */
	bool shares_memory;
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
	uint32_t value; /* what a row without `get` reads as (ID registers) */
	uint8_t bytes;  /* nonzero: byte and halfword access allowed too */
};

/*
 * Finds the row of m->offset and calls it.  Registers at the beginning of the
 * window that stand in the table one by one, without a gap, are found at once,
 * the others by binary search.  Narrow reads of a `bytes` row take the right
 * lanes; narrow writes of one pass m through unchanged with v holding the value
 * in its lanes.  -ENXIO when no row fits or the size is not allowed.
 */
int reg_rows_access(struct emul_dev *d, struct mmio *m, const struct reg_row *rows, unsigned n);

/* The same over the class's maps: the `access` of most classes. */
int emul_rows_access(struct emul_dev *d, struct mmio *m);

/*
 * For callers that remember: the row and the register's number in it that
 * emul_rows_access() would call for a word at m->offset.  NULL: there is none, or the
 * class has an `access` of its own.
 */
const struct reg_row *emul_find_row(const struct emul_dev *d, const struct mmio *m,
				    unsigned *index);

/* The register's new value when `m` writes v (in its lanes) over `old`. */
uint32_t mmio_merge(const struct mmio *m, uint32_t old, uint32_t v);

/* --- what devices use ------------------------------------------------------ */

/*
 * All calls into the devices of one guest (access, reset, timers, console
 * input, virq_set) come one at a time: interrupts are masked on their one CPU.
 */

/*
 * Drives an input of the guest's GIC: SPI, intid >= 32.  Whether the level or
 * its rising edge counts is the guest's choice (GICD_ICFGR).  Ignored when the
 * guest has no GIC or the GIC no such input.
 */
void virq_set(struct guest *g, unsigned intid, bool level);
/* Drives a private input (PPI, intid 16..31) of one vCPU. */
void virq_set_ppi(struct guest *g, unsigned vcpu, unsigned intid, bool level);

/*
 * An input of the guest's GIC with an interrupt of the host behind it.  Those in
 * guest->hw_irqs when the GIC is created are told what the guest does with them.
 */
struct virq_view {
	bool enabled; /* GICD_ISENABLER */
	bool active;  /* taken and not ended yet */
	bool latched; /* pending by an edge or by software */
	bool edge;    /* GICD_ICFGR */
};
struct virq_hw {
	struct virq_hw *next;
	unsigned intid;
	/*
	 * The guest changed what is in *v, or is going to take or to look at
	 * the input.  May call virq_set().
	 */
	void (*sync)(struct virq_hw *h, const struct virq_view *v);
};

/* What a guest made of its interrupts; one bit for each INTID. */
#define VIRQ_WORDS 3
struct virq_picture {
	bool present;          /* it has an emulated GIC */
	bool distributor, cpu; /* both are on, and the latter's mask lets something in */
	uint32_t enabled[VIRQ_WORDS], pending[VIRQ_WORDS];
};
void virq_look(const struct guest *g, unsigned vcpu, struct virq_picture *out);

#endif
