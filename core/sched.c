/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Round robin over a run queue per CPU.  Its members are READY vCPUs and, while
 * it has something to do, the host thread; the head is who runs.
 */
#include <espalier/sched.h>

#include <espalier/arch.h>
#include <espalier/lock.h>
#include <espalier/timer.h>
#include <espalier/vcpu.h>

struct sched {
	struct list queue;
	struct list host;   /* link of the host thread */
	struct list *head;  /* who runs since sched_pick(); NULL: idle, or not yet begun */
	bool host_wake;     /* sched_wake_host() since the last sched_wait() */
	bool slice_over;
	struct timer slice;
};

static struct sched scheds[CONFIG_MAX_CPUS];

static struct sched *this_sched(void) { return &scheds[arch_cpu_id()]; }

/* NULL for the host thread, which also runs before sched_init(). */
static struct vcpu *to_vcpu(struct sched *s, struct list *l)
{
	return !l || l == &s->host ? NULL : list_entry(l, struct vcpu, run);
}

const char *vcpu_state_name(enum vcpu_state st)
{
	static const char *const names[] = {
		[VCPU_RESET] = "reset",	  [VCPU_READY] = "ready",   [VCPU_WFI] = "wfi",
		[VCPU_PAUSED] = "paused", [VCPU_HALTED] = "halted",
	};

	return names[st];
}

static void slice_over(struct timer *t)
{
	container_of(t, struct sched, slice)->slice_over = true;
}

void sched_init(void)
{
	struct sched *s = this_sched();

	list_init(&s->queue);
	list_init(&s->host);
	timer_init(&s->slice, slice_over);
	list_add_before(&s->host, &s->queue);
	s->head = &s->host;
}

static bool crowded(const struct sched *s)
{
	return s->queue.next != &s->queue && s->queue.next->next != &s->queue;
}

/* Starts a slice when there is somebody to share with. */
static void slice_start(struct sched *s)
{
	s->slice_over = false;
	if (crowded(s))
		timer_arm(&s->slice, timer_now() + SCHED_SLICE_NS);
	else
		timer_cancel(&s->slice);
}

static void enqueue(struct sched *s, struct list *l)
{
	list_add_before(l, &s->queue);
	if (crowded(s) && !s->slice.armed)
		slice_start(s);
}

static void account(struct sched *s, struct list *next)
{
	struct vcpu *out = to_vcpu(s, s->head), *in = to_vcpu(s, next);
	uint64_t now;

	if (!out && !in)
		return;
	now = timer_now();
	if (out)
		out->run_ns += now - out->last_in;
	if (in)
		in->last_in = now;
}

struct vcpu *sched_pick(bool *idle)
{
	struct sched *s = this_sched();
	struct list *first = s->queue.next;

	*idle = list_empty(&s->queue);
	if (*idle) {
		account(s, NULL);
		s->head = NULL;
		return NULL;
	}
	if (s->slice_over) {
		list_del(first);
		list_add_before(first, &s->queue);
		first = s->queue.next;
		slice_start(s);
	}
	if (first != s->head) {
		account(s, first);
		s->head = first;
	}
	return to_vcpu(s, first);
}

struct vcpu *sched_current(void)
{
	struct sched *s = this_sched();

	return to_vcpu(s, s->head);
}

/* --- vCPUs -------------------------------------------------------------------------- */

static void set_state(struct vcpu *v, enum vcpu_state to)
{
	uint32_t flags = arch_irq_save();

	if (v->state == VCPU_READY && to != VCPU_READY)
		list_del(&v->run);
	else if (v->state != VCPU_READY && to == VCPU_READY)
		enqueue(&scheds[v->cpu], &v->run);
	v->state = to;
	arch_irq_restore(flags);
}

void sched_vcpu_start(struct vcpu *v)
{
	v->was_wfi = false;
	set_state(v, VCPU_READY);
}

void sched_vcpu_pause(struct vcpu *v)
{
	uint32_t flags = arch_irq_save();

	if (v->state == VCPU_READY || v->state == VCPU_WFI) {
		v->was_wfi = v->state == VCPU_WFI;
		set_state(v, VCPU_PAUSED);
	}
	arch_irq_restore(flags);
}

void sched_vcpu_resume(struct vcpu *v)
{
	if (v->state == VCPU_PAUSED)
		set_state(v, v->was_wfi ? VCPU_WFI : VCPU_READY);
}

void sched_vcpu_halt(struct vcpu *v) { set_state(v, VCPU_HALTED); }
void sched_vcpu_stop(struct vcpu *v) { set_state(v, VCPU_RESET); }

void sched_vcpu_wfi(struct vcpu *v)
{
	if (v->state == VCPU_READY)
		set_state(v, VCPU_WFI);
}

void sched_vcpu_wake(struct vcpu *v)
{
	if (v->state == VCPU_WFI)
		set_state(v, VCPU_READY);
	else if (v->state == VCPU_PAUSED)
		v->was_wfi = false;
}

/* --- the host thread ------------------------------------------------------------------ */

static bool queued(const struct list *l) { return l->next != l; }

void sched_wait(void)
{
	uint32_t flags = arch_irq_save();
	struct sched *s = this_sched();

	if (!s->host_wake) {
		list_del(&s->host);
		arch_thread_yield();
	}
	s->host_wake = false;
	arch_irq_restore(flags);
}

void sched_wake_host(void)
{
	uint32_t flags = arch_irq_save();
	struct sched *s = this_sched();

	s->host_wake = true;
	if (!queued(&s->host)) {
		list_add_before(&s->host, s->queue.next); /* it goes first */
		slice_start(s);
	}
	arch_irq_restore(flags);
}
