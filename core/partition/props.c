/* SPDX-License-Identifier: Apache-2.0 */
/* The properties of our own; dts/BINDING.md says what they mean. */
#include <espalier/nearest.h>
#include <espalier/restart.h>
#include <espalier/sched.h>

#include "partition_int.h"

#define PREFIX "espalier,"

/* Nodes that a property may stand in. */
enum { IN_ROOT = 1, IN_CHOSEN = 2, IN_DEVICE = 4, IN_CLASS = 8 | IN_DEVICE };

enum type { TYPE_FLAG, TYPE_WORD, TYPE_PATH, TYPE_ADDRESS, TYPE_NUMBER, TYPE_CPUS, TYPE_TEXT };

/* In order of enum hole_policy. */
static const char *const hole_words[] = { "default", "abort", "zero", NULL };

/* In order of enum restart_policy. */
static const char *const restart_words[] = { "on-request", "always", "on-failure", "never", NULL };

static const char *const backing_words[] = {
	[BACKING_EMULATED] = "emulated",
	[BACKING_PASSTHROUGH] = "passthrough",
	[BACKING_ABSENT] = "absent",
	NULL,
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
	{ PREFIX "dtb", IN_CHOSEN, TYPE_PATH, NULL, 0, 0 },
	{ PREFIX "kernel-address", IN_CHOSEN, TYPE_ADDRESS, NULL, 0, 0 },
	{ PREFIX "entry", IN_CHOSEN, TYPE_ADDRESS, NULL, 0, 0 },
	{ PREFIX "hole", IN_ROOT | IN_CHOSEN, TYPE_WORD, hole_words, 0, 0 },
	{ PREFIX "lazy-domains", IN_ROOT | IN_CHOSEN, TYPE_FLAG, NULL, 0, 0 },
	{ PREFIX "weight", IN_ROOT | IN_CHOSEN, TYPE_NUMBER, NULL, 1, SCHED_WEIGHT_MAX },
	{ PREFIX "slice-us", IN_ROOT | IN_CHOSEN, TYPE_NUMBER, NULL, SCHED_SLICE_MIN_US,
	  SCHED_SLICE_MAX_US },
	{ PREFIX "affinity", IN_ROOT | IN_CHOSEN, TYPE_CPUS, NULL, 0, 0 },
	{ PREFIX "restart", IN_ROOT | IN_CHOSEN, TYPE_WORD, restart_words, 0, 0 },
	{ PREFIX "restart-limit", IN_ROOT | IN_CHOSEN, TYPE_NUMBER, NULL, 1, RESTART_LIMIT_MAX },
	{ PREFIX "backing", IN_DEVICE, TYPE_WORD, backing_words, 0, 0 },
	{ PREFIX "host-node", IN_DEVICE, TYPE_PATH, NULL, 0, 0 },
	{ PREFIX "peer", IN_CLASS, TYPE_TEXT, NULL, 0, 0 },
	{ PREFIX "channel", IN_CLASS, TYPE_TEXT, NULL, 0, 0 },
	{ PREFIX "end", IN_CLASS, TYPE_NUMBER, NULL, 0, 1 },
	{ PREFIX "allow-dma", IN_DEVICE, TYPE_FLAG, NULL, 0, 0 },
};

static unsigned place_of(const void *fdt, int node)
{
	if (node == 0)
		return IN_ROOT;
	return node == fdt_path_offset(fdt, "/chosen") ? IN_CHOSEN :
	       part_is_plain(fdt, node)                ? 0 :
							 IN_DEVICE;
}

static int word_index(const char *const *words, const char *s)
{
	for (int i = 0; s && words[i]; i++)
		if (!strcmp(words[i], s))
			return i;
	return -1;
}

int part_word(const void *fdt, int node, const char *prop)
{
	for (unsigned i = 0; i < ARRAY_SIZE(props); i++)
		if (!strcmp(props[i].name, prop) && props[i].type == TYPE_WORD)
			return word_index(props[i].words, dt_str(fdt, node, prop));
	return -1;
}

