// SPDX-License-Identifier: Apache-2.0
/* Who has an address of the host: guests, the VMM, or nobody. */
#include <stdio.h>

#include <libfdt.h>

#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/page.h>
#include <espalier/partition.h>

struct query {
	uint32_t a;
	struct part_owner *o;
};

static void ask_guest(struct guest *g, void *arg)
{
	const struct query *q = arg;

	for (unsigned i = 0; i < g->map.n; i++) {
		const struct region *r = &g->map.regions[i];

		if ((r->kind != REGION_RAM && r->kind != REGION_PASS) || !r->host.v ||
		    q->a - r->host.v >= r->size)
			continue;
		q->o->owner = g->name;
		q->o->guest_path = r->path;
	}
}

/* The innermost node of the host with the address in its `reg`; negative if none. */
static int host_node_at(uint32_t a)
{
	int found = -1;
	uint32_t best = UINT32_MAX;

	for (int n = 0; n >= 0; n = fdt_next_node(host_fdt, n, NULL)) {
		uint32_t base, size;

		for (unsigned i = 0; !dt_reg(host_fdt, n, i, &base, &size); i++) {
			if (a - base >= size || size > best)
				continue;
			found = n;
			best = size;
		}
	}
	return found;
}

void partition_find(uint32_t a, struct part_owner *o)
{
	struct query q = { a, o };

	*o = (struct part_owner){ .what = PART_NOTHING, .host_node = host_node_at(a) };
	guest_for_each(ask_guest, &q);
	if (page_is_ram(HPA(a), 1)) {
		o->what = PART_RAM;
		if (!o->owner)
			o->owner = PART_VMM;
		return;
	}
	if (o->host_node < 0)
		return;
	o->what = PART_DEVICE;
	o->driver = device_driver(host_fdt, o->host_node);
	if (o->driver)
		o->owner = PART_VMM;
}

const char *partition_owner_of(uint32_t a, char *buf, unsigned len)
{
	char path[DT_PATH_MAX] = "?";
	struct part_owner o;

	partition_find(a, &o);
	if (o.what == PART_DEVICE)
		dt_path(host_fdt, o.host_node, path, sizeof(path));
	if (o.what == PART_DEVICE)
		snprintf(buf, len, "%s, which belongs to %s", path, o.owner ? o.owner : "nobody");
	else if (o.what == PART_RAM)
		snprintf(buf, len, "RAM of %s", o.owner);
	else
		snprintf(buf, len, "nothing");
	return buf;
}
