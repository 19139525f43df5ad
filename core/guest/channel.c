/* SPDX-License-Identifier: Apache-2.0 */
/* Which guests share which memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/channel.h>
#include <espalier/dt.h>
#include <espalier/log.h>
#include <espalier/page.h>

#include "guest_int.h"

static struct list channels = LIST_INIT(channels);

static struct channel *channel_find(const char *name)
{
	list_for_each(it, &channels) {
		struct channel *c = list_entry(it, struct channel, link);

		if (!strcmp(c->name, name))
			return c;
	}
	return NULL;
}

static struct channel *channel_create(const char *name, uint32_t size, hpa_t planned)
{
	struct channel *c = calloc(1, sizeof(*c));
	void *p = c ? page_alloc_at(planned, size >> PAGE_SHIFT, PAGE_GUEST) : NULL;

	if (!p) {
		free(c);
		return NULL;
	}
	ram_clear(p, size);
	strcpy(c->name, name);
	c->memory = p;
	c->size = size;
	list_add_before(&c->link, &channels);
	return c;
}

static void channel_destroy(struct channel *c)
{
	list_del(&c->link);
	page_free(c->memory, c->size >> PAGE_SHIFT);
	free(c);
}

/* --- joining ------------------------------------------------------------------ */

/* The model says that it fits: the rules of partition/peers.c. */
static int channel_join_region(struct guest *g, struct region *r, hpa_t planned)
{
	int node = dt_find(g->dtb, r->path);
	const char *name = dt_str(g->dtb, node, "espalier,channel");
	struct channel *c = name ? channel_find(name) : NULL;
	uint32_t end;

	if (!name || strlen(name) >= CHANNEL_NAME_MAX ||
	    dt_u32(g->dtb, node, "espalier,end", 0, &end) || end > 1 ||
	    (c && (c->size != r->size || c->end[end]))) {
		log_err("%s: %s: cannot be joined", g->dtb_path, r->path);
		return -EINVAL;
	}
	if (!c)
		c = channel_create(name, r->size, planned);
	if (!c) {
		log_err("%s: %s: the host's memory at 0x%08lx is taken", g->dtb_path, r->path,
			(unsigned long)planned.v);
		return -ENOMEM;
	}
	c->end[end] = r->dev;
	r->host = ptr_hpa(c->memory);
	return 0;
}

int channel_attach(struct guest *g)
{
	int err = 0;

	for (unsigned i = 0; !err && i < g->map.n; i++)
		if (g->map.regions[i].kind == REGION_CHANNEL)
			err = channel_join_region(g, &g->map.regions[i],
						  HPA(g->part.ranges[i].host));
	return err;
}

void channel_detach(struct guest *g)
{
	list_for_each_safe(it, &channels) {
		struct channel *c = list_entry(it, struct channel, link);

		for (unsigned e = 0; e < ARRAY_SIZE(c->end); e++)
			if (c->end[e] && c->end[e]->guest == g)
				c->end[e] = NULL;
		if (!c->end[0] && !c->end[1])
			channel_destroy(c);
	}
}

struct channel *channel_of(const struct emul_dev *d, unsigned *end)
{
	list_for_each(it, &channels) {
		struct channel *c = list_entry(it, struct channel, link);

		for (unsigned e = 0; e < ARRAY_SIZE(c->end); e++)
			if (c->end[e] == d) {
				*end = e;
				return c;
			}
	}
	return NULL;
}
