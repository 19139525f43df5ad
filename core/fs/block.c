/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include <espalier/block.h>
#include <espalier/util.h>

static int mem_read(struct block *b, uint64_t off, void *buf, uint32_t n)
{
	struct block_mem *m = container_of(b, struct block_mem, block);

	if (off > b->size || n > b->size - off)
		return -ERANGE;
	memcpy(buf, m->base + off, n);
	return 0;
}

void block_mem_init(struct block_mem *m, const void *base, uint32_t size)
{
	m->block.size = size;
	m->block.read = mem_read;
	m->base = base;
}
