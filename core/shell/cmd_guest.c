/* SPDX-License-Identifier: Apache-2.0 */
/* guest: create guests, run them, look at them */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <espalier/doctor.h>
#include <espalier/guest.h>
#include <espalier/timer.h>

#include "shell_int.h"

/* --- looking ------------------------------------------------------------------------ */

static uint32_t ram_kib(const struct guest *g)
{
	uint32_t kib = 0;

	for (unsigned i = 0; i < g->map.n; i++)
		if (g->map.regions[i].kind == REGION_RAM)
			kib += g->map.regions[i].size >> 10;
	return kib;
}

static uint64_t run_ns(const struct guest *g)
{
	uint64_t ns = 0;

	for (unsigned i = 0; i < g->nr_vcpus; i++)
		ns += g->vcpus[i].run_ns;
	return ns;
}

static void cmd_guest_list_row(struct guest *g, void *arg)
{
	char time[SECONDS_MAX];

	shell_printf("%-16s %-8s %5u %5u MiB %10s s  %s\n", g->name, guest_state_name(g->state),
		     g->nr_vcpus, (unsigned)(ram_kib(g) >> 10), shell_seconds(run_ns(g), time),
		     g->dtb_path);
}

static int guest_list(int argc, char **argv)
{
	shell_printf("%-16s %-8s %5s %9s %12s  %s\n", "NAME", "STATE", "VCPUS", "RAM", "CPU TIME",
		     "DEVICE TREE");
	guest_for_each(cmd_guest_list_row, NULL);
	return 0;
}

static void info_vcpus(const struct guest *g)
{
	char time[SECONDS_MAX];

	for (unsigned i = 0; i < g->nr_vcpus; i++) {
		const struct vcpu *v = &g->vcpus[i];

		shell_printf("vcpu%u:       %s on CPU %u, ran %s s", v->id,
			     vcpu_state_name(v->state), v->cpu, shell_seconds(v->run_ns, time));
		if (v->work_ns)
			shell_printf(", cost the host thread %s s",
				     shell_seconds(v->work_ns, time));
		shell_printf("\n");
	}
}

static void info_devices(const struct guest *g)
{
	char state[160];

	for (unsigned i = 0; i < g->nr_devs; i++) {
		struct emul_dev *d = &g->devs[i];

		state[0] = '\0';
		if (d->cls->describe)
			d->cls->describe(d, state, sizeof(state));
		shell_printf("device:      %s (%s", d->path, d->cls->name);
		for (unsigned n = 0; n < d->nr_irqs; n++)
			shell_printf("%s%u", n ? ", " : "; irq ", d->irq[n]);
		shell_printf(")%s%s\n", state[0] ? ": " : "", state);
	}
}

static void info_warnings(const struct guest *g)
{
	for (unsigned k = 0; k < WARN_KINDS; k++)
		if (g->warn[k].count)
			shell_printf("warnings:    %llu %s\n", (unsigned long long)g->warn[k].count,
				     warn_name[k]);
}

static void info_restart(const struct guest *g)
{
	const struct restart *r = &g->restart;
	char time[SECONDS_MAX];

	shell_printf("restart:     %s", restart_policy_name(r->policy));
	if (r->limit)
		shell_printf(", %u times in a row", (unsigned)r->limit);
	if (r->total)
		shell_printf("; has started again %u times, %u in a row", (unsigned)r->total,
			     (unsigned)r->in_row);
	if (r->due > timer_now())
		shell_printf("; the next time in %s s", shell_seconds(r->due - timer_now(), time));
	shell_printf("\n");
}

static int guest_info(int argc, char **argv)
{
	struct guest *g = shell_guest(argv[0]);

	if (!g)
		return -ENOENT;
	shell_printf("name:        %s\n", g->name);
	shell_printf("state:       %s", guest_state_name(g->state));
	if (g->state == GUEST_HALTED && g->halt_reason)
		shell_printf(" (%s)", g->halt_reason);
	shell_printf("\ndevice tree: %s\n", g->dtb_path);
	shell_printf("memory:      %u KiB\n", (unsigned)ram_kib(g));
	shell_printf("faults:      %llu accesses outside its map\n", (unsigned long long)g->faults);
	info_warnings(g);
	info_restart(g);
	if (g->lazy_domains)
		shell_printf("options:     espalier,lazy-domains\n");
	info_vcpus(g);
	info_devices(g);
	return 0;
}

