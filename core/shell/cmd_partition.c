/* SPDX-License-Identifier: Apache-2.0 */
/* who-owns, map: which part of the host belongs to whom */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/partition.h>

#include "shell_int.h"

#define MAX_INTID 1019

static void print_owner(const struct part_owner *o)
{
	char text[DT_PATH_MAX + 64];

	part_owner_text(partition_machine(), o, text, sizeof(text));
	shell_printf("%s", text);
	if (o->guest_path)
		shell_printf(" (its %s)", o->guest_path);
	if (o->driver)
		shell_printf(" (driver %s)", o->driver);
	shell_printf("\n");
}

static int who_owns(int argc, char **argv)
{
	const struct partition *p = partition_machine();
	struct part_owner o;
	uint32_t v;
	int node;

	if (argv[0][0] == '/') {
		node = fdt_path_offset(host_fdt, argv[0]);
		if (node < 0) {
			shell_printf("%s: the host has no such node\n", argv[0]);
			return -ENOENT;
		}
		part_find_node(p, node, &o);
	} else if (shell_number(argv[0], 10, &v)) {
		return -EINVAL;
	} else if (v <= MAX_INTID && strncmp(argv[0], "0x", 2)) {
		part_find_irq(p, v, &o);
		shell_printf("INTID %u: ", (unsigned)v);
	} else {
		part_find(p, v, &o);
	}
	print_owner(&o);
	return 0;
}

/* clang-format off */
static const struct shell_sub who_owns_subs[] = {
	{ "", "<address>|<intid>|<path>", "who has an address (0x...), interrupt or node of the"
	  " host", 1, 1, { ARG_DT_PATH }, who_owns },
};
/* clang-format on */
SHELL_CMD(who_owns, "who-owns", "who has an address, an interrupt or a node of the host",
	  who_owns_subs);

static void map_row(void *arg, const struct part_row *r)
{
	char irqs[32] = "";
	unsigned n = 0;

	for (unsigned i = 0; i < EMUL_MAX_IRQS && r->irqs[i] && n < sizeof(irqs); i++)
		n += (unsigned)snprintf(irqs + n, sizeof(irqs) - n, i ? ",%d" : "%d", r->irqs[i]);
	shell_printf("%08x-%08x %-12s %-9s %s", (unsigned)r->base,
		     (unsigned)(r->base + (r->size - 1)),
		     r->owner ? r->owner :
		     r->ram   ? "free" :
				"-",
		     irqs, r->path);
	if (r->guest_path && strcmp(r->guest_path, r->path))
		shell_printf(" (its %s)", r->guest_path);
	shell_printf("\n");
}

static int cmd_partition_map(int argc, char **argv)
{
	shell_printf("%-17s %-12s %-9s %s\n", "HOST ADDRESSES", "OWNER", "INTIDS", "NODE");
	part_map(partition_machine(), map_row, NULL);
	return 0;
}

/* clang-format off */
static const struct shell_sub map_subs[] = {
	{ "", "", "all devices and RAM of the host by address, and their owners", 0, 0,
	  { ARG_NONE }, cmd_partition_map },
};
/* clang-format on */
SHELL_CMD(cmd_partition_map, "map", "the whole host by owner", map_subs);
