/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest's tree from the host's: the devices to give, what they refer to, what the
 * VMM emulates of what it keeps.  The rules judge the result before it is written.
 */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "derive.h"

#define ROOM 65536 /* for properties that are added */

/* The host's node that says what device `node` belongs to: itself, or one above. */
static int device_of(const struct derive *d, int node)
{
	int device = -1;

	for (int n = node; n > 0; n = dt_parent(d->host, n))
		if (fdt_getprop(d->host, n, "reg", NULL) && part_is_mapped(d->host, n) &&
		    !fdt_getprop(d->host, n, "ranges", NULL))
			device = n;
	return device;
}

static bool is_type(const void *fdt, int node, const char *want)
{
	const char *type = dt_str(fdt, node, "device_type");

	return type && !strcmp(type, want);
}

/* Could it be given: registers, enabled, no memory, nothing that the VMM keeps. */
static bool is_device(const struct derive *d, int node)
{
	return device_of(d, node) == node && part_enabled(d->host, node) &&
	       !is_type(d->host, node, "memory");
}

static bool emulatable(const struct derive *d, int node)
{
	return part_find_class(d->p->host, d->host, node) != NULL;
}

/* --- the closure ----------------------------------------------------------------------- */

static void include(struct derive *d, int node, enum kind kind);

/* What the properties of a node refer to. */
static void follow(struct derive *d, int node)
{
	int prop;

	fdt_for_each_property_offset(prop, d->host, node) {
		const char *name = NULL;
		struct part_ref ref;
		uint32_t phandle, args;

		if (!fdt_getprop_by_offset(d->host, prop, &name, NULL) || !name ||
		    !part_ref(name, &ref) || !ref.needed)
			continue;
		for (unsigned i = 0; !dt_u32(d->host, node, name, i, &phandle); i += 1 + args) {
			int target = phandle ? dt_by_phandle(d->host, phandle) : -1;
			int device = target < 0 ? -1 : device_of(d, target);

			args = 0;
			if (target < 0)
				continue;
			if (ref.cells)
				dt_u32(d->host, target, ref.cells, 0, &args);
			if (device >= 0 && d->kind[device] == KIND_NONE)
				include(d, device,
					emulatable(d, device) ? KIND_EMULATE : KIND_GIVE);
			if (device != target)
				include(d, target, KIND_PLAIN);
		}
	}
}

/* A node, what it refers to, and the nodes above it with theirs. */
static void include(struct derive *d, int node, enum kind kind)
{
	if (d->kind[node] != KIND_NONE)
		return;
	d->kind[node] = (uint8_t)kind;
	follow(d, node);
	if (node > 0)
		include(d, dt_parent(d->host, node), KIND_PLAIN);
}

/* The first CPU and what the VMM keeps for itself, as emulated devices. */
static void include_basics(struct derive *d)
{
	int cpus = fdt_path_offset(d->host, "/cpus"), cpu;

	include(d, 0, KIND_PLAIN);
	fdt_for_each_subnode(cpu, d->host, cpus)
		if (is_type(d->host, cpu, "cpu")) {
			include(d, cpu, KIND_PLAIN);
			break;
		}
	for (int n = 0; n >= 0; n = fdt_next_node(d->host, n, NULL))
		if (is_device(d, n) && emulatable(d, n) &&
		    (d->p->host->driver(d->host, n) || part_of_processor(d->host, n)))
			include(d, n, KIND_EMULATE);
}

static bool excepted(const struct derive *d, int node)
{
	char path[DT_PATH_MAX];

	if (dt_path(d->host, node, path, sizeof(path)))
		return true;
	for (unsigned i = 0; i < d->a->nr_except; i++)
		if (!strcmp(path, d->a->except[i]))
			return true;
	return false;
}

static void include_given(struct derive *d)
{
	for (unsigned i = 0; i < d->a->nr_give; i++) {
		int node = fdt_path_offset(d->host, d->a->give[i]);

		if (node < 0)
			die("%s: %s has no such node", d->a->give[i], d->a->host.file);
		if (!is_device(d, node))
			die("%s: no device: it has no registers, or is disabled", d->a->give[i]);
		d->kind[node] = KIND_NONE;
		include(d, node, KIND_GIVE);
	}
	for (int n = 0; d->a->all && n >= 0; n = fdt_next_node(d->host, n, NULL))
		if (is_device(d, n) && d->kind[n] == KIND_NONE && !d->left[n] && !excepted(d, n))
			include(d, n, KIND_GIVE);
}

/* --- judging ----------------------------------------------------------------------------- */

static void set(void *fdt, const char *path, const char *prop, const char *value)
{
	int node = fdt_path_offset(fdt, path);

	if (node < 0 || fdt_setprop_string(fdt, node, prop, value))
		die("%s: %s: cannot be set", path, prop);
}

