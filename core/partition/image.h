/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of file a kernel is.  Pure: the file is read through a callback. */
#ifndef CORE_GUEST_IMAGE_H
#define CORE_GUEST_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#define IMAGE_MAX_SEGMENTS 16

enum image_kind { IMAGE_FLAT, IMAGE_ZIMAGE, IMAGE_ELF };

struct image_segment {
	uint32_t addr, file_off, file_size, mem_size; /* file_size <= mem_size */
};

struct image {
	uint32_t file_size;
	/* Reads exactly n bytes; 0 or a negative errno. */
	int (*read)(void *arg, uint32_t off, void *buf, uint32_t n);
	void *arg;

	/* filled in by image_identify() */
	enum image_kind kind;
	uint32_t unpacked; /* zImage: what it takes from the start of RAM, 0: unknown */
	uint32_t entry;    /* ELF: physical, bit 0 selects Thumb */
	unsigned nr_segments;
	struct image_segment segment[IMAGE_MAX_SEGMENTS];
};

/*
 * 0, or a negative errno with the reason in *why (static text): -ENOEXEC for a
 * file that cannot be a kernel of this CPU or is damaged, or what read() returned.
 */
int image_identify(struct image *im, const char **why);

#endif
