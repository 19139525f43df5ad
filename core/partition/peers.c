/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of what joins two guests: both trees have to say the same.  A peer that does
 * not exist yet is looked at when it is created.
 */
#include <espalier/channel.h>

#include "partition_int.h"

#define PEER     "espalier,peer"
#define CHANNEL  "espalier,channel"
#define END      "espalier,end"
#define UART_MAX 48u /* of a UART's name, "guest1/uart1", NUL included */

/* --- wires ------------------------------------------------------------------------- */

/* "guest1/uart1" by alias or label (docs/channels.md); "" if it has neither. */
static void uart_name(const struct part_guest *g, const struct part_dev *d, char *buf)
{
	const char *label = dt_str(g->fdt, d->node, "label");
	char alias[] = "serial0";

	buf[0] = '\0';
	for (unsigned n = 0; n < 10; n++) {
		const char *path;

		alias[sizeof(alias) - 2] = (char)('0' + n);
		path = fdt_get_alias(g->fdt, alias);
		if (path && dt_find(g->fdt, path) == d->node) {
			snprintf(buf, UART_MAX, "%s/uart%u", g->name, n);
			return;
		}
	}
	if (label && snprintf(buf, UART_MAX, "%s/%s", g->name, label) >= (int)UART_MAX)
		buf[0] = '\0';
}

static const struct part_dev *find_uart(const struct part_guest *g, const char *name)
{
	char have[UART_MAX];

	for (unsigned i = 0; i < g->nr_devs; i++) {
		const struct part_dev *d = &g->devs[i];

		if (!part_class_has(d->cls, PEER))
			continue;
		uart_name(g, d, have);
		if (!strcmp(have, name))
			return d;
	}
	return NULL;
}

/* The guest whose name `line` begins with, or NULL. */
static const struct part_guest *guest_of(const struct partition *p, const char *line)
{
	size_t n = strcspn(line, "/");

	for (const struct part_guest *g = p->guests; g; g = g->next)
		if (strlen(g->name) == n && !memcmp(g->name, line, n))
			return g;
	return NULL;
}

/* The peer's tree, if it is there, has to name this UART, `name`. */
static void check_far_end(struct check *c, int node, const char *name, const char *peer)
{
	const struct part_guest *o = guest_of(c->p, peer);
	const struct part_dev *d = o ? find_uart(o, peer) : NULL;
	const char *back = d ? dt_str(o->fdt, d->node, PEER) : NULL;
	struct found *f = FOUND(RULE_WIRE, node, .prop = PEER, .have = peer);

	if (!o || (back && !strcmp(back, name)))
		return;
	f->owner = o->name;
	f->owner_path = d ? d->path : NULL;
	f->want = back;
	if (!d)
		part_report(c, f, "%s does not exist, although its guest does", peer);
	else if (!back)
		part_report(c, f, "%s is not wired to anything", peer);
	else
		part_report(c, f, "%s is wired to %.40s, not to this UART, %s", peer, back, name);
}

static void check_wire(struct check *c, const struct part_dev *d)
{
	const char *peer = dt_str(c->fdt, d->node, PEER);
	const char *slash = peer ? strchr(peer, '/') : NULL;
	char name[UART_MAX];

	if (!peer)
		return;
	uart_name(c->g, d, name);
	if (!name[0])
		part_report(c, FOUND(RULE_PEER, d->node, .prop = PEER),
			    "the UART has no name that its peer could have: no alias serial<n> and "
			    "no short label");
	else if (!slash || slash == peer || !slash[1] || strlen(peer) >= UART_MAX ||
		 guest_of(c->p, peer) == c->g)
		part_report(c, FOUND(RULE_PEER, d->node, .prop = PEER, .have = peer),
			    "\"%.48s\" is not a UART of another guest, as in \"guest1/uart1\"",
			    peer);
	else
		check_far_end(c, d->node, name, peer);
}

/* UARTs of other guests that are wired to one of this guest which is not to them. */
static void check_claim(struct check *c, const struct part_guest *o, const struct part_dev *far)
{
	const char *name = dt_str(o->fdt, far->node, PEER), *peer = NULL;
	const struct part_dev *d;
	char from[UART_MAX];

	if (!name || guest_of(c->p, name) != c->g)
		return;
	d = find_uart(c->g, name);
	if (d)
		peer = dt_str(c->fdt, d->node, PEER);
	uart_name(o, far, from);
	if (peer && !strcmp(peer, from))
		return;
	part_report(c,
		    FOUND(RULE_WIRE, d ? d->node : -1, .prop = PEER, .have = peer, .want = from,
			  .owner = o->name, .owner_path = far->path),
		    d ? "%s is wired to this UART, %.40s, which names %.48s" :
			"%s is wired to %.40s, which does not exist",
		    from, name, peer ? peer : "no peer");
}

