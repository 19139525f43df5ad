/* SPDX-License-Identifier: Apache-2.0 */
/* Why a guest came to its end: taken at once, put into words when somebody asks. */
#include <stdio.h>
#include <string.h>

#include <espalier/autopsy.h>
#include <espalier/guest.h>
#include <espalier/partition.h>
#include <espalier/timer.h>

/* --- taking ------------------------------------------------------------------------- */

static uint32_t autopsy_reg(const struct autopsy *a, const char *name)
{
	for (unsigned i = 0; i < a->nregs; i++)
		if (!strcmp(a->regs[i].name, name))
			return a->regs[i].value;
	return 0;
}

static void find_place(struct guest *g, struct autopsy_place *p, const char *what)
{
	gpa_t pa = GPA(0);

	p->what = what;
	p->va = autopsy_reg(&g->autopsy, what);
	p->mapped = arch_vcpu_translate(&g->vcpus[0], p->va, &pa);
	p->pa = pa.v;
}

void autopsy_take(struct guest *g, enum guest_end e)
{
	struct autopsy *a = &g->autopsy;
	uint64_t now = timer_now();

	*a = (struct autopsy){ .why = g->halt_reason,
			       .end = e,
			       .at = now,
			       .ran = now - g->restart.started,
			       .faults = g->faults };
	a->nregs = arch_vcpu_regs(&g->vcpus[0], a->regs, AUTOPSY_REGS);
	a->npast = arch_vcpu_past(&g->vcpus[0], a->past);
	find_place(g, &a->place[0], "pc");
	find_place(g, &a->place[1], "DFAR");
}

/* --- telling ------------------------------------------------------------------------ */

#define LINE_MAX 160

static void say_end(const struct guest *g, void (*fn)(const char *line))
{
	static const char *const kinds[GUEST_ENDS] = {
		[END_NONE] = "halted",  [END_POWER_OFF] = "powered off",
		[END_REBOOT] = "reset", [END_WATCHDOG] = "watchdog",
		[END_FAULT] = "fault",
	};
	const struct autopsy *a = &g->autopsy;
	char line[LINE_MAX];

	snprintf(line, sizeof(line), "end:      %s: %s", kinds[a->end], a->why);
	fn(line);
	snprintf(line, sizeof(line),
		 "time:     %llu.%03u s after boot, %llu.%03u s after its start",
		 (unsigned long long)(a->at / NS_PER_SEC), (unsigned)(a->at / NS_PER_MS % 1000),
		 (unsigned long long)(a->ran / NS_PER_SEC), (unsigned)(a->ran / NS_PER_MS % 1000));
	fn(line);
	snprintf(line, sizeof(line), "policy:   %s; now %s", restart_policy_name(g->restart.policy),
		 guest_state_name(g->state));
	fn(line);
	snprintf(line, sizeof(line), "faults:   %llu accesses outside its map",
		 (unsigned long long)a->faults);
	fn(line);
}

static void say_place(const struct guest *g, const struct autopsy_place *p,
		      void (*fn)(const char *line))
{
	const struct region *r = p->mapped ? traptab_find(&g->map, GPA(p->pa)) : NULL;
	char line[LINE_MAX], owner[96];

	if (!p->mapped)
		snprintf(line, sizeof(line), "%-9s 0x%08x, which its tables do not map", p->what,
			 (unsigned)p->va);
	else if (r)
		snprintf(line, sizeof(line), "%-9s 0x%08x, at 0x%08x in its %s", p->what,
			 (unsigned)p->va, (unsigned)p->pa, r->path);
	else
		snprintf(line, sizeof(line),
			 "%-9s 0x%08x, at 0x%08x, not in its tree; on the host %s", p->what,
			 (unsigned)p->va, (unsigned)p->pa,
			 partition_owner_of(p->pa, owner, sizeof(owner)));
	fn(line);
}

static void say_regs(const struct autopsy *a, void (*fn)(const char *line))
{
	char line[LINE_MAX];

	for (unsigned i = 0; i < a->nregs; i += 4) {
		unsigned n = 0;

		for (unsigned k = i; k < i + 4 && k < a->nregs; k++)
			n += snprintf(line + n, sizeof(line) - n, "%-10s %08x  ", a->regs[k].name,
				      (unsigned)a->regs[k].value);
		fn(line);
	}
}

static void say_past(const struct autopsy *a, void (*fn)(const char *line))
{
	char line[LINE_MAX];

	for (unsigned i = 0; i < a->npast; i++) {
		snprintf(line, sizeof(line), "exit %-4d %s, then 0x%08x", (int)i - (int)a->npast,
			 a->past[i].what, (unsigned)a->past[i].pc);
		fn(line);
	}
}

void guest_autopsy(const struct guest *g, void (*fn)(const char *line))
{
	if (!g->autopsy.why)
		return;
	say_end(g, fn);
	for (unsigned i = 0; i < ARRAY_SIZE(g->autopsy.place); i++)
		say_place(g, &g->autopsy.place[i], fn);
	say_regs(&g->autopsy, fn);
	say_past(&g->autopsy, fn);
}
