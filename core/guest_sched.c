// SPDX-License-Identifier: Apache-2.0
/* How a guest wants to be scheduled: espalier,weight, -slice-us and -affinity. */
#include <errno.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "guest_build.h"

void build_check_number(struct build *b, int node, const char *prop, uint32_t min, uint32_t max)
{
	uint32_t v, second;

	if (dt_u32(b->fdt, node, prop, 0, &v) || !dt_u32(b->fdt, node, prop, 1, &second))
		build_error(b, -EINVAL, node, "%s: not one cell", prop);
	else if (v < min || v > max)
		build_error(b, -ERANGE, node, "%s: %lu is not between %lu and %lu", prop,
			    (unsigned long)v, (unsigned long)min, (unsigned long)max);
}

/* True if the host's tree has a CPU of this number. */
static bool host_has_cpu(uint32_t cpu)
{
	int cpus = fdt_path_offset(host_fdt, "/cpus"), node;
	uint32_t reg;

	fdt_for_each_subnode(node, host_fdt, cpus)
		if (!dt_u32(host_fdt, node, "reg", 0, &reg) && reg == cpu)
			return true;
	return false;
}

/* The cells of the property are numbers of CPUs. */
void build_check_cpus(struct build *b, int node, const char *prop)
{
	uint32_t cpu;
	unsigned i;

	for (i = 0; !dt_u32(b->fdt, node, prop, i, &cpu); i++)
		if (!sched_cpu_online(cpu))
			build_error(b, -EINVAL, node, "%s: CPU %lu %s", prop, (unsigned long)cpu,
				    host_has_cpu(cpu) ? "does not run guests" :
				    "does not exist on this host");
	if (!i)
		build_error(b, -EINVAL, node, "%s: not a list of CPU numbers", prop);
}

void build_sched(struct build *b, int node)
{
	struct sched_params *p = &b->g->sched;
	uint32_t cpu, cpus = 0;

	dt_u32(b->fdt, node, "espalier,weight", 0, &p->weight);
	dt_u32(b->fdt, node, "espalier,slice-us", 0, &p->slice_us);
	for (unsigned i = 0; !dt_u32(b->fdt, node, "espalier,affinity", i, &cpu); i++)
		cpus |= cpu < 32 ? BIT(cpu) : 0;
	if (cpus)
		p->cpus = cpus;
}
