/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of the partition checker. */
#ifndef CORE_PARTITION_INT_H
#define CORE_PARTITION_INT_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/irq.h>
#include <espalier/partition.h>

/* In order of the rows of rules.c. */
enum rule {
	RULE_TREE,
	RULE_DEEP,
	RULE_NAME,
	RULE_NAME_TWICE,
	RULE_NODE_TWICE,
	RULE_PHANDLE_TWICE,
	RULE_PROP,
	RULE_PLACE,
	RULE_VALUE,
	RULE_KERNEL,
	RULE_NO_EFFECT,
	RULE_STATUS,
	RULE_NO_MEMORY,
	RULE_REG,
	RULE_PAGES,
	RULE_OVERLAP,
	RULE_FIT,
	RULE_NO_CPU,
	RULE_CPUS,
	RULE_RESERVED,
	RULE_RESERVED_OUTSIDE,
	RULE_RESERVED_TWICE,
	RULE_BACKING,
	RULE_CLASS,
	RULE_TOO_MANY,
	RULE_GIC_TWICE,
	RULE_IRQ,
	RULE_IRQ_TWICE,
	RULE_NETWORK,
	RULE_FORGOTTEN,
	RULE_HOST_NODE,
	RULE_HOST_OFF,
	RULE_HOST_COMPAT,
	RULE_HOST_REG,
	RULE_HOST_IRQ,
	RULE_PAGE_SHARED,
	RULE_HOST_RAM,
	RULE_VMM,
	RULE_DMA,
	RULE_DMA_ALLOWED,
	RULE_OWNED,
	RULE_IRQ_OWNED,
	RULE_CHANNEL,
	RULE_CHANNEL_SIZE,
	RULE_CHANNEL_END,
	RULE_PEER,
	RULE_WIRE,
	RULE_PAGE_MORE,
	RULE_DANGLING,
	RULE_OUTSIDE,
	RULE_STDOUT,
	RULE_ALIAS,
	RULE_CHOSEN,
	RULE_LACKS,
	RULE_FILE,
	RULE_IMAGE,
	RULE_ROOM,
	RULE_COLLIDE,
	RULE_ENTRY,
	RULE_OTHER_TREE,
	RULES
};

struct part_path {
	struct part_path *next;
	char text[];
};

/* A guest being checked. */
struct check {
	struct partition *p;
	const struct part_host *host;
	struct part_guest *g;
	const void *fdt; /* the guest's */
	bool ram_only;   /* the walk collects memory alone */
};

/* What part_report() is told of a violation beside the text. */
struct found {
	enum rule rule;
	int node; /* negative: the tree as a whole */
	const char *prop, *have, *want, *owner, *owner_path;
	const char *path; /* instead of that of `node`, which is of another tree */
};

void part_report(struct check *c, const struct found *f, const char *fmt, ...) __printf(3, 4);

#define FOUND(r, n, ...) (&(struct found){ .rule = (r), .node = (n), __VA_ARGS__ })

/* The node's path, kept as long as the guest; NULL after an error was reported. */
const char *part_keep_path(struct check *c, int node);

/*
 * Room for one more in an array of n; it grows in powers of two.  NULL without
 * memory, which is not reported.
 */
void *part_grow(void *array, unsigned n, unsigned size);

static inline bool has(const void *fdt, int node, const char *prop)
{
	return fdt_getprop(fdt, node, prop, NULL) != NULL;
}

static inline bool ranges_meet(uint32_t a, uint32_t an, uint32_t b, uint32_t bn)
{
	return an && bn && a <= b + (bn - 1) && b <= a + (an - 1);
}

/*
 * Is it a sound tree of bearable size?  RULES if so; else the rule that it breaks, and
 * *why.
 */
enum rule part_tree_error(const void *fdt, uint32_t size, const char **why);

/* "0x67e00000-0x67ffffff"; returns buf. */
#define RANGE_TEXT_MAX 24
const char *part_range_text(uint32_t base, uint32_t size, char buf[RANGE_TEXT_MAX]);

/*
 * The condition of a walk over a tree's nodes: `node` is one, and nobody wants the check to
 * end.
 */
bool part_go_on(struct check *c, int node);

/* In order of the words of espalier,backing. */
enum backing { BACKING_EMULATED, BACKING_PASSTHROUGH, BACKING_ABSENT, BACKING_NONE };

/* --- the rules by subject; each reports what it finds --------------------------------- */

void part_check_props(struct check *c);      /* props.c: our own properties */
void part_check_unique(struct check *c);     /* refs.c: names and phandles */
void part_check_nodes(struct check *c);      /* nodes.c: collects the model */
void part_check_refs(struct check *c);       /* refs.c: what nodes refer to */
void part_check_reserved(struct check *c);   /* reserved.c: after the nodes */
void part_check_memory(struct partition *p); /* fit.c: memory of all fresh guests */
void part_check_forgotten(struct check *c);  /* pass.c: emulated, and the host's own is free */
void part_check_peers(struct check *c);      /* peers.c: wires and channels */
/* Where the memory of a channel is, or is planned, for its other end.  False: nowhere. */
bool part_far_memory(const struct check *c, const struct part_range *r, uint32_t *host);
void part_check_load(struct check *c); /* load.c: files and where they go */

/* reserved.c: what a sound tree reserves at fixed places, /memreserve/ first. */
typedef void (*part_reserved_fn)(void *arg, const struct part_reserved *r);
void part_each_reserved(const void *fdt, part_reserved_fn fn, void *arg);

/* props.c: properties of emulated devices in the node of one of `cls`, or NULL. */
void part_check_class_props(struct check *c, int node, const struct emul_class *cls);
/* Does the class have that property? */
bool part_class_has(const struct emul_class *cls, const char *prop);

/* pass.c: the host's device that `node` stands for. */
void part_check_pass(struct check *c, int node, const char *path);

/* --- refs.c, pass.c: what the host program asks as well ------------ */

struct part_ref {
	const char *cells; /* the provider's property that counts arguments, or NULL */
	bool needed;       /* the device does not work without its provider */
};

/* Is the property one of phandles? */
bool part_ref(const char *prop, struct part_ref *ref);
/* Is the host's node a part of the processor, which the VMM keeps? */
bool part_of_processor(const void *fdt, int node);

/* --- nodes.c ------------------------------------------------------------- */

/* Adds to the model, sorted; an overlap is reported, and false. */
bool part_add_range(struct check *c, const struct part_range *r);
/*
 * Reads `reg` entry `index`.  1: there is one; 0: there is none; negative: it was
 * reported.
 */
int part_read_reg(struct check *c, int node, unsigned index, uint32_t *base, uint32_t *size);
/* Adds an interrupt unless another device of the guest has it, which is reported. */
bool part_add_irq(struct check *c, const struct part_irq *irq);
/* What stands behind an enabled node with a mapped reg. */
enum backing part_backing(const void *fdt, int node, const struct emul_class *cls);
/* Is it memory, or /aliases, /cpus, /reserved-memory or below one of them: no device? */
bool part_is_plain(const void *fdt, int node);
/* Is `reg` of the node an address of the CPU?  (That of an I2C device is not.) */
bool part_is_mapped(const void *fdt, int node);
/* Of the node's compatible strings the first one that somebody emulates, or NULL. */
const struct emul_class *part_find_class(const struct part_host *h, const void *fdt, int node);

#endif
