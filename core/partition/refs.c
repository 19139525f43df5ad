/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a tree refers to: names and phandles are unique, every reference leads to a
 * node, and a device's providers are in the partition: emulated, passed through,
 * or nodes without registers, such as a fixed clock.
 */
#include <espalier/dt_refs.h>

#include "partition_int.h"

#define MAX_CELLS 256 /* of one property that are looked at */

bool part_ref(const char *prop, struct part_ref *ref)
{
	const struct dt_ref *r = dt_ref_find(NULL, -1, prop);

	if (!r || (r->shape != DT_REF_LIST && r->shape != DT_REF_CELLS))
		return false;
	*ref = (struct part_ref){ r->cells, r->role == DT_REF_NEEDED };
	return true;
}

/* --- names and phandles ---------------------------------------------------------------- */

void part_check_unique(struct check *c)
{
	for (int node = 0; part_go_on(c, node); node = fdt_next_node(c->fdt, node, NULL)) {
		uint32_t phandle = fdt_get_phandle(c->fdt, node);
		int first = phandle ? dt_by_phandle(c->fdt, phandle) : -1;
		const char *name = fdt_get_name(c->fdt, node, NULL);

		if (dt_twin(c->fdt, node) >= 0)
			part_report(c, FOUND(RULE_NODE_TWICE, node, .have = name),
				    "a second node of this name beside it");
		if (first >= 0 && first != node) {
			char path[DT_PATH_MAX] = "?", have[16];

			dt_path(c->fdt, first, path, sizeof(path));
			snprintf(have, sizeof(have), "0x%lx", (unsigned long)phandle);
			part_report(c,
				    FOUND(RULE_PHANDLE_TWICE, node, .prop = "phandle", .have = have,
					  .owner_path = path),
				    "%s is the phandle of %.80s too", have, path);
		}
	}
}

/* --- references ------------------------------------------------------------------------ */

/* What is wrong with a provider, or NULL. */
static const char *why_not(struct check *c, int target)
{
	const struct emul_class *cls;

	if (!dt_available(c->fdt, target))
		return "is disabled";
	/* Registers inside a device belong to it. */
	for (; target > 0; target = dt_parent(c->fdt, target)) {
		if (!has(c->fdt, target, "reg") || !part_is_mapped(c->fdt, target))
			continue;
		cls = part_find_class(c->host, c->fdt, target);
		if (part_backing(c->fdt, target, cls) == BACKING_ABSENT)
			return "is absent";
	}
	return NULL;
}

/* One phandle and the node that has it, negative if there is none. */
static void check_one(struct check *c, int node, const char *prop, const struct dt_ref *ref,
		      uint32_t phandle, int target)
{
	bool needed = ref->role == DT_REF_NEEDED || ref->role == DT_REF_SOFT;
	char path[DT_PATH_MAX] = "?", have[16];
	const char *why;

	if (target < 0) {
		if (ref->maybe)
			return;
		snprintf(have, sizeof(have), "0x%lx", (unsigned long)phandle);
		part_report(c, FOUND(RULE_DANGLING, node, .prop = prop, .have = have),
			    "no node has the phandle %s", have);
		return;
	}
	why = needed ? why_not(c, target) : NULL;
	if (why) {
		dt_path(c->fdt, target, path, sizeof(path));
		part_report(c, FOUND(RULE_OUTSIDE, node, .prop = prop, .have = path),
			    "%.100s %s: it is not in the partition", path, why);
	}
}

static void check_ref(struct check *c, int node, const char *prop, const struct dt_ref *ref)
{
	struct dt_ref_walk w;
	uint32_t phandle;
	unsigned cell;

	if (!dt_ref_start(&w, c->fdt, node, prop, ref))
		return;
	while (dt_ref_next(&w, &phandle, &cell) && cell < MAX_CELLS) {
		int target = dt_by_phandle(c->fdt, phandle);

		check_one(c, node, prop, ref, phandle, target);
		if (target < 0 && !ref->maybe)
			return;
		dt_ref_skip(&w, target);
	}
}

/*
 * A pass-through device needs what the host's needs: without its clock a driver may
 * find it switched off, or not start.
 */
