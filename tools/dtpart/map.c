/* SPDX-License-Identifier: Apache-2.0 */
/* The whole host by owner: a table, JSON, or a drawing. */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "dtpart.h"

static const char *owner_name(const struct part_row *r)
{
	return r->owner ? r->owner : r->ram ? "free" : "-";
}

static void text_row(void *arg, const struct part_row *r)
{
	char irqs[64] = "";
	unsigned n = 0;

	for (unsigned i = 0; i < EMUL_MAX_IRQS && r->irqs[i]; i++)
		n += (unsigned)snprintf(irqs + n, sizeof(irqs) - n, i ? ",%d" : "%d", r->irqs[i]);
	printf("%08x-%08x %-12s %-9s %s", r->base, r->base + (r->size - 1), owner_name(r), irqs,
	       r->path);
	if (r->guest_path && strcmp(r->guest_path, r->path))
		printf(" (its %s)", r->guest_path);
	putchar('\n');
}

static void json_row(void *arg, const struct part_row *r)
{
	unsigned *n = arg;

	printf("%s\n  {\"base\": %u, \"size\": %u, \"ram\": %s, \"owner\": ", (*n)++ ? "," : "[",
	       r->base, r->size, r->ram ? "true" : "false");
	print_json_string(r->owner);
	printf(", \"node\": ");
	print_json_string(r->path);
	printf(", \"guest_node\": ");
	print_json_string(r->guest_path);
	printf(", \"interrupts\": [");
	for (unsigned i = 0; i < EMUL_MAX_IRQS && r->irqs[i]; i++)
		printf("%s%d", i ? ", " : "", r->irqs[i]);
	printf("]}");
}

int cmd_map(struct args *a, struct partition *p)
{
	unsigned n = 0;

	if (a->svg) {
		map_svg(p);
	} else if (a->json) {
		part_map(p, json_row, &n);
		printf("%s]\n", n ? "\n" : "[");
	} else {
		printf("%-17s %-12s %-9s %s\n", "HOST ADDRESSES", "OWNER", "INTIDS", "NODE");
		part_map(p, text_row, NULL);
	}
	return 0;
}
