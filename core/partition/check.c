/* SPDX-License-Identifier: Apache-2.0 */
/* The partition checker: which rules are applied, and what they report. */
#include "partition_int.h"

#define MAX_DEPTH 32
#define MAX_NODES 16384
#define TEXT_MAX  256
#define STR(n)    STR2(n)
#define STR2(n)   #n

/* --- what every rule uses ------------------------------------------------------------ */

void *part_grow(void *array, unsigned n, unsigned size)
{
	if (n & (n - 1))
		return array;
	return realloc(array, (size_t)(n ? 2 * n : 1) * size);
}

const char *part_range_text(uint32_t base, uint32_t size, char buf[RANGE_TEXT_MAX])
{
	snprintf(buf, RANGE_TEXT_MAX, "0x%08lx-0x%08lx", (unsigned long)base,
		 (unsigned long)(uint32_t)(base + (size - 1)));
	return buf;
}

bool part_go_on(struct check *c, int node)
{
	if (!c->p->stopped && c->p->stop)
		c->p->stopped = c->p->stop();
	return node >= 0 && !c->p->stopped;
}

static void part_check_count(struct check *c, const struct part_rule *rule)
{
	if (rule->severity == PART_WARNING) {
		c->g->warnings++;
		return;
	}
	c->g->errors++;
	if (!c->p->err)
		c->p->err = -rule->err;
}

void part_report(struct check *c, const struct found *f, const char *fmt, ...)
{
	struct part_finding out = {
		.rule = &part_rules[f->rule],
		.guest = c->g,
		.prop = f->prop,
		.have = f->have,
		.want = f->want,
		.owner = f->owner,
		.owner_path = f->owner_path,
	};
	char path[DT_PATH_MAX] = "", text[TEXT_MAX];
	va_list ap;

	if (c->p->stopped)
		return;
	part_check_count(c, out.rule);
	if (!c->p->report || (c->p->max && c->g->errors + c->g->warnings > c->p->max))
		return;
	if (f->path)
		snprintf(path, sizeof(path), "%s", f->path);
	else if (f->node >= 0 && dt_path(c->fdt, f->node, path, sizeof(path)))
		snprintf(path, sizeof(path), "node %.200s", fdt_get_name(c->fdt, f->node, NULL));
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out.path = path;
	out.text = text;
	c->p->report(c->p->arg, &out);
}

const char *part_finding_text(const struct part_finding *f, char *buf, unsigned len)
{
	char code[] = " [P000]";
	unsigned n;

	for (unsigned i = 5, v = f->rule->code; i > 2; i--, v /= 10)
		code[i] = (char)('0' + v % 10);
	snprintf(buf, len, "%s: %s%s%s%s%s", f->guest->file, f->path, f->path[0] ? ": " : "",
		 f->prop ? f->prop : "", f->prop ? ": " : "", f->text);
	n = strlen(buf);
	if (len > sizeof(code))
		strcpy(buf + MIN(n, len - (unsigned)sizeof(code)), code);
	return buf;
}

const char *part_keep_path(struct check *c, int node)
{
	char path[DT_PATH_MAX];
	struct part_path *p;

	if (dt_path(c->fdt, node, path, sizeof(path))) {
		part_report(c, FOUND(RULE_DEEP, node), "its path is longer than %d bytes",
			    DT_PATH_MAX - 1);
		return NULL;
	}
	p = malloc(sizeof(*p) + strlen(path) + 1);
	if (!p) {
		part_report(c, FOUND(RULE_FIT, node), "out of memory");
		return NULL;
	}
	strcpy(p->text, path);
	p->next = c->g->paths;
	c->g->paths = p;
	return p->text;
}

/* --- the list --------------------------------------------------------------------------- */

void part_add(struct partition *p, struct part_guest *g)
{
	struct part_guest **at = &p->guests;

	while (*at)
		at = &(*at)->next;
	g->next = NULL;
	g->gic = -1;
	*at = g;
}

