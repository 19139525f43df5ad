/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest from the model that the partition checker made of its device tree: the
 * map, memory, vCPUs and devices.  Nothing is decided here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/arch.h>
#include <espalier/channel.h>
#include <espalier/dt.h>
#include <espalier/log.h>
#include <espalier/pass.h>
#include <espalier/sched.h>
#include <espalier/vcon.h>

#include "guest_int.h"

/* --- the map ------------------------------------------------------------------------ */

/* A serial line that the VMM could use itself. */
static int claim_line(struct guest *g, const struct part_range *r)
{
	char path[DT_PATH_MAX];
	int err;

	if (dt_path(host_fdt, r->host_node, path, sizeof(path)))
		return 0; /* too long for a line that the VMM knows */
	err = pass_line_claim(g, path);
	if (err)
		log_err("%s: %s: passthrough: %.80s of the host belongs to %s", g->dtb_path,
			r->path, path, chardev_find(path)->owner_name);
	return err;
}

static int make_map(struct guest *g)
{
	for (unsigned i = 0; i < g->part.nr_ranges; i++) {
		const struct part_range *p = &g->part.ranges[i];
		struct region r = { .base = GPA(p->base),
				    .size = p->size,
				    .kind = p->kind,
				    .window = p->window,
				    .path = p->path };
		int err;

		if (p->kind == REGION_EMUL || p->kind == REGION_CHANNEL)
			r.dev = &g->devs[p->dev];
		if (p->kind == REGION_PASS)
			r.host = HPA(p->host);
		err = traptab_add(&g->map, &r, NULL);
		if (!err && p->kind == REGION_PASS && !p->window)
			err = claim_line(g, p);
		else if (err)
			log_err("%s: %s: cannot be mapped: error %d", g->dtb_path, p->path, -err);
		if (err)
			return err;
	}
	return 0;
}

static int guest_connect_irqs(struct guest *g)
{
	for (unsigned i = 0; i < g->part.nr_irqs; i++) {
		const struct part_irq *irq = &g->part.irqs[i];
		struct emul_dev *d = irq->dev < 0 ? NULL : &g->devs[irq->dev];
		int err;

		if (d) {
			d->irq[d->nr_irqs++] = irq->intid;
			continue;
		}
		err = pass_irq_claim(g, irq->host, irq->intid, irq->path);
		if (!err)
			continue;
		log_err("%s: %s: interrupts: the host's INTID %u cannot be had: error %d",
			g->dtb_path, irq->path, irq->host, -err);
		return err;
	}
	return 0;
}

/* Devices are made later; the map and the interrupts only point to them. */
static int guest_plan_arrays(struct guest *g)
{
	const struct part_guest *p = &g->part;

	g->devs = calloc(p->nr_devs + 1, sizeof(*g->devs));
	g->vcpus = calloc(p->cpus, sizeof(*g->vcpus));
	if (!g->devs || !g->vcpus) {
		log_err("%s: out of memory", g->dtb_path);
		return -ENOMEM;
	}
	g->nr_devs = p->nr_devs;
	g->nr_vcpus = p->cpus;
	for (unsigned i = 0; i < p->nr_devs; i++)
		g->devs[i] = (struct emul_dev){ .cls = p->devs[i].cls,
						.guest = g,
						.path = p->devs[i].path };
	g->gic = p->gic < 0 ? NULL : &g->devs[p->gic];
	return 0;
}

/* /chosen wins over the root. */
static void read_options(struct guest *g)
{
	int nodes[] = { 0, fdt_path_offset(g->dtb, "/chosen") };

	g->sched = SCHED_PARAMS_DEFAULT;
	for (unsigned i = 0; i < ARRAY_SIZE(nodes); i++) {
		int hole = part_word(g->dtb, nodes[i], "espalier,hole");
		int restart = part_word(g->dtb, nodes[i], "espalier,restart");

		guest_sched(g, nodes[i]);
		if (fdt_getprop(g->dtb, nodes[i], "espalier,lazy-domains", NULL))
			g->lazy_domains = true;
		if (hole >= 0)
			g->hole = (enum hole_policy)hole;
		if (restart >= 0)
			g->restart.policy = (enum restart_policy)restart;
		dt_u32(g->dtb, nodes[i], "espalier,restart-limit", 0, &g->restart.limit);
	}
}

