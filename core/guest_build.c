// SPDX-License-Identifier: Apache-2.0
/*
 * A guest from its device tree, in two steps: everything is checked and
 * collected first, so that all errors of a tree are seen at once; only then does
 * the guest get memory, vCPUs and devices.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/arch.h>
#include <espalier/dt.h>
#include <espalier/log.h>
#include <espalier/pass.h>
#include <espalier/sched.h>

#include "guest_build.h"

#define MAX_ERRORS 24 /* further ones are only counted */
#define MAX_DEPTH  32

struct guest_path {
	struct guest_path *next;
	char text[];
};

void build_error(struct build *b, int err, int node, const char *fmt, ...)
{
	char path[DT_PATH_MAX] = "", text[160];
	va_list ap;

	if (!b->errors++)
		b->err = err;
	if (b->errors > MAX_ERRORS)
		return;
	if (node >= 0 && dt_path(b->fdt, node, path, sizeof(path)))
		snprintf(path, sizeof(path), "node %s", fdt_get_name(b->fdt, node, NULL));
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_err("%s: %s%s%s", b->g->dtb_path, path, path[0] ? ": " : "", text);
}

const char *build_path(struct build *b, int node)
{
	char path[DT_PATH_MAX];
	struct guest_path *p;

	if (dt_path(b->fdt, node, path, sizeof(path))) {
		build_error(b, -ENAMETOOLONG, node, "its path is longer than %d bytes",
			    DT_PATH_MAX - 1);
		return NULL;
	}
	p = malloc(sizeof(*p) + strlen(path) + 1);
	if (!p) {
		build_error(b, -ENOMEM, node, "out of memory");
		return NULL;
	}
	strcpy(p->text, path);
	p->next = b->g->paths;
	b->g->paths = p;
	return p->text;
}

int build_reg(struct build *b, int node, unsigned index, uint32_t *base, uint32_t *size)
{
	int err = dt_reg(b->fdt, node, index, base, size);

	if (err == -ENOENT)
		return 0;
	if (err == -ERANGE)
		build_error(b, err, node, "reg: entry %u lies above 4 GiB", index);
	else if (err)
		build_error(b, err, node, "reg: malformed, or not covered by the ranges of its"
			    " bus");
	else if (!*size)
		build_error(b, -EINVAL, node, "reg: entry %u has size 0", index);
	else
		return 1;
	return -EINVAL;
}

void build_region(struct build *b, int node, const struct region *r)
{
	const struct region *other = NULL;
	unsigned long last = r->base.v + (r->size - 1);
	int err = traptab_add(&b->g->map, r, &other);

	if (err == -EEXIST)
		build_error(b, err, node, "reg: 0x%08lx-0x%08lx overlaps 0x%08lx-0x%08lx of %s",
			    (unsigned long)r->base.v, last, (unsigned long)other->base.v,
			    (unsigned long)(other->base.v + (other->size - 1)), other->path);
	else if (err == -ENOMEM)
		build_error(b, err, node, "out of memory");
	else if (err)
		build_error(b, err, node, "reg: 0x%08lx-0x%08lx is not whole pages of %u bytes",
			    (unsigned long)r->base.v, last, PAGE_SIZE);
}

/* --- the second step ------------------------------------------------------------ */

static int make_vcpus(struct guest *g)
{
	for (unsigned i = 0; i < g->nr_vcpus; i++) {
		struct vcpu *v = &g->vcpus[i];

		v->guest = g;
		v->id = i;
		sched_vcpu_init(v, &g->sched);
		if (arch_vcpu_create(v)) {
			log_err("%s: out of memory for vcpu%u", g->dtb_path, i);
			return -ENOMEM;
		}
	}
	return 0;
}

