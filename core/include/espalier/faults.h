/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses of guests to what their trees do not give them, counted by the node
 * that lies there.  A guest's devices have the addresses of the host's (as its tree is
 * cut out of the host's), so the host's tree says what it was after.
 */
#ifndef ESPALIER_FAULTS_H
#define ESPALIER_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/addr.h>
#include <espalier/lock.h>

struct guest;

enum fault_kind { FAULT_READ, FAULT_WRITE, FAULT_FETCH, FAULT_KINDS };

struct fault {
	gpa_t a;
	uint32_t pc;
	uint8_t size;  /* bytes */
	uint8_t kind;  /* enum fault_kind */
	bool harmless; /* the guest gets no abort (espalier,hole): it is not logged */
};

/* A range of a node of the host's tree. */
struct fault_node {
	uint32_t base, last; /* first and last byte */
	int node;            /* its offset */
	const char *path;
};

/* What is known of one node, or of one page where no node is. */
struct fault_row {
	const struct fault_node *host;
	const char *own; /* path in the guest's own tree: its device refused it */
	uint32_t page;   /* with neither of them */
	uint64_t count[FAULT_KINDS];
	struct fault last;
	/* private */
	uint64_t logged;      /* of the sum of count */
	uint64_t quiet_until; /* ns */
	uint64_t interval;    /* ns between two lines in the log */
	bool pending;         /* a line is due */
};

#define FAULT_ROWS 24

/* Of one guest; all zeros when new.  What finds no row is counted in the last. */
struct fault_table {
	struct spinlock lock;
	struct fault_row row[FAULT_ROWS + 1];
	unsigned n; /* in use, but for the last */
};

/* Makes the map of the host's addresses, once at boot.  Host thread. */
void faults_init(const void *fdt);

/* Exit context: notes the fault; it is logged soon, unless one just was. */
void guest_fault(struct guest *g, const struct fault *f);

/* Logs what is due.  Host thread. */
void faults_flush(struct guest *g);

/* Where a row's faults went, in words. */
struct fault_place {
	const char *node;  /* path; NULL: no node of the host lies there */
	const char *owner; /* a guest's name, "the VMM" or "nobody" */
	bool disabled;     /* the guest's tree has a node there that is not enabled */
};

/*
 * Copies row `i` of the table, 0 .. FAULT_ROWS; the last is what found no other row.
 * False: it is not in use.  Host thread, as is the other.
 */
bool faults_row(struct guest *g, unsigned i, struct fault_row *row);
void fault_where(const struct guest *g, const struct fault_row *row, struct fault_place *p);

static inline uint64_t fault_sum(const struct fault_row *r)
{
	return r->count[FAULT_READ] + r->count[FAULT_WRITE] + r->count[FAULT_FETCH];
}

#endif
