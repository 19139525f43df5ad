/* SPDX-License-Identifier: Apache-2.0 */
/* How a guest wants to be scheduled: espalier,weight, -slice-us and -affinity. */

#include <espalier/dt.h>

#include "guest_int.h"

void guest_sched(struct guest *g, int node)
{
	struct sched_params *p = &g->sched;
	uint32_t cpu, cpus = 0;

	dt_u32(g->dtb, node, "espalier,weight", 0, &p->weight);
	dt_u32(g->dtb, node, "espalier,slice-us", 0, &p->slice_us);
	for (unsigned i = 0; !dt_u32(g->dtb, node, "espalier,affinity", i, &cpu); i++)
		cpus |= cpu < 32 ? BIT(cpu) : 0;
	if (cpus)
		p->cpus = cpus;
}