static void memmap_row(const struct region *r)
{
	static const char *const kinds[] = {
		[REGION_RAM] = "ram",       [REGION_CHANNEL] = "channel", [REGION_PASS] = "pass",
		[REGION_EMUL] = "emulated", [REGION_ABSENT] = "absent",
	};

	shell_printf("%08x-%08x %-9s", (unsigned)r->base.v, (unsigned)(r->base.v + (r->size - 1)),
		     kinds[r->kind]);
	if (region_mapped(r->kind))
		shell_printf("%08x ", (unsigned)r->host.v);
	else
		shell_printf("%8s ", "-");
	shell_printf("%s\n", r->path ? r->path : "-");
}

static void reserved_row(const struct part_reserved *r)
{
	shell_printf("%08x-%08x reserved %8s %s%s\n", (unsigned)r->base,
		     (unsigned)(r->base + (r->size - 1)), "-", r->path,
		     r->no_map ? " (no-map)" : "");
}

static int guest_memmap(int argc, char **argv)
{
	struct guest *g = shell_guest(argv[0]);

	if (!g)
		return -ENOENT;
	shell_printf("%-17s %-9s%-8s %s\n", "GUEST ADDRESSES", "KIND", "HOST", "NODE");
	for (unsigned i = 0; i < g->map.n; i++)
		memmap_row(&g->map.regions[i]);
	for (unsigned i = 0; i < g->part.nr_reserved; i++)
		reserved_row(&g->part.reserved[i]);
	return 0;
}

static void faults_list_row(const struct guest *g, const struct fault_row *r, bool others)
{
	struct fault_place p = { 0 };
	char page[16];

	snprintf(page, sizeof(page), "%08x-", (unsigned)r->page);
	if (!others)
		fault_where(g, r, &p);
	shell_printf("%-16s %10llu %10llu %10llu %08x %08x %s%s\n", others ? "-" : p.owner,
		     (unsigned long long)r->count[FAULT_READ],
		     (unsigned long long)r->count[FAULT_WRITE],
		     (unsigned long long)r->count[FAULT_FETCH], (unsigned)r->last.pc,
		     (unsigned)r->last.a.v,
		     others ? "(others)" :
		     p.node ? p.node :
			      page,
		     p.disabled ? " (disabled in its tree)" : "");
}

static int guest_faults(int argc, char **argv)
{
	struct guest *g = shell_guest(argv[0]);
	struct fault_row r;

	if (!g)
		return -ENOENT;
	shell_printf("%-16s %10s %10s %10s %-8s %-8s %s\n", "OWNER", "READS", "WRITES", "FETCHES",
		     "LAST PC", "ADDRESS", "NODE");
	for (unsigned i = 0; i <= FAULT_ROWS; i++)
		if (faults_row(g, i, &r))
			faults_list_row(g, &r, i == FAULT_ROWS);
	return 0;
}

static void cmd_guest_finding(void *arg, const char *text) { shell_printf("- %s\n", text); }

static int guest_doctor_run(int argc, char **argv)
{
	struct guest *g = shell_guest(argv[0]);

	if (!g)
		return -ENOENT;
	if (!guest_doctor(g, cmd_guest_finding, NULL))
		shell_printf("%s is %s, and nothing is wrong that can be seen from here\n", g->name,
			     guest_state_name(g->state));
	return 0;
}

static void print_line(const char *line) { shell_printf("%s\n", line); }

static int guest_autopsy_run(int argc, char **argv)
{
	struct guest *g = shell_guest(argv[0]);

	if (!g)
		return -ENOENT;
	if (!g->autopsy.why)
		shell_printf("%s is %s, and has not ended since it was kicked\n", g->name,
			     guest_state_name(g->state));
	guest_autopsy(g, print_line);
	return 0;
}

/* --- acting --------------------------------------------------------------------------- */

/* The log has said why by then. */
static int cmd_guest_result(int rc, const char *verb, const char *name)
{
	shell_log_flush();
	if (rc)
		shell_printf("guest %s %s: failed\n", verb, name);
	return rc;
}

/* "name file [name file ...]" as two lists; -EINVAL: a name without a file. */
static int cmd_guest_pairs(int argc, char **argv, const char **names, const char **files)
{
	if (argc % 2) {
		shell_printf("%s: the file of its device tree is missing\n", argv[argc - 1]);
		return -EINVAL;
	}
	for (int i = 0; i < argc / 2; i++) {
		names[i] = argv[2 * i];
		files[i] = argv[2 * i + 1];
	}
	return 0;
}

