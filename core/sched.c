/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fair shares by virtual time: a vCPU's clock goes the slower the more weight it
 * has, and the one whose clock is behind gets the next turn.  A turn lasts a slice
 * of running; the host thread may come in between and does not shorten it.
 */
#include <errno.h>

#include <espalier/arch.h>
#include <espalier/lock.h>
#include <espalier/sched.h>
#include <espalier/timer.h>
#include <espalier/vcpu.h>

/* Of the host thread, when it is busy and vCPUs want the CPU as well. */
#define HOST_SLICE_NS (10 * NS_PER_MS)
/* One that wakes up takes over from one that is ahead of it by more than this. */
#define WAKE_LEAD_NS NS_PER_MS

struct sched {
	bool online;
	struct list queue; /* READY vCPUs */
	bool host_ready;   /* the host thread wants the CPU */
	bool host_wake;    /* sched_wake_host() since the last sched_wait() */
	bool host_rests;   /* it has had its slice: one turn for a vCPU now */
	bool idle;
	bool resched;          /* sched_pick() has something to decide */
	bool preempt;          /* one that woke up should not wait for the end of the turn */
	struct vcpu *cur;      /* who runs; NULL: the host thread, or idle */
	struct vcpu *turn;     /* READY, whose turn it is though the host may run; or NULL */
	uint64_t turn_ns;      /* it ran so far in this turn */
	struct vcpu *host_for; /* who is charged for what the host thread does, or NULL */
	uint64_t host_ns;      /* the host thread ran since it woke up or rested */
	uint64_t since;        /* time up to which everybody was charged */
	uint64_t vmin;         /* no clock in the queue is behind this; never falls */
	struct timer slice;
};

static struct sched scheds[CONFIG_MAX_CPUS];

static struct sched *this_sched(void) { return &scheds[arch_cpu_id()]; }

const char *vcpu_state_name(enum vcpu_state st)
{
	static const char *const names[] = {
		[VCPU_RESET] = "reset",   [VCPU_READY] = "ready",   [VCPU_WFI] = "wfi",
		[VCPU_PAUSED] = "paused", [VCPU_HALTED] = "halted",
	};

	return names[st];
}

static void slice_over(struct timer *t) { container_of(t, struct sched, slice)->resched = true; }

void sched_init(void)
{
	struct sched *s = this_sched();

	*s = (struct sched){ .online = true, .host_ready = true, .resched = true };
	list_init(&s->queue);
	timer_init(&s->slice, slice_over);
	s->since = timer_now();
}

bool sched_cpu_online(unsigned cpu) { return cpu < CONFIG_MAX_CPUS && scheds[cpu].online; }

/* --- clocks ------------------------------------------------------------------------ */

static struct vcpu *sched_queued(struct list *l) { return list_entry(l, struct vcpu, sched.link); }

/* What `ns` of running add to the vCPU's clock.  No division: every WFI comes here. */
static uint64_t sched_weighted(const struct vcpu *v, uint64_t ns)
{
	uint32_t pace = v->sched.pace;

	return (ns >> 16) * pace + ((ns & 0xffff) * pace >> 16);
}

static void sched_set_params(struct vcpu *v, const struct sched_params *p)
{
	v->sched.params = *p;
	v->sched.pace = (SCHED_WEIGHT_DEFAULT << 16) / p->weight;
}

static uint64_t slice_ns(const struct vcpu *v) { return v->sched.params.slice_us * NS_PER_US; }

/* The one whose clock is most behind, the first of equals; NULL when there is none. */
static struct vcpu *most_behind(const struct sched *s)
{
	struct vcpu *best = NULL;

	list_for_each(it, &s->queue)
		if (!best || sched_queued(it)->sched.vtime < best->sched.vtime)
			best = sched_queued(it);
	return best;
}

/* Charges who runs with the time since the last call. */
static void sched_charge(struct sched *s)
{
	uint64_t now = timer_now(), ns = now - s->since;
	const struct vcpu *least;

	s->since = now;
	if (s->cur) {
		s->cur->run_ns += ns;
		s->cur->sched.vtime += sched_weighted(s->cur, ns);
		s->turn_ns += ns;
	} else if (!s->idle) {
		s->host_ns += ns;
		if (s->host_for) {
			s->host_for->work_ns += ns;
			s->host_for->sched.vtime += sched_weighted(s->host_for, ns);
		}
	}
	least = most_behind(s);
	if (least)
		s->vmin = MAX(s->vmin, least->sched.vtime);
}

/* --- choosing ------------------------------------------------------------------------ */

static void end_turn(struct sched *s)
{
	s->turn = NULL;
	s->preempt = false;
	s->host_rests = false;
}

static void begin_turn(struct sched *s)
{
	s->turn = most_behind(s);
	s->turn_ns = 0;
	if (!s->turn)
		return;
	s->turn->sched.turns++;
	/* Of equals it is the last one next time. */
	list_del(&s->turn->sched.link);
	list_add_before(&s->turn->sched.link, &s->queue);
}

