/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about the files that a guest loads: the plan that the loader makes, too. */
#include "dtb_diff.h"
#include "load_plan.h"

static void part_load_complain(void *arg, enum rule rule, const char *prop, const char *text)
{
	struct check *c = arg;

	part_report(c, FOUND(rule, fdt_path_offset(c->fdt, "/chosen"), .prop = prop), "%s", text);
}

struct told {
	struct check *c;
	struct dtb_diff d;
};

static void part_load_differs(void *arg, const char *path, const char *prop, const char *text)
{
	const struct told *t = arg;

	part_report(t->c,
		    FOUND(RULE_OTHER_TREE, -1, .path = path, .prop = prop, .have = t->d.have,
			  .want = t->d.want, .owner = t->d.owner),
		    "%s", text);
}

/* The tree that the kernel gets, if it is another one: its size, and what is different. */
static void look_at_dtb(struct check *c, struct load_plan *l, const void *dtb)
{
	struct told t = { c,
			  { .p = c->p,
			    .g = c->g,
			    .file = load_plan_dtb_file(c->g),
			    .fdt = dtb,
			    .tell = part_load_differs,
			    .arg = &t } };

	l->dtb = dtb;
	l->dtb_size = fdt_totalsize(dtb);
	dt_index(dtb);
	dtb_diff(&t.d);
	dt_forget(dtb);
}

static void check_files(struct check *c, struct load_plan *l)
{
	void *dtb;

	load_plan_dtb(l, &dtb);
	if (dtb)
		look_at_dtb(c, l, dtb);
	load_plan(l);
	load_plan_close(l);
	free(dtb);
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
	l->complain = part_load_complain;
	l->arg = c;
	check_files(c, l);
	free(l);
}
