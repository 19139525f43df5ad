/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel, initrd and device tree in a guest's RAM, by Linux' boot protocol
 * (Documentation/arch/arm/booting.rst).  From the start of the first RAM range:
 *
 *	+0x8000		flat kernel; a zImage unpacks to here or a little above
 *	+32 MiB		zImage, so that it does not move before it unpacks
 *	top		initrd, then DTB; "top" is the end of RAM, or 512 MiB,
 *			behind which a kernel may not see it as low memory
 *
 * Nothing goes where a tree reserves memory.
 */
#include "load_plan.h"

#define DTB_PROP "espalier,dtb"

#define KIB 1024u
#define MIB (1024 * KIB)

#define TEXT_OFFSET    0x8000
#define TABLES_OFFSET  0x4000 /* its first translation table, before the text */
#define ZIMAGE_OFFSET  (32 * MIB)
#define ZIMAGE_SMALL   (64 * KIB) /* where RAM is small */
#define ZIMAGE_SCRATCH MIB        /* its stack and heap, behind it */
#define TOP_LIMIT      (512 * MIB)

static unsigned long load_plan_ul(uint32_t v) { return v; }

static void __printf(4, 5) load_plan_complain(struct load_plan *l, enum rule rule, const char *prop,
					      const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	l->complain(l->arg, rule, prop, text);
}

/* --- files ------------------------------------------------------------------------------- */

static int load_plan_open_file(struct load_plan *l, const char *prop, struct load_file *f)
{
	const struct part_files *files = l->files;
	int err;

	f->path = dt_str(l->g->fdt, l->chosen, prop);
	if (f->path && f->path[0] != '/')
		f->path = NULL; /* reported with the property */
	if (!f->path)
		return 0;
	err = files->open(f->path, &f->size, &f->handle);
	if (!err && !f->size)
		err = -ENODATA;
	if (err == -ENODATA || err == -EISDIR || err == -EFBIG)
		load_plan_complain(l, RULE_FILE, prop, "%s: %s", f->path,
				   err == -ENODATA ? "is empty" :
				   err == -EISDIR  ? "not a file" :
						     "larger than 4 GiB");
	else if (err && files->error) /* which names the path */
		load_plan_complain(l, RULE_FILE, prop, "%s", files->error());
	else if (err)
		load_plan_complain(l, RULE_FILE, prop, "%s: no such file", f->path);
	return err == -ENODATA || err == -EISDIR || err == -EFBIG ? -EINVAL : err;
}

const char *load_plan_dtb_file(const struct part_guest *g)
{
	return dt_str(g->fdt, fdt_path_offset(g->fdt, "/chosen"), DTB_PROP);
}

static int read_dtb(struct load_plan *l, const struct load_file *f, void **dtb)
{
	const char *why = "larger than 512 KiB";
	enum rule rule = RULE_TREE;
	void *p;

	if (f->size <= LOAD_DTB_MAX) {
		p = malloc(f->size);
		if (!p || l->files->read(f->handle, 0, p, f->size)) {
			why = p ? "cannot be read" : "out of memory";
			rule = RULE_FILE;
		} else {
			rule = part_tree_error(p, f->size, &why);
		}
		if (rule == RULES) {
			*dtb = p;
			return 0;
		}
		free(p);
	}
	load_plan_complain(l, rule, DTB_PROP, "%s: %s%s", f->path,
			   rule == RULE_TREE ? "not a device tree: " : "", why);
	return -part_rules[rule].err;
}

int load_plan_dtb(struct load_plan *l, void **dtb)
{
	struct load_file f = { 0 };
	int err;

	*dtb = NULL;
	l->chosen = fdt_path_offset(l->g->fdt, "/chosen");
	err = load_plan_open_file(l, DTB_PROP, &f);
	if (!err && f.path)
		err = read_dtb(l, &f, dtb);
	if (f.handle)
		l->files->close(f.handle);
	return err;
}

struct reader {
	const struct part_files *files;
	void *handle;
};

static int read_image(void *arg, uint32_t off, void *buf, uint32_t n)
{
	const struct reader *r = arg;

	return r->files->read(r->handle, off, buf, n);
}

