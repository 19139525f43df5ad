/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the steps of building a guest from its device tree. */
#ifndef CORE_GUEST_BUILD_H
#define CORE_GUEST_BUILD_H

#include "guest_int.h"

struct build {
	struct guest *g;
	const void *fdt;
	unsigned errors;
	int err; /* of the first error */
};

/*
 * Logs "file: node: text" and remembers that the build fails.  `err` is a
 * negative errno.
 */
void build_error(struct build *b, int err, int node, const char *fmt, ...) __printf(4, 5);

/* The node's path, kept as long as the guest; NULL after an error was reported. */
const char *build_path(struct build *b, int node);

/*
 * Adds a region to the map, reporting an overlap with what is there.  `node`
 * is where it comes from.
 */
void build_region(struct build *b, int node, const struct region *r);

/*
 * Reads `reg` entry `index`.  1: there is one; 0: there is none; negative: it
 * was reported.
 */
int build_reg(struct build *b, int node, unsigned index, uint32_t *base, uint32_t *size);

/* --- guest_props.c: the properties of our own ------------------------------------ */

/* In order of the values' names in guest_props.c. */
enum backing { BACKING_EMULATED, BACKING_PASSTHROUGH, BACKING_ABSENT, BACKING_NONE };

/* Checks name, place and value of every `espalier,` property of the tree. */
void build_check_props(struct build *b);

/* The options of / and /chosen. */
void build_options(struct build *b);

/* The node's espalier,backing; BACKING_NONE when absent or wrong. */
enum backing build_backing(struct build *b, int node);

/* --- guest_sched.c ------------------------------------------------------------------ */

/* Report a property that is not one cell of min .. max; not a list of usable CPUs. */
void build_check_number(struct build *b, int node, const char *prop, uint32_t min, uint32_t max);
void build_check_cpus(struct build *b, int node, const char *prop);

/* Takes weight, slice and affinity from / or /chosen; what is wrong was reported. */
void build_sched(struct build *b, int node);

/* --- guest_nodes.c, guest_pass.c: devices -------------------------------------- */

/* Memory, CPUs and devices of every enabled node. */
void build_nodes(struct build *b);

/*
 * Is the guest's interrupt not that of another device than `but` yet?  If it is, it
 * was reported.
 */
bool build_irq_free(struct build *b, int node, const struct emul_dev *but, unsigned intid);

/* Gives the host's device that `node` stands for to the guest. */
void build_passthrough(struct build *b, int node, const char *path);

#endif
