/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel, initrd and device tree in a guest's RAM, by Linux' boot protocol
 * (Documentation/arch/arm/booting.rst).  From the start of the first RAM range:
 *
 *	+0x8000		flat kernel; a zImage unpacks to here or a little above
 *	+32 MiB		zImage, so that it does not move before it unpacks
 *	top		initrd, then DTB; "top" is the end of RAM, or 512 MiB,
 *			behind which a kernel may not see it as low memory
 */
#include "load_plan.h"

#define DTB_PROP "espalier,dtb"

#define KIB 1024u
#define MIB (1024 * KIB)

#define TEXT_OFFSET    0x8000
#define ZIMAGE_OFFSET  (32 * MIB)
#define ZIMAGE_SMALL   (64 * KIB) /* where RAM is small */
#define ZIMAGE_SCRATCH MIB        /* its stack and heap, behind it */
#define TOP_LIMIT      (512 * MIB)

static unsigned long ul(uint32_t v) { return v; }

static void __printf(4, 5)
	complain(struct load_plan *l, enum rule rule, const char *prop, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	l->complain(l->arg, rule, prop, text);
}

/* --- files ------------------------------------------------------------------------------- */

static int open_file(struct load_plan *l, const char *prop, struct load_file *f)
{
	const struct part_files *files = l->files;
	int err;

	f->path = dt_str(l->g->fdt, l->chosen, prop);
	if (!f->path)
		return 0;
	err = files->open(f->path, &f->size, &f->handle);
	if (!err && !f->size)
		err = -ENODATA;
	if (err == -ENODATA || err == -EISDIR || err == -EFBIG)
		complain(l, RULE_FILE, prop, "%s: %s", f->path,
			 err == -ENODATA ? "is empty" :
			 err == -EISDIR  ? "not a file" :
					   "larger than 4 GiB");
	else if (err && files->error) /* which names the path */
		complain(l, RULE_FILE, prop, "%s", files->error());
	else if (err)
		complain(l, RULE_FILE, prop, "%s: no such file", f->path);
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
	complain(l, rule, DTB_PROP, "%s: %s%s", f->path,
		 rule == RULE_TREE ? "not a device tree: " : "", why);
	return -part_rules[rule].err;
}

int load_plan_dtb(struct load_plan *l, void **dtb)
{
	struct load_file f = { 0 };
	int err;

	*dtb = NULL;
	l->chosen = fdt_path_offset(l->g->fdt, "/chosen");
	err = open_file(l, DTB_PROP, &f);
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

static int identify(struct load_plan *l)
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
		complain(l, RULE_IMAGE, "espalier,kernel", "%s %s", l->kernel.path, why);
	return err;
}

/* --- places ------------------------------------------------------------------------------ */

static bool in_ram(const struct part_guest *g, uint32_t base, uint32_t size)
{
	for (unsigned i = 0; i < g->nr_ranges; i++) {
		const struct part_range *r = &g->ranges[i];

		if (r->kind == REGION_RAM && base - r->base < r->size &&
		    size <= r->size - (base - r->base))
			return true;
	}
	return false;
}

/* Claims [base, base + size) for `what`. */
static int place(struct load_plan *l, const char *what, uint32_t base, uint32_t size)
{
	if (!in_ram(l->g, base, size)) {
		complain(l, RULE_ROOM, NULL,
			 "%s (%lu bytes) at 0x%08lx does not lie in RAM 0x%08lx-0x%08lx", what,
			 ul(size), ul(base), ul(l->ram_base), ul(l->ram_base + (l->ram_size - 1)));
		return -ENOSPC;
	}
	for (unsigned i = 0; i < l->nr_placed; i++) {
		const struct load_place *p = &l->placed[i];

		if (!ranges_meet(base, size, p->base, p->size))
			continue;
		complain(l, RULE_COLLIDE, NULL,
			 "%s (%lu bytes) at 0x%08lx overlaps the %s at 0x%08lx-0x%08lx", what,
			 ul(size), ul(base), p->what, ul(p->base), ul(p->base + (p->size - 1)));
		return -ENOSPC;
	}
	l->placed[l->nr_placed++] = (struct load_place){ what, base, size };
	return 0;
}

