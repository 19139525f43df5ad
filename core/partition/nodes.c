/* SPDX-License-Identifier: Apache-2.0 */
/* From nodes to the model: memory, CPUs, devices and their interrupts. */
#include "partition_int.h"

#define MAX_WINDOWS 8u /* `reg` entries of one emulated device */

/* --- ranges and interrupts ------------------------------------------------------------ */

/* Not whole entries, or what no bus translates: whose cells and ranges to look at. */
static void part_nodes_bad_reg(struct check *c, const struct found *f)
{
	char bus[DT_PATH_MAX] = "?";

	dt_path(c->fdt, dt_parent(c->fdt, f->node), bus, sizeof(bus));
	part_report(c, f, "malformed, or not covered by the ranges of its bus %.100s", bus);
}

int part_read_reg(struct check *c, int node, unsigned index, uint32_t *base, uint32_t *size)
{
	int err = dt_reg(c->fdt, node, index, base, size);
	struct found *f = FOUND(RULE_REG, node, .prop = "reg");

	if (err == -ENOENT)
		return 0;
	if (err == -ERANGE)
		part_report(c, f, "entry %u lies above 4 GiB", index);
	else if (err)
		part_nodes_bad_reg(c, f);
	else if (!*size)
		part_report(c, f, "entry %u has size 0", index);
	else
		return 1;
	return -EINVAL;
}

static void part_nodes_overlap(struct check *c, const struct part_range *r,
			       struct part_range *other)
{
	char have[RANGE_TEXT_MAX], want[RANGE_TEXT_MAX];

	if (other->kind == REGION_RAM && r->kind != REGION_RAM) {
		if (!other->covers++)
			other->covered =
				(struct part_covered){ r->base, r->size, r->node, r->path };
		return;
	}
	part_range_text(r->base, r->size, have);
	part_range_text(other->base, other->size, want);
	part_report(c,
		    FOUND(RULE_OVERLAP, r->node, .prop = "reg", .have = have, .want = want,
			  .owner = c->g->name, .owner_path = other->path),
		    "%s overlaps %s of %s", have, want, other->path);
}

bool part_add_range(struct check *c, const struct part_range *r)
{
	struct part_guest *g = c->g;
	bool pages = region_mapped(r->kind);
	struct part_range *p;
	unsigned at = 0;

	if (pages && ((r->base | r->size) & PAGE_MASK)) {
		part_report(c, FOUND(RULE_PAGES, r->node, .prop = "reg"),
			    "0x%08lx-0x%08lx is not whole pages of %u bytes",
			    (unsigned long)r->base, (unsigned long)(r->base + (r->size - 1)),
			    PAGE_SIZE);
		return false;
	}
	for (; at < g->nr_ranges && g->ranges[at].base < r->base; at++)
		;
	for (unsigned i = at ? at - 1 : 0; i < g->nr_ranges && i <= at; i++)
		if (ranges_meet(r->base, r->size, g->ranges[i].base, g->ranges[i].size)) {
			part_nodes_overlap(c, r, &g->ranges[i]);
			return false;
		}
	p = g->nr_ranges < PART_MAX_RANGES ? part_grow(g->ranges, g->nr_ranges, sizeof(*p)) : NULL;
	if (!p) {
		part_report(c, FOUND(RULE_TOO_MANY, r->node, .prop = "reg"),
			    "more than %u ranges in all, or out of memory", PART_MAX_RANGES);
		return false;
	}
	g->ranges = p;
	memmove(p + at + 1, p + at, (g->nr_ranges - at) * sizeof(*p));
	p[at] = *r;
	g->nr_ranges++;
	return true;
}