static int load_plan_identify(struct load_plan *l)
{
	struct reader r = { l->files, l->kernel.handle };
	const char *why;
	int err;

	l->image.file_size = l->kernel.size;
	l->image.read = read_image;
	l->image.arg = &r;
	err = image_identify(&l->image, &why);
	l->image.arg = NULL;
	if (err)
		load_plan_complain(l, RULE_IMAGE, "espalier,kernel", "%s %s", l->kernel.path, why);
	return err;
}

/* --- places ------------------------------------------------------------------------------ */

static bool load_plan_in_ram(const struct part_guest *g, uint32_t base, uint32_t size)
{
	for (unsigned i = 0; i < g->nr_ranges; i++) {
		const struct part_range *r = &g->ranges[i];

		if (r->kind == REGION_RAM && base - r->base < r->size &&
		    size <= r->size - (base - r->base))
			return true;
	}
	return false;
}

/* What already lies in [base, base + size), or NULL. */
static const struct load_place *in_the_way(const struct load_plan *l, uint32_t base, uint32_t size)
{
	for (unsigned i = 0; i < l->nr_placed; i++)
		if (ranges_meet(base, size, l->placed[i].base, l->placed[i].size))
			return &l->placed[i];
	return NULL;
}

static bool is_reserved(const struct load_plan *l, const struct load_place *p)
{
	return (unsigned)(p - l->placed) < l->nr_reserved;
}

static int add_place(struct load_plan *l, const struct load_place *new)
{
	struct load_place *p = part_grow(l->placed, l->nr_placed, sizeof(*p));

	if (!p) {
		load_plan_complain(l, RULE_FILE, NULL, "out of memory");
		return -ENOMEM;
	}
	l->placed = p;
	p[l->nr_placed++] = *new;
	return 0;
}

/* "kernel (4096 bytes) at 0x60008000 overlaps the initrd at 0x60008000-0x60009000" */
static int load_plan_collide(struct load_plan *l, const char *what, uint32_t base, uint32_t size,
			     const struct load_place *p)
{
	char path[DT_PATH_MAX] = "", range[RANGE_TEXT_MAX];

	if (p->fdt)
		dt_path(p->fdt, p->node, path, sizeof(path));
	load_plan_complain(l, RULE_COLLIDE, NULL,
			   "%s (%lu bytes) at 0x%08lx overlaps the %s%s%.80s at %s", what,
			   load_plan_ul(size), load_plan_ul(base), p->what, path[0] ? " " : "",
			   path, part_range_text(p->base, p->size, range));
	return -ENOSPC;
}

/* Claims [base, base + size) for `what`. */
static int load_plan_place(struct load_plan *l, const char *what, uint32_t base, uint32_t size)
{
	const struct load_place *p = in_the_way(l, base, size);
	char range[RANGE_TEXT_MAX];

	if (!load_plan_in_ram(l->g, base, size)) {
		load_plan_complain(l, RULE_ROOM, NULL,
				   "%s (%lu bytes) at 0x%08lx does not lie in RAM %s", what,
				   load_plan_ul(size), load_plan_ul(base),
				   part_range_text(l->ram_base, l->ram_size, range));
		return -ENOSPC;
	}
	if (p)
		return load_plan_collide(l, what, base, size, p);
	return add_place(l, &(struct load_place){ what, base, size, NULL, -1 });
}

/* The highest free place from the start of RAM on, in whole pages; false: there is none. */
static bool load_plan_find_down(const struct load_plan *l, uint32_t size, uint32_t *base)
{
	uint32_t start = l->ram_base, top = l->end;

	for (;;) {
		uint32_t at = ALIGN_DOWN(top - size, PAGE_SIZE);
		const struct load_place *p;

		if (size > top - start || at < start)
			return false;
		p = in_the_way(l, at, size);
		if (!p) {
			*base = at;
			return true;
		}
		if (p->base <= start)
			return false;
		top = p->base; /* which is below the former one */
	}
}

