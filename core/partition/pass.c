/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices of the host that a guest gets for itself.  A range that can be
 * given away lies in pages of its own, belongs to nobody, and to a device that
 * is known not to reach memory by itself: there is no IOMMU to confine it.
 */
#include "partition_int.h"

#define MIN_SPI 32
#define MAX_SPI 1019

/* Slaves only.  SRAM is not among them: firmware may park CPUs in it. */
static const char *const no_dma[] = {
	"arm,pl011", "arm,pl031", "arm,pl041", "arm,pl050",    "arm,pl061",    "arm,pl180",
	"arm,pl181", "arm,sp804", "cfi-flash", "smsc,lan9115", "smsc,lan9118", NULL,
};

/* Parts of the processor: whoever has one has the machine.  Guests get emulated ones. */
static const char *const processor[] = {
	"arm,cortex-a9-gic",
	"arm,cortex-a15-gic",
	"arm,gic-400",
	"arm,cortex-a9-scu",
	"arm,cortex-a9-global-timer",
	"arm,cortex-a9-twd-timer",
	"arm,cortex-a9-twd-wdt",
	"arm,pl310-cache",
	"arm,armv7-timer",
	NULL,
};

bool part_of_processor(const void *fdt, int node) { return dt_match(fdt, node, processor) != NULL; }

/* A pass-through device being looked at. */
struct pass {
	struct check *c;
	int node, host;
	const char *path; /* of node */
};

#define AT(p, r, ...) FOUND(r, (p)->node, __VA_ARGS__)

/* --- ranges ----------------------------------------------------------------------------- */

static bool is_above(const void *fdt, int node, int above)
{
	for (; node >= 0; node = dt_parent(fdt, node))
		if (node == above)
			return true;
	return false;
}

/*
 * Another node of the host's with registers in the pages of the range; -1: none.  In what
 * is not whole pages a disabled one counts as well: the firmware may have it.
 */
static int part_pass_neighbour(const struct pass *p, uint32_t base, uint32_t size)
{
	const void *fdt = p->c->host->fdt;
	bool whole = !((base | size) & PAGE_MASK);
	uint64_t first = ALIGN_DOWN(base, PAGE_SIZE);
	uint64_t end = ALIGN_UP((uint64_t)base + size, (uint64_t)PAGE_SIZE);
	struct dt_span_walk w = { .fdt = fdt };
	struct dt_span s;

	while (dt_next_span(&w, &s))
		if (s.size && s.base < end && (uint64_t)s.base + s.size > first &&
		    !is_above(fdt, s.node, p->host) && !is_above(fdt, p->host, s.node) &&
		    (!whole || dt_available(fdt, s.node)))
			return s.node;
	return -1;
}

static bool touches_ram(const struct pass *p, uint32_t base, uint32_t size)
{
	for (uint32_t off = 0; off < size; off += PAGE_SIZE)
		if (p->c->host->is_ram(base + off, PAGE_SIZE))
			return true;
	return false;
}

/* Somebody else's registers, or parts of pages. */
static bool pages_free(const struct pass *p, uint32_t base, uint32_t size)
{
	const void *fdt = p->c->host->fdt;
	int other = part_pass_neighbour(p, base, size);
	const char *driver = other < 0 ? NULL : p->c->host->driver(fdt, other);
	char path[DT_PATH_MAX] = "?", have[32];

	if (other >= 0)
		dt_path(fdt, other, path, sizeof(path));
	snprintf(have, sizeof(have), "0x%08lx + 0x%lx", (unsigned long)base, (unsigned long)size);
	if (driver)
		part_report(p->c,
			    AT(p, RULE_VMM, .prop = "reg", .have = have, .owner = PART_VMM,
			       .owner_path = path),
			    "in the pages of the host's %s is %.80s, a device of the VMM (driver"
			    " %s)",
			    have, path, driver);
	else if (other >= 0)
		part_report(p->c,
			    AT(p, RULE_PAGE_SHARED, .prop = "reg", .have = have,
			       .owner_path = path),
			    "the host's %s shares a page with %.80s", have, path);
	else
		return true;
	return false;
}