bool part_add_irq(struct check *c, const struct part_irq *irq)
{
	struct part_guest *g = c->g;
	struct part_irq *p;
	char intid[12];

	for (unsigned i = 0; i < g->nr_irqs; i++) {
		if (g->irqs[i].intid != irq->intid || g->irqs[i].node == irq->node)
			continue;
		snprintf(intid, sizeof(intid), "%u", irq->intid);
		part_report(c,
			    FOUND(RULE_IRQ_TWICE, irq->node, .prop = "interrupts", .have = intid,
				  .owner = g->name, .owner_path = g->irqs[i].path),
			    "INTID %s is of %s already", intid, g->irqs[i].path);
		return false;
	}
	p = g->nr_irqs < PART_MAX_IRQS ? part_grow(g->irqs, g->nr_irqs, sizeof(*p)) : NULL;
	if (!p) {
		part_report(c, FOUND(RULE_TOO_MANY, irq->node, .prop = "interrupts"),
			    "more than %u in all, or out of memory", PART_MAX_IRQS);
		return false;
	}
	g->irqs = p;
	p[g->nr_irqs++] = *irq;
	return true;
}

/* --- memory and CPUs ------------------------------------------------------------- */

static void add_memory(struct check *c, int node)
{
	struct part_range r = { .kind = REGION_RAM, .node = node, .path = part_keep_path(c, node) };
	int got = 1;

	for (unsigned i = 0; r.path && got; i++) {
		got = part_read_reg(c, node, i, &r.base, &r.size);
		if (got < 0)
			return;
		r.window = i;
		if (got)
			part_add_range(c, &r);
		else if (!i)
			part_report(c, FOUND(RULE_REG, node), "no reg");
	}
}

static void add_cpus(struct check *c, int cpus)
{
	int node;

	fdt_for_each_subnode(node, c->fdt, cpus)
		c->g->cpus += dt_is_cpu(c->fdt, node) && dt_enabled(c->fdt, node);
	if (c->g->cpus > PART_MAX_CPUS)
		part_report(c, FOUND(RULE_CPUS, cpus), "%u CPUs; a guest can have %u", c->g->cpus,
			    PART_MAX_CPUS);
}

/* --- devices --------------------------------------------------------------------- */

static const struct emul_class *class_for(const struct part_host *h, const char *compatible)
{
	for (const struct emul_class *const *c = h->classes; *c; c++)
		for (const char *const *s = (*c)->compatible; *s; s++)
			if (!strcmp(*s, compatible))
				return *c;
	return NULL;
}

const struct emul_class *part_find_class(const struct part_host *h, const void *fdt, int node)
{
	const struct emul_class *c = NULL;
	const char *s;

	for (int i = 0; !c && (s = fdt_stringlist_get(fdt, node, "compatible", i, NULL)); i++)
		c = class_for(h, s);
	return c;
}

enum backing part_backing(const void *fdt, int node, const struct emul_class *cls)
{
	int i = part_word(fdt, node, "espalier,backing");

	if (i >= 0)
		return (enum backing)i;
	return cls && !has(fdt, node, "espalier,backing") ? BACKING_EMULATED : BACKING_NONE;
}

static void part_nodes_add_irqs(struct check *c, int node, int dev, const char *path)
{
	for (unsigned i = 0;; i++) {
		int intid = irq_from_dt(c->fdt, node, i);

		if (intid == -ENOENT)
			return;
		if (intid < 0) {
			char why[IRQ_WHY_MAX];

			part_report(c, FOUND(RULE_IRQ, node, .prop = "interrupts"), "entry %u: %s",
				    i, irq_why(c->fdt, node, i, why));
			return;
		}
		if (i == EMUL_MAX_IRQS) {
			part_report(c, FOUND(RULE_TOO_MANY, node, .prop = "interrupts"),
				    "more than %d", EMUL_MAX_IRQS);
			return;
		}
		part_add_irq(c, &(struct part_irq){ .intid = (unsigned)intid,
						    .dev = dev,
						    .node = node,
						    .path = path });
	}
}

static void add_windows(struct check *c, struct part_range *r, bool shares)
{
	for (r->window = 0;; r->window++) {
		int got = part_read_reg(c, r->node, r->window, &r->base, &r->size);

		if (got <= 0)
			return;
		if (r->window == MAX_WINDOWS) {
			part_report(c, FOUND(RULE_TOO_MANY, r->node, .prop = "reg"),
				    "more than %u entries", MAX_WINDOWS);
			return;
		}
		if (shares)
			r->kind = r->window ? REGION_EMUL : REGION_CHANNEL;
		part_add_range(c, r);
	}
}