/* Sets cur and idle. */
static void sched_choose(struct sched *s)
{
	if (s->turn && (s->preempt || s->turn_ns >= slice_ns(s->turn)))
		end_turn(s);
	if (s->host_ready && s->host_ns >= HOST_SLICE_NS && !list_empty(&s->queue)) {
		s->host_rests = true;
		s->host_ns = 0;
	}
	if (s->host_ready && !(s->host_rests && !list_empty(&s->queue))) {
		s->cur = NULL;
		s->idle = false;
		return;
	}
	if (!s->turn)
		begin_turn(s);
	s->cur = s->turn;
	s->idle = !s->cur;
}

/* A slice ends only if there is somebody to share with. */
static void arm_slice(struct sched *s)
{
	bool alone = list_empty(&s->queue) || (!s->host_ready && s->queue.next->next == &s->queue);
	uint64_t left = s->cur ? slice_ns(s->cur) - s->turn_ns : HOST_SLICE_NS - s->host_ns;

	if (s->idle || alone)
		timer_cancel(&s->slice);
	else
		timer_arm(&s->slice, s->since + left);
}

struct vcpu *sched_pick(bool *idle)
{
	struct sched *s = this_sched();

	if (unlikely(s->resched)) {
		sched_charge(s);
		sched_choose(s);
		arm_slice(s);
		s->resched = s->idle; /* time does not go to waste unseen */
	}
	*idle = s->idle;
	return s->cur;
}

struct vcpu *sched_current(void) { return this_sched()->cur; }

/* --- vCPUs -------------------------------------------------------------------------- */

/*
 * One that slept gets no credit for it but half a slice, or it would keep the others
 * off the CPU for as long as it slept.
 */
static void sched_enqueue(struct vcpu *v)
{
	struct sched *s = &scheds[v->cpu];
	uint64_t credit = sched_weighted(v, slice_ns(v) / 2);

	sched_charge(s);
	v->sched.vtime = MAX(v->sched.vtime, s->vmin - MIN(s->vmin, credit));
	list_add_before(&v->sched.link, &s->queue);
	if (s->turn && v->sched.vtime + sched_weighted(v, WAKE_LEAD_NS) < s->turn->sched.vtime)
		s->preempt = true;
	s->resched = true;
}

static void sched_dequeue(struct vcpu *v)
{
	struct sched *s = &scheds[v->cpu];

	sched_charge(s);
	list_del(&v->sched.link);
	if (s->turn == v)
		end_turn(s);
	s->resched = true;
}

static void set_state(struct vcpu *v, enum vcpu_state to)
{
	uint32_t flags = arch_irq_save();

	if (v->state == VCPU_READY && to != VCPU_READY)
		sched_dequeue(v);
	else if (v->state != VCPU_READY && to == VCPU_READY)
		sched_enqueue(v);
	v->state = to;
	arch_irq_restore(flags);
}

void sched_vcpu_init(struct vcpu *v, const struct sched_params *p)
{
	v->sched = (struct sched_entity){ 0 };
	sched_set_params(v, p);
	list_init(&v->sched.link);
	v->cpu = (unsigned)__builtin_ctz(p->cpus);
}

static int params_check(const struct sched_params *p)
{
	if (!p->weight || p->weight > SCHED_WEIGHT_MAX || p->slice_us < SCHED_SLICE_MIN_US ||
	    p->slice_us > SCHED_SLICE_MAX_US)
		return -ERANGE;
	for (uint32_t left = p->cpus; left; left &= left - 1)
		if (!sched_cpu_online((unsigned)__builtin_ctz(left)))
			return -EINVAL;
	return p->cpus ? 0 : -EINVAL;
}

int sched_vcpu_set(struct vcpu *v, const struct sched_params *p)
{
	bool ready = v->state == VCPU_READY;
	uint32_t flags;
	int err = params_check(p);

	if (err)
		return err;
	flags = arch_irq_save();
	if (ready)
		sched_dequeue(v);
	sched_set_params(v, p);
	if (!(p->cpus & BIT(v->cpu))) {
		v->cpu = (unsigned)__builtin_ctz(p->cpus);
		v->sched.vtime = 0; /* the clocks of two CPUs do not compare */
	}
	if (ready)
		sched_enqueue(v);
	arch_irq_restore(flags);
	return 0;
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

void sched_wait(void)
{
	uint32_t flags = arch_irq_save();
	struct sched *s = this_sched();

	if (!s->host_wake) {
		s->host_ready = false;
		s->resched = true;
		arch_thread_yield();
	}
	s->host_wake = false;
	arch_irq_restore(flags);
}

void sched_work_for(struct vcpu *v)
{
	uint32_t flags = arch_irq_save();
	struct sched *s = this_sched();

	sched_charge(s);
	s->host_for = v;
	arch_irq_restore(flags);
}

void sched_wake_host(void)
{
	uint32_t flags = arch_irq_save();
	struct sched *s = this_sched();

	s->host_wake = true;
	if (!s->host_ready) {
		s->host_ready = true;
		s->host_rests = false;
		s->host_ns = 0;
		s->resched = true;
	}
	arch_irq_restore(flags);
}