/* --- channels ---------------------------------------------------------------------------- */

static const struct part_range *memory_of(const struct part_guest *g, const struct part_dev *d)
{
	for (unsigned i = 0; i < g->nr_ranges; i++)
		if (g->ranges[i].kind == REGION_CHANNEL && g->devs + g->ranges[i].dev == d)
			return &g->ranges[i];
	return NULL;
}

bool part_far_memory(const struct check *c, const struct part_range *r, uint32_t *host)
{
	const char *name = dt_str(c->fdt, r->node, CHANNEL);

	for (const struct part_guest *o = c->p->guests; name && o; o = o->next)
		for (unsigned i = 0; i < o->nr_ranges; i++) {
			const struct part_range *far = &o->ranges[i];
			const char *n = far->kind == REGION_CHANNEL && far != r ?
						dt_str(o->fdt, far->node, CHANNEL) :
						NULL;

			if (n && !strcmp(n, name) && far->host) {
				*host = far->host;
				return true;
			}
		}
	return false;
}

/* Is all there that a channel needs? */
static bool check_channel_node(struct check *c, const struct part_dev *d, const char *name)
{
	unsigned windows = 0, irqs = 0;
	struct found *f = FOUND(RULE_CHANNEL, d->node);

	for (unsigned i = 0; i < c->g->nr_ranges; i++)
		windows += c->g->ranges[i].node == d->node;
	for (unsigned i = 0; i < c->g->nr_irqs; i++)
		irqs += c->g->irqs[i].node == d->node;
	if (!name)
		part_report(c, f, "no " CHANNEL ": the channel's name");
	else if (strlen(name) >= CHANNEL_NAME_MAX)
		part_report(c, f, CHANNEL ": longer than %d bytes", CHANNEL_NAME_MAX - 1);
	else if (!has(c->fdt, d->node, END))
		part_report(c, f, "no " END ": <0> in one of the two trees, <1> in the other");
	else if (windows != 2)
		part_report(c, f, "reg: %u ranges instead of two, shared memory and doorbell",
			    windows);
	else if (irqs > 1)
		part_report(c, f, "interrupts: %u instead of one at most", irqs);
	else
		return true;
	return false;
}

/* Both are ends of the channel `name`. */
static void check_ends(struct check *c, const struct part_dev *d, const struct part_guest *o,
		       const struct part_dev *far, const char *name)
{
	const struct part_range *mine = memory_of(c->g, d), *other = memory_of(o, far);
	char have[16], want[16];
	uint32_t a = 0, b = 0;

	if (mine && other && mine->size != other->size) {
		snprintf(have, sizeof(have), "0x%lx", (unsigned long)mine->size);
		snprintf(want, sizeof(want), "0x%lx", (unsigned long)other->size);
		part_report(c,
			    FOUND(RULE_CHANNEL_SIZE, d->node, .prop = "reg", .have = have,
				  .want = want, .owner = o->name, .owner_path = far->path),
			    "%s bytes, but channel \"%s\" has %s in %s: %s", have, name, want,
			    o->name, far->path);
	}
	if (!dt_u32(c->fdt, d->node, END, 0, &a) && !dt_u32(o->fdt, far->node, END, 0, &b) &&
	    a == b)
		part_report(c,
			    FOUND(RULE_CHANNEL_END, d->node, .prop = END, .owner = o->name,
				  .owner_path = far->path),
			    "end %u of channel \"%s\" is %s: %s", (unsigned)a, name, o->name,
			    far->path);
}

static void check_channel(struct check *c, const struct part_dev *d)
{
	const char *name = dt_str(c->fdt, d->node, CHANNEL);

	if (!check_channel_node(c, d, name))
		return;
	for (const struct part_guest *o = c->p->guests; o; o = o->next)
		for (unsigned i = 0; i < o->nr_devs; i++) {
			const struct part_dev *far = &o->devs[i];
			const char *n = part_class_has(far->cls, CHANNEL) ?
						dt_str(o->fdt, far->node, CHANNEL) :
						NULL;

			if (n && far != d && !strcmp(n, name))
				check_ends(c, d, o, far, name);
		}
}

void part_check_peers(struct check *c)
{
	for (unsigned i = 0; i < c->g->nr_devs; i++) {
		const struct part_dev *d = &c->g->devs[i];

		if (part_class_has(d->cls, PEER))
			check_wire(c, d);
		if (part_class_has(d->cls, CHANNEL))
			check_channel(c, d);
	}
	for (const struct part_guest *o = c->p->guests; o; o = o->next)
		for (unsigned i = 0; o != c->g && i < o->nr_devs; i++)
			if (part_class_has(o->devs[i].cls, PEER))
				check_claim(c, o, &o->devs[i]);
}
