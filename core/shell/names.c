/* SPDX-License-Identifier: Apache-2.0 */
/* What the words of a command name: guests, vCPUs, serial lines, trees. */
#include <stdio.h>
#include <string.h>

#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/vcon.h>

#include "shell_int.h"

static void *not_found(const char *what, const struct nearest *n)
{
	shell_printf("%s: no such %s", n->word, what);
	if (n->best)
		shell_printf("; did you mean \"%s\"?", n->best);
	shell_printf("\n");
	return NULL;
}

static void names_offer_guest(struct guest *g, void *arg) { nearest_offer(arg, g->name); }

struct guest *shell_guest(const char *name)
{
	struct guest *g = guest_find(name);
	struct nearest n;

	if (g)
		return g;
	nearest_init(&n, name);
	guest_for_each(names_offer_guest, &n);
	return not_found("guest", &n);
}

/* "guest0/vcpu1" */
struct vcpu *shell_vcpu(const char *name)
{
	const char *slash = strchr(name, '/');
	char guest[GUEST_NAME_MAX];
	struct nearest n;
	struct guest *g;
	uint32_t id;

	nearest_init(&n, name);
	if (!slash || (unsigned)(slash - name) >= sizeof(guest)) {
		n.best = NULL;
		shell_printf("%s: not a vCPU; they are called like guest0/vcpu0\n", name);
		return NULL;
	}
	memcpy(guest, name, slash - name);
	guest[slash - name] = '\0';
	g = shell_guest(guest);
	if (!g)
		return NULL;
	if (strncmp(slash, "/vcpu", 5) || parse_u32(slash + 5, 10, &id) || id >= g->nr_vcpus) {
		shell_printf("%s: no such vCPU; %s has vcpu0", name, guest);
		if (g->nr_vcpus > 1)
			shell_printf(" to vcpu%u", g->nr_vcpus - 1);
		shell_printf("\n");
		return NULL;
	}
	return &g->vcpus[id];
}

static void names_offer_vserial(struct vserial *s, void *arg) { nearest_offer(arg, s->name); }

struct vserial *shell_vserial(const char *name)
{
	struct vserial *s = vserial_find(name);
	struct nearest n;

	if (s)
		return s;
	nearest_init(&n, name);
	vserial_for_each(names_offer_vserial, &n);
	return not_found("vserial", &n);
}

const char *shell_tree(const char *word, const void **fdt)
{
	const char *slash = strchr(word, '/');
	const char *colon = strchr(word, ':');
	char name[GUEST_NAME_MAX];
	struct guest *g;

	*fdt = host_fdt;
	if (colon && (!slash || colon < slash)) {
		if ((unsigned)(colon - word) >= sizeof(name))
			return NULL;
		memcpy(name, word, colon - word);
		name[colon - word] = '\0';
		g = guest_find(name);
		*fdt = g ? g->dtb : NULL;
		word = colon + 1;
	}
	return *fdt ? word : NULL;
}
