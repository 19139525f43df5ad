/* SPDX-License-Identifier: Apache-2.0 */
/* What the doctor wants to know of a guest; it is watched for a moment. */
#include <string.h>

#include <espalier/doctor.h>
#include <espalier/pass.h>
#include <espalier/sched.h>
#include <espalier/timer.h>
#include <espalier/vcon.h>

#define INTERVAL_MS 20

struct nap {
	struct timer timer;
	volatile bool over;
};

static void doctor_look_wake(struct timer *t)
{
	container_of(t, struct nap, timer)->over = true;
	sched_wake_host();
}

/* The host thread sleeps; guests run. */
static void doctor_look_nap(uint64_t ns)
{
	struct nap n = { .over = false };

	timer_init(&n.timer, doctor_look_wake);
	timer_arm(&n.timer, timer_now() + ns);
	while (!n.over)
		sched_wait();
}

static void doctor_look_watch(struct doctor_case *c, struct vcpu *v)
{
	uint64_t before = v->run_ns;

	c->wfi = true;
	while (c->samples < DOCTOR_SAMPLES && c->g->state == GUEST_RUNNING) {
		if (c->samples)
			doctor_look_nap(INTERVAL_MS * NS_PER_MS);
		c->wfi = c->wfi && v->state == VCPU_WFI;
		arch_vcpu_look(v, &c->look[c->samples++]);
	}
	c->run_ns = v->run_ns - before;
	c->ms = c->samples ? (c->samples - 1) * INTERVAL_MS : 0;
}

static void add_line(struct vserial *s, void *arg)
{
	struct doctor_case *c = arg;
	size_t n = strlen(c->g->name);
	uint32_t unseen = s == vserial_bound() ? 0 : s->out_end - s->out_shown;

	if (strncmp(s->name, c->g->name, n) || s->name[n] != '/')
		return;
	c->lines++;
	c->sent += s->out_end;
	if (unseen > c->unseen) {
		c->unseen = unseen;
		c->unseen_line = s->name;
	}
}

static void find_driven(struct doctor_case *c)
{
	for (unsigned i = 0; i < c->g->nr_devs; i++)
		for (unsigned k = 0; k < c->g->devs[i].nr_irqs; k++)
			if (c->g->devs[i].irq[k] / 32 < VIRQ_WORDS)
				c->driven[c->g->devs[i].irq[k] / 32] |=
					BIT(c->g->devs[i].irq[k] % 32);
	for (unsigned n = 32; n < 32 * VIRQ_WORDS; n++)
		if (pass_irq_device(c->g, n))
			c->driven[n / 32] |= BIT(n % 32);
}

unsigned guest_doctor(struct guest *g, doctor_fn fn, void *arg)
{
	const struct guest_loaded *l = &g->loaded;
	struct doctor_case c = { .g = g };

	if (g->state == GUEST_RUNNING)
		doctor_look_watch(&c, &g->vcpus[0]);
	c.state = g->state;
	arch_vcpu_stay(&g->vcpus[0], &c.stay);
	vserial_for_each(add_line, &c);
	virq_look(g, 0, &c.irq);
	find_driven(&c);
	c.initrd_changed = l->initrd_size && g->state != GUEST_RESET &&
			   guest_ram_sum(g, GPA(l->initrd), l->initrd_size) != l->initrd_sum;
	return doctor_examine(&c, fn, arg);
}