/* --- values ---------------------------------------------------------------------------- */

#define WRONG(c, node, p, ...) \
	part_report(c, FOUND(RULE_VALUE, node, .prop = (p)->name), __VA_ARGS__)

/* A property that holds one string, or NULL. */
static const char *one_string(struct check *c, int node, const struct prop *p)
{
	const char *s = dt_str(c->fdt, node, p->name);
	int len;

	return fdt_getprop(c->fdt, node, p->name, &len) && s && (int)strlen(s) == len - 1 ? s :
											    NULL;
}

static void check_flag(struct check *c, int node, const struct prop *p)
{
	int len;

	if (fdt_getprop(c->fdt, node, p->name, &len) && len)
		WRONG(c, node, p, "takes no value");
}

static void check_word(struct check *c, int node, const struct prop *p)
{
	const char *s = one_string(c, node, p);
	struct nearest n;
	char all[48] = "";

	if (!s) {
		WRONG(c, node, p, "not one string");
		return;
	}
	if (word_index(p->words, s) >= 0)
		return;
	nearest_init(&n, s);
	for (int i = 0; p->words[i]; i++) {
		nearest_offer(&n, p->words[i]);
		strcat(all, i ? ", " : "");
		strcat(all, p->words[i]);
	}
	part_report(c,
		    FOUND(RULE_VALUE, node, .prop = p->name, .have = s,
			  .want = n.best ? n.best : all),
		    n.best ? "unknown value \"%.40s\"; did you mean \"%s\"?" :
			     "unknown value \"%.40s\"; it can be %s",
		    s, n.best ? n.best : all);
}

static void check_path(struct check *c, int node, const struct prop *p)
{
	const char *s = one_string(c, node, p);

	if (!s || s[0] != '/')
		WRONG(c, node, p, "not one path that begins with /");
}

static void check_text(struct check *c, int node, const struct prop *p)
{
	const char *s = one_string(c, node, p);

	if (!s || !s[0])
		WRONG(c, node, p, "not one string");
}

static void check_address(struct check *c, int node, const struct prop *p)
{
	uint32_t v;

	if (dt_addr(c->fdt, node, p->name, &v))
		WRONG(c, node, p, "not an address below 4 GiB");
}

static void check_number(struct check *c, int node, const struct prop *p)
{
	uint32_t v, second;

	if (dt_u32(c->fdt, node, p->name, 0, &v) || !dt_u32(c->fdt, node, p->name, 1, &second))
		WRONG(c, node, p, "not one cell");
	else if (v < p->min || v > p->max)
		WRONG(c, node, p, "%lu is not between %lu and %lu", (unsigned long)v,
		      (unsigned long)p->min, (unsigned long)p->max);
}

/* True if the host's tree has a CPU of this number. */
static bool host_has_cpu(const void *host, uint32_t cpu)
{
	int cpus = fdt_path_offset(host, "/cpus"), node;
	uint32_t reg;

	fdt_for_each_subnode(node, host, cpus)
		if (!dt_u32(host, node, "reg", 0, &reg) && reg == cpu)
			return true;
	return false;
}

static void check_cpus(struct check *c, int node, const struct prop *p)
{
	uint32_t cpu;
	unsigned i;

	for (i = 0; !dt_u32(c->fdt, node, p->name, i, &cpu); i++)
		if (!c->host->cpu_online(cpu))
			WRONG(c, node, p, "CPU %lu %s", (unsigned long)cpu,
			      host_has_cpu(c->host->fdt, cpu) ? "does not run guests" :
								"does not exist on this host");
	if (!i)
		WRONG(c, node, p, "not a list of CPU numbers");
}

static void (*const check_value[])(struct check *c, int node, const struct prop *p) = {
	[TYPE_FLAG] = check_flag,       [TYPE_WORD] = check_word,     [TYPE_PATH] = check_path,
	[TYPE_ADDRESS] = check_address, [TYPE_NUMBER] = check_number, [TYPE_CPUS] = check_cpus,
	[TYPE_TEXT] = check_text,
};

