// SPDX-License-Identifier: Apache-2.0
/* vcpu: registers and counters */
#include <errno.h>
#include <stdio.h>

#include <espalier/arch.h>
#include <espalier/guest.h>

#include "internal.h"

#define REGS_MAX  80
#define STATS_MAX 160

static void list_rows(struct guest *g, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < g->nr_vcpus; i++) {
		const struct vcpu *v = &g->vcpus[i];
		char name[GUEST_NAME_MAX + 16], time[SECONDS_MAX];

		snprintf(name, sizeof(name), "%s/vcpu%u", g->name, v->id);
		shell_printf("%-22s %-8s %3u %10s s\n", name, vcpu_state_name(v->state), v->cpu,
			     shell_seconds(v->run_ns, time));
	}
}

static int vcpu_list(int argc, char **argv)
{
	(void)argc, (void)argv;
	shell_printf("%-22s %-8s %s %12s\n", "NAME", "STATE", "CPU", "TIME");
	guest_for_each(list_rows, NULL);
	return 0;
}

static int vcpu_dumpreg(int argc, char **argv)
{
	struct vcpu *v = shell_vcpu(argv[0]);
	struct arch_reg regs[REGS_MAX];
	unsigned n;

	(void)argc;
	if (!v)
		return -ENOENT;
	n = arch_vcpu_regs(v, regs, REGS_MAX);
	for (unsigned i = 0; i < n; i++)
		shell_printf("%-10s %08x%s", regs[i].name, (unsigned)regs[i].value,
			     i % 4 == 3 || i + 1 == n ? "\n" : "  ");
	return 0;
}

static int vcpu_stat(int argc, char **argv)
{
	static struct arch_stat stats[STATS_MAX]; /* host thread only; big for its stack */
	struct vcpu *v = shell_vcpu(argv[0]);
	unsigned n;

	(void)argc;
	if (!v)
		return -ENOENT;
	n = arch_vcpu_stats(v, stats, STATS_MAX);
	for (unsigned i = 0; i < n; i++)
		shell_printf("%-28s %12llu\n", stats[i].name,
			     (unsigned long long)stats[i].value);
	return 0;
}

static const struct shell_sub subs[] = {
	{ "list", "", "list the vCPUs of all guests", 0, 0, { ARG_NONE }, vcpu_list },
	{ "dumpreg", "<guest/vcpuN>", "print the registers of a vCPU", 1, 1, { ARG_VCPU },
	  vcpu_dumpreg },
	{ "stat", "<guest/vcpuN>", "print the counters of a vCPU: exits by cause and more", 1, 1,
	  { ARG_VCPU }, vcpu_stat },
};
SHELL_CMD(vcpu, "vcpu", "inspect virtual CPUs", subs);