static int make_device(struct guest *g, struct emul_dev *d)
{
	int node = fdt_path_offset(g->dtb, d->path), err = 0;
	uint32_t flags;

	d->state = calloc(1, d->cls->state_size ? d->cls->state_size : 1);
	if (!d->state) {
		log_err("%s: %s: out of memory", g->dtb_path, d->path);
		return -ENOMEM;
	}
	flags = arch_irq_save();
	if (d->cls->create)
		err = d->cls->create(d, g->dtb, node);
	arch_irq_restore(flags);
	if (err) { /* it is not to be destroyed */
		free(d->state);
		d->state = NULL;
	}
	return err;
}

/* The interrupt controller first: the others drive its inputs. */
static int make_devices(struct guest *g)
{
	uint32_t flags;
	int err = g->gic ? make_device(g, g->gic) : 0;

	for (unsigned i = 0; !err && i < g->nr_devs; i++)
		if (&g->devs[i] != g->gic)
			err = make_device(g, &g->devs[i]);
	if (err)
		return err;
	flags = arch_irq_save();
	for (unsigned i = 0; i < g->nr_devs; i++)
		if (g->devs[i].cls->reset)
			g->devs[i].cls->reset(&g->devs[i]);
	arch_irq_restore(flags);
	return 0;
}

static int make(struct guest *g)
{
	int err = guest_ram_alloc(g);

	if (err)
		return err;
	err = arch_guest_create(g);
	if (err) {
		log_err("%s: %s", g->dtb_path, err == -ENOSPC ?
			"its memory has more ranges than are supported" :
			"out of memory for the tables that its memory needs");
		return err;
	}
	err = make_vcpus(g);
	return err ? err : make_devices(g);
}

/* --- the first step ------------------------------------------------------------- */

static int check_depth(struct build *b)
{
	int depth = 0;

	for (int node = 0; node >= 0 && depth >= 0; node = fdt_next_node(b->fdt, node, &depth)) {
		if (depth <= MAX_DEPTH)
			continue;
		build_error(b, -EINVAL, -1, "nodes are nested deeper than %d", MAX_DEPTH);
		return -EINVAL;
	}
	return 0;
}

static int check(struct guest *g)
{
	struct build b = { .g = g, .fdt = g->dtb };

	if (check_depth(&b))
		return b.err;
	build_check_props(&b);
	build_options(&b);
	build_nodes(&b);
	if (b.errors > MAX_ERRORS)
		log_err("%s: and %u more errors", g->dtb_path, b.errors - MAX_ERRORS);
	return b.err;
}

int guest_build(struct guest *g, uint32_t size)
{
	int err = fdt_check_full(g->dtb, size);

	traptab_init(&g->map);
	g->sched = SCHED_PARAMS_DEFAULT;
	if (err) {
		log_err("%s: not a device tree: %s", g->dtb_path, fdt_strerror(err));
		return -EINVAL;
	}
	g->devs = calloc(GUEST_MAX_DEVS, sizeof(*g->devs));
	g->vcpus = calloc(GUEST_MAX_VCPUS, sizeof(*g->vcpus));
	if (!g->devs || !g->vcpus) {
		log_err("%s: out of memory", g->dtb_path);
		return -ENOMEM;
	}
	err = check(g);
	return err ? err : make(g);
}

void guest_free(struct guest *g)
{
	uint32_t flags = arch_irq_save();

	for (unsigned i = g->nr_devs; i-- > 0;)
		if (g->devs[i].state && g->devs[i].cls->destroy)
			g->devs[i].cls->destroy(&g->devs[i]);
	arch_irq_restore(flags);
	pass_release(g);
	for (unsigned i = 0; i < g->nr_devs; i++)
		free(g->devs[i].state);
	for (unsigned i = 0; g->vcpus && i < g->nr_vcpus; i++)
		if (g->vcpus[i].arch)
			arch_vcpu_destroy(&g->vcpus[i]);
	if (g->arch)
		arch_guest_destroy(g);
	guest_ram_free(g);
	traptab_free(&g->map);
	for (struct guest_path *p = g->paths, *next; p; p = next) {
		next = p->next;
		free(p);
	}
	free(g->devs);
	free(g->vcpus);
	free(g->dtb);
	free((char *)g->dtb_path);
	free(g);
}
