/* SPDX-License-Identifier: Apache-2.0 */
/* The table of guests and their life cycle. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <espalier/arch.h>
#include <espalier/lock.h>
#include <espalier/log.h>
#include <espalier/pass.h>
#include <espalier/sched.h>

#include "guest_int.h"

static struct list guests = LIST_INIT(guests);
/* Guards state, request and halt_reason, which exit context changes. */
static struct spinlock guest_lock;

const char *guest_state_name(enum guest_state s)
{
	static const char *const names[] = {
		[GUEST_RESET] = "reset",
		[GUEST_RUNNING] = "running",
		[GUEST_PAUSED] = "paused",
		[GUEST_HALTED] = "halted",
	};

	return names[s];
}

void guest_for_each(void (*fn)(struct guest *g, void *arg), void *arg)
{
	list_for_each(it, &guests)
		fn(list_entry(it, struct guest, link), arg);
}

struct guest *guest_find(const char *name)
{
	list_for_each(it, &guests) {
		struct guest *g = list_entry(it, struct guest, link);

		if (!strcmp(g->name, name))
			return g;
	}
	return NULL;
}

void guest_add(struct guest *g) { list_add_before(&g->link, &guests); }

/* --- life -------------------------------------------------------------------- */

static void for_vcpus(struct guest *g, void (*fn)(struct vcpu *v))
{
	for (unsigned i = 0; i < g->nr_vcpus; i++)
		fn(&g->vcpus[i]);
}

/* The lock is held: other guests may see of its devices that its state is another. */
static void tell_devices(struct guest *g)
{
	for (unsigned i = 0; i < g->nr_devs; i++)
		if (g->devs[i].cls->state_changed)
			g->devs[i].cls->state_changed(&g->devs[i]);
}

/* Moves to state `to` if the guest is in one of the states of the mask `from`. */
static int guest_move(struct guest *g, unsigned from, enum guest_state to,
		      void (*fn)(struct vcpu *v))
{
	uint32_t flags = spin_lock(&guest_lock);
	enum guest_state was = g->state;
	bool ok = from & BIT(was);

	if (ok) {
		g->state = to;
		if (fn)
			for_vcpus(g, fn);
		tell_devices(g);
	}
	spin_unlock(&guest_lock, flags);
	if (!ok)
		log_err("%s is %s%s", g->name, guest_state_name(was),
			was == GUEST_HALTED ? ": it has to be reset first" : "");
	return ok ? 0 : -EBUSY;
}

int guest_pause(struct guest *g)
{
	return guest_move(g, BIT(GUEST_RUNNING), GUEST_PAUSED, sched_vcpu_pause);
}

int guest_resume(struct guest *g)
{
	return guest_move(g, BIT(GUEST_PAUSED), GUEST_RUNNING, sched_vcpu_resume);
}

/* Host thread.  True if it was going to start again. */
static bool forget_restart(struct guest *g)
{
	uint32_t flags = spin_lock(&guest_lock);
	bool was = g->restart.due;

	timer_cancel(&g->restart.timer);
	g->restart.due = 0;
	g->restart.over = false;
	spin_unlock(&guest_lock, flags);
	return was;
}

int guest_halt(struct guest *g)
{
	int err;

	if (g->state == GUEST_HALTED && forget_restart(g))
		return 0;
	err = guest_move(g, BIT(GUEST_RUNNING) | BIT(GUEST_PAUSED), GUEST_HALTED, sched_vcpu_halt);
	if (!err) {
		pass_stop(g);
		g->halt_reason = "by command";
		autopsy_take(g, END_NONE);
	}
	return err;
}

/* Loads it and lets it go. */
static int guest_start(struct guest *g)
{
	struct guest_entry e;
	uint32_t flags;
	int err = guest_move(g, BIT(GUEST_RESET), GUEST_RESET, NULL);

	if (err)
		return err;
	guest_ram_clear(g);
	g->ram_dirty = true;
	err = guest_load(g, &e);
	if (err)
		return err;
	/* The boot protocol for device trees: r1 is unused, all ones is "none". */
	arch_vcpu_reset(&g->vcpus[0], e.pc, 0, UINT32_MAX, e.dtb);
	flags = spin_lock(&guest_lock);
	g->state = GUEST_RUNNING;
	g->restart.started = timer_now();
	sched_vcpu_start(&g->vcpus[0]);
	tell_devices(g);
	spin_unlock(&guest_lock, flags);
	return 0;
}