/* --- what stands behind it ----------------------------------------------------------- */

static int make_vcpus(struct guest *g)
{
	for (unsigned i = 0; i < g->nr_vcpus; i++) {
		struct vcpu *v = &g->vcpus[i];

		v->guest = g;
		v->id = i;
		sched_vcpu_init(v, &g->sched);
		if (arch_vcpu_create(v)) {
			log_err("%s: out of memory for vcpu%u", g->dtb_path, i);
			return -ENOMEM;
		}
	}
	return 0;
}

static int make_device(struct guest *g, struct emul_dev *d)
{
	int node = dt_find(g->dtb, d->path), err = 0;
	uint32_t flags;

	d->state = means_take(g, MEANS_DEVICES, MAX(d->cls->state_size, 1u), MEANS_GRAIN);
	if (!d->state) {
		log_err("%s: %s: out of memory", g->dtb_path, d->path);
		return -ENOMEM;
	}
	flags = arch_irq_save();
	if (d->cls->create)
		err = d->cls->create(d, g->dtb, node);
	arch_irq_restore(flags);
	if (err)
		d->state = NULL; /* it is not to be destroyed */
	return err;
}

/* The interrupt controller first: the others drive its inputs. */
static int make_devices(struct guest *g)
{
	uint32_t flags;
	int err = g->gic ? make_device(g, g->gic) : 0;

	for (unsigned i = 0; !err && i < g->nr_devs; i++)
		if (&g->devs[i] != g->gic)
			err = make_device(g, &g->devs[i]);
	if (err)
		return err;
	flags = arch_irq_save();
	for (unsigned i = 0; i < g->nr_devs; i++)
		if (g->devs[i].cls->reset)
			g->devs[i].cls->reset(&g->devs[i]);
	arch_irq_restore(flags);
	return 0;
}

static int guest_make_parts(struct guest *g)
{
	int err = guest_ram_alloc(g);

	if (!err)
		err = channel_attach(g);
	if (!err)
		err = guest_means_reserve(g);
	if (err)
		return err;
	err = arch_guest_create(g);
	if (err) {
		log_err("%s: %s", g->dtb_path,
			err == -ENOSPC ? "its memory has more ranges than are supported" :
					 "out of memory for the tables that its memory needs");
		return err;
	}
	err = make_vcpus(g);
	return err ? err : make_devices(g);
}

int guest_build(struct guest *g)
{
	int err;

	traptab_init(&g->map);
	guest_restart_init(g);
	read_options(g);
	err = guest_plan_arrays(g);
	if (!err)
		err = make_map(g);
	if (!err)
		err = guest_connect_irqs(g);
	return err ? err : guest_make_parts(g);
}

void guest_free(struct guest *g)
{
	uint32_t flags = arch_irq_save();

	for (unsigned i = g->nr_devs; i-- > 0;)
		if (g->devs[i].state && g->devs[i].cls->destroy)
			g->devs[i].cls->destroy(&g->devs[i]);
	arch_irq_restore(flags);
	pass_release(g);
	for (unsigned i = 0; g->vcpus && i < g->nr_vcpus; i++)
		if (g->vcpus[i].arch)
			arch_vcpu_destroy(&g->vcpus[i]);
	if (g->arch)
		arch_guest_destroy(g);
	channel_detach(g);
	guest_means_release(g);
	guest_ram_free(g);
	traptab_free(&g->map);
	part_remove(partition_machine(), &g->part);
	free(g->devs);
	free(g->vcpus);
	free(g->dtb);
	free((char *)g->dtb_path);
	free(g);
}
