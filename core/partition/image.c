/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <espalier/util.h>

#include "image.h"

/* --- zImage: Linux' arch/arm/boot/compressed/head.S ------------------------------ */

#define ZIMAGE_MAGIC  0x016f2818 /* at 0x24 */
#define ZIMAGE_START  0x28
#define ZIMAGE_END    0x2c
#define ZIMAGE_ORDER  0x30
#define LITTLE_ENDIAN 0x04030201
#define ZIMAGE_TABLE  0x45454545 /* at 0x34: 0x38 holds the offset of a table of tags */
/*
 * Words: size of the tag, tag, offset in the file of the unpacked size, .bss; newer
 * ones: offset from the start of RAM, heap of the decompressor.
 */
#define TAG_KERNEL_SIZE 0x5a534c4b
#define TEXT_OFFSET     0x8000 /* where the tag does not say */
#define ZIMAGE_MAX_TAGS 16

/* --- ELF32 ------------------------------------------------------------------------- */

#define ELF_HEADER    52
#define ELF_PHDR      32
#define ELF_ARM       40
#define ELF_EXEC      2
#define ELF_PT_LOAD   1
#define ELF_MAX_PHDRS 64

#define HEADER 64 /* bytes looked at first; zeros behind a shorter file */

/* What people try, and what it is. */
static const struct foreign {
	uint32_t off, magic;
	const char *why;
} foreign[] = {
	{ 0x00, 0x56190527, "is a U-Boot image (uImage): give the file inside it" },
	{ 0x00, 0xedfe0dd0, "is a device tree or a FIT image, not a kernel" },
	{ 0x38, 0x644d5241, "is a kernel for 64-bit ARM" },
	{ 0x24, 0x18286f01, "is a kernel for big-endian ARM" },
};

static uint32_t part_image_le32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t part_image_le16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }

static int part_image_fail(const char **why, const char *text)
{
	*why = text;
	return -ENOEXEC;
}

static int read_at(struct image *im, uint32_t off, void *buf, uint32_t n, const char **why)
{
	int err;

	if (off > im->file_size || n > im->file_size - off)
		return part_image_fail(why, "is truncated");
	err = im->read(im->arg, off, buf, n);
	if (err)
		*why = "cannot be read";
	return err;
}

static uint32_t kernel_size(struct image *im, uint32_t tag, const uint32_t *w)
{
	const char *why;
	uint8_t raw[4];
	uint64_t sum = TEXT_OFFSET + (uint64_t)w[3];

	if (w[0] >= 5) {
		if (read_at(im, tag + 16, raw, sizeof(raw), &why))
			return 0;
		sum = (uint64_t)part_image_le32(raw) + w[3];
	}
	if (read_at(im, w[2], raw, sizeof(raw), &why))
		return 0;
	sum += part_image_le32(raw);
	return sum > UINT32_MAX ? 0 : (uint32_t)sum;
}

/* From the table of tags; 0 where there is none. */
static uint32_t zimage_unpacked(struct image *im, uint32_t table)
{
	for (unsigned i = 0; i < ZIMAGE_MAX_TAGS; i++) {
		const char *why;
		uint8_t raw[16];
		uint32_t w[4];

		if (read_at(im, table, raw, sizeof(raw), &why))
			return 0;
		for (unsigned k = 0; k < 4; k++)
			w[k] = part_image_le32(raw + 4 * k);
		if (w[0] >= 4 && w[1] == TAG_KERNEL_SIZE)
			return kernel_size(im, table, w);
		if (!w[0] || w[0] > (im->file_size - table) / 4)
			return 0;
		table += w[0] * 4;
	}
	return 0;
}