static int guest_create_run(int argc, char **argv)
{
	const char *names[SHELL_MAX_ARGS / 2], *files[SHELL_MAX_ARGS / 2];
	int rc = cmd_guest_pairs(argc, argv, names, files);

	if (rc)
		return rc;
	return cmd_guest_result(guest_create_set(argc / 2, names, files), "create",
				argc == 2 ? argv[0] : "of the set");
}

static void print_finding(void *arg, const struct part_finding *f)
{
	char text[512];

	shell_printf("%s: %s\n", f->rule->severity == PART_WARNING ? "warning" : "error",
		     part_finding_text(f, text, sizeof(text)));
	if (f->owner && f->owner_path)
		shell_printf("    owner: %s: %s\n", f->owner, f->owner_path);
	shell_printf("    hint: %s\n", f->rule->hint);
}

static int guest_check_run(int argc, char **argv)
{
	const char *names[SHELL_MAX_ARGS / 2], *files[SHELL_MAX_ARGS / 2];
	int rc = cmd_guest_pairs(argc, argv, names, files);

	if (rc)
		return rc;
	rc = guest_check_set(argc / 2, names, files, print_finding, NULL, shell_interrupted);
	shell_log_flush();
	if (rc < 0)
		return rc;
	shell_printf(rc ? "%d error%s\n" : "no errors\n", rc, rc == 1 ? "" : "s");
	return rc ? -EINVAL : 0;
}

static int cmd_guest_act(const char *verb, const char *name, int (*fn)(struct guest *g))
{
	struct guest *g = shell_guest(name);

	return g ? cmd_guest_result(fn(g), verb, name) : -ENOENT;
}

#define ACTION(verb) \
	static int guest_##verb##_run(int argc, char **argv) \
	{ \
		return cmd_guest_act(#verb, argv[0], guest_##verb); \
	}
ACTION(destroy)
ACTION(kick)
ACTION(pause)
ACTION(resume)
ACTION(halt)
ACTION(reset)

/* clang-format off */
static const struct shell_sub subs[] = {
	{ "list", "", "list the guests", 0, 0, { ARG_NONE }, guest_list },
	{ "create", "<name> <dtb-path> ...", "build guests from device trees of the disk image,"
	  " all or none", 2, SHELL_MAX_ARGS - 2, { ARG_TEXT, ARG_PATH }, guest_create_run },
	{ "check", "<name> <dtb-path> ...", "say all that is wrong with guests, and build none",
	  2, SHELL_MAX_ARGS - 2, { ARG_TEXT, ARG_PATH }, guest_check_run },
	{ "destroy", "<guest>", "stop a guest and give back what it has", 1, 1, { ARG_GUEST },
	  guest_destroy_run },
	{ "kick", "<guest>", "load and start a guest that is new or reset", 1, 1, { ARG_GUEST },
	  guest_kick_run },
	{ "pause", "<guest>", "stop a guest for a while", 1, 1, { ARG_GUEST }, guest_pause_run },
	{ "resume", "<guest>", "let a paused guest go on", 1, 1, { ARG_GUEST },
	  guest_resume_run },
	{ "halt", "<guest>", "stop a guest until it is reset", 1, 1, { ARG_GUEST },
	  guest_halt_run },
	{ "reset", "<guest>", "bring a guest back to where kick starts it", 1, 1, { ARG_GUEST },
	  guest_reset_run },
	{ "info", "<guest>", "state, vCPUs and devices of a guest", 1, 1, { ARG_GUEST },
	  guest_info },
	{ "memmap", "<guest>", "what a guest has at which address", 1, 1, { ARG_GUEST },
	  guest_memmap },
	{ "doctor", "<guest>", "say what may be wrong with a guest that is silent", 1, 1,
	  { ARG_GUEST }, guest_doctor_run },
	{ "autopsy", "<guest>", "why a guest ended, and where it was", 1, 1, { ARG_GUEST },
	  guest_autopsy_run },
	{ "faults", "<guest>", "accesses to what its tree does not give it, by node", 1, 1,
	  { ARG_GUEST }, guest_faults },
};
/* clang-format on */
SHELL_CMD(guest, "guest", "create, run and inspect guests", subs);
