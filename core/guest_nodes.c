// SPDX-License-Identifier: Apache-2.0
/* From nodes to regions: memory, CPUs and devices. */
#include <errno.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/irq.h>
#include <espalier/pass.h>

#include "guest_build.h"

#define MAX_WINDOWS 8 /* `reg` entries of one emulated device */

static bool has(struct build *b, int node, const char *prop)
{
	return fdt_getprop(b->fdt, node, prop, NULL) != NULL;
}

/* --- memory and CPUs ------------------------------------------------------------- */

static bool is_memory(struct build *b, int node)
{
	const char *type = dt_str(b->fdt, node, "device_type");

	return type && !strcmp(type, "memory");
}

static void add_memory(struct build *b, int node)
{
	struct region r = { .kind = REGION_RAM, .path = build_path(b, node) };
	int got = 1;

	for (unsigned i = 0; r.path && got; i++) {
		got = build_reg(b, node, i, &r.base.v, &r.size);
		if (got < 0)
			return;
		if (got)
			build_region(b, node, &r);
		else if (!i)
			build_error(b, -EINVAL, node, "no reg");
	}
}

static void add_cpus(struct build *b, int cpus)
{
	unsigned n = 0;
	int node;

	fdt_for_each_subnode(node, b->fdt, cpus) {
		const char *type = dt_str(b->fdt, node, "device_type");

		n += type && !strcmp(type, "cpu") && dt_enabled(b->fdt, node);
	}
	if (n > GUEST_MAX_VCPUS)
		build_error(b, -ENOTSUP, cpus, "%u CPUs; a guest can have %d", n,
			    GUEST_MAX_VCPUS);
	b->g->nr_vcpus = MIN(n, (unsigned)GUEST_MAX_VCPUS);
}

/* --- devices --------------------------------------------------------------------- */

static const struct emul_class *class_for(const char *compatible)
{
	for (const struct emul_class *const *c = emul_classes; *c; c++)
		for (const char *const *s = (*c)->compatible; *s; s++)
			if (!strcmp(*s, compatible))
				return *c;
	return NULL;
}

/* Of the node's compatible strings the first one that somebody emulates. */
static const struct emul_class *find_class(struct build *b, int node)
{
	const struct emul_class *c = NULL;
	const char *s;

	for (int i = 0; !c && (s = fdt_stringlist_get(b->fdt, node, "compatible", i, NULL)); i++)
		c = class_for(s);
	return c;
}

bool build_irq_free(struct build *b, int node, const struct emul_dev *but, unsigned intid)
{
	const struct guest *g = b->g;
	const char *other = pass_irq_device(g, intid);

	for (const struct emul_dev *d = g->devs; !other && d < g->devs + g->nr_devs; d++)
		for (unsigned i = 0; d != but && i < d->nr_irqs; i++)
			if (d->irq[i] == intid)
				other = d->path;
	if (other)
		build_error(b, -EEXIST, node, "interrupts: INTID %u is of %s already", intid,
			    other);
	return !other;
}

static void add_irqs(struct build *b, int node, struct emul_dev *d)
{
	for (unsigned i = 0;; i++) {
		int intid = irq_from_dt(b->fdt, node, i);

		if (intid == -ENOENT)
			return;
		if (intid < 0) {
			build_error(b, intid, node, "interrupts: entry %u is malformed or does"
				    " not lead to an interrupt controller", i);
			return;
		}
		if (i == EMUL_MAX_IRQS) {
			build_error(b, -EINVAL, node, "interrupts: more than %d", EMUL_MAX_IRQS);
			return;
		}
		build_irq_free(b, node, d, (unsigned)intid);
		d->irq[d->nr_irqs++] = (unsigned)intid;
	}
}

static void add_windows(struct build *b, int node, struct region *r)
{
	for (r->window = 0;; r->window++) {
		int got = build_reg(b, node, r->window, &r->base.v, &r->size);

		if (got <= 0)
			return;
		if (r->window == MAX_WINDOWS) {
			build_error(b, -EINVAL, node, "reg: more than %d entries", MAX_WINDOWS);
			return;
		}
		build_region(b, node, r);
	}
}

