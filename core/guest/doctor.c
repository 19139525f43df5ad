/* SPDX-License-Identifier: Apache-2.0 */
/* From what is known of a silent guest to what may be wrong with it. */
#include <stdio.h>
#include <string.h>

#include <espalier/doctor.h>
#include <espalier/faults.h>

#include "doctor_int.h"

#define TEXT_MAX 200
/* Exceptions of a kind, in the time that the guest was watched, that are a loop. */
#define LOOP_MIN 50
/* How far apart the places of a short loop may be. */
#define SPIN_BYTES 64

struct text {
	char *buf;
	unsigned len;
};

#define say(t, ...) (snprintf((t)->buf, (t)->len, __VA_ARGS__), true)

static const struct arch_look *doctor_first(const struct doctor_case *c) { return &c->look[0]; }
static const struct arch_look *doctor_last(const struct doctor_case *c)
{
	return &c->look[c->samples - 1];
}

static unsigned long doctor_ul(uint32_t v) { return v; }

/* --- its state ------------------------------------------------------------- */

static bool never_started(const struct doctor_case *c, struct text *t)
{
	return c->state == GUEST_RESET && say(t, "it was not started: guest kick %s", c->g->name);
}

static bool doctor_paused(const struct doctor_case *c, struct text *t)
{
	return c->state == GUEST_PAUSED && say(t, "it is paused: guest resume %s", c->g->name);
}

static bool doctor_halted(const struct doctor_case *c, struct text *t)
{
	return c->state == GUEST_HALTED &&
	       say(t, "it has halted: %s",
		   c->g->halt_reason ? c->g->halt_reason : "nobody said why");
}

static bool no_cpu_time(const struct doctor_case *c, struct text *t)
{
	return c->samples && !c->wfi && !c->run_ns &&
	       say(t, "it wants the CPU and got none for %u ms: see vcpu list", c->ms);
}

/* --- what was loaded ------------------------------------------------------- */

static const struct {
	uint32_t mask, word;
	const char *what;
} not_code[] = {
	{ 0xffffffff, 0x00000000, "zero" },
	{ 0xffffffff, 0xffffffff, "all ones" },
	{ 0xfff000f0, 0xe7f000f0, "a permanently undefined instruction" },
	{ 0x0000ffff, 0x00008b1f, "gzip data" },
	{ 0x00ffffff, 0x00685a42, "bzip2 data" },
	{ 0xffffffff, 0x587a37fd, "xz data" },
	{ 0x0000ffff, 0x00002123, "a script" },
};

static bool entry_not_code(const struct doctor_case *c, struct text *t)
{
	const struct guest_loaded *l = &c->g->loaded;

	if (c->state == GUEST_RESET || l->entry & 1)
		return false;
	for (unsigned i = 0; i < ARRAY_SIZE(not_code); i++)
		if ((l->entry_word & not_code[i].mask) == not_code[i].word)
			return say(t,
				   "its entry 0x%08lx is not code: the kernel has 0x%08lx there, "
				   "%s",
				   doctor_ul(l->entry), doctor_ul(l->entry_word), not_code[i].what);
	return false;
}

/* --- output ---------------------------------------------------------------- */

static bool unseen_output(const struct doctor_case *c, struct text *t)
{
	return c->unseen && say(t, "it does speak: %lu bytes that nobody has seen; vserial bind %s",
				doctor_ul(c->unseen), c->unseen_line);
}

/* --- running --------------------------------------------------------------- */

static const char *exception_name(const struct doctor_case *c, uint32_t *pc)
{
	const struct arch_look *a = doctor_first(c), *b = doctor_last(c);
	uint64_t dabt = b->data_abort.n - a->data_abort.n;
	uint64_t pabt = b->prefetch_abort.n - a->prefetch_abort.n;
	uint64_t und = b->undef.n - a->undef.n;

	if (pabt >= LOOP_MIN && pabt >= dabt && pabt >= und &&
	    a->prefetch_abort.pc == b->prefetch_abort.pc)
		return *pc = b->prefetch_abort.pc, "prefetch abort";
	if (dabt >= LOOP_MIN && dabt >= und && a->data_abort.pc == b->data_abort.pc)
		return *pc = b->data_abort.pc, "data abort";
	if (und >= LOOP_MIN && a->undef.pc == b->undef.pc)
		return *pc = b->undef.pc, "undefined instruction";
	return NULL;
}