static int identify_zimage(struct image *im, const uint8_t *h, const char **why)
{
	uint32_t start = part_image_le32(h + ZIMAGE_START), end = part_image_le32(h + ZIMAGE_END);

	im->kind = IMAGE_ZIMAGE;
	if (end <= start)
		return part_image_fail(why, "is a zImage with a damaged header");
	if (end - start > im->file_size)
		return part_image_fail(why, "is a truncated zImage");
	if (part_image_le32(h + ZIMAGE_ORDER) == LITTLE_ENDIAN &&
	    part_image_le32(h + 0x34) == ZIMAGE_TABLE)
		im->unpacked = zimage_unpacked(im, part_image_le32(h + 0x38));
	return 0;
}

/* Keeps a PT_LOAD segment; *entry becomes physical if it lies in it. */
static int add_segment(struct image *im, const uint8_t *ph, uint32_t virt_entry, bool *found,
		       const char **why)
{
	struct image_segment s = { part_image_le32(ph + 12), part_image_le32(ph + 4),
				   part_image_le32(ph + 16), part_image_le32(ph + 20) };
	uint32_t vaddr = part_image_le32(ph + 8);

	if (part_image_le32(ph) != ELF_PT_LOAD || !s.mem_size)
		return 0;
	if (s.file_size > s.mem_size || s.mem_size - 1 > UINT32_MAX - s.addr)
		return part_image_fail(why, "is an ELF file with a damaged segment");
	if (s.file_off > im->file_size || s.file_size > im->file_size - s.file_off)
		return part_image_fail(why, "is a truncated ELF file");
	if (im->nr_segments == IMAGE_MAX_SEGMENTS)
		return part_image_fail(why, "is an ELF file with too many segments");
	if (!*found && virt_entry - vaddr < s.mem_size) {
		im->entry = virt_entry - vaddr + s.addr;
		*found = true;
	}
	im->segment[im->nr_segments++] = s;
	return 0;
}

static int identify_elf(struct image *im, const uint8_t *h, const char **why)
{
	uint32_t phoff = part_image_le32(h + 28), phnum = part_image_le16(h + 44);
	bool found = false;

	im->kind = IMAGE_ELF;
	if (im->file_size < ELF_HEADER)
		return part_image_fail(why, "is a truncated ELF file");
	if (h[4] != 1 || h[5] != 1 || part_image_le16(h + 18) != ELF_ARM)
		return part_image_fail(why, "is an ELF file, but not for 32-bit little-endian ARM");
	if (part_image_le16(h + 16) != ELF_EXEC)
		return part_image_fail(why, "is an ELF file, but not an executable");
	if (part_image_le16(h + 42) != ELF_PHDR || phnum > ELF_MAX_PHDRS)
		return part_image_fail(why, "is an ELF file with a damaged header");
	im->entry = part_image_le32(h + 24);
	for (uint32_t i = 0; i < phnum; i++) {
		uint8_t ph[ELF_PHDR];
		int err;

		if (phoff > UINT32_MAX - i * ELF_PHDR)
			return part_image_fail(why, "is an ELF file with a damaged header");
		err = read_at(im, phoff + i * ELF_PHDR, ph, sizeof(ph), why);
		if (!err)
			err = add_segment(im, ph, part_image_le32(h + 24), &found, why);
		if (err)
			return err;
	}
	return im->nr_segments ? 0 : part_image_fail(why, "is an ELF file with nothing to load");
}

int image_identify(struct image *im, const char **why)
{
	uint8_t h[HEADER] = { 0 };
	int err;

	im->kind = IMAGE_FLAT;
	im->unpacked = im->entry = 0;
	im->nr_segments = 0;
	if (!im->file_size)
		return part_image_fail(why, "is empty");
	err = read_at(im, 0, h, MIN(im->file_size, (uint32_t)HEADER), why);
	if (err)
		return err;
	for (unsigned i = 0; i < ARRAY_SIZE(foreign); i++)
		if (part_image_le32(h + foreign[i].off) == foreign[i].magic)
			return part_image_fail(why, foreign[i].why);
	if (!memcmp(h, "\177ELF", 4))
		return identify_elf(im, h, why);
	if (part_image_le32(h + 0x24) == ZIMAGE_MAGIC)
		return identify_zimage(im, h, why);
	return 0;
}
