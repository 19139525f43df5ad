// SPDX-License-Identifier: Apache-2.0
/* Rules about the files that a guest loads: the plan that the loader makes, too. */
#include "load_plan.h"

static void complain(void *arg, enum rule rule, const char *prop, const char *text)
{
	struct check *c = arg;

	part_report(c, FOUND(rule, fdt_path_offset(c->fdt, "/chosen"), .prop = prop), "%s", text);
}

void part_check_load(struct check *c)
{
	struct load_plan *l = calloc(1, sizeof(*l));

	if (!l) {
		part_report(c, FOUND(RULE_FILE, -1), "out of memory");
		return;
	}
	l->g = c->g;
	l->files = c->host->files;
	l->dtb_size = fdt_totalsize(c->fdt);
	l->complain = complain;
	l->arg = c;
	load_plan(l);
	load_plan_close(l);
	free(l);
}