/* The lowest free place in [from, to) in steps of 1 MiB; false: there is none. */
static bool load_plan_find_up(const struct load_plan *l, uint64_t from, uint64_t to, uint64_t size,
			      uint32_t *base)
{
	for (uint64_t at = from; at + size <= to;) {
		const struct load_place *p = in_the_way(l, (uint32_t)at, (uint32_t)size);

		if (!p) {
			*base = (uint32_t)at;
			return true;
		}
		at = ALIGN_UP((uint64_t)p->base + p->size - l->ram_base, (uint64_t)MIB) +
		     l->ram_base;
	}
	return false;
}

/* Puts `size` bytes as high as they fit. */
static int place_top(struct load_plan *l, const char *what, const char *path, uint32_t size,
		     uint32_t *base)
{
	uint32_t start = l->ram_base;

	if (!load_plan_find_down(l, size, base)) {
		load_plan_complain(l, RULE_ROOM, NULL,
				   "%s%s%s (%lu bytes) does not fit: RAM from 0x%08lx has %lu "
				   "bytes left%s",
				   what, path ? " " : "", path ? path : "", load_plan_ul(size),
				   load_plan_ul(start), load_plan_ul(l->top - start),
				   l->nr_reserved ? ", not all in one piece" : "");
		return -ENOSPC;
	}
	l->top = MIN(l->top, *base);
	return load_plan_place(l, what, *base, size);
}

/*
 * Where a zImage goes.  It unpacks to the start of RAM and first moves itself
 * behind that if it would be in the way, over whatever lies there.
 */
static bool find_zimage(struct load_plan *l, uint64_t kernel, uint64_t packed, uint32_t *addr)
{
	uint64_t ram = l->ram_base, low = ram + ALIGN_UP(kernel, (uint64_t)MIB);
	uint32_t small = l->ram_base + ZIMAGE_SMALL; /* it moves itself behind the kernel then */

	if (load_plan_find_up(l, MAX(ram + ZIMAGE_OFFSET, low), l->top, packed, addr))
		return true;
	if (ram + kernel + packed > l->top ||
	    in_the_way(l, small, (uint32_t)(kernel + packed) - ZIMAGE_SMALL))
		return load_plan_find_up(l, low, l->top, packed, addr);
	*addr = small;
	return true;
}

static int zimage_address(struct load_plan *l, uint32_t *addr)
{
	uint32_t tables = l->ram_base + TABLES_OFFSET;
	uint64_t kernel =
		l->image.unpacked ? l->image.unpacked : TEXT_OFFSET + 4 * (uint64_t)l->kernel.size;
	uint64_t packed = (uint64_t)l->kernel.size + ZIMAGE_SCRATCH;
	const struct load_place *p;

	kernel = MAX(kernel, (uint64_t)TEXT_OFFSET);
	p = kernel <= l->ram_size ? in_the_way(l, tables, (uint32_t)kernel - TABLES_OFFSET) : NULL;
	if (p && is_reserved(l, p))
		return load_plan_collide(l, "the kernel, unpacked,", tables,
					 (uint32_t)kernel - TABLES_OFFSET, p);
	if (find_zimage(l, kernel, packed, addr))
		return 0;
	load_plan_complain(l, RULE_ROOM, NULL,
			   "kernel %s (%lu bytes) needs %lu KiB at 0x%08lx to unpack, %lu KiB are "
			   "free%s",
			   l->kernel.path, load_plan_ul(l->kernel.size),
			   load_plan_ul((uint32_t)((kernel + packed) / KIB)),
			   load_plan_ul(l->ram_base), load_plan_ul((l->top - l->ram_base) / KIB),
			   l->nr_reserved ? ", not all in one piece" : "");
	return -ENOSPC;
}

static int place_elf(struct load_plan *l)
{
	const struct image *im = &l->image;

	if (has(l->g->fdt, l->chosen, "espalier,kernel-address")) {
		load_plan_complain(l, RULE_IMAGE, "espalier,kernel-address",
				   "kernel %s is an ELF file and says itself where it goes",
				   l->kernel.path);
		return -EINVAL;
	}
	for (unsigned i = 0; i < im->nr_segments; i++) {
		int err = load_plan_place(l, "kernel segment", im->segment[i].addr,
					  im->segment[i].mem_size);

		if (err)
			return err;
	}
	l->entry = im->entry;
	return 0;
}

