/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers over libfdt for host and guest trees.  They never write.  Errors are
 * negative errno values; nothing is logged here, the caller knows the path.
 */
#ifndef ESPALIER_DT_H
#define ESPALIER_DT_H

#include <stdbool.h>
#include <stdint.h>

#define DT_PATH_MAX 256

/* The host tree, set once at boot after fdt_check_full(). */
extern const void *host_fdt;

/*
 * Makes look-ups in the tree quick until dt_forget(): parents, phandles, paths and registers
 * are found without a walk over it.  The tree must have passed fdt_check_full(), and neither
 * changes nor goes.  -ENOMEM, -E2BIG (65535 nodes, 64 levels): all below works then as well,
 * slowly.  Host thread.  dt_forget() of a tree that has no index does nothing.
 */
int dt_index(const void *fdt);
void dt_forget(const void *fdt);

/* As fdt_parent_offset(), fdt_node_offset_by_phandle(), fdt_path_offset(); any context. */
int dt_parent(const void *fdt, int node);
int dt_by_phandle(const void *fdt, uint32_t phandle);
int dt_find(const void *fdt, const char *path);

/* The first node beside this one, before it, that has its name; negative: none, or no index. */
int dt_twin(const void *fdt, int node);

/* An entry of `reg` that is an address of the CPU. */
struct dt_span {
	uint32_t base, size;
	int node;
	unsigned window; /* number of the entry */
};

/* Goes through all of a tree, in its order; begins as { .fdt = fdt }. */
struct dt_span_walk {
	const void *fdt;
	int node;   /* private */
	unsigned i; /* private */
};

/* False: no more. */
bool dt_next_span(struct dt_span_walk *w, struct dt_span *s);

/*
 * Entry `index` of `reg`, translated through every `ranges` up to the root.
 * -ENOENT: no such entry; -EINVAL: malformed or not translatable;
 * -ERANGE: does not fit 32 bits.
 */
int dt_reg(const void *fdt, int node, unsigned index, uint32_t *base, uint32_t *size);

/* Cell `index` of a property of u32 cells.  -ENOENT: absent or shorter; -EINVAL. */
int dt_u32(const void *fdt, int node, const char *prop, unsigned index, uint32_t *out);

/* A one- or two-cell number, as of linux,initrd-start.  -ENOENT / -EINVAL / -ERANGE. */
int dt_addr(const void *fdt, int node, const char *prop, uint32_t *out);

/* A NUL-terminated string property (the first of a list), or NULL. */
const char *dt_str(const void *fdt, int node, const char *prop);

/* device_type is "memory", or "cpu" (Devicetree Specification 3.4, 3.8). */
bool dt_is_memory(const void *fdt, int node);
bool dt_is_cpu(const void *fdt, int node);

/* status is absent, "okay" or "ok". */
bool dt_enabled(const void *fdt, int node);
/* It is enabled, and so is each node above it. */
bool dt_available(const void *fdt, int node);

/* First match of `node`'s compatible strings in the NULL-terminated list, or NULL. */
const char *dt_match(const void *fdt, int node, const char *const *compatible);

/* Full path into buf[len]; 0, -ENAMETOOLONG, or -EINVAL for a broken tree. */
int dt_path(const void *fdt, int node, char *buf, unsigned len);

/*
 * Node that /chosen/stdout-path names, through /aliases and without the
 * ":115200" part.  Negative errno when absent or dangling.
 */
int dt_stdout(const void *fdt);

/*
 * Rate in Hz of clock `index` of `node`: follows `clocks` to a fixed-clock (or
 * anything with clock-frequency).  -ENOENT when there is none.
 */
int dt_clock_hz(const void *fdt, int node, unsigned index, uint32_t *hz);

#endif
