// SPDX-License-Identifier: Apache-2.0
/*
 * Devices of the host that a guest gets for itself.  A range that can be
 * given away lies in pages of its own, belongs to nobody, and to a device that
 * is known not to reach memory by itself: there is no IOMMU to confine it.
 */
#include <errno.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/irq.h>
#include <espalier/page.h>
#include <espalier/pass.h>
#include <espalier/vcon.h>

#include "guest_build.h"

/* Slaves only.  SRAM is not among them: firmware may park CPUs in it. */
static const char *const no_dma[] = {
	"arm,pl011", "arm,pl031",  "arm,pl041", "arm,pl050", "arm,pl061", "arm,pl180",
	"arm,pl181", "arm,sp804",  "cfi-flash", "smsc,lan9115", "smsc,lan9118", NULL
};

struct range {
	uint32_t base, size;
	const struct guest *owner; /* found: who has it */
	const char *path;
};

static bool overlaps(uint32_t a, uint32_t an, uint32_t b, uint32_t bn)
{
	return an && bn && a <= b + (bn - 1) && b <= a + (an - 1);
}

static void find_owner(struct guest *g, void *arg)
{
	struct range *want = arg;

	for (unsigned i = 0; !want->owner && i < g->map.n; i++) {
		const struct region *r = &g->map.regions[i];

		if (r->kind != REGION_PASS || !overlaps(r->host.v, r->size, want->base, want->size))
			continue;
		want->owner = g;
		want->path = r->path;
	}
}

/* A device of the VMM in the range's pages, by its driver's name; or NULL. */
static const char *own_device(uint32_t base, uint32_t size)
{
	for (int n = 0; n >= 0; n = fdt_next_node(host_fdt, n, NULL)) {
		const char *driver = device_driver(host_fdt, n);
		uint32_t a, s;

		for (unsigned i = 0; driver && !dt_reg(host_fdt, n, i, &a, &s); i++) {
			uint64_t end = (uint64_t)a + s;

			a = ALIGN_DOWN(a, PAGE_SIZE);
			end = ALIGN_UP(end, (uint64_t)PAGE_SIZE);
			if (s && overlaps(base, size, a, (uint32_t)(end - a)))
				return driver;
		}
	}
	return NULL;
}

static bool touches_ram(uint32_t base, uint32_t size)
{
	for (uint32_t off = 0; off < size; off += PAGE_SIZE)
		if (page_is_ram(HPA(base + off), PAGE_SIZE))
			return true;
	return false;
}

static bool range_free(struct build *b, int node, uint32_t base, uint32_t size)
{
	struct range want = { base, size, NULL, NULL };
	const char *driver;

	if ((base | size) & PAGE_MASK) {
		build_error(b, -EINVAL, node, "passthrough: the host's 0x%08lx + 0x%lx shares a"
			    " page with something else", (unsigned long)base, (unsigned long)size);
		return false;
	}
	if (touches_ram(base, size)) {
		build_error(b, -EINVAL, node, "passthrough: the host's 0x%08lx is RAM",
			    (unsigned long)base);
		return false;
	}
	driver = own_device(base, size);
	if (driver) {
		build_error(b, -EBUSY, node, "passthrough: the host's 0x%08lx is a device of the"
			    " VMM (driver %s)", (unsigned long)base, driver);
		return false;
	}
	find_owner(b->g, &want);
	guest_for_each(find_owner, &want);
	if (want.owner)
		build_error(b, -EBUSY, node, "passthrough: the host's 0x%08lx belongs to %s: %s",
			    (unsigned long)base, want.owner->name, want.path);
	return !want.owner;
}

static void add_range(struct build *b, int node, int host, unsigned index, struct region *r)
{
	uint32_t size;

	if (dt_reg(host_fdt, host, index, &r->host.v, &size) || size != r->size) {
		build_error(b, -EINVAL, node, "reg: entry %u is not as in the host's tree", index);
		return;
	}
	if (r->base.v & PAGE_MASK)
		build_error(b, -EINVAL, node, "reg: 0x%08lx does not begin a page",
			    (unsigned long)r->base.v);
	else if (range_free(b, node, r->host.v, r->size))
		build_region(b, node, r);
}

