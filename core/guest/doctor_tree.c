/* SPDX-License-Identifier: Apache-2.0 */
/* What a guest's tree says about its console, and what of that does not exist. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/guest.h>

#include "doctor_int.h"

#define WORD_MAX 48

static int doctor_tree_chosen(const struct guest *g) { return fdt_path_offset(g->dtb, "/chosen"); }

static const char *doctor_tree_bootargs(const struct guest *g)
{
	int node = doctor_tree_chosen(g);
	const char *s = node < 0 ? NULL : dt_str(g->dtb, node, "bootargs");

	return s ? s : "";
}

/*
 * The value of the next "key=value" of the boot arguments from *at on, up to its
 * first comma if `cut`.  False when there is none.
 */
static bool next_arg(const char **at, const char *key, char value[WORD_MAX])
{
	size_t k = strlen(key);

	while (**at) {
		const char *word = *at + strspn(*at, " ");
		size_t n = strcspn(word, " ");

		*at = word + n;
		if (n <= k || strncmp(word, key, k) || n - k >= WORD_MAX)
			continue;
		memcpy(value, word + k, n - k);
		value[n - k] = '\0';
		return true;
	}
	return false;
}

/* --- which device a name of Linux' means -------------------------------------------- */

static const char *const pl011[] = { "arm,pl011", NULL };
static const char *const ns8250[] = { "ns16550a", "ns16550", "ns8250", "snps,dw-apb-uart", NULL };
static const char *const virtio[] = { "virtio,mmio", NULL };
static const char *const display[] = { "arm,pl111", "arm,pl110", "arm,hdlcd", "simple-framebuffer",
				       NULL };

static const struct driver_names {
	const char *name;              /* before the number; longest first */
	const char *const *compatible; /* of the devices */
	const char *what;
	bool aliased; /* the number is that of an alias serialN, if any */
} names[] = {
	{ "ttyAMA", pl011, "PL011", true },
	{ "ttyS", ns8250, "8250", true },
	{ "hvc", virtio, "virtio", false },
	{ "tty", display, "display", false },
};

/* The n-th enabled device; negative if there are not so many. */
static int nth_device(const void *fdt, const char *const *compatible, unsigned n)
{
	for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL))
		if (dt_enabled(fdt, node) && dt_match(fdt, node, compatible) && !n--)
			return node;
	return -FDT_ERR_NOTFOUND;
}

bool doctor_has_timer(const struct guest *g)
{
	static const char *const timers[] = { "arm,cortex-a9-twd-timer",
					      "arm,cortex-a9-global-timer", "arm,sp804", NULL };

	return nth_device(g->dtb, timers, 0) >= 0;
}

static bool has_aliased(const void *fdt, const char *const *compatible, unsigned n)
{
	char alias[24];
	int node = fdt_path_offset(fdt, "/aliases");
	const char *path;

	snprintf(alias, sizeof(alias), "serial%u", n);
	path = node < 0 ? NULL : dt_str(fdt, node, alias);
	node = path && path[0] == '/' ? dt_find(fdt, path) : -1;
	return node >= 0 && dt_enabled(fdt, node) && dt_match(fdt, node, compatible);
}

/* False if the tree has no device that Linux would give this name of a console. */
static bool console_exists(const struct guest *g, const char *value, const char **what)
{
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		const struct driver_names *d = &names[i];
		size_t n = strlen(d->name);
		unsigned number;

		if (strncmp(value, d->name, n) || value[n] < '0' || value[n] > '9')
			continue;
		number = (unsigned)strtoul(value + n, NULL, 10);
		*what = d->what;
		if (d->aliased && has_aliased(g->dtb, d->compatible, number))
			return true;
		return nth_device(g->dtb, d->compatible, d->aliased ? number : 0) >= 0;
	}
	return true; /* not one we know */
}

/* --- checks -------------------------------------------------------------------------------- */

static bool no_console(const struct guest *g, char *buf, unsigned len)
{
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (nth_device(g->dtb, names[i].compatible, 0) >= 0)
			return false;
	snprintf(buf, len,
		 "its tree has no console: no enabled node is a UART, virtio or a display");
	return true;
}

static bool stdout_missing(const struct guest *g, char *buf, unsigned len)
{
	const char *s = doctor_tree_chosen(g) < 0 ?
				NULL :
				dt_str(g->dtb, doctor_tree_chosen(g), "stdout-path");
	int node = dt_stdout(g->dtb);

	if (!s || (node >= 0 && dt_enabled(g->dtb, node)))
		return false;
	snprintf(buf, len, "/chosen: stdout-path = \"%.60s\" names a node that %s", s,
		 node < 0 ? "does not exist" : "is disabled");
	return true;
}

static bool console_missing(const struct guest *g, char *buf, unsigned len)
{
	const char *at = doctor_tree_bootargs(g), *what;
	char value[WORD_MAX];

	while (next_arg(&at, "console=", value))
		if (!console_exists(g, value, &what)) {
			snprintf(buf, len,
				 "/chosen: bootargs: console=%s, but its tree has no such %s",
				 value, what);
			return true;
		}
	return false;
}

/* "pl011,0x10009000", "pl011,mmio32,0x10009000" */
static bool earlycon_missing(const struct guest *g, char *buf, unsigned len)
{
	const char *at = doctor_tree_bootargs(g);
	char value[WORD_MAX];

	while (next_arg(&at, "earlycon=", value)) {
		const char *number = strstr(value, ",0x");
		uint32_t a = number ? (uint32_t)strtoul(number + 1, NULL, 16) : 0;

		if (!number || traptab_find(&g->map, GPA(a)))
			continue;
		snprintf(buf, len,
			 "/chosen: bootargs: earlycon=%s, but nothing of its tree lies at 0x%08lx",
			 value, (unsigned long)a);
		return true;
	}
	return false;
}

static bool none_named(const struct guest *g, char *buf, unsigned len)
{
	const char *at = doctor_tree_bootargs(g);
	char value[WORD_MAX];

	if (doctor_tree_chosen(g) < 0 ||
	    fdt_getprop(g->dtb, doctor_tree_chosen(g), "stdout-path", NULL) ||
	    next_arg(&at, "console=", value))
		return false;
	snprintf(buf, len,
		 "no console is named: /chosen has neither stdout-path nor console= in its "
		 "bootargs");
	return true;
}

/* The node's first range is the host's own device: nothing of it comes by a vserial. */
static bool passed_through(const struct guest *g, char *buf, unsigned len)
{
	int node = dt_stdout(g->dtb);
	const struct region *r;
	uint32_t base, size;

	if (node < 0 || dt_reg(g->dtb, node, 0, &base, &size))
		return false;
	r = traptab_find(&g->map, GPA(base));
	if (!r || r->kind != REGION_PASS)
		return false;
	snprintf(buf, len, "its console %.80s is a line of the host: look there", r->path);
	return true;
}

bool (*const doctor_tree_check[])(const struct guest *g, char *buf, unsigned len) = {
	no_console, stdout_missing, console_missing, earlycon_missing, none_named, passed_through,
};
const unsigned doctor_tree_checks = ARRAY_SIZE(doctor_tree_check);
