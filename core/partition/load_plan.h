/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where kernel, initrd and DTB of a guest go, and whether they can.  Pure: the
 * loader and the partition checker share it.
 */
#ifndef CORE_LOAD_PLAN_H
#define CORE_LOAD_PLAN_H

#include "image.h"
#include "partition_int.h"

struct load_file {
	const char *path; /* NULL: there is none */
	uint32_t size;
	void *handle; /* for files->read() */
};

/* What lies where: something that is loaded, or memory that a tree reserves. */
struct load_place {
	const char *what;    /* "initrd"; "/memreserve/"; "reserved memory", and which below */
	uint32_t base, size; /* guest-physical */
	const void *fdt;     /* of reserved memory: the tree and node, or NULL and -1 */
	int node;
};

struct load_plan {
	/* --- set by the caller */
	const struct part_guest *g;
	const struct part_files *files;
	const void *dtb;   /* the tree that the kernel gets, whose reservations count as well */
	uint32_t dtb_size; /* that it has, or will have */
	/* Told of what is wrong; prop is one of /chosen or NULL. */
	void (*complain)(void *arg, enum rule rule, const char *prop, const char *text);
	void *arg;
	/* --- the plan */
	struct load_file kernel, initrd;
	struct image image;
	uint32_t kernel_base; /* not of an ELF file */
	uint32_t initrd_base, dtb_base;
	uint32_t entry; /* bit 0: Thumb */
	/* --- private */
	int chosen;
	uint32_t ram_base, ram_size;
	uint32_t end;              /* of RAM, or of what every kernel sees as low memory */
	uint32_t top;              /* the lowest of what lies at the end of RAM */
	struct load_place *placed; /* reserved memory first */
	unsigned nr_placed, nr_reserved;
};

/* Of a tree, in bytes: one from the disk image, or a guest's. */
#define LOAD_DTB_MAX (512u << 10)

/*
 * The tree that the kernel gets instead of the guest's own (espalier,dtb), sound and of
 * bearable size, in memory that the caller frees; NULL if there is none.  Negative errno
 * after complain().  Needs no plan.
 */
int load_plan_dtb(struct load_plan *l, void **dtb);
/* The file of it; NULL if there is none. */
const char *load_plan_dtb_file(const struct part_guest *g);

/*
 * Opens the files and finds a place for everything.  0, or a negative errno after
 * complain(), or of a guest without RAM; load_plan_close() is due either way.
 */
int load_plan(struct load_plan *l);
void load_plan_close(struct load_plan *l);

#endif