/* --- names and places ------------------------------------------------------------------- */

static void unknown_prop(struct check *c, int node, const char *name)
{
	struct nearest n;

	nearest_init(&n, name);
	for (unsigned i = 0; i < ARRAY_SIZE(props); i++)
		nearest_offer(&n, props[i].name);
	part_report(c, FOUND(RULE_PROP, node, .prop = name, .have = name, .want = n.best),
		    "unknown property%s%s%s", n.best ? "; did you mean " : "", n.best ? n.best : "",
		    n.best ? "?" : "");
}

static void check_prop(struct check *c, int node, const char *name)
{
	static const char *const where[] = {
		[IN_CHOSEN] = "/chosen",
		[IN_ROOT | IN_CHOSEN] = "/ and /chosen",
		[IN_DEVICE] = "nodes of devices",
		[IN_CLASS] = "nodes of devices",
	};

	for (unsigned i = 0; i < ARRAY_SIZE(props); i++) {
		if (strcmp(props[i].name, name))
			continue;
		if (props[i].places & place_of(c->fdt, node))
			check_value[props[i].type](c, node, &props[i]);
		else
			part_report(c,
				    FOUND(RULE_PLACE, node, .prop = name,
					  .want = where[props[i].places]),
				    "is for %s only", where[props[i].places]);
		return;
	}
	unknown_prop(c, node, name);
}

bool part_class_has(const struct emul_class *cls, const char *prop)
{
	for (const char *const *p = cls ? cls->props : NULL; p && *p; p++)
		if (!strcmp(*p, prop))
			return true;
	return false;
}

void part_check_class_props(struct check *c, int node, const struct emul_class *cls)
{
	for (unsigned i = 0; i < ARRAY_SIZE(props); i++)
		if (props[i].places == IN_CLASS && has(c->fdt, node, props[i].name) &&
		    !part_class_has(cls, props[i].name))
			part_report(c, FOUND(RULE_NO_EFFECT, node, .prop = props[i].name),
				    "this device has no such property");
}

/* Devicetree Specification 2.3.4; Linux takes "ok" for "okay". */
static void check_status(struct check *c, int node)
{
	static const char *const known[] = { "okay", "disabled", "reserved", "fail", "ok", NULL };
	const char *s = dt_str(c->fdt, node, "status");
	struct nearest n;

	if (!has(c->fdt, node, "status") || word_index(known, s) >= 0 ||
	    (s && !strncmp(s, "fail-", 5)))
		return;
	nearest_init(&n, s ? s : "");
	for (unsigned i = 0; known[i]; i++)
		nearest_offer(&n, known[i]);
	part_report(c,
		    FOUND(RULE_STATUS, node, .prop = "status", .have = s,
			  .want = n.best ? n.best : "okay"),
		    "\"%.40s\" is no status: the node is left out, as if it were disabled; did you "
		    "mean \"%s\"?",
		    s ? s : "", n.best ? n.best : "okay");
}

void part_check_props(struct check *c)
{
	int chosen = fdt_path_offset(c->fdt, "/chosen"), prop;

	for (int node = 0; part_go_on(c, node); node = fdt_next_node(c->fdt, node, NULL)) {
		check_status(c, node);
		fdt_for_each_property_offset(prop, c->fdt, node) {
			const char *name = NULL;

			if (fdt_getprop_by_offset(c->fdt, prop, &name, NULL) && name &&
			    !strncmp(name, PREFIX, strlen(PREFIX)))
				check_prop(c, node, name);
		}
	}
	if (chosen < 0)
		part_report(c, FOUND(RULE_KERNEL, -1),
			    "no /chosen, which has to name " PREFIX "kernel");
	else if (!has(c->fdt, chosen, PREFIX "kernel"))
		part_report(c, FOUND(RULE_KERNEL, chosen, .want = PREFIX "kernel"),
			    "no " PREFIX "kernel: the file to run");
}
