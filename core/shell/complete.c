/* SPDX-License-Identifier: Apache-2.0 */
/* What could stand where the cursor is. */
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/guest.h>
#include <espalier/text.h>
#include <espalier/vcon.h>
#include <espalier/vfs.h>

#include "shell_int.h"

/* The word to complete and where candidates go. */
struct request {
	char word[EDIT_MAX];
	char **argv; /* words of the command before it */
	int argc;
	edit_offer_fn offer;
	void *arg;
};

static void complete_offer_cmd(const struct shell_cmd *c, void *arg)
{
	struct request *r = arg;

	r->offer(r->arg, c->name, true);
}

static void complete_cmd(struct request *r) { shell_for_each_cmd(complete_offer_cmd, r); }

static void offer_subs(struct request *r, const struct shell_cmd *c)
{
	for (unsigned i = 0; c && i < c->nr_subs; i++)
		if (c->subs[i].name[0])
			r->offer(r->arg, c->subs[i].name, true);
}

/* Of the command that the word before names. */
static void complete_sub(struct request *r) { offer_subs(r, shell_find_cmd(r->argv[r->argc - 1])); }

static void complete_offer_guest(struct guest *g, void *arg)
{
	struct request *r = arg;

	r->offer(r->arg, g->name, true);
}

static void complete_guest(struct request *r) { guest_for_each(complete_offer_guest, r); }

static void offer_vcpus(struct guest *g, void *arg)
{
	struct request *r = arg;
	char name[GUEST_NAME_MAX + 16];

	for (unsigned i = 0; i < g->nr_vcpus; i++) {
		snprintf(name, sizeof(name), "%s/vcpu%u", g->name, g->vcpus[i].id);
		r->offer(r->arg, name, true);
	}
}

static void complete_vcpu(struct request *r) { guest_for_each(offer_vcpus, r); }

static void complete_offer_vserial(struct vserial *s, void *arg)
{
	struct request *r = arg;

	r->offer(r->arg, s->name, true);
}

static void complete_vserial(struct request *r) { vserial_for_each(complete_offer_vserial, r); }

static void complete_level(struct request *r)
{
	static const char *const levels[] = { "err", "warn", "info", "debug" };

	for (unsigned i = 0; i < ARRAY_SIZE(levels); i++)
		r->offer(r->arg, levels[i], true);
}

/* --- paths of the disk image -------------------------------------------------- */

static int offer_entry(void *arg, const char *name, uint32_t ino)
{
	struct request *r = arg;
	char *base = strrchr(r->word, '/') + 1;
	struct ext2_inode inode;
	char path[EDIT_MAX];
	bool dir;

	if (!text_plain(name) || strncmp(name, base, strlen(base)) || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return 0;
	if ((base - r->word) + strlen(name) + 1 >= sizeof(path))
		return 0;
	memcpy(path, r->word, base - r->word);
	strcpy(path + (base - r->word), name);
	dir = vfs_lookup(path, &inode) == 0 && inode.type == EXT2_DIR;
	if (dir)
		strcat(path, "/");
	r->offer(r->arg, path, !dir);
	return 0;
}

static void complete_path(struct request *r)
{
	char *slash = strrchr(r->word, '/');
	struct ext2_inode dir;
	char path[EDIT_MAX];

	if (!slash) {
		r->offer(r->arg, "/", false);
		return;
	}
	memcpy(path, r->word, slash + 1 - r->word);
	path[slash + 1 - r->word] = '\0';
	if (vfs_lookup(path, &dir) == 0)
		ext2_readdir(vfs_fs(), &dir, offer_entry, r);
}

/* --- paths of device trees -------------------------------------------------------- */

static void offer_tree(struct guest *g, void *arg)
{
	struct request *r = arg;
	char name[GUEST_NAME_MAX + 3];

	snprintf(name, sizeof(name), "%s:/", g->name);
	r->offer(r->arg, name, false);
}

static void complete_dt_path(struct request *r)
{
	char *slash = strrchr(r->word, '/');
	int parent, node, unused;
	char path[EDIT_MAX];
	const void *fdt;
	const char *in_tree = shell_tree(r->word, &fdt);

	if (!slash) {
		r->offer(r->arg, "/", false);
		guest_for_each(offer_tree, r);
		return;
	}
	if (!in_tree)
		return;
	parent = slash == in_tree ? 0 : fdt_path_offset_namelen(fdt, in_tree, slash - in_tree);
	if (parent < 0)
		return;
	fdt_for_each_subnode(node, fdt, parent) {
		bool leaf = fdt_first_subnode(fdt, node) < 0;
		int n = snprintf(path, sizeof(path), "%.*s%s%s", (int)(slash + 1 - r->word),
				 r->word, fdt_get_name(fdt, node, &unused), leaf ? "" : "/");

		if (n < (int)sizeof(path))
			r->offer(r->arg, path, leaf);
	}
}

/* Properties of the node that the word before names. */
static void complete_dt_prop(struct request *r)
{
	const void *fdt;
	const char *path = shell_tree(r->argv[r->argc - 1], &fdt);
	int node = path ? fdt_path_offset(fdt, path) : -1;
	int prop;

	if (node < 0)
		return;
	fdt_for_each_property_offset(prop, fdt, node) {
		const char *name;

		if (fdt_getprop_by_offset(fdt, prop, &name, NULL))
			r->offer(r->arg, name, true);
	}
}

static void (*const completers[])(struct request *r) = {
	[ARG_GUEST] = complete_guest,     [ARG_VCPU] = complete_vcpu,
	[ARG_VSERIAL] = complete_vserial, [ARG_PATH] = complete_path,
	[ARG_DT_PATH] = complete_dt_path, [ARG_DT_PROP] = complete_dt_prop,
	[ARG_LEVEL] = complete_level,     [ARG_CMD] = complete_cmd,
	[ARG_SUB] = complete_sub,         [ARG_TEXT] = NULL,
};

static void complete_word(struct request *r)
{
	const struct shell_cmd *c = r->argc ? shell_find_cmd(r->argv[0]) : NULL;
	const struct shell_sub *s;
	int arg = r->argc - 1; /* number of the argument after the command */
	size_t n;

	if (r->argc == 0) {
		complete_cmd(r);
		return;
	}
	if (!c)
		return;
	if (shell_cmd_is_plain(c)) {
		s = &c->subs[0];
	} else if (r->argc == 1) {
		offer_subs(r, c);
		return;
	} else {
		s = shell_find_sub(c, r->argv[1]);
		arg--;
	}
	if (!s || arg >= s->max)
		return;
	/* "<name> <path> ..." goes on in pairs. */
	n = strlen(s->args);
	if (n > 4 && !strcmp(s->args + n - 4, " ..."))
		arg %= (int)ARRAY_SIZE(s->complete);
	if (arg >= (int)ARRAY_SIZE(s->complete))
		return;
	if (s->complete[arg] < ARRAY_SIZE(completers) && completers[s->complete[arg]])
		completers[s->complete[arg]](r);
}

void shell_complete(void *arg, const char *line, unsigned start, unsigned pos, edit_offer_fn offer,
		    void *offer_arg)
{
	struct request r = { .offer = offer, .arg = offer_arg };
	char before[EDIT_MAX], *rest = before;
	char *argv[SHELL_MAX_ARGS];

	memcpy(before, line, start);
	before[start] = '\0';
	memcpy(r.word, line + start, pos - start);
	r.argv = argv;
	/* The words of the last of the commands on the line. */
	while (rest) {
		r.argc = parse_command(&rest, argv, SHELL_MAX_ARGS);
		if (r.argc < 0)
			return;
	}
	complete_word(&r);
}