/* Takes `size` bytes from the end of free RAM, in whole pages. */
static int place_top(struct load_plan *l, const char *what, const char *path, uint32_t size,
		     uint32_t *base)
{
	uint32_t start = l->ram_base;

	if (size > l->top - start || ALIGN_DOWN(l->top - size, PAGE_SIZE) < start) {
		complain(l, RULE_ROOM, NULL,
			 "%s%s%s (%lu bytes) does not fit: RAM from 0x%08lx has %lu bytes left",
			 what, path ? " " : "", path ? path : "", ul(size), ul(start),
			 ul(l->top - start));
		return -ENOSPC;
	}
	*base = l->top = ALIGN_DOWN(l->top - size, PAGE_SIZE);
	return place(l, what, *base, size);
}

/*
 * Where a zImage goes.  It unpacks to the start of RAM and first moves itself
 * behind that if it would be in the way, over whatever lies there.
 */
static int zimage_address(struct load_plan *l, uint32_t *addr)
{
	uint32_t room = l->top - l->ram_base;
	uint64_t kernel =
		l->image.unpacked ? l->image.unpacked : TEXT_OFFSET + 4 * (uint64_t)l->kernel.size;
	uint64_t packed = (uint64_t)l->kernel.size + ZIMAGE_SCRATCH;
	uint64_t high = MAX((uint64_t)ZIMAGE_OFFSET, ALIGN_UP(kernel, (uint64_t)MIB));

	if (high + packed <= room)
		*addr = l->ram_base + (uint32_t)high;
	else if (kernel + packed <= room)
		*addr = l->ram_base + ZIMAGE_SMALL;
	else {
		complain(l, RULE_ROOM, NULL,
			 "kernel %s (%lu bytes) needs %lu KiB at 0x%08lx to unpack, %lu KiB are "
			 "free",
			 l->kernel.path, ul(l->kernel.size),
			 ul((uint32_t)((kernel + packed) / KIB)), ul(l->ram_base), ul(room / KIB));
		return -ENOSPC;
	}
	return 0;
}

static int place_elf(struct load_plan *l)
{
	const struct image *im = &l->image;

	if (has(l->g->fdt, l->chosen, "espalier,kernel-address")) {
		complain(l, RULE_IMAGE, "espalier,kernel-address",
			 "kernel %s is an ELF file and says itself where it goes", l->kernel.path);
		return -EINVAL;
	}
	for (unsigned i = 0; i < im->nr_segments; i++) {
		int err = place(l, "kernel segment", im->segment[i].addr, im->segment[i].mem_size);

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
	return err ? err : place(l, "kernel", addr, l->kernel.size);
}

static int place_kernel(struct load_plan *l)
{
	int err = identify(l);

	if (!err)
		err = l->image.kind == IMAGE_ELF ? place_elf(l) : place_blob(l);
	if (err)
		return err;
	dt_addr(l->g->fdt, l->chosen, "espalier,entry", &l->entry);
	if (!in_ram(l->g, l->entry & ~1u, 4)) {
		complain(l, RULE_ENTRY, NULL, "kernel %s: its entry 0x%08lx does not lie in RAM",
			 l->kernel.path, ul(l->entry));
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
	l->top = l->ram_base + MIN(l->ram_size, TOP_LIMIT);
}

int load_plan(struct load_plan *l)
{
	int err;

	l->chosen = fdt_path_offset(l->g->fdt, "/chosen");
	first_ram(l);
	err = open_file(l, "espalier,kernel", &l->kernel);
	if (!err)
		err = open_file(l, "espalier,initrd", &l->initrd);
	if (!err)
		err = place_top(l, "DTB", NULL, l->dtb_size, &l->dtb_base);
	if (!err && l->initrd.path)
		err = place_top(l, "initrd", l->initrd.path, l->initrd.size, &l->initrd_base);
	return err ? err : place_kernel(l);
}

void load_plan_close(struct load_plan *l)
{
	struct load_file *files[] = { &l->kernel, &l->initrd };

	for (unsigned i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i]->handle)
			l->files->close(files[i]->handle);
}
