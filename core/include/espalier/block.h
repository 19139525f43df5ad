/* SPDX-License-Identifier: Apache-2.0 */
/* A read-only block device: anything that can be read at a byte offset. */
#ifndef ESPALIER_BLOCK_H
#define ESPALIER_BLOCK_H

#include <stdint.h>

struct block {
	uint64_t size; /* bytes */
	/* Reads n bytes at `off`; 0, -EIO, or -ERANGE past the end. */
	int (*read)(struct block *b, uint64_t off, void *buf, uint32_t n);
};

/* A block device over memory (the initrd). */
struct block_mem {
	struct block block;
	const uint8_t *base;
};
void block_mem_init(struct block_mem *m, const void *base, uint32_t size);

#endif
