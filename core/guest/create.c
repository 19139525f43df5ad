/* SPDX-License-Identifier: Apache-2.0 */
/* Guests from files: read, checked as a set, and built all or none. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/log.h>
#include <espalier/vfs.h>

#include "guest_int.h"
#include "partition/load_plan.h"

#define TEXT_MAX   224 /* of the log, without its prefix */
#define MAX_LOGGED 24  /* errors and warnings of a guest; further ones are only counted */

/* --- reading ------------------------------------------------------------------------ */

/* A guest that is a name and a tree yet. */
static struct guest *read_guest(const char *name, const char *path, int *err)
{
	struct guest *g = calloc(1, sizeof(*g));
	char *file = strdup(path);
	uint32_t size = 0;

	if (!g || !file) {
		log_err("guest %s: out of memory", name);
		free(g);
		free(file);
		*err = -ENOMEM;
		return NULL;
	}
	strncpy(g->name, name, sizeof(g->name) - 1);
	g->dtb_path = file;
	g->part.name = name; /* whole, to be complained about */
	g->part.file = file;
	g->part.fresh = true;
	*err = vfs_read_file(path, LOAD_DTB_MAX, &g->dtb, &size);
	if (*err)
		log_err("guest %s: %s", name, vfs_error());
	g->part.fdt = g->dtb;
	g->part.size = size;
	return g;
}

static void free_set(struct guest **set, unsigned n)
{
	while (n-- > 0)
		if (set[n])
			guest_free(set[n]);
	free(set);
}

/* What can be read is in the machine's partition then. */
static struct guest **read_set(unsigned n, const char *const *names, const char *const *paths,
			       int *err)
{
	struct guest **set = calloc(n, sizeof(struct guest *));

	*err = set ? 0 : -ENOMEM;
	if (!set)
		log_err("guest: out of memory");
	for (unsigned i = 0; set && i < n; i++) {
		int e;

		set[i] = read_guest(names[i], paths[i], &e);
		if (!e)
			part_add(partition_machine(), &set[i]->part);
		else if (!*err)
			*err = e;
	}
	return set;
}

/* --- checking ----------------------------------------------------------------------- */

static void log_finding(void *arg, const struct part_finding *f)
{
	char text[TEXT_MAX];

	part_finding_text(f, text, sizeof(text));
	if (f->rule->severity == PART_WARNING)
		log_warn("%s", text);
	else
		log_err("%s", text);
}

static void log_rest(const struct guest *g)
{
	unsigned n = g->part.errors + g->part.warnings;

	if (n > MAX_LOGGED)
		log_err("%s: and %u more errors", g->dtb_path, n - MAX_LOGGED);
}

static unsigned guest_create_check(void (*report)(void *arg, const struct part_finding *f),
				   void *arg, unsigned max)
{
	struct partition *p = partition_machine();

	p->report = report;
	p->arg = arg;
	p->max = max;
	return part_check(p);
}

int guest_check_set(unsigned n, const char *const *names, const char *const *paths,
		    void (*report)(void *arg, const struct part_finding *f), void *arg,
		    bool (*stop)(void))
{
	struct partition *p = partition_machine();
	const struct part_host *host = p->host;
	struct part_host with_files = *host;
	struct guest **set;
	unsigned errors;
	int err;

	set = read_set(n, names, paths, &err);
	if (!set)
		return err;
	with_files.files = &partition_files;
	p->host = &with_files;
	p->stop = stop;
	errors = guest_create_check(report, arg, 0);
	p->stop = NULL;
	p->host = host;
	free_set(set, n);
	if (p->stopped)
		return -EINTR;
	return err ? err : (int)errors;
}

/* --- creating ----------------------------------------------------------------------- */

static int build_set(struct guest **set, unsigned n)
{
	int err = 0;

	for (unsigned i = 0; !err && i < n; i++)
		err = guest_build(set[i]);
	if (err)
		return err;
	for (unsigned i = 0; i < n; i++) {
		set[i]->part.name = set[i]->name;
		set[i]->part.fresh = false;
		guest_add(set[i]);
		log_info("guest %s created from %s", set[i]->name, set[i]->dtb_path);
	}
	return 0;
}

int guest_create_set(unsigned n, const char *const *names, const char *const *paths)
{
	struct guest **set;
	int err;

	set = read_set(n, names, paths, &err);
	if (!set)
		return err;
	if (guest_create_check(log_finding, NULL, MAX_LOGGED) && !err)
		err = partition_machine()->err;
	for (unsigned i = 0; i < n; i++)
		if (set[i])
			log_rest(set[i]);
	if (!err)
		err = build_set(set, n);
	if (err)
		free_set(set, n);
	else
		free(set);
	return err;
}

int guest_create(const char *name, const char *path) { return guest_create_set(1, &name, &path); }