static void check_lacks(struct check *c, const struct part_range *r)
{
	int prop;

	fdt_for_each_property_offset(prop, c->host->fdt, r->host_node) {
		const char *name = NULL;
		const struct dt_ref *ref;

		if (!fdt_getprop_by_offset(c->host->fdt, prop, &name, NULL) || !name)
			continue;
		ref = dt_ref_find(c->host->fdt, r->host_node, name);
		if (ref && ref->role == DT_REF_NEEDED && strncmp(name, "interrupt", 9) &&
		    !has(c->fdt, r->node, name))
			part_report(c, FOUND(RULE_LACKS, r->node, .prop = name),
				    "missing here; the host's node has it");
	}
}

/* Nodes whose properties have names of their own: labels, aliases, paths. */
static bool is_list(const void *fdt, int node)
{
	static const char *const lists[] = { "aliases", "chosen", "__symbols__", "__fixups__",
					     "__local_fixups__" };
	const char *name = fdt_get_name(fdt, node, NULL);

	for (unsigned i = 0; name && i < ARRAY_SIZE(lists); i++)
		if (!strcmp(name, lists[i]))
			return true;
	return false;
}

/* Is it an enabled node that is, or lies in, no device that is not there? */
static void check_nodes_refs(struct check *c)
{
	int depth = 0, skip = INT32_MAX, prop;

	for (int node = 0; depth >= 0 && part_go_on(c, node);
	     node = fdt_next_node(c->fdt, node, &depth)) {
		if (depth > skip)
			continue;
		skip = depth == 1 && is_list(c->fdt, node) ? depth : INT32_MAX;
		if (skip == depth)
			continue;
		if (!dt_enabled(c->fdt, node) ||
		    part_backing(c->fdt, node, NULL) == BACKING_ABSENT) {
			skip = depth;
			continue;
		}
		fdt_for_each_property_offset(prop, c->fdt, node) {
			const char *name = NULL;
			const struct dt_ref *ref;

			if (!fdt_getprop_by_offset(c->fdt, prop, &name, NULL) || !name)
				continue;
			ref = dt_ref_find(c->fdt, node, name);
			if (ref)
				check_ref(c, node, name, ref);
		}
	}
}

/* --- /chosen and /aliases ---------------------------------------------------------------- */

static void check_aliases(struct check *c)
{
	int aliases = fdt_path_offset(c->fdt, "/aliases"), prop;

	if (aliases < 0)
		return;
	fdt_for_each_property_offset(prop, c->fdt, aliases) {
		const char *name = NULL, *path;

		if (!fdt_getprop_by_offset(c->fdt, prop, &name, NULL) || !name ||
		    !strcmp(name, "phandle") || !strcmp(name, "linux,phandle"))
			continue;
		path = dt_str(c->fdt, aliases, name);
		if (!path || path[0] != '/' || dt_find(c->fdt, path) < 0)
			part_report(c, FOUND(RULE_ALIAS, aliases, .prop = name, .have = path),
				    "there is no node %.100s", path ? path : "by that value");
	}
}

static void check_stdout(struct check *c, int chosen)
{
	const char *path = dt_str(c->fdt, chosen, "stdout-path");
	int node = dt_stdout(c->fdt);
	const char *why;

	if (!has(c->fdt, chosen, "stdout-path"))
		return;
	why = node < 0 ? "there is no such node" : why_not(c, node);
	if (why)
		part_report(c, FOUND(RULE_STDOUT, chosen, .prop = "stdout-path", .have = path),
			    "\"%.80s\" %s", path ? path : "", why);
}

static void check_chosen(struct check *c, int chosen)
{
	const char *args = dt_str(c->fdt, chosen, "bootargs");
	int len;

	if (fdt_getprop(c->fdt, chosen, "bootargs", &len) &&
	    (!args || (int)strlen(args) != len - 1))
		part_report(c, FOUND(RULE_CHOSEN, chosen, .prop = "bootargs"), "not one string");
}

void part_check_refs(struct check *c)
{
	int chosen = fdt_path_offset(c->fdt, "/chosen");

	check_nodes_refs(c);
	for (unsigned i = 0; i < c->g->nr_ranges; i++)
		if (c->g->ranges[i].kind == REGION_PASS && !c->g->ranges[i].window)
			check_lacks(c, &c->g->ranges[i]);
	check_aliases(c);
	if (chosen >= 0) {
		check_stdout(c, chosen);
		check_chosen(c, chosen);
	}
}