static bool same_compatible(struct build *b, int node, int host)
{
	const char *s = dt_str(b->fdt, node, "compatible");

	return s && fdt_node_check_compatible(host_fdt, host, s) == 0;
}

/* Node of the host that `node` stands for; negative after an error. */
static int host_node(struct build *b, int node, const char *path)
{
	int host, n;

	if (fdt_getprop(b->fdt, node, "espalier,host-node", NULL))
		path = dt_str(b->fdt, node, "espalier,host-node");
	if (!path || path[0] != '/')
		return -EINVAL; /* reported already */
	host = fdt_path_offset(host_fdt, path);
	if (host < 0)
		build_error(b, -ENODEV, node, "passthrough: the host has no node %.80s", path);
	for (n = host; n > 0 && dt_enabled(host_fdt, n);)
		n = fdt_parent_offset(host_fdt, n);
	if (n > 0) {
		build_error(b, -ENODEV, node, "passthrough: %.80s is disabled on the host", path);
		return -ENODEV;
	}
	return host;
}

static void claim_irq(struct build *b, int node, unsigned host_irq, unsigned intid,
		      const char *path)
{
	int err;

	if (!build_irq_free(b, node, NULL, intid))
		return;
	err = pass_irq_claim(b->g, host_irq, intid, path);
	if (err == -EBUSY)
		build_error(b, err, node, "interrupts: the host's INTID %u belongs to %s", host_irq,
			    pass_irq_owner(host_irq));
	else if (err == -EINVAL)
		build_error(b, err, node, "interrupts: INTID %u of the host as %u: only SPIs that"
			    " its GIC has can be passed through", host_irq, intid);
	else if (err)
		build_error(b, err, node, "out of memory");
}

/* Entry by entry: the guest may have fewer than the host, and may number them anew. */
static void claim_irqs(struct build *b, int node, int host, const char *path)
{
	for (unsigned i = 0;; i++) {
		int intid = irq_from_dt(b->fdt, node, i);
		int host_irq = irq_from_dt(host_fdt, host, i);

		if (intid == -ENOENT)
			return;
		if (intid >= 0 && host_irq >= 0) {
			claim_irq(b, node, (unsigned)host_irq, (unsigned)intid, path);
			continue;
		}
		build_error(b, -EINVAL, node, intid < 0 ? "interrupts: entry %u is malformed or"
			    " does not lead to an interrupt controller" :
			    "interrupts: entry %u: the host's device has none that leads to its"
			    " interrupt controller", i);
		return;
	}
}

/* A serial line that the VMM could use itself. */
static void claim_line(struct build *b, int node, int host)
{
	char path[DT_PATH_MAX];

	if (!dt_path(host_fdt, host, path, sizeof(path)) && pass_line_claim(b->g, path))
		build_error(b, -EBUSY, node, "passthrough: %.80s of the host belongs to %s", path,
			    chardev_find(path)->owner_name);
}

void build_passthrough(struct build *b, int node, const char *path)
{
	struct region r = { .kind = REGION_PASS, .path = path };
	int host = host_node(b, node, path), got = 1;
	const char *driver;

	if (host < 0)
		return;
	driver = device_driver(host_fdt, host);
	if (driver) {
		build_error(b, -EBUSY, node, "passthrough: it is a device of the VMM (driver %s)",
			    driver);
		return;
	}
	if (!same_compatible(b, node, host)) {
		build_error(b, -EINVAL, node, "passthrough: compatible is not as in the host's"
			    " tree");
		return;
	}
	if (!dt_match(host_fdt, host, no_dma)) {
		build_error(b, -ENOTSUP, node, "passthrough: not a device that is known to do no"
			    " DMA");
		return;
	}
	claim_irqs(b, node, host, path);
	claim_line(b, node, host);
	for (unsigned i = 0; got > 0; i++) {
		got = build_reg(b, node, i, &r.base.v, &r.size);
		if (got > 0)
			add_range(b, node, host, i, &r);
	}
}