/* Has no guest got any of it? */
static bool part_pass_unowned(const struct pass *p, uint32_t base, uint32_t size)
{
	for (const struct part_guest *g = p->c->p->guests; g; g = g->next)
		for (unsigned i = 0; i < g->nr_ranges; i++) {
			const struct part_range *r = &g->ranges[i];
			char have[16];

			if (r->kind != REGION_PASS || !ranges_meet(r->host, r->size, base, size))
				continue;
			snprintf(have, sizeof(have), "0x%08lx", (unsigned long)base);
			part_report(p->c,
				    AT(p, RULE_OWNED, .prop = "reg", .have = have, .owner = g->name,
				       .owner_path = r->path),
				    "the host's %s belongs to %s: %s", have, g->name, r->path);
			return false;
		}
	return true;
}

static bool range_free(const struct pass *p, uint32_t base, uint32_t size)
{
	char have[16];

	if (touches_ram(p, base, size)) {
		snprintf(have, sizeof(have), "0x%08lx", (unsigned long)base);
		part_report(p->c,
			    AT(p, RULE_HOST_RAM, .prop = "reg", .have = have, .owner = PART_VMM),
			    "the host's %s is RAM", have);
		return false;
	}
	return pages_free(p, base, size);
}

/* Takes away what an earlier entry of the node has; false if nothing is left. */
static bool rest_of(const struct check *c, struct part_range *r)
{
	for (unsigned i = 0; i < c->g->nr_ranges; i++) {
		const struct part_range *have = &c->g->ranges[i];
		uint32_t off = r->base - have->base;

		if (have->node != r->node || off >= have->size || r->host - have->host != off)
			continue;
		if (have->size - off >= r->size)
			return false;
		r->base += have->size - off;
		r->host += have->size - off;
		r->size -= have->size - off;
	}
	return true;
}

/*
 * Registers that do not fill their pages, and that share them with nothing that the host's
 * tree has, get them whole.
 */
static void add_pages(const struct pass *p, struct part_range r)
{
	uint32_t off = r.host & PAGE_MASK, size = ALIGN_UP(off + r.size, PAGE_SIZE);

	if ((r.base & PAGE_MASK) != off) {
		part_report(p->c, AT(p, RULE_PAGES, .prop = "reg"),
			    "0x%08lx does not lie in its"
			    " page as the host's 0x%08lx does",
			    (unsigned long)r.base, (unsigned long)r.host);
		return;
	}
	if (size != r.size)
		part_report(p->c, AT(p, RULE_PAGE_MORE, .prop = "reg"),
			    "the host's 0x%08lx + 0x%lx"
			    " does not fill its pages, which are given whole",
			    (unsigned long)r.host, (unsigned long)r.size);
	r.base -= off;
	r.host -= off;
	r.size = size;
	if (rest_of(p->c, &r) && part_pass_unowned(p, r.host, r.size))
		part_add_range(p->c, &r);
}

static void add_range(const struct pass *p, struct part_range *r)
{
	uint32_t size = 0;
	char have[16], want[16];
	int err = dt_reg(p->c->host->fdt, p->host, r->window, &r->host, &size);

	if (err || size != r->size) {
		snprintf(have, sizeof(have), "0x%lx", (unsigned long)r->size);
		snprintf(want, sizeof(want), err ? "none" : "0x%lx", (unsigned long)size);
		part_report(p->c, AT(p, RULE_HOST_REG, .prop = "reg", .have = have, .want = want),
			    "entry %u is not as in the host's tree: size %s, there %s", r->window,
			    have, want);
		return;
	}
	if (range_free(p, r->host, r->size))
		add_pages(p, *r);
}

