/* SPDX-License-Identifier: Apache-2.0 */
/* dtpart: arguments, and the small commands. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "dtpart.h"

static const char usage[] =
	"usage: dtpart COMMAND [OPTION ...] HOST [NAME=TREE ...]\n"
	"\n"
	"HOST and TREE are device trees, .dtb or .dts; TREE is the guest NAME's.\n"
	"\n"
	"  check HOST NAME=TREE ...      all that is wrong with the partition\n"
	"      --root DIR                look at the files that guests load, below DIR\n"
	"  who-owns HOST WHAT [NAME=TREE ...]\n"
	"                                WHAT: 0xADDRESS, INTID or /path of the host\n"
	"  map HOST [NAME=TREE ...]      the whole host by owner\n"
	"      --svg                     as a drawing\n"
	"  derive HOST (--give PATH ... | --except PATH ...) --memory SIZE\n"
	"                                a guest's tree, as DTS; SIZE as in 128M\n"
	"      --kernel PATH --initrd PATH   files of the disk image\n"
	"      --cpus N                  vCPUs, 1 if it is not said\n"
	"      --allow-dma               also what could read and write all memory\n"
	"  derive HOST --domains         a tree for each domain of a System Device Tree\n"
	"      --out DIR                 where to put them, as NAME.dts; here if it is not said\n"
	"  explain [CODE]                what a rule asks for; all of them\n"
	"      --markdown                as docs/rules.md\n"
	"  --json                        for programs (check, who-owns, map)\n"
	"\n"
	"Exit status: 0; 1 if the partition has errors; 2 if dtpart cannot do it.\n";

/* --- arguments --------------------------------------------------------------------------- */

static void add_guest(struct args *a, const char *arg)
{
	const char *eq = strchr(arg, '=');
	struct part_guest *g = &a->guests[a->nr_guests];
	struct tree *t = &a->trees[a->nr_guests++];
	char *name;

	if (!eq)
		die("%s: a guest is given as NAME=TREE", arg);
	name = xstrdup(arg);
	name[eq - arg] = '\0';
	tree_read(t, eq + 1);
	*g = (struct part_guest){
		.name = name, .file = t->file, .fdt = t->fdt, .size = t->size, .fresh = true
	};
}

static bool flag(struct args *a, const char *s)
{
	struct {
		const char *name;
		bool *value;
	} flags[] = {
		{ "--json", &a->json },         { "--svg", &a->svg },
		{ "--markdown", &a->markdown }, { "--allow-dma", &a->allow_dma },
		{ "--domains", &a->domains },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(flags); i++)
		if (!strcmp(s, flags[i].name))
			return *flags[i].value = true;
	return false;
}

/* An option with a value; false if it is none. */
static bool valued(struct args *a, const char *s, const char *value)
{
	struct {
		const char *name;
		const char **value;
	} options[] = {
		{ "--root", &a->root },     { "--memory", &a->memory }, { "--kernel", &a->kernel },
		{ "--initrd", &a->initrd }, { "--cpus", &a->cpus },     { "--out", &a->out },
	};

	if (!strcmp(s, "--give") && value) {
		a->give[a->nr_give++] = value;
		return true;
	}
	if (!strcmp(s, "--except") && value) {
		a->all = true;
		a->except[a->nr_except++] = value;
		return true;
	}
	for (unsigned i = 0; value && i < ARRAY_SIZE(options); i++)
		if (!strcmp(s, options[i].name)) {
			*options[i].value = value;
			return true;
		}
	return false;
}

/* Returns the number of words that are no options, moved to the front. */
static int options(struct args *a, int argc, char **argv)
{
	int n = 0;

	a->give = xalloc((unsigned)argc * sizeof(char *));
	a->except = xalloc((unsigned)argc * sizeof(char *));
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "--", 2)) {
			argv[n++] = argv[i];
			continue;
		}
		if (flag(a, argv[i]))
			continue;
		if (!valued(a, argv[i], i + 1 < argc ? argv[i + 1] : NULL))
			die("%s: unknown option, or its value is missing\n\n%s", argv[i], usage);
		i++;
	}
	return n;
}

/* --- commands ------------------------------------------------------------------------------ */

static void ignore(void *arg, const struct part_finding *f) {}

/* Checks and then takes the guests for existing ones. */
static unsigned collect(struct args *a, struct partition *p)
{
	unsigned errors;

	for (unsigned i = 0; i < a->nr_guests; i++)
		part_add(p, &a->guests[i]);
	errors = part_check(p);
	for (unsigned i = 0; i < a->nr_guests; i++)
		a->guests[i].fresh = false;
	return errors;
}