void part_remove(struct partition *p, struct part_guest *g)
{
	for (struct part_guest **at = &p->guests; *at; at = &(*at)->next)
		if (*at == g) {
			*at = g->next;
			break;
		}
	for (struct part_path *s = g->paths, *next; s; s = next) {
		next = s->next;
		free(s);
	}
	dt_forget(g->fdt);
	free(g->ranges);
	free(g->irqs);
	free(g->devs);
	free(g->reserved);
	g->paths = NULL;
	g->ranges = NULL;
	g->irqs = NULL;
	g->devs = NULL;
	g->reserved = NULL;
	g->nr_ranges = g->nr_irqs = g->nr_devs = g->nr_reserved = 0;
}

/* --- rules about guests as a whole ------------------------------------------------- */

static void check_name(struct check *c)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	const char *name = c->g->name;
	size_t n = strlen(name);

	if (!n || n >= PART_NAME_MAX || strspn(name, allowed) != n)
		part_report(c, FOUND(RULE_NAME, -1, .have = name),
			    "guest name \"%s\": 1 to %d letters, digits, - and _ are allowed", name,
			    (int)PART_NAME_MAX - 1);
	for (struct part_guest *o = c->p->guests; o != c->g; o = o->next)
		if (!strcmp(o->name, name))
			part_report(c, FOUND(RULE_NAME_TWICE, -1, .have = name, .owner = o->name),
				    o->fresh ? "guest %s is in the list twice" :
					       "guest %s exists already",
				    name);
}

/* What dtc makes of a /plugin/: fragments for fdtoverlay. */
static bool is_overlay(const void *fdt)
{
	int node;

	fdt_for_each_subnode(node, fdt, 0)
		if (fdt_subnode_offset(fdt, node, "__overlay__") >= 0)
			return true;
	return false;
}

enum rule part_tree_error(const void *fdt, uint32_t size, const char **why)
{
	int depth = 0, nodes = 0, err = fdt_check_full(fdt, size);

	*why = err ? fdt_strerror(err) : NULL;
	if (!err && is_overlay(fdt))
		*why = "it is an overlay: apply it to a tree with fdtoverlay first";
	if (*why)
		return RULE_TREE;
	for (int n = 0; n >= 0 && depth >= 0; n = fdt_next_node(fdt, n, &depth)) {
		if (depth <= MAX_DEPTH && ++nodes <= MAX_NODES)
			continue;
		*why = depth > MAX_DEPTH ? "nodes are nested deeper than " STR(MAX_DEPTH) :
					   "more than " STR(MAX_NODES) " nodes";
		return RULE_DEEP;
	}
	return RULES;
}

/* Only trees that pass this are looked into. */
static bool check_tree(struct check *c)
{
	const char *why;
	enum rule rule = part_tree_error(c->fdt, c->g->size, &why);

	if (rule == RULES && dt_index(c->fdt)) {
		rule = RULE_DEEP;
		why = "out of memory";
	}
	if (rule != RULES)
		part_report(c, FOUND(rule, -1), "%s%s",
			    rule == RULE_TREE ? "not a device tree: " : "", why);
	return rule == RULES;
}

/* --- all of them --------------------------------------------------------------------- */

static void (*const tree_rules[])(struct check *c) = {
	part_check_unique, part_check_props, part_check_nodes, part_check_reserved, part_check_refs,
};

static void check_guest(struct partition *p, struct part_guest *g)
{
	struct check c = { p, p->host, g, g->fdt, false };

	check_name(&c);
	g->sound = check_tree(&c);
	if (!g->sound)
		return;
	for (unsigned i = 0; i < ARRAY_SIZE(tree_rules) && !p->stopped; i++)
		tree_rules[i](&c);
}

unsigned part_check(struct partition *p)
{
	unsigned errors = 0;

	p->err = 0;
	p->stopped = false;
	for (struct part_guest *g = p->guests; g; g = g->next)
		if (g->fresh)
			check_guest(p, g);
	part_check_memory(p);
	for (struct part_guest *g = p->guests; g; g = g->next) {
		struct check c = { p, p->host, g, g->fdt, false };

		if (g->fresh && g->sound && !p->stopped) {
			part_check_peers(&c);
			part_check_forgotten(&c);
			if (p->host->files)
				part_check_load(&c);
		}
		errors += g->fresh ? g->errors : 0;
	}
	return errors;
}