static void add_emulated(struct build *b, int node, const char *path,
			 const struct emul_class *cls)
{
	struct guest *g = b->g;
	struct emul_dev *d;

	if (g->nr_devs == GUEST_MAX_DEVS) {
		build_error(b, -ENOSPC, node, "more than %d emulated devices", GUEST_MAX_DEVS);
		return;
	}
	d = &g->devs[g->nr_devs++];
	*d = (struct emul_dev){ .cls = cls, .guest = g, .path = path };
	if (!strcmp(cls->name, "gic")) {
		if (g->gic)
			build_error(b, -EEXIST, node, "second interrupt controller, after %s",
				    g->gic->path);
		else
			g->gic = d;
	}
	add_windows(b, node, &(struct region){ .kind = REGION_EMUL, .dev = d, .path = path });
	add_irqs(b, node, d);
}

static void add_device(struct build *b, int node)
{
	const struct emul_class *cls = find_class(b, node);
	enum backing backing = build_backing(b, node);
	bool said = has(b, node, "espalier,backing");
	const char *compatible = dt_str(b->fdt, node, "compatible");
	const char *path;

	if (said && backing == BACKING_NONE)
		return; /* reported already */
	if (!said && cls)
		backing = BACKING_EMULATED;
	if (backing != BACKING_PASSTHROUGH && has(b, node, "espalier,host-node"))
		build_error(b, -EINVAL, node, "espalier,host-node: only with espalier,backing ="
			    " \"passthrough\"");
	path = build_path(b, node);
	if (!path)
		return;
	if (!compatible)
		compatible = "";
	if (backing == BACKING_EMULATED && cls)
		add_emulated(b, node, path, cls);
	else if (backing == BACKING_EMULATED)
		build_error(b, -ENODEV, node, "espalier,backing = \"emulated\": no emulated"
			    " device is compatible with \"%.40s\"", compatible);
	else if (backing == BACKING_PASSTHROUGH)
		build_passthrough(b, node, path);
	else if (backing == BACKING_ABSENT)
		add_windows(b, node, &(struct region){ .kind = REGION_ABSENT, .path = path });
	else
		build_error(b, -ENODEV, node, "no emulated device is compatible with \"%.40s\";"
			    " set espalier,backing = \"absent\" or \"passthrough\", or status ="
			    " \"disabled\"", compatible);
}

/* --- the walk ----------------------------------------------------------------------- */

/* Is `reg` of the node an address of the CPU?  (That of an I2C device is not.) */
static bool is_mapped(struct build *b, int node)
{
	for (int bus = fdt_parent_offset(b->fdt, node); bus > 0;
	     bus = fdt_parent_offset(b->fdt, bus))
		if (!has(b, bus, "ranges"))
			return false;
	return true;
}

static bool is_named(struct build *b, int node, const char *name)
{
	const char *n = fdt_get_name(b->fdt, node, NULL);

	return n && !strcmp(n, name);
}

/* Handles one node; true if what lies below it belongs to it. */
static bool visit(struct build *b, int node, int depth)
{
	static const char *const plain[] = { "chosen", "aliases", "reserved-memory" };

	if (!dt_enabled(b->fdt, node))
		return true;
	if (depth == 1) {
		for (unsigned i = 0; i < ARRAY_SIZE(plain); i++)
			if (is_named(b, node, plain[i]))
				return true;
		if (is_named(b, node, "cpus")) {
			add_cpus(b, node);
			return true;
		}
	}
	if (is_memory(b, node)) {
		add_memory(b, node);
		return true;
	}
	if (depth && has(b, node, "reg") && is_mapped(b, node)) {
		add_device(b, node);
		return true;
	}
	if (depth && (has(b, node, "espalier,backing") || has(b, node, "espalier,host-node")))
		build_error(b, -EINVAL, node, "espalier,backing: no reg with an address of the"
			    " CPU stands here");
	return false;
}

void build_nodes(struct build *b)
{
	int depth = 0, skip = INT32_MAX; /* nodes deeper than this belong to another */
	bool ram = false;

	for (int node = 0; node >= 0 && depth >= 0; node = fdt_next_node(b->fdt, node, &depth)) {
		if (depth > skip) {
			if (has(b, node, "espalier,backing") && dt_enabled(b->fdt, node))
				build_error(b, -EINVAL, node, "espalier,backing: the node lies"
					    " inside a device or a disabled node");
			continue;
		}
		skip = visit(b, node, depth) ? depth : INT32_MAX;
	}
	for (unsigned i = 0; i < b->g->map.n; i++)
		ram |= b->g->map.regions[i].kind == REGION_RAM;
	if (!ram && !b->errors)
		build_error(b, -EINVAL, -1, "no memory: a node with device_type = \"memory\""
			    " and reg has to be there");
	if (!b->g->nr_vcpus)
		build_error(b, -EINVAL, -1, "no CPU: /cpus needs a node with device_type ="
			    " \"cpu\"");
}