static int place_blob(struct load_plan *l)
{
	uint32_t addr = l->ram_base + TEXT_OFFSET;
	int err = 0;

	if (has(l->g->fdt, l->chosen, "espalier,kernel-address"))
		dt_addr(l->g->fdt, l->chosen, "espalier,kernel-address", &addr);
	else if (l->image.kind == IMAGE_ZIMAGE)
		err = zimage_address(l, &addr);
	l->kernel_base = l->entry = addr;
	return err ? err : load_plan_place(l, "kernel", addr, l->kernel.size);
}

static int place_kernel(struct load_plan *l)
{
	int err = load_plan_identify(l);

	if (!err && l->ram_size)
		err = l->image.kind == IMAGE_ELF ? place_elf(l) : place_blob(l);
	if (err || !l->ram_size)
		return err;
	dt_addr(l->g->fdt, l->chosen, "espalier,entry", &l->entry);
	if (!load_plan_in_ram(l->g, l->entry & ~1u, 4)) {
		load_plan_complain(l, RULE_ENTRY, NULL,
				   "kernel %s: its entry 0x%08lx does not lie in RAM",
				   l->kernel.path, load_plan_ul(l->entry));
		return -EINVAL;
	}
	return 0;
}

static void first_ram(struct load_plan *l)
{
	for (unsigned i = l->g->nr_ranges; i-- > 0;)
		if (l->g->ranges[i].kind == REGION_RAM) {
			l->ram_base = l->g->ranges[i].base;
			l->ram_size = l->g->ranges[i].size;
		}
	l->end = l->top = l->ram_base + MIN(l->ram_size, TOP_LIMIT);
}

struct reserving {
	struct load_plan *l;
	const void *fdt;
	int err;
};

static void load_plan_reserve(void *arg, const struct part_reserved *r)
{
	struct reserving *s = arg;

	if (r->err || s->err)
		return;
	s->err = add_place(s->l,
			   &(struct load_place){ r->node < 0 ? r->path : "reserved memory", r->base,
						 r->size, r->node < 0 ? NULL : s->fdt, r->node });
}

/* What the guest's own tree reserves, and the tree that its kernel gets. */
static int reserve_all(struct load_plan *l)
{
	const void *trees[] = { l->g->fdt, l->dtb };
	struct reserving s = { l, NULL, 0 };

	for (unsigned i = 0; i < ARRAY_SIZE(trees); i++) {
		s.fdt = trees[i];
		if (trees[i])
			part_each_reserved(trees[i], load_plan_reserve, &s);
	}
	l->nr_reserved = l->nr_placed;
	return s.err;
}

/* What can be done without the others is done, so that all mistakes are told at once. */
int load_plan(struct load_plan *l)
{
	int err[5] = { 0 };

	l->chosen = fdt_path_offset(l->g->fdt, "/chosen");
	first_ram(l);
	err[0] = reserve_all(l);
	err[1] = load_plan_open_file(l, "espalier,kernel", &l->kernel);
	err[2] = load_plan_open_file(l, "espalier,initrd", &l->initrd);
	if (l->ram_size)
		err[3] = place_top(l, "DTB", NULL, l->dtb_size, &l->dtb_base);
	if (l->ram_size && !err[2] && l->initrd.path)
		err[2] = place_top(l, "initrd", l->initrd.path, l->initrd.size, &l->initrd_base);
	if (!err[1] && l->kernel.path)
		err[4] = place_kernel(l);
	for (unsigned i = 0; i < ARRAY_SIZE(err); i++)
		if (err[i])
			return err[i];
	return l->kernel.path && l->ram_size ? 0 : -EINVAL; /* reported already */
}

void load_plan_close(struct load_plan *l)
{
	struct load_file *files[] = { &l->kernel, &l->initrd };

	for (unsigned i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i]->handle)
			l->files->close(files[i]->handle);
	free(l->placed);
	l->placed = NULL;
	l->nr_placed = l->nr_reserved = 0;
}