/* Memory: one node with one range of the size that was asked for. */
static void set_memory(struct derive *d, void *fdt, const char *path)
{
	int node = fdt_path_offset(fdt, path);
	fdt32_t cells[4];
	unsigned n = 0;

	for (int i = fdt_address_cells(fdt, 0); i > 0; i--)
		cells[n++] = cpu_to_fdt32(i == 1 ? d->ram_base : 0);
	for (int i = fdt_size_cells(fdt, 0); i > 0; i--)
		cells[n++] = cpu_to_fdt32(i == 1 ? d->ram_size : 0);
	if (fdt_setprop(fdt, node, "reg", cells, (int)(n * sizeof(cells[0]))))
		die("%s: reg: cannot be set", path);
}

/* The host's tree with everything else disabled: the guest in all that rules look at. */
static void *tentative(struct derive *d)
{
	int room = (int)fdt_totalsize(d->host) + ROOM;
	void *fdt = xalloc((size_t)room);
	char path[DT_PATH_MAX];

	if (fdt_open_into(d->host, fdt, room))
		die("%s: cannot be changed", d->a->host.file);
	for (int n = 0; n >= 0; n = fdt_next_node(d->host, n, NULL)) {
		bool memory = is_type(d->host, n, "memory"), cpu = is_type(d->host, n, "cpu");

		if (dt_path(d->host, n, path, sizeof(path)))
			die("%s: a path is too long", d->a->host.file);
		if (memory && n == d->memory)
			set_memory(d, fdt, path);
		else if (d->kind[n] == KIND_GIVE)
			set(fdt, path, "espalier,backing", "passthrough");
		else if (d->kind[n] == KIND_NONE && (is_device(d, n) || memory || cpu))
			set(fdt, path, "status", "disabled");
	}
	if (fdt_path_offset(fdt, "/chosen") < 0)
		fdt_add_subnode(fdt, 0, "chosen");
	set(fdt, "/chosen", "espalier,kernel", d->a->kernel ? d->a->kernel : "/kernel");
	fdt_delprop(fdt, fdt_path_offset(fdt, "/chosen"), "stdout-path");
	fdt_pack(fdt);
	return fdt;
}

/* With --except what cannot be given is left out, and the reason kept. */
static void judge(void *arg, const struct part_finding *f)
{
	struct derive *d = arg;
	int node = fdt_path_offset(d->host, f->path);

	if (f->rule->severity == PART_WARNING)
		return;
	if (d->a->all && node >= 0 && f->path[0] && d->kind[node] == KIND_GIVE) {
		if (!d->left[node])
			d->left[node] = xstrdup(f->text);
		d->changed = true;
		return;
	}
	fprintf(stderr, "dtpart: %s: %s%s%s [P%03u]\n", f->path, f->prop ? f->prop : "",
		f->prop ? ": " : "", f->text, f->rule->code);
	d->failed = true;
}

static void check(struct derive *d)
{
	void *fdt = tentative(d);
	struct part_guest g = { .name = "guest",
				.file = d->a->host.file,
				.fdt = fdt,
				.size = fdt_totalsize(fdt),
				.fresh = true };

	for (int n = 0; n >= 0; n = fdt_next_node(d->host, n, NULL))
		if (d->kind[n] != KIND_NONE && fdt_getprop(d->host, n, "interrupt-map", NULL))
			die("%s: a tree with interrupt-map cannot be derived from",
			    d->a->host.file);
	d->changed = d->failed = false;
	d->p->report = judge;
	d->p->arg = d;
	part_add(d->p, &g);
	part_check(d->p);
	part_remove(d->p, &g);
	free(fdt);
}

static uint32_t size_of(const char *s)
{
	char *end;
	unsigned long long v = strtoull(s ? s : "", &end, 0);
	unsigned shift = *end == 'G' ? 30 : *end == 'M' ? 20 : *end == 'K' ? 10 : 0;

	if (!s || end == s || end[shift ? 1 : 0] || v > UINT32_MAX || (v << shift) > UINT32_MAX ||
	    !v)
		die("--memory: a size such as 128M is needed");
	return (uint32_t)(v << shift);
}

static void find_memory(struct derive *d)
{
	uint32_t size;

	d->memory = -1;
	for (int n = 0; n >= 0 && d->memory < 0; n = fdt_next_node(d->host, n, NULL))
		if (is_type(d->host, n, "memory") && !dt_reg(d->host, n, 0, &d->ram_base, &size))
			d->memory = n;
	if (d->memory < 0)
		die("%s: no memory", d->a->host.file);
	d->ram_size = size_of(d->a->memory);
}

int cmd_derive(struct args *a, struct partition *p)
{
	struct derive d = { .a = a, .p = p, .host = a->host.fdt };
	size_t n = a->host.size;

	if (!a->all && !a->nr_give)
		die("derive: --give or --except is needed");
	d.left = xalloc(n * sizeof(*d.left));
	d.kind = xalloc(n);
	find_memory(&d);
	do {
		memset(d.kind, KIND_NONE, n);
		include_basics(&d);
		include_given(&d);
		check(&d);
	} while (d.changed && !d.failed);
	if (!d.failed)
		derive_write(&d);
	for (size_t i = 0; i < n; i++)
		free(d.left[i]);
	free(d.left);
	free(d.kind);
	return d.failed ? 1 : 0;
}
