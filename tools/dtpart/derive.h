/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's tree on its way from the host's: what is wanted, what comes along, the text. */
#ifndef TOOLS_DTPART_DERIVE_H
#define TOOLS_DTPART_DERIVE_H

#include "dtpart.h"
#include "index.h"
#include "partition/partition_int.h"

#define WANT_MAX_RAM 8u

/* What somebody asks for. */
struct want {
	const char *name; /* of the guest */
	const char **give, **except;
	unsigned nr_give, nr_except;
	bool all; /* everything but `except` */
	bool allow_dma;
	struct part_run ram[WANT_MAX_RAM];
	unsigned nr_ram;
	unsigned cpus;     /* how many vCPUs */
	uint32_t affinity; /* mask of the host's CPUs, 0: not said */
	int chosen;        /* node of the host's tree that /chosen is made of, or -1 */
	int reserved;      /* node whose `reserved-memory` comes along, or -1 */
	const char *kernel, *initrd;
};

enum kind {
	KIND_NONE,
	KIND_PLAIN, /* as it is, with what is chosen of what lies below */
	KIND_BUS,   /* the way to devices; its own registers are not given */
	KIND_CPU,
	KIND_EMULATE,
	KIND_GIVE,
	KIND_INSIDE, /* below a given device */
};

struct plan {
	const struct want *want;
	const struct index *x;
	struct partition *p;
	struct state {
		uint8_t kind, role; /* enum kind; enum dt_ref_role that it came along by */
		bool asked, excepted, dma;
		bool labelled;    /* somebody refers to it */
		bool pinned;      /* its phandle may be in a cell that nobody knows */
		int from;         /* who needs it; negative: nobody */
		const char *prop; /* by which property */
		char *left;       /* why it cannot be given */
		int via;          /* an interrupt controller that only passes on: to whom */
	} * node;
	int *queue;
	int head, tail;
	char *dts; /* the text */
	size_t dts_size;
	bool changed, failed, quiet;
};

/* closure.c: sets the kinds; what is left out stays out. */
void plan_init(struct plan *p, const struct want *w, const struct index *x, struct partition *part);
void plan_free(struct plan *p);
void plan_close(struct plan *p);
/* The device that the node belongs to, or itself. */
int plan_unit(const struct plan *p, int node);
bool plan_has(const struct plan *p, int node);
/* Where a reference leads in the guest's tree. */
int plan_target(const struct plan *p, const struct prop *prop, const struct ref *r);

/* Is it an interrupt controller of interrupts-extended that interrupts nobody? */
bool plan_dead_end(const struct plan *p, const struct prop *prop, int controller);

/* keep.c: what is written of a node.  *why, if it is told, is a text to be freed. */
bool plan_keeps(const struct plan *p, int node, const struct prop *prop, char **why);
/*
 * Bytes of a property that is kept: of interrupts-extended the first entries may be the
 * guest's, and a later one, which wakes up the machine, not.
 */
unsigned plan_length(const struct plan *p, const struct prop *prop);
/* Is it a property whose cells are known to be numbers? */
bool plan_is_number(const char *name);

/* write.c: makes p->dts. */
void plan_write(struct plan *p);

/* derive.c: closes, writes and checks until nothing changes.  False: it was told why not. */
bool plan_derive(struct plan *p);
/* domains.c: derive --domains; the exit status. */
int derive_domains(struct args *a, struct partition *part, const struct index *x);
/* "128M" in bytes. */
uint32_t size_of(const char *s, const char *what);
/* An address for RAM of that size on this host. */
uint32_t ram_base(const struct index *x, uint32_t size);
char *format(const char *fmt, ...) __printf(1, 2);

#endif