static void add_emulated(struct check *c, int node, const char *path, const struct emul_class *cls)
{
	struct part_guest *g = c->g;
	struct part_dev *p =
		g->nr_devs < PART_MAX_DEVS ? part_grow(g->devs, g->nr_devs, sizeof(*p)) : NULL;
	int dev = (int)g->nr_devs;

	if (!p) {
		part_report(c, FOUND(RULE_TOO_MANY, node), "more than %u emulated devices",
			    PART_MAX_DEVS);
		return;
	}
	g->devs = p;
	p[g->nr_devs++] = (struct part_dev){ cls, node, path };
	if (!strcmp(cls->name, "gic")) {
		if (g->gic >= 0)
			part_report(c,
				    FOUND(RULE_GIC_TWICE, node, .owner = g->name,
					  .owner_path = p[g->gic].path),
				    "second interrupt controller, after %s", p[g->gic].path);
		else
			g->gic = dev;
	}
	add_windows(c,
		    &(struct part_range){
			    .kind = REGION_EMUL, .dev = dev, .node = node, .path = path },
		    cls->shares_memory);
	part_nodes_add_irqs(c, node, dev, path);
}

static void only_passthrough(struct check *c, int node)
{
	static const char *const props[] = { "espalier,host-node", "espalier,allow-dma" };

	for (unsigned i = 0; i < ARRAY_SIZE(props); i++)
		if (has(c->fdt, node, props[i]))
			part_report(c, FOUND(RULE_NO_EFFECT, node, .prop = props[i]),
				    "only with espalier,backing = \"passthrough\"");
}

static bool is_network(const void *fdt, int node)
{
	static const char *const chips[] = { "smsc,lan9118", "smsc,lan9115", "smsc,lan91c111",
					     "virtio,net", NULL };
	const char *name = fdt_get_name(fdt, node, NULL);

	return dt_match(fdt, node, chips) || (name && !strncmp(name, "ethernet", 8));
}

static void no_backing(struct check *c, int node, bool emulated)
{
	const char *compatible = dt_str(c->fdt, node, "compatible");

	uint32_t base, size;

	if (!compatible)
		compatible = "";
	if (part_read_reg(c, node, 0, &base, &size) < 0)
		return;
	if (is_network(c->fdt, node))
		part_report(c, FOUND(RULE_NETWORK, node, .have = compatible),
			    "a network device (\"%.40s\") without a switch: none is emulated that "
			    "it could be joined to",
			    compatible);
	else if (emulated)
		part_report(c,
			    FOUND(RULE_CLASS, node, .prop = "espalier,backing", .have = compatible),
			    "\"emulated\": no emulated device is compatible with \"%.40s\"",
			    compatible);
	else
		part_report(c, FOUND(RULE_BACKING, node, .have = compatible),
			    "no emulated device is compatible with \"%.40s\"; set espalier,backing "
			    "= \"absent\" or \"passthrough\", or status = \"disabled\"",
			    compatible);
}

static void add_device(struct check *c, int node)
{
	const struct emul_class *cls = part_find_class(c->host, c->fdt, node);
	enum backing backing = part_backing(c->fdt, node, cls);
	const char *path;

	if (backing == BACKING_NONE && has(c->fdt, node, "espalier,backing"))
		return; /* reported already */
	if (backing != BACKING_PASSTHROUGH)
		only_passthrough(c, node);
	part_check_class_props(c, node, backing == BACKING_EMULATED ? cls : NULL);
	path = part_keep_path(c, node);
	if (!path)
		return;
	if (backing == BACKING_EMULATED && cls)
		add_emulated(c, node, path, cls);
	else if (backing == BACKING_PASSTHROUGH)
		part_check_pass(c, node, path);
	else if (backing == BACKING_ABSENT)
		add_windows(c,
			    &(struct part_range){
				    .kind = REGION_ABSENT, .node = node, .path = path },
			    false);
	else
		no_backing(c, node, backing == BACKING_EMULATED);
}

/* --- the walk ----------------------------------------------------------------------- */

