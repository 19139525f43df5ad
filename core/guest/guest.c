/* SPDX-License-Identifier: Apache-2.0 */
/* The table of guests and their life cycle. */
#include <errno.h>
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
static int move(struct guest *g, unsigned from, enum guest_state to, void (*fn)(struct vcpu *v))
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
	return move(g, BIT(GUEST_RUNNING), GUEST_PAUSED, sched_vcpu_pause);
}

int guest_resume(struct guest *g)
{
	return move(g, BIT(GUEST_PAUSED), GUEST_RUNNING, sched_vcpu_resume);
}

int guest_halt(struct guest *g)
{
	int err = move(g, BIT(GUEST_RUNNING) | BIT(GUEST_PAUSED), GUEST_HALTED, sched_vcpu_halt);

	if (!err) {
		pass_stop(g);
		g->halt_reason = "by command";
	}
	return err;
}

int guest_kick(struct guest *g)
{
	struct guest_entry e;
	uint32_t flags;
	int err = move(g, BIT(GUEST_RESET), GUEST_RESET, NULL);

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
	sched_vcpu_start(&g->vcpus[0]);
	tell_devices(g);
	spin_unlock(&guest_lock, flags);
	return 0;
}

static void reset_vcpu(struct vcpu *v)
{
	sched_vcpu_stop(v);
	v->was_wfi = false;
	v->run_ns = 0;
}

int guest_reset(struct guest *g)
{
	/* No timer, input or exit of this guest may come in between. */
	uint32_t flags = spin_lock(&guest_lock);

	for_vcpus(g, reset_vcpu);
	g->state = GUEST_RESET;
	g->request = REQUEST_NONE;
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
	faults_flush(g);
	list_del(&g->link);
	log_info("guest %s destroyed", g->name);
	guest_free(g);
	return 0;
}

/* --- requests of exit context -------------------------------------------------- */

static bool request(struct guest *g, enum guest_request r, const char *why)
{
	uint32_t flags = spin_lock(&guest_lock);
	bool ok = g->state == GUEST_RUNNING || g->state == GUEST_PAUSED;

	if (ok) {
		for_vcpus(g, sched_vcpu_halt);
		pass_stop(g);
		g->state = GUEST_HALTED;
		g->halt_reason = why;
		g->request = r;
		tell_devices(g);
	}
	spin_unlock(&guest_lock, flags);
	if (ok)
		sched_wake_host();
	return ok;
}

void guest_request_halt(struct guest *g, const char *why) { request(g, REQUEST_HALT, why); }

void guest_request_reset(struct guest *g, const char *why) { request(g, REQUEST_RESET, why); }

void guest_killed(struct guest *g, const char *why) { request(g, REQUEST_NONE, why); }

static void run_request(struct guest *g, void *arg)
{
	uint32_t flags = spin_lock(&guest_lock);
	enum guest_request r = g->request;
	const char *why = g->halt_reason;

	g->request = REQUEST_NONE;
	spin_unlock(&guest_lock, flags);
	faults_flush(g);
	if (r == REQUEST_HALT)
		log_info("guest %s halted: %s", g->name, why);
	if (r == REQUEST_RESET) {
		log_info("guest %s starts again: %s", g->name, why);
		guest_reset(g);
		guest_kick(g);
	}
}

void guest_run_requests(void) { guest_for_each(run_request, NULL); }
