/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the tree that a kernel gets on purpose (espalier,dtb) differs from the one that
 * its guest's partition was made from.  Pure.
 */
#ifndef CORE_DTB_DIFF_H
#define CORE_DTB_DIFF_H

#include "partition_int.h"

struct dtb_diff {
	const struct partition *p;
	const struct part_guest *g; /* checked, in p: what the guest has */
	const void *fdt;            /* what its kernel gets; checked by load_plan_dtb() */
	const char *file;           /* its name */
	/* Told of each difference; all strings are valid during the call only. */
	void (*tell)(void *arg, const char *path, const char *prop, const char *text);
	void *arg;
	/* --- out, for tell() */
	unsigned n;              /* told so far */
	const char *have, *want; /* both values, or NULL: one side has none */
	const char *owner;       /* who has it on the host, or NULL */
};

/*
 * Compares the nodes with addresses of the CPU (memory, devices) and the CPUs: which
 * there are, status, reg, compatible, interrupts.
 */
void dtb_diff(struct dtb_diff *d);

#endif
