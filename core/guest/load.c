/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel, initrd and device tree into a guest's RAM, to where load_plan.c puts them. */
#include <errno.h>
#include <stdlib.h>

#include <espalier/log.h>
#include <espalier/vfs.h>

#include "guest_int.h"
#include "partition/dtb_diff.h"
#include "partition/load_plan.h"

#define CHUNK    (64u << 10)
#define TEXT_MAX 224 /* of the log, without its prefix */
#define MAX_TOLD 64  /* differences of trees; further ones are only counted */

struct load {
	struct guest *g;
	struct load_plan plan;
};

static int copy_file(struct load *l, const struct load_file *f, uint32_t off, uint32_t addr,
		     uint32_t size)
{
	uint8_t *p = guest_ram_writable(l->g, GPA(addr), size);

	for (uint32_t done = 0, n; done < size; done += n) {
		n = MIN(size - done, CHUNK);
		if (!l->plan.files->read(f->handle, off + done, p + done, n))
			continue;
		log_err("%s: %s: cannot be read: %s", l->g->name, f->path, vfs_error());
		return -EIO;
	}
	return 0;
}

static int copy_kernel(struct load *l)
{
	const struct load_plan *p = &l->plan;
	int err = 0;

	if (p->image.kind != IMAGE_ELF)
		return copy_file(l, &p->kernel, 0, p->kernel_base, p->kernel.size);
	for (unsigned i = 0; !err && i < p->image.nr_segments; i++) {
		const struct image_segment *s = &p->image.segment[i];

		err = copy_file(l, &p->kernel, s->file_off, s->addr, s->file_size);
	}
	return err;
}

/* What the doctor compares with. */
static void guest_load_remember(struct guest *g, const struct load_plan *p)
{
	g->loaded = (struct guest_loaded){ .entry = p->entry };
	guest_read(g, GPA(p->entry & ~3u), &g->loaded.entry_word, 4);
	if (!p->initrd.path)
		return;
	g->loaded.initrd = p->initrd_base;
	g->loaded.initrd_size = p->initrd.size;
	g->loaded.initrd_sum = guest_ram_sum(g, GPA(p->initrd_base), p->initrd.size);
}

static int copy_all(struct load *l, void *dtb)
{
	const struct load_plan *p = &l->plan;
	int err = copy_kernel(l);

	if (!err && p->initrd.path) {
		err = copy_file(l, &p->initrd, 0, p->initrd_base, p->initrd.size);
		guest_dtb_initrd(dtb, p->initrd_base, p->initrd_base + p->initrd.size);
	}
	return err ? err : guest_write(l->g, GPA(p->dtb_base), dtb, p->dtb_size);
}

static void guest_load_complain(void *arg, enum rule rule, const char *prop, const char *text)
{
	const struct load *l = arg;

	log_err("%s: %s%s%s", l->g->name, prop ? prop : "", prop ? ": " : "", text);
}

/* --- the device tree -------------------------------------------------------------------- */

static void guest_load_differs(void *arg, const char *path, const char *prop, const char *text)
{
	const struct dtb_diff *d = arg;
	struct part_finding f = { .rule = &part_rules[RULE_OTHER_TREE],
				  .guest = d->g,
				  .path = path,
				  .prop = prop,
				  .text = text };
	char line[TEXT_MAX];

	if (d->n <= MAX_TOLD)
		log_warn("%s", part_finding_text(&f, line, sizeof(line)));
}

/* The kernel gets another tree than the partition was made from; it was asked for. */
static void tell_differences(const struct guest *g, const void *dtb)
{
	struct dtb_diff d = { .p = partition_machine(),
			      .g = &g->part,
			      .fdt = dtb,
			      .file = load_plan_dtb_file(&g->part),
			      .tell = guest_load_differs,
			      .arg = &d };

	dtb_diff(&d);
	if (d.n > MAX_TOLD)
		log_warn("%s: and %u more differences", g->dtb_path, d.n - MAX_TOLD);
}

/* As the guest gets it, in memory that the caller frees.  Negative errno, logged. */
static int make_dtb(struct load *l, void **dtb)
{
	bool initrd = fdt_getprop(l->g->dtb, fdt_path_offset(l->g->dtb, "/chosen"),
				  "espalier,initrd", NULL);
	void *other;
	int err = load_plan_dtb(&l->plan, &other);

	if (err)
		return err;
	err = guest_dtb_make(other ? other : l->g->dtb, initrd, dtb, &l->plan.dtb_size);
	if (err)
		log_err("%s: DTB: %s", l->g->name, err == -ENOMEM ? "out of memory" : "damaged");
	else if (other)
		tell_differences(l->g, other);
	free(other);
	return err;
}

static int guest_load_all(struct load *l, struct guest_entry *e)
{
	void *dtb;
	int err = make_dtb(l, &dtb);

	if (err)
		return err;
	l->g->loaded = (struct guest_loaded){ 0 };
	l->plan.dtb = dtb;
	err = load_plan(&l->plan);
	if (!err)
		err = copy_all(l, dtb);
	if (!err)
		guest_load_remember(l->g, &l->plan);
	load_plan_close(&l->plan);
	free(dtb);
	*e = (struct guest_entry){ l->plan.entry, l->plan.dtb_base };
	return err;
}

int guest_load(struct guest *g, struct guest_entry *e)
{
	struct load *l = calloc(1, sizeof(*l));
	int err;

	if (!l) {
		log_err("%s: out of memory", g->name);
		return -ENOMEM;
	}
	l->g = g;
	l->plan.g = &g->part;
	l->plan.files = &partition_files;
	l->plan.complain = guest_load_complain;
	l->plan.arg = l;
	err = guest_load_all(l, e);
	free(l);
	return err;
}
