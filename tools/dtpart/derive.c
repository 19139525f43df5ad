/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest's tree from the host's.  What comes of it is compiled and judged by the rules,
 * and what they refuse is left out, if that is possible, or told.
 */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "derive.h"

#define RAM_ALIGN (128u << 20) /* a zImage takes RAM to begin at a multiple */

char *format(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = xalloc((size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

/* --- memory ------------------------------------------------------------------------------ */

uint32_t size_of(const char *s, const char *what)
{
	char *end;
	unsigned long long v = strtoull(s ? s : "", &end, 0);
	unsigned shift = *end == 'G' ? 30 : *end == 'M' ? 20 : *end == 'K' ? 10 : 0;

	if (!s || end == s || end[shift ? 1 : 0] || v > UINT32_MAX || (v << shift) > UINT32_MAX ||
	    !v)
		die("%s: a size such as 128M is needed", what);
	return (uint32_t)(v << shift);
}

/* Does a device of the host's lie in the range? */
static bool has_devices(const struct index *x, uint32_t base, uint32_t size)
{
	uint32_t a, n;

	for (int i = 0; i < x->n; i++)
		for (unsigned k = 0;
		     x->node[i].registers && !dt_reg(x->fdt, x->node[i].offset, k, &a, &n); k++)
			if (ranges_meet(a, n, base, size))
				return true;
	return false;
}

/* Where the host's begins, or, if its tree does not say that, where no device is. */
uint32_t ram_base(const struct index *x, uint32_t size)
{
	uint32_t base, have;

	for (int n = 0; n < x->n; n++) {
		if (dt_is_memory(x->fdt, x->node[n].offset) && x->node[n].enabled &&
		    !dt_reg(x->fdt, x->node[n].offset, 0, &base, &have) &&
		    (have || !has_devices(x, base, size)))
			return base;
	}
	for (base = RAM_ALIGN; base < UINT32_MAX - size; base += RAM_ALIGN)
		if (!has_devices(x, base, size))
			return base;
	die("%s: there is no room for RAM of that size between its devices", x->tree->file);
}

/* --- judging ----------------------------------------------------------------------------- */

static void tell(const struct plan *p, const struct part_finding *f, int unit)
{
	const struct state *s = unit < 0 ? NULL : &p->node[unit];

	fprintf(stderr, "dtpart: %s%s%s%s%s [P%03u]\n", f->path, f->path[0] ? ": " : "",
		f->prop ? f->prop : "", f->prop ? ": " : "", f->text, f->rule->code);
	if (s && s->from >= 0)
		fprintf(stderr, "    it comes along because of %s of %s\n", s->prop,
			p->x->node[s->from].path);
	if (f->rule == &part_rules[RULE_DMA])
		fprintf(stderr, "    hint: --allow-dma takes the risk\n");
}

/* Can the guest be made without it? */
static bool dispensable(const struct plan *p, int unit)
{
	const struct state *s = &p->node[unit];

	if (s->asked || (s->kind != KIND_GIVE && s->kind != KIND_PLAIN))
		return false;
	return p->want->all || (s->kind == KIND_GIVE && s->role == DT_REF_PART);
}

static void judge(void *arg, const struct part_finding *f)
{
	struct plan *p = arg;
	int node = f->path[0] ? index_path(p->x, f->path) : -1;
	int unit = node < 0 ? -1 : plan_unit(p, node);

	if (f->rule->severity == PART_WARNING)
		return;
	if (f->rule == &part_rules[RULE_DMA] && p->want->allow_dma && unit >= 0) {
		p->changed |= !p->node[unit].dma;
		p->node[unit].dma = true;
		return;
	}
	if (f->rule == &part_rules[RULE_FIT]) {
		if (!p->quiet)
			fprintf(stderr, "dtpart: warning: %s: %s\n", f->path, f->text);
		return;
	}
	if (unit > 0 && dispensable(p, unit)) {
		if (!p->node[unit].left)
			p->node[unit].left = format("%s [P%03u]", f->text, f->rule->code);
		p->changed = true;
		return;
	}
	tell(p, f, unit);
	p->failed = true;
}

static void check(struct plan *p)
{
	struct tree t;
	struct part_guest g = { .name = p->want->name, .file = p->x->tree->file, .fresh = true };

	tree_compile(&t, p->dts, p->dts_size);
	g.fdt = t.fdt;
	g.size = t.size;
	p->p->report = judge;
	p->p->arg = p;
	part_add(p->p, &g);
	part_check(p->p);
	part_remove(p->p, &g);
	tree_free(&t);
}

bool plan_derive(struct plan *p)
{
	do {
		p->changed = p->failed = false;
		plan_close(p);
		plan_write(p);
		check(p);
		p->quiet = true; /* warnings were told */
	} while (p->changed && !p->failed);
	return !p->failed;
}

/* --- the command -------------------------------------------------------------------------- */

static unsigned count_of(const char *s)
{
	char *end;
	unsigned long n = strtoul(s ? s : "1", &end, 10);

	if (*end || !n || n > 32)
		die("--cpus: a number from 1 to 32 is needed");
	return (unsigned)n;
}

static int derive_one(struct args *a, struct partition *part, const struct index *x)
{
	struct want w = {
		.name = "guest",
		.give = a->give,
		.nr_give = a->nr_give,
		.except = a->except,
		.nr_except = a->nr_except,
		.all = a->all,
		.allow_dma = a->allow_dma,
		.cpus = count_of(a->cpus),
		.chosen = -1,
		.reserved = -1,
		.nr_ram = 1,
		.kernel = a->kernel,
		.initrd = a->initrd,
	};
	struct plan p;
	bool ok;

	if (!a->all && !a->nr_give)
		die("derive: --give, --except or --domains is needed");
	w.ram[0].size = size_of(a->memory, "--memory");
	w.ram[0].base = ram_base(x, w.ram[0].size);
	plan_init(&p, &w, x, part);
	ok = plan_derive(&p);
	if (ok)
		fwrite(p.dts, 1, p.dts_size, stdout);
	plan_free(&p);
	return ok ? 0 : 1;
}

int cmd_derive(struct args *a, struct partition *part)
{
	struct index x;
	int status;

	index_build(&x, &a->host);
	status = a->domains ? derive_domains(a, part, &x) : derive_one(a, part, &x);
	index_free(&x);
	return status;
}
