/* SPDX-License-Identifier: Apache-2.0 */
/* vcpu: registers, counters, and how a vCPU is scheduled */
#include <errno.h>
#include <stdio.h>

#include <espalier/arch.h>
#include <espalier/guest.h>
#include <espalier/timer.h>

#include "shell_int.h"

#define REGS_MAX  80
#define STATS_MAX 160

static void list_rows(struct guest *g, void *arg)
{
	for (unsigned i = 0; i < g->nr_vcpus; i++) {
		const struct vcpu *v = &g->vcpus[i];
		char name[GUEST_NAME_MAX + 16], time[SECONDS_MAX];

		snprintf(name, sizeof(name), "%s/vcpu%u", g->name, v->id);
		shell_printf("%-22s %-8s %3u %10s s %6u %8u us\n", name, vcpu_state_name(v->state),
			     v->cpu, shell_seconds(v->run_ns, time),
			     (unsigned)v->sched.params.weight, (unsigned)v->sched.params.slice_us);
	}
}

static int vcpu_list(int argc, char **argv)
{
	shell_printf("%-22s %-8s %s %12s %6s %11s\n", "NAME", "STATE", "CPU", "TIME", "WEIGHT",
		     "SLICE");
	guest_for_each(list_rows, NULL);
	return 0;
}

static int vcpu_dumpreg(int argc, char **argv)
{
	struct vcpu *v = shell_vcpu(argv[0]);
	struct arch_reg regs[REGS_MAX];
	unsigned n;

	if (!v)
		return -ENOENT;
	n = arch_vcpu_regs(v, regs, REGS_MAX);
	for (unsigned i = 0; i < n; i++)
		shell_printf(i % 4 == 3 || i + 1 == n ? "%-10s %08x\n" : "%-10s %08x  ",
			     regs[i].name, (unsigned)regs[i].value);
	return 0;
}

static void stay_rows(struct vcpu *v)
{
	struct arch_stay stay;

	arch_vcpu_stay(v, &stay);
	for (unsigned n = 0; n < ARCH_STAY_BUCKETS; n++)
		if (stay.bucket[n])
			shell_printf("stay.under-%-17llu %12llu\n", 1ull << n,
				     (unsigned long long)stay.bucket[n]);
	shell_printf("%-28s %12u\n", "stay.longest", (unsigned)stay.longest);
	if (stay.longest)
		shell_printf("%-28s %s, to pc 0x%08x\n", "stay.longest-was", stay.what,
			     (unsigned)stay.pc);
}

static int vcpu_stat(int argc, char **argv)
{
	static struct arch_stat stats[STATS_MAX]; /* host thread only; big for its stack */
	struct vcpu *v = shell_vcpu(argv[0]);
	unsigned n;

	if (!v)
		return -ENOENT;
	shell_printf("%-28s %12llu\n", "sched.run-us", (unsigned long long)(v->run_ns / NS_PER_US));
	shell_printf("%-28s %12llu\n", "sched.turns", (unsigned long long)v->sched.turns);
	n = arch_vcpu_stats(v, stats, STATS_MAX);
	for (unsigned i = 0; i < n; i++)
		shell_printf("%-28s %12llu\n", stats[i].name, (unsigned long long)stats[i].value);
	stay_rows(v);
	return 0;
}

/* --- how it is scheduled ------------------------------------------------------ */

static int cmd_vcpu_set_params(struct vcpu *v, const struct sched_params *p)
{
	int rc = sched_vcpu_set(v, p);

	if (rc == -ERANGE)
		shell_printf("a weight is 1 to %u, a slice %u to %u us\n", SCHED_WEIGHT_MAX,
			     SCHED_SLICE_MIN_US, SCHED_SLICE_MAX_US);
	return rc;
}

static int vcpu_weight(int argc, char **argv)
{
	struct vcpu *v = shell_vcpu(argv[0]);
	struct sched_params p;

	if (!v)
		return -ENOENT;
	p = v->sched.params;
	if (argc == 1)
		shell_printf("%u\n", (unsigned)p.weight);
	else if (shell_number(argv[1], 10, &p.weight))
		return -EINVAL;
	return cmd_vcpu_set_params(v, &p);
}

static int vcpu_slice(int argc, char **argv)
{
	struct vcpu *v = shell_vcpu(argv[0]);
	struct sched_params p;

	if (!v)
		return -ENOENT;
	p = v->sched.params;
	if (argc == 1)
		shell_printf("%u us\n", (unsigned)p.slice_us);
	else if (shell_number(argv[1], 10, &p.slice_us))
		return -EINVAL;
	return cmd_vcpu_set_params(v, &p);
}

static int vcpu_affinity(int argc, char **argv)
{
	struct vcpu *v = shell_vcpu(argv[0]);
	struct sched_params p;
	uint32_t cpu;

	if (!v)
		return -ENOENT;
	p = v->sched.params;
	if (argc == 1) {
		for (cpu = 0; cpu < 32; cpu++)
			if (p.cpus & BIT(cpu))
				shell_printf("%u ", (unsigned)cpu);
		shell_printf("\n");
		return 0;
	}
	p.cpus = 0;
	for (int i = 1; i < argc; i++) {
		if (shell_number(argv[i], 10, &cpu))
			return -EINVAL;
		if (!sched_cpu_online(cpu)) {
			shell_printf("CPU %u is not one that runs guests\n", (unsigned)cpu);
			return -EINVAL;
		}
		p.cpus |= BIT(cpu);
	}
	return cmd_vcpu_set_params(v, &p);
}

/* clang-format off */
static const struct shell_sub subs[] = {
	{ "list", "", "list the vCPUs of all guests", 0, 0, { ARG_NONE }, vcpu_list },
	{ "dumpreg", "<guest/vcpuN>", "print the registers of a vCPU", 1, 1, { ARG_VCPU },
	  vcpu_dumpreg },
	{ "stat", "<guest/vcpuN>", "print the counters of a vCPU: exits by cause and more", 1, 1,
	  { ARG_VCPU }, vcpu_stat },
	{ "weight", "<guest/vcpuN> [<n>]", "show or set its share of the CPU, 1 to 10000", 1, 2,
	  { ARG_VCPU }, vcpu_weight },
	{ "slice", "<guest/vcpuN> [<us>]", "show or set how long its turns are", 1, 2,
	  { ARG_VCPU }, vcpu_slice },
	{ "affinity", "<guest/vcpuN> [<cpu> ...]", "show or set the CPUs that it may run on", 1,
	  SHELL_MAX_ARGS - 1, { ARG_VCPU }, vcpu_affinity },
};
/* clang-format on */
SHELL_CMD(vcpu, "vcpu", "inspect virtual CPUs and share out the CPU", subs);