int guest_kick(struct guest *g)
{
	int err = guest_start(g);

	if (!err) {
		g->restart.in_row = g->restart.total = 0;
		g->autopsy.why = NULL;
	}
	return err;
}

static void reset_vcpu(struct vcpu *v)
{
	sched_vcpu_stop(v);
	v->was_wfi = false;
	v->run_ns = 0;
}

int guest_reset(struct guest *g)
{
	uint32_t flags;

	forget_restart(g);
	/* No timer, input or exit of this guest may come in between. */
	flags = spin_lock(&guest_lock);

	for_vcpus(g, reset_vcpu);
	g->state = GUEST_RESET;
	g->end = END_NONE;
	g->halt_reason = NULL;
	g->faults = 0;
	g->fault_table = (struct fault_table){ 0 };
	g->ram_dirty = true;
	for (unsigned i = 0; i < g->nr_devs; i++)
		if (g->devs[i].cls->reset)
			g->devs[i].cls->reset(&g->devs[i]);
	pass_reset(g);
	spin_unlock(&guest_lock, flags);
	arch_guest_reset(g);
	return 0;
}

int guest_destroy(struct guest *g)
{
	for_vcpus(g, sched_vcpu_stop);
	forget_restart(g);
	faults_flush(g);
	list_del(&g->link);
	log_info("guest %s destroyed", g->name);
	guest_free(g);
	return 0;
}

/* --- ends ---------------------------------------------------------------------- */

void guest_ended(struct guest *g, enum guest_end e, const char *why)
{
	uint32_t flags = spin_lock(&guest_lock);
	bool ok = g->state == GUEST_RUNNING || g->state == GUEST_PAUSED;

	if (ok) {
		for_vcpus(g, sched_vcpu_halt);
		pass_stop(g);
		g->state = GUEST_HALTED;
		g->halt_reason = why;
		g->end = e;
		tell_devices(g);
	}
	spin_unlock(&guest_lock, flags);
	if (ok)
		sched_wake_host();
}

void guest_request_halt(struct guest *g, const char *why) { guest_ended(g, END_POWER_OFF, why); }
void guest_request_reset(struct guest *g, const char *why) { guest_ended(g, END_REBOOT, why); }
void guest_killed(struct guest *g, const char *why) { guest_ended(g, END_FAULT, why); }

static void pause_over(struct timer *t)
{
	container_of(t, struct restart, timer)->over = true;
	sched_wake_host();
}

void guest_restart_init(struct guest *g) { timer_init(&g->restart.timer, pause_over); }

/* What it takes is the guest's share of the CPU, not its neighbours'. */
static void start_again(struct guest *g)
{
	log_info("guest %s starts again: %s", g->name, g->halt_reason);
	sched_work_for(&g->vcpus[0]);
	guest_reset(g);
	guest_start(g);
	sched_work_for(NULL);
}

static void begin_pause(struct guest *g, uint64_t now)
{
	char s[24];

	snprintf(s, sizeof(s), "%u.%u", (unsigned)((g->restart.due - now) / NS_PER_SEC),
		 (unsigned)((g->restart.due - now) / (100 * NS_PER_MS) % 10));
	log_info("guest %s ended: %s; it starts again in %s s", g->name, g->halt_reason, s);
	timer_arm(&g->restart.timer, g->restart.due);
}

static void after_end(struct guest *g, enum guest_end e)
{
	uint64_t now = timer_now();
	bool limit;

	autopsy_take(g, e);
	if (restart_plan(&g->restart, e, now, &limit)) {
		if (g->restart.due > now)
			begin_pause(g, now);
		else
			start_again(g);
	} else if (limit) {
		log_warn("guest %s halted: %s; it has started again %u times", g->name,
			 g->halt_reason, (unsigned)g->restart.in_row);
	} else if (e != END_FAULT) {
		log_info("guest %s halted: %s", g->name, g->halt_reason);
	}
}

static void run_request(struct guest *g, void *arg)
{
	uint32_t flags = spin_lock(&guest_lock);
	enum guest_end e = g->end;
	bool over = g->restart.over;

	g->end = END_NONE;
	spin_unlock(&guest_lock, flags);
	faults_flush(g);
	if (e != END_NONE)
		after_end(g, e);
	else if (over)
		start_again(g);
}

void guest_run_requests(void) { guest_for_each(run_request, NULL); }