static bool vectors_missing(const struct doctor_case *c)
{
	return !doctor_last(c)->mmu && !traptab_ram(&c->g->map, GPA(doctor_last(c)->vectors), 32);
}

static bool fault_loop(const struct doctor_case *c, struct text *t)
{
	const char *what;
	char address[32] = "", vectors[64] = "";
	uint32_t pc;

	if (c->samples < 2)
		return false;
	what = exception_name(c, &pc);
	if (!what)
		return false;
	if (!strcmp(what, "data abort"))
		snprintf(address, sizeof(address), " on 0x%08lx",
			 doctor_ul(doctor_last(c)->fault_address));
	if (vectors_missing(c))
		snprintf(vectors, sizeof(vectors), "; its vectors at 0x%08lx are not in RAM",
			 doctor_ul(doctor_last(c)->vectors));
	return say(t, "it takes the same %s%s at pc 0x%08lx over and over%s", what, address,
		   doctor_ul(pc), vectors);
}

static bool doctor_spins(const struct doctor_case *c)
{
	uint32_t lo = UINT32_MAX, hi = 0;

	for (unsigned i = 0; i < c->samples; i++) {
		lo = MIN(lo, c->look[i].pc);
		hi = MAX(hi, c->look[i].pc);
	}
	return c->samples >= 2 && !c->wfi && c->run_ns && hi - lo < SPIN_BYTES &&
	       doctor_first(c)->exits == doctor_last(c)->exits;
}

static bool doctor_spinning(const struct doctor_case *c, struct text *t)
{
	return doctor_spins(c) &&
	       say(t, "it spins at pc 0x%08lx, with interrupts %s, and touches no device",
		   doctor_ul(doctor_last(c)->pc), doctor_last(c)->irq_masked ? "masked" : "let in");
}

/*
 * A guest that is well frees its initrd and uses the memory for something else; one whose
 * initrd was overwritten does not get far: it is stuck early, deaf to interrupts.
 */
static bool initrd_changed(const struct doctor_case *c, struct text *t)
{
	const struct guest_loaded *l = &c->g->loaded;
	uint32_t pc;
	bool stuck = c->samples >= 2 &&
		     (exception_name(c, &pc) || (doctor_spins(c) && doctor_last(c)->irq_masked));

	return c->initrd_changed && !c->sent && stuck &&
	       say(t,
		   "its initrd at 0x%08lx-0x%08lx is not what was loaded any more: it may have "
		   "been "
		   "overwritten before it was used",
		   doctor_ul(l->initrd), doctor_ul(l->initrd + l->initrd_size - 1));
}

/* A kernel that waits for the first tick loops without a word. */
static bool no_timer(const struct doctor_case *c, struct text *t)
{
	return doctor_spins(c) && !c->sent && !doctor_has_timer(c->g) &&
	       say(t, "it spins, and its tree has no timer: no enabled node is a private or global "
		      "timer or an SP804, so a kernel that waits for ticks waits for ever");
}

/* --- interrupts ------------------------------------------------------------ */

#define PRIVATE_SGIS 0xffffu

/* Lowest INTID in a & b, SGIs left out, that is (or with `not`: is not) in c; -1. */
static int intid_in(const uint32_t *a, const uint32_t *b, bool not )
{
	for (unsigned w = 0; w < VIRQ_WORDS; w++) {
		uint32_t bits = a[w] & (not ? ~b[w] : b[w]) & (w ? UINT32_MAX : ~PRIVATE_SGIS);

		if (bits)
			return (int)(32 * w) + __builtin_ctz(bits);
	}
	return -1;
}

static bool masked_pending(const struct doctor_case *c, struct text *t)
{
	int n = intid_in(c->irq.pending, c->irq.enabled, false);

	return n >= 0 && c->samples >= 2 && !c->wfi && doctor_spins(c) &&
	       doctor_last(c)->irq_masked &&
	       say(t, "interrupt %d waits for it to unmask interrupts (CPSR.I)", n);
}

