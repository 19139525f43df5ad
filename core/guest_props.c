// SPDX-License-Identifier: Apache-2.0
/* The properties of our own; dts/BINDING.md says what they mean. */
#include <errno.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/nearest.h>

#include "guest_build.h"

#define PREFIX "espalier,"

/* Nodes that a property may stand in. */
enum { IN_ROOT = 1, IN_CHOSEN = 2, IN_DEVICE = 4 };

enum type { TYPE_FLAG, TYPE_WORD, TYPE_PATH, TYPE_ADDRESS, TYPE_NUMBER, TYPE_CPUS };

static const char *const hole_words[] = {
	[HOLE_DEFAULT] = "default", [HOLE_ABORT] = "abort", [HOLE_ZERO] = "zero", NULL
};

static const char *const backing_words[] = {
	[BACKING_EMULATED] = "emulated", [BACKING_PASSTHROUGH] = "passthrough",
	[BACKING_ABSENT] = "absent", NULL
};

static const struct prop {
	const char *name;
	unsigned places;
	enum type type;
	const char *const *words; /* NULL-terminated, of TYPE_WORD */
	uint32_t min, max;        /* of TYPE_NUMBER */
} props[] = {
	{ PREFIX "kernel", IN_CHOSEN, TYPE_PATH, NULL, 0, 0 },
	{ PREFIX "initrd", IN_CHOSEN, TYPE_PATH, NULL, 0, 0 },
	{ PREFIX "kernel-address", IN_CHOSEN, TYPE_ADDRESS, NULL, 0, 0 },
	{ PREFIX "entry", IN_CHOSEN, TYPE_ADDRESS, NULL, 0, 0 },
	{ PREFIX "hole", IN_ROOT | IN_CHOSEN, TYPE_WORD, hole_words, 0, 0 },
	{ PREFIX "lazy-domains", IN_ROOT | IN_CHOSEN, TYPE_FLAG, NULL, 0, 0 },
	{ PREFIX "weight", IN_ROOT | IN_CHOSEN, TYPE_NUMBER, NULL, 1, SCHED_WEIGHT_MAX },
	{ PREFIX "slice-us", IN_ROOT | IN_CHOSEN, TYPE_NUMBER, NULL, SCHED_SLICE_MIN_US,
	  SCHED_SLICE_MAX_US },
	{ PREFIX "affinity", IN_ROOT | IN_CHOSEN, TYPE_CPUS, NULL, 0, 0 },
	{ PREFIX "backing", IN_DEVICE, TYPE_WORD, backing_words, 0, 0 },
	{ PREFIX "host-node", IN_DEVICE, TYPE_PATH, NULL, 0, 0 },
};

static unsigned place_of(const void *fdt, int node)
{
	if (node == 0)
		return IN_ROOT;
	return node == fdt_path_offset(fdt, "/chosen") ? IN_CHOSEN : IN_DEVICE;
}

static int word_index(const char *const *words, const char *s)
{
	for (int i = 0; s && words[i]; i++)
		if (!strcmp(words[i], s))
			return i;
	return -1;
}

static void unknown_word(struct build *b, int node, const struct prop *p, const char *s)
{
	struct nearest n;
	char all[48] = "";

	nearest_init(&n, s);
	for (int i = 0; p->words[i]; i++) {
		nearest_offer(&n, p->words[i]);
		strcat(all, i ? ", " : "");
		strcat(all, p->words[i]);
	}
	if (n.best)
		build_error(b, -EINVAL, node, "%s: unknown value \"%s\"; did you mean \"%s\"?",
			    p->name, s, n.best);
	else
		build_error(b, -EINVAL, node, "%s: unknown value \"%s\"; it can be %s", p->name,
			    s, all);
}

static void check_value(struct build *b, int node, const struct prop *p, int len)
{
	const char *s = dt_str(b->fdt, node, p->name);
	bool one = s && (int)strlen(s) == len - 1;
	uint32_t v;

	switch (p->type) {
	case TYPE_FLAG:
		if (len)
			build_error(b, -EINVAL, node, "%s: takes no value", p->name);
		break;
	case TYPE_ADDRESS:
		if (dt_addr(b->fdt, node, p->name, &v))
			build_error(b, -EINVAL, node, "%s: not an address below 4 GiB", p->name);
		break;
	case TYPE_NUMBER:
		build_check_number(b, node, p->name, p->min, p->max);
		break;
	case TYPE_CPUS:
		build_check_cpus(b, node, p->name);
		break;
	case TYPE_PATH:
		if (!one || s[0] != '/')
			build_error(b, -EINVAL, node, "%s: not one path that begins with /",
				    p->name);
		break;
	case TYPE_WORD:
		if (!one)
			build_error(b, -EINVAL, node, "%s: not one string", p->name);
		else if (word_index(p->words, s) < 0)
			unknown_word(b, node, p, s);
		break;
	}
}

static void unknown_prop(struct build *b, int node, const char *name)
{
	struct nearest n;

	nearest_init(&n, name);
	for (unsigned i = 0; i < ARRAY_SIZE(props); i++)
		nearest_offer(&n, props[i].name);
	build_error(b, -EINVAL, node, "%s: unknown property%s%s%s", name,
		    n.best ? "; did you mean " : "", n.best ? n.best : "", n.best ? "?" : "");
}

static void check_prop(struct build *b, int node, const char *name, int len)
{
	static const char *const where[] = {
		[IN_CHOSEN] = "/chosen", [IN_ROOT | IN_CHOSEN] = "/ and /chosen",
		[IN_DEVICE] = "nodes of devices",
	};

	for (unsigned i = 0; i < ARRAY_SIZE(props); i++) {
		if (strcmp(props[i].name, name))
			continue;
		if (props[i].places & place_of(b->fdt, node))
			check_value(b, node, &props[i], len);
		else
			build_error(b, -EINVAL, node, "%s: is for %s only", name,
				    where[props[i].places]);
		return;
	}
	unknown_prop(b, node, name);
}

void build_check_props(struct build *b)
{
	for (int node = 0; node >= 0; node = fdt_next_node(b->fdt, node, NULL)) {
		int prop;

		fdt_for_each_property_offset(prop, b->fdt, node) {
			const char *name = NULL;
			int len;

			if (fdt_getprop_by_offset(b->fdt, prop, &name, &len) && name &&
			    !strncmp(name, PREFIX, strlen(PREFIX)))
				check_prop(b, node, name, len);
		}
	}
}

enum backing build_backing(struct build *b, int node)
{
	int i = word_index(backing_words, dt_str(b->fdt, node, PREFIX "backing"));

	return i < 0 ? BACKING_NONE : (enum backing)i;
}

void build_options(struct build *b)
{
	int nodes[] = { 0, fdt_path_offset(b->fdt, "/chosen") };

	for (unsigned i = 0; i < ARRAY_SIZE(nodes); i++) {
		int hole;

		if (nodes[i] < 0)
			continue;
		build_sched(b, nodes[i]);
		if (fdt_getprop(b->fdt, nodes[i], PREFIX "lazy-domains", NULL))
			b->g->lazy_domains = true;
		hole = word_index(hole_words, dt_str(b->fdt, nodes[i], PREFIX "hole"));
		if (hole >= 0)
			b->g->hole = (enum hole_policy)hole;
	}
	if (nodes[1] < 0)
		build_error(b, -EINVAL, -1, "no /chosen, which has to name " PREFIX "kernel");
	else if (!fdt_getprop(b->fdt, nodes[1], PREFIX "kernel", NULL))
		build_error(b, -EINVAL, nodes[1], "no " PREFIX "kernel: the file to run");
}