bool part_is_plain(const void *fdt, int node)
{
	static const char *const names[] = { "aliases", "cpus", "reserved-memory" };
	const char *name;

	if (dt_is_memory(fdt, node))
		return true;
	for (int up = dt_parent(fdt, node); up > 0; up = dt_parent(fdt, up))
		node = up;
	name = fdt_get_name(fdt, node, NULL);
	for (unsigned i = 0; name && i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

bool part_is_mapped(const void *fdt, int node)
{
	for (int bus = dt_parent(fdt, node); bus > 0; bus = dt_parent(fdt, bus))
		if (!has(fdt, bus, "ranges"))
			return false;
	return true;
}

/* Handles one node; true if what lies below it belongs to it. */
static bool part_nodes_visit(struct check *c, int node, int depth)
{
	static const char *const plain[] = { "chosen", "aliases", "reserved-memory" };
	const char *name = fdt_get_name(c->fdt, node, NULL);

	if (!dt_enabled(c->fdt, node))
		return true;
	for (unsigned i = 0; depth == 1 && i < ARRAY_SIZE(plain); i++)
		if (name && !strcmp(name, plain[i]))
			return true;
	if (depth == 1 && name && !strcmp(name, "cpus")) {
		if (!c->ram_only)
			add_cpus(c, node);
		return true;
	}
	if (dt_is_memory(c->fdt, node)) {
		if (c->ram_only)
			add_memory(c, node);
		return true;
	}
	if (depth && has(c->fdt, node, "reg") && part_is_mapped(c->fdt, node)) {
		if (!c->ram_only)
			add_device(c, node);
		return true;
	}
	if (!c->ram_only && depth &&
	    (has(c->fdt, node, "espalier,backing") || has(c->fdt, node, "espalier,host-node")))
		part_report(c, FOUND(RULE_NO_EFFECT, node, .prop = "espalier,backing"),
			    "no reg with an address of the CPU stands here");
	return false;
}

static void part_nodes_walk(struct check *c, bool ram_only)
{
	int depth = 0, skip = INT32_MAX; /* nodes deeper than this belong to another */

	c->ram_only = ram_only;
	for (int node = 0; depth >= 0 && part_go_on(c, node);
	     node = fdt_next_node(c->fdt, node, &depth)) {
		if (depth <= skip)
			skip = part_nodes_visit(c, node, depth) ? depth : INT32_MAX;
		else if (!ram_only && has(c->fdt, node, "espalier,backing") &&
			 dt_enabled(c->fdt, node) && !part_is_plain(c->fdt, node))
			part_report(c, FOUND(RULE_NO_EFFECT, node, .prop = "espalier,backing"),
				    "the node lies inside a device or a disabled node");
	}
}

/* One device in RAM is that device's mistake; RAM that is laid over several is the memory's. */
static void check_covered(struct check *c, const struct part_range *r)
{
	const struct part_covered *d = &r->covered;
	char ram[RANGE_TEXT_MAX], dev[RANGE_TEXT_MAX];

	part_range_text(r->base, r->size, ram);
	part_range_text(d->base, d->size, dev);
	if (r->covers == 1)
		part_report(c,
			    FOUND(RULE_OVERLAP, d->node, .prop = "reg", .have = dev, .want = ram,
				  .owner = c->g->name, .owner_path = r->path),
			    "%s overlaps %s of %s", dev, ram, r->path);
	else
		part_report(c,
			    FOUND(RULE_OVERLAP, r->node, .prop = "reg", .have = ram,
				  .owner = c->g->name, .owner_path = d->path),
			    "the memory at %s lies over %u ranges of devices, first of all of "
			    "%.80s",
			    ram, r->covers, d->path);
}

void part_check_nodes(struct check *c)
{
	bool ram = false;

	part_nodes_walk(c, true);
	part_nodes_walk(c, false);
	for (unsigned i = 0; i < c->g->nr_ranges; i++) {
		ram |= c->g->ranges[i].kind == REGION_RAM;
		if (c->g->ranges[i].covers)
			check_covered(c, &c->g->ranges[i]);
	}
	if (!ram && !c->g->errors)
		part_report(c, FOUND(RULE_NO_MEMORY, -1),
			    "no memory: a node with device_type = \"memory\" and reg has to be "
			    "there");
	if (!c->g->cpus)
		part_report(c, FOUND(RULE_NO_CPU, -1),
			    "no CPU: /cpus needs a node with device_type = \"cpu\"");
}
