// SPDX-License-Identifier: Apache-2.0
/*
 * Kernel, initrd and device tree into a guest's RAM, by Linux' boot protocol
 * (Documentation/arch/arm/booting.rst).  From the start of the first RAM range:
 *
 *	+0x8000		flat kernel; a zImage unpacks to here or a little above
 *	+32 MiB		zImage, so that it does not move before it unpacks
 *	top		initrd, then DTB; "top" is the end of RAM, or 512 MiB,
 *			behind which a kernel may not see it as low memory
 */
#include <errno.h>
#include <stdlib.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/log.h>
#include <espalier/vfs.h>

#include "guest_image.h"
#include "guest_int.h"

#define KIB 1024u
#define MIB (1024 * KIB)

#define TEXT_OFFSET    0x8000
#define ZIMAGE_OFFSET  (32 * MIB)
#define ZIMAGE_SMALL   (64 * KIB) /* where RAM is small */
#define ZIMAGE_SCRATCH MIB	  /* its stack and heap, behind it */
#define TOP_LIMIT      (512 * MIB)
#define CHUNK	       (64 * KIB)
#define MAX_PLACED     (IMAGE_MAX_SEGMENTS + 2)

struct file {
	const char *path; /* NULL: there is none */
	struct ext2_inode ino;
	uint32_t size;
};

struct load {
	struct guest *g;
	int chosen;
	const struct region *ram;
	uint32_t top; /* first byte that is not free at the end of RAM */
	struct file kernel, initrd;
	struct image image;
	struct { const char *what; uint32_t base, size; } placed[MAX_PLACED];
	unsigned nr_placed;
};

static unsigned long ul(uint32_t v)
{
	return v;
}

static int open_file(struct load *l, const char *prop, struct file *f)
{
	int err;

	f->path = dt_str(l->g->dtb, l->chosen, prop);
	if (!f->path)
		return 0;
	err = vfs_lookup(f->path, &f->ino);
	if (err) {
		log_err("%s: %s: %s", l->g->name, prop, vfs_error());
		return err;
	}
	if (f->ino.type != EXT2_FILE || f->ino.size > UINT32_MAX) {
		log_err("%s: %s: %s: %s", l->g->name, prop, f->path,
			f->ino.type != EXT2_FILE ? "not a file" : "larger than 4 GiB");
		return -EINVAL;
	}
	if (!f->ino.size) {
		log_err("%s: %s: %s: is empty", l->g->name, prop, f->path);
		return -EINVAL;
	}
	f->size = (uint32_t)f->ino.size;
	return 0;
}

static int read_image(void *arg, uint32_t off, void *buf, uint32_t n)
{
	struct file *f = arg;
	int32_t got = vfs_read(&f->ino, off, buf, n);

	return got < 0 ? got : got == (int32_t)n ? 0 : -EIO;
}

/* Claims [base, base + size) for `what`. */
static int place(struct load *l, const char *what, uint32_t base, uint32_t size)
{
	if (!traptab_ram(&l->g->map, GPA(base), size)) {
		log_err("%s: %s (%lu bytes) at 0x%08lx does not lie in RAM 0x%08lx-0x%08lx",
			l->g->name, what, ul(size), ul(base), ul(l->ram->base.v),
			ul(l->ram->base.v + (l->ram->size - 1)));
		return -ENOSPC;
	}
	for (unsigned i = 0; i < l->nr_placed; i++) {
		uint32_t b = l->placed[i].base, n = l->placed[i].size;

		if (!size || base > b + (n - 1) || b > base + (size - 1))
			continue;
		log_err("%s: %s (%lu bytes) at 0x%08lx overlaps the %s at 0x%08lx-0x%08lx",
			l->g->name, what, ul(size), ul(base), l->placed[i].what, ul(b),
			ul(b + (n - 1)));
		return -ENOSPC;
	}
	l->placed[l->nr_placed].what = what;
	l->placed[l->nr_placed].base = base;
	l->placed[l->nr_placed++].size = size;
	return 0;
}