static void add_ranges(const struct pass *p)
{
	struct part_range r = {
		.kind = REGION_PASS,
		.node = p->node,
		.host_node = p->host,
		.path = p->path,
	};

	for (;; r.window++) {
		int got = part_read_reg(p->c, p->node, r.window, &r.base, &r.size);

		if (!got && !r.window)
			part_report(p->c, AT(p, RULE_REG, .prop = "reg"), "no entries");
		if (got <= 0)
			return;
		add_range(p, &r);
	}
}

/* --- interrupts -------------------------------------------------------------------------- */

/* Nobody but this node has the host's interrupt; if somebody has, it was reported. */
static bool irq_unowned(const struct pass *p, unsigned host_irq)
{
	const char *owner;
	char have[12];

	snprintf(have, sizeof(have), "%u", host_irq);
	for (const struct part_guest *g = p->c->p->guests; g; g = g->next)
		for (unsigned i = 0; i < g->nr_irqs; i++) {
			const struct part_irq *irq = &g->irqs[i];

			if (irq->host != host_irq)
				continue;
			part_report(p->c,
				    AT(p, RULE_IRQ_OWNED, .prop = "interrupts", .have = have,
				       .owner = g->name, .owner_path = irq->path),
				    "the host's INTID %s belongs to %s: %s", have, g->name,
				    irq->path);
			return false;
		}
	owner = p->c->host->irq_owner ? p->c->host->irq_owner(host_irq) : NULL;
	if (owner)
		part_report(p->c,
			    AT(p, RULE_IRQ_OWNED, .prop = "interrupts", .have = have,
			       .owner = PART_VMM, .owner_path = owner),
			    "the host's INTID %s belongs to %s", have, owner);
	return !owner;
}

static void add_irq(const struct pass *p, int intid, int host_irq)
{
	if (intid < MIN_SPI || intid > MAX_SPI || host_irq < MIN_SPI || host_irq > MAX_SPI)
		part_report(p->c, AT(p, RULE_HOST_IRQ, .prop = "interrupts"),
			    "INTID %d of the host as %d: only SPIs can be passed through", host_irq,
			    intid);
	else if (irq_unowned(p, (unsigned)host_irq))
		part_add_irq(p->c, &(struct part_irq){ (unsigned)intid, (unsigned)host_irq, -1,
						       p->node, p->path });
}

/* Entry by entry: the guest may have fewer than the host, and may number them anew. */
static void part_pass_add_irqs(const struct pass *p)
{
	char why[IRQ_WHY_MAX];

	for (unsigned i = 0;; i++) {
		int intid = irq_from_dt(p->c->fdt, p->node, i);
		int host_irq = irq_from_dt(p->c->host->fdt, p->host, i);

		if (intid == -ENOENT)
			return;
		if (intid >= 0 && host_irq >= 0) {
			add_irq(p, intid, host_irq);
			continue;
		}
		/* Whoever has that controller has the interrupt, in one of its own. */
		if (intid == -EXDEV && host_irq == -EXDEV)
			continue;
		if (intid < 0)
			part_report(p->c, AT(p, RULE_IRQ, .prop = "interrupts"), "entry %u: %s", i,
				    irq_why(p->c->fdt, p->node, i, why));
		else
			part_report(p->c, AT(p, RULE_HOST_IRQ, .prop = "interrupts"),
				    "entry %u: the host's device has none that leads to its "
				    "interrupt controller",
				    i);
		return;
	}
}

/* --- the device ---------------------------------------------------------------------------- */

/* Node of the host that `node` stands for; negative after an error. */
static int host_node(struct check *c, int node, const char *path)
{
	const char *prop = has(c->fdt, node, "espalier,host-node") ? "espalier,host-node" : NULL;
	int host;

	if (prop)
		path = dt_str(c->fdt, node, prop);
	if (!path || path[0] != '/')
		return -EINVAL; /* reported already */
	host = dt_find(c->host->fdt, path);
	if (host < 0)
		part_report(c, FOUND(RULE_HOST_NODE, node, .prop = prop, .have = path),
			    "the host has no node %.80s", path);
	else if (!dt_available(c->host->fdt, host))
		part_report(c, FOUND(RULE_HOST_OFF, node, .prop = prop, .have = path),
			    "%.80s is disabled on the host", path);
	else
		return host;
	return -ENODEV;
}

