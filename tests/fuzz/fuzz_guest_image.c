/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/partition/image.c */
/* The input is a kernel file; what is found in it must lie in it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "partition/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

static int read_input(void *arg, uint32_t off, void *buf, uint32_t n)
{
	const struct input *in = arg;

	if (off > in->size || n > in->size - off)
		abort(); /* the caller has to check */
	memcpy(buf, in->data + off, n);
	return 0;
}

static void check(const struct image *im)
{
	for (unsigned i = 0; i < im->nr_segments; i++) {
		const struct image_segment *s = &im->segment[i];

		if (s->file_off > im->file_size || s->file_size > im->file_size - s->file_off ||
		    s->file_size > s->mem_size || s->mem_size - 1 > UINT32_MAX - s->addr)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Each magic is tried at once, as mutation finds them late. */
	static const struct {
		unsigned off;
		const char *magic;
	} starts[] = {
		{ 0, "" },
		{ 0, "\177ELF\1\1\1" },
		{ 0x24, "\x18\x28\x6f\x01" },
	};
	uint8_t *copy = malloc(size ? size : 1);

	for (unsigned i = 0; i < 3; i++) {
		struct input in = { copy, size };
		struct image im = { .file_size = (uint32_t)size, .read = read_input, .arg = &in };
		size_t n = strlen(starts[i].magic);
		const char *why = NULL;

		memcpy(copy, data, size);
		if (size >= starts[i].off + n)
			memcpy(copy + starts[i].off, starts[i].magic, n);
		if (!image_identify(&im, &why))
			check(&im);
		else if (!why)
			abort();
	}
	free(copy);
	return 0;
}