static int cmd_check(struct args *a, struct partition *p)
{
	struct report r = { a->json, 0, a->trees, a->nr_guests };
	unsigned errors, warnings = 0;

	if (!a->nr_guests)
		die("check: no guests");
	p->report = report_finding;
	p->arg = &r;
	if (a->json)
		printf("[");
	errors = collect(a, p);
	for (unsigned i = 0; i < a->nr_guests; i++)
		warnings += a->guests[i].warnings;
	if (a->json)
		printf("%s]\n", r.n ? "\n" : "");
	else
		printf("%u guest%s: %u error%s, %u warning%s\n", a->nr_guests,
		       a->nr_guests == 1 ? "" : "s", errors, errors == 1 ? "" : "s", warnings,
		       warnings == 1 ? "" : "s");
	return errors ? 1 : 0;
}

static void find(const struct args *a, const struct partition *p, struct part_owner *o)
{
	unsigned long v;
	char *end;
	int node;

	if (a->what[0] == '/') {
		node = fdt_path_offset(p->host->fdt, a->what);
		if (node < 0)
			die("%s: %s has no such node", a->what, a->host.file);
		part_find_node(p, node, o);
		return;
	}
	errno = 0;
	v = strtoul(a->what, &end, 0);
	if (*end || end == a->what || errno || v > UINT32_MAX)
		die("%s: not an address, INTID or path", a->what);
	if (v < 1020 && strncmp(a->what, "0x", 2))
		part_find_irq(p, (unsigned)v, o);
	else
		part_find(p, (uint32_t)v, o);
}

static int cmd_who_owns(struct args *a, struct partition *p)
{
	char text[DT_PATH_MAX + 64], path[DT_PATH_MAX] = "";
	struct part_owner o;

	p->report = ignore;
	collect(a, p);
	find(a, p, &o);
	if (o.host_node >= 0)
		dt_path(p->host->fdt, o.host_node, path, sizeof(path));
	if (a->json) {
		const char *values[] = { o.owner, path[0] ? path : NULL, o.guest_path, o.driver };
		static const char *const names[] = { "owner", "node", "guest_node", "driver" };

		for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
			printf("%s\"%s\": ", i ? ", " : "{", names[i]);
			print_json_string(values[i]);
		}
		printf("}\n");
		return 0;
	}
	printf("%s", part_owner_text(p, &o, text, sizeof(text)));
	if (o.guest_path)
		printf(" (its %s)", o.guest_path);
	if (o.driver)
		printf(" (driver %s)", o.driver);
	printf("\n");
	return 0;
}

static int map(struct args *a, struct partition *p)
{
	p->report = ignore;
	collect(a, p);
	return cmd_map(a, p);
}

static const struct {
	const char *name;
	bool what;
	int (*run)(struct args *a, struct partition *p);
} commands[] = {
	{ "check", false, cmd_check },
	{ "who-owns", true, cmd_who_owns },
	{ "map", false, map },
	{ "derive", false, cmd_derive },
};

static int run(struct args *a, const char *name, int argc, char **argv)
{
	struct partition p = { 0 };

	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++) {
		int n = 0, err;

		if (strcmp(commands[i].name, name))
			continue;
		if (argc < 1 + commands[i].what)
			die("%s: too few arguments\n\n%s", name, usage);
		tree_read(&a->host, argv[n++]);
		err = fdt_check_full(a->host.fdt, a->host.size);
		if (err)
			die("%s: not a device tree: %s", a->host.file, fdt_strerror(err));
		dt_index(a->host.fdt);
		a->what = commands[i].what ? argv[n++] : NULL;
		while (n < argc)
			add_guest(a, argv[n++]);
		p.host = host_from(a->host.fdt);
		if (!host_tells_ram())
			fprintf(stderr,
				"dtpart: warning: %s: no memory node has a size (boot"
				" loaders fill it in): whether guests fit is not checked\n",
				a->host.file);
		host_set_root((struct part_host *)p.host, a->root);
		return commands[i].run(a, &p);
	}
	die("%s: unknown command\n\n%s", name, usage);
}

int main(int argc, char **argv)
{
	struct args a = { 0 };
	int n, status;

	if (argc < 2 || !strcmp(argv[1], "--help")) {
		fputs(usage, argc < 2 ? stderr : stdout);
		return argc < 2 ? 2 : 0;
	}
	n = options(&a, argc - 2, argv + 2);
	a.trees = xalloc((unsigned)(n + 1) * sizeof(*a.trees));
	a.guests = xalloc((unsigned)(n + 1) * sizeof(*a.guests));
	if (!strcmp(argv[1], "explain")) {
		a.what = n ? argv[2] : NULL;
		status = cmd_explain(&a);
	} else {
		status = run(&a, argv[1], n, argv + 2);
	}
	for (unsigned i = 0; i < a.nr_guests; i++) {
		part_remove(&(struct partition){ 0 }, &a.guests[i]);
		tree_free(&a.trees[i]);
		free((char *)a.guests[i].name);
	}
	dt_forget(a.host.fdt);
	tree_free(&a.host);
	free(a.trees);
	free(a.guests);
	free(a.give);
	free(a.except);
	return status;
}