static bool is_the_vmms(const struct pass *p)
{
	const char *driver = p->c->host->driver(p->c->host->fdt, p->host);
	const char *part = dt_match(p->c->host->fdt, p->host, processor);

	if (driver)
		part_report(p->c, AT(p, RULE_VMM, .have = driver, .owner = PART_VMM),
			    "it is a device of the VMM (driver %s)", driver);
	else if (part)
		part_report(p->c, AT(p, RULE_VMM, .have = part, .owner = PART_VMM),
			    "\"%s\" is a part of the processor, which the VMM keeps", part);
	return driver || part;
}

static void part_pass_same_compatible(const struct pass *p)
{
	const char *have = dt_str(p->c->fdt, p->node, "compatible");
	const char *want = dt_str(p->c->host->fdt, p->host, "compatible");

	if (!have || fdt_node_check_compatible(p->c->host->fdt, p->host, have))
		part_report(p->c,
			    AT(p, RULE_HOST_COMPAT, .prop = "compatible", .have = have,
			       .want = want),
			    "\"%.40s\" is not as in the host's tree: \"%.40s\"", have ? have : "",
			    want ? want : "");
}

static void check_dma(const struct pass *p)
{
	bool allowed = has(p->c->fdt, p->node, "espalier,allow-dma");

	if (dt_match(p->c->host->fdt, p->host, no_dma))
		return;
	if (allowed)
		part_report(p->c, AT(p, RULE_DMA_ALLOWED, .prop = "espalier,allow-dma"),
			    "through this device the guest can reach all memory of the host");
	else
		part_report(p->c, AT(p, RULE_DMA, .prop = "compatible"),
			    "not a device that is known to do no DMA: without an IOMMU it could "
			    "read and write all memory, the VMM's too");
}

void part_check_pass(struct check *c, int node, const char *path)
{
	struct pass p = { c, node, host_node(c, node, path), path };

	if (p.host < 0 || is_the_vmms(&p))
		return;
	part_pass_same_compatible(&p);
	check_dma(&p);
	part_pass_add_irqs(&p);
	add_ranges(&p);
}

/* --- what is emulated although it could be had --------------------------------------------- */

/* A guest, fresh or not, that has the host's node. */
static bool part_pass_given(const struct partition *p, int host)
{
	for (const struct part_guest *g = p->guests; g; g = g->next)
		for (unsigned i = 0; i < g->nr_ranges; i++)
			if (g->ranges[i].kind == REGION_PASS && g->ranges[i].host_node == host)
				return true;
	return false;
}

/* A serial line of the host at the same path that nobody has: was it meant to be given? */
static bool part_pass_forgotten(const struct check *c, const struct part_dev *d, int host)
{
	const void *fdt = c->host->fdt;
	const char *compatible = dt_str(c->fdt, d->node, "compatible");

	return host > 0 && !has(c->fdt, d->node, "espalier,backing") &&
	       !has(c->fdt, d->node, "espalier,peer") && compatible &&
	       !fdt_node_check_compatible(fdt, host, compatible) && dt_available(fdt, host) &&
	       !c->host->driver(fdt, host) && !part_pass_given(c->p, host);
}

void part_check_forgotten(struct check *c)
{
	for (unsigned i = 0; i < c->g->nr_devs; i++) {
		const struct part_dev *d = &c->g->devs[i];

		if (d->cls->line && part_pass_forgotten(c, d, dt_find(c->host->fdt, d->path)))
			part_report(c,
				    FOUND(RULE_FORGOTTEN, d->node, .prop = "espalier,backing",
					  .have = "emulated", .want = "passthrough"),
				    "emulated, as nothing is said; the host's own %.80s is free "
				    "and "
				    "stays unused",
				    d->path);
	}
}