/* Takes `size` bytes from the end of free RAM, in whole pages. */
static int place_top(struct load *l, const char *what, const char *path, uint32_t size,
		     uint32_t *base)
{
	uint32_t start = l->ram->base.v;

	if (size > l->top - start || ALIGN_DOWN(l->top - size, PAGE_SIZE) < start) {
		log_err("%s: %s%s%s (%lu bytes) does not fit: RAM from 0x%08lx has %lu bytes left",
			l->g->name, what, path ? " " : "", path ? path : "", ul(size), ul(start),
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
static int zimage_address(struct load *l, uint32_t *addr)
{
	uint32_t room = l->top - l->ram->base.v;
	uint64_t kernel = l->image.unpacked ? l->image.unpacked :
			  TEXT_OFFSET + 4 * (uint64_t)l->kernel.size;
	uint64_t packed = (uint64_t)l->kernel.size + ZIMAGE_SCRATCH;
	uint64_t high = MAX((uint64_t)ZIMAGE_OFFSET, ALIGN_UP(kernel, (uint64_t)MIB));

	if (high + packed <= room)
		*addr = l->ram->base.v + (uint32_t)high;
	else if (kernel + packed <= room)
		*addr = l->ram->base.v + ZIMAGE_SMALL;
	else {
		log_err("%s: kernel %s (%lu bytes) needs %lu KiB at 0x%08lx to unpack, %lu KiB are"
			" free", l->g->name, l->kernel.path, ul(l->kernel.size),
			ul((uint32_t)((kernel + packed) / KIB)), ul(l->ram->base.v),
			ul(room / KIB));
		return -ENOSPC;
	}
	return 0;
}

static int copy_file(struct load *l, const struct file *f, uint32_t off, uint32_t addr,
		     uint32_t size)
{
	uint8_t *p = guest_ram_writable(l->g, GPA(addr), size);

	for (uint32_t done = 0, n; done < size; done += n) {
		n = MIN(size - done, CHUNK);
		if (vfs_read(&f->ino, off + done, p + done, n) == (int32_t)n)
			continue;
		log_err("%s: %s: cannot be read: %s", l->g->name, f->path, vfs_error());
		return -EIO;
	}
	return 0;
}

static int load_elf(struct load *l, uint32_t *entry)
{
	const struct image *im = &l->image;

	if (fdt_getprop(l->g->dtb, l->chosen, "espalier,kernel-address", NULL)) {
		log_err("%s: espalier,kernel-address: kernel %s is an ELF file and says itself"
			" where it goes", l->g->name, l->kernel.path);
		return -EINVAL;
	}
	for (unsigned i = 0; i < im->nr_segments; i++) {
		const struct image_segment *s = &im->segment[i];
		int err = place(l, "kernel segment", s->addr, s->mem_size);

		if (!err)
			err = copy_file(l, &l->kernel, s->file_off, s->addr, s->file_size);
		if (err)
			return err;
	}
	*entry = im->entry;
	return 0;
}

static int load_blob(struct load *l, uint32_t *entry)
{
	uint32_t addr = l->ram->base.v + TEXT_OFFSET;
	int err = 0;

	if (fdt_getprop(l->g->dtb, l->chosen, "espalier,kernel-address", NULL))
		dt_addr(l->g->dtb, l->chosen, "espalier,kernel-address", &addr);
	else if (l->image.kind == IMAGE_ZIMAGE)
		err = zimage_address(l, &addr);
	if (!err)
		err = place(l, "kernel", addr, l->kernel.size);
	if (!err)
		err = copy_file(l, &l->kernel, 0, addr, l->kernel.size);
	*entry = addr;
	return err;
}

static int load_kernel(struct load *l, uint32_t *entry)
{
	const char *why;
	int err;

	l->image.file_size = l->kernel.size;
	l->image.read = read_image;
	l->image.arg = &l->kernel;
	err = image_identify(&l->image, &why);
	if (err) {
		log_err("%s: espalier,kernel: %s %s", l->g->name, l->kernel.path, why);
		return err;
	}
	err = l->image.kind == IMAGE_ELF ? load_elf(l, entry) : load_blob(l, entry);
	if (err)
		return err;
	dt_addr(l->g->dtb, l->chosen, "espalier,entry", entry);
	if (!traptab_ram(&l->g->map, GPA(*entry & ~1u), 4)) {
		log_err("%s: kernel %s: its entry 0x%08lx does not lie in RAM", l->g->name,
			l->kernel.path, ul(*entry));
		return -EINVAL;
	}
	return 0;
}

/* Initrd and DTB; the DTB last, as it says where the initrd is. */
static int load_top(struct load *l, void *dtb, uint32_t size, struct guest_entry *e)
{
	uint32_t initrd = 0;
	int err = place_top(l, "DTB", NULL, size, &e->dtb);

	l->g->loaded = (struct guest_loaded){ 0 };
	if (!err && l->initrd.path) {
		err = place_top(l, "initrd", l->initrd.path, l->initrd.size, &initrd);
		if (!err)
			err = copy_file(l, &l->initrd, 0, initrd, l->initrd.size);
		if (!err) {
			guest_dtb_initrd(dtb, initrd, initrd + l->initrd.size);
			l->g->loaded.initrd = initrd;
			l->g->loaded.initrd_size = l->initrd.size;
			l->g->loaded.initrd_sum = guest_ram_sum(l->g, GPA(initrd), l->initrd.size);
		}
	}
	return err ? err : guest_write(l->g, GPA(e->dtb), dtb, size);
}

static const struct region *first_ram(const struct guest *g)
{
	for (unsigned i = 0; i < g->map.n; i++)
		if (g->map.regions[i].kind == REGION_RAM)
			return &g->map.regions[i];
	return NULL;
}

static int load(struct load *l, struct guest_entry *e)
{
	uint32_t size;
	void *dtb;
	int err = open_file(l, "espalier,kernel", &l->kernel);

	if (!err)
		err = open_file(l, "espalier,initrd", &l->initrd);
	if (err)
		return err;
	err = guest_dtb_make(l->g, l->initrd.path, &dtb, &size);
	if (err) {
		log_err("%s: DTB: %s", l->g->name, err == -ENOMEM ? "out of memory" : "damaged");
		return err;
	}
	err = load_top(l, dtb, size, e);
	free(dtb);
	if (!err)
		err = load_kernel(l, &e->pc);
	if (!err) {
		l->g->loaded.entry = e->pc;
		guest_read(l->g, GPA(e->pc & ~3u), &l->g->loaded.entry_word, 4);
	}
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
	l->chosen = fdt_path_offset(g->dtb, "/chosen");
	l->ram = first_ram(g);
	l->top = l->ram->base.v + MIN(l->ram->size, TOP_LIMIT);
	err = load(l, e);
	free(l);
	return err;
}