static bool sleeps_without_irqs(const struct doctor_case *c, struct text *t)
{
	const char *why = NULL;

	if (!c->wfi)
		return false;
	if (!c->irq.present)
		why = "its tree has no interrupt controller";
	else if (!c->irq.distributor)
		why = "its GIC's distributor is off";
	else if (!c->irq.cpu)
		why = "its GIC's CPU interface is off, or its priority mask lets nothing in";
	else if (intid_in(c->irq.enabled, c->irq.enabled, false) < 0)
		why = "no interrupt is enabled in its GIC";
	return why && say(t, "it sleeps (WFI) for ever: %s", why);
}

static bool sleeps_for_nobody(const struct doctor_case *c, struct text *t)
{
	int n = intid_in(c->irq.enabled, c->driven, true);

	return c->wfi && n >= 0 && intid_in(c->irq.enabled, c->driven, false) < 0 &&
	       say(t, "it sleeps (WFI) for interrupt %d, which no device of its tree drives", n);
}

static bool pending_not_enabled(const struct doctor_case *c, struct text *t)
{
	int n = intid_in(c->irq.pending, c->irq.enabled, true);

	return c->wfi && n >= 0 &&
	       say(t, "it sleeps (WFI) while interrupt %d is pending and not enabled in its GIC",
		   n);
}

/* --- its accesses ---------------------------------------------------------- */

static bool doctor_outside(const struct doctor_case *c, struct text *t)
{
	const struct fault_table *f = &c->g->fault_table;
	const struct fault_row *most = NULL;

	for (unsigned i = 0; i < f->n; i++)
		if (!f->row[i].last.harmless && (!most || fault_sum(&f->row[i]) > fault_sum(most)))
			most = &f->row[i];
	if (!most)
		return false;
	return say(t,
		   "it accessed %s at 0x%08lx, which its tree does not give it (%llu times; guest "
		   "faults %s)",
		   most->host ? most->host->path :
		   most->own  ? most->own :
				"a hole",
		   doctor_ul(most->last.a.v), (unsigned long long)fault_sum(most), c->g->name);
}

/* --- its exits ------------------------------------------------------------- */

/* Time is the wall's as a rule, with pauses of QEMU's in it: only what is frequent counts. */
#define STAY_LONG_BITS 16 /* 2^15 ns and more, near ARCH_STAY_BOUND */
#define STAY_LONG_MIN  32
#define STAY_LONG_PART 128

static bool long_stays(const struct doctor_case *c, struct text *t)
{
	uint64_t all = 0, slow = 0;

	for (unsigned n = 0; n < ARCH_STAY_BUCKETS; n++) {
		all += c->stay.bucket[n];
		slow += n >= STAY_LONG_BITS ? c->stay.bucket[n] : 0;
	}
	return slow >= STAY_LONG_MIN && slow >= all / STAY_LONG_PART &&
	       say(t,
		   "its exits are long: %llu of %llu took over %u ns, and one %lu ns (%s, to pc"
		   " 0x%08lx)",
		   (unsigned long long)slow, (unsigned long long)all, 1u << (STAY_LONG_BITS - 1),
		   doctor_ul(c->stay.longest), c->stay.what, doctor_ul(c->stay.pc));
}

/* --- the table ------------------------------------------------------------- */

static bool (*const checks[])(const struct doctor_case *c, struct text *t) = {
	never_started,     doctor_paused,       doctor_halted,  no_cpu_time,
	unseen_output,     entry_not_code,      initrd_changed, fault_loop,
	no_timer,          doctor_spinning,     masked_pending, sleeps_without_irqs,
	sleeps_for_nobody, pending_not_enabled, doctor_outside, long_stays,
};

unsigned doctor_examine(const struct doctor_case *c, doctor_fn fn, void *arg)
{
	char buf[TEXT_MAX];
	struct text t = { buf, sizeof(buf) };
	unsigned found = 0;

	for (unsigned i = 0; i < ARRAY_SIZE(checks); i++)
		if (checks[i](c, &t)) {
			fn(arg, buf);
			found++;
		}
	for (unsigned i = 0; i < doctor_tree_checks; i++)
		if (doctor_tree_check[i](c->g, buf, sizeof(buf))) {
			fn(arg, buf);
			found++;
		}
	return found;
}
