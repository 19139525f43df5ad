/* SPDX-License-Identifier: Apache-2.0 */
/* Disk images for tests: ext2 of what a shell command leaves in its directory. */
#ifndef TESTS_DISK_GEN_H
#define TESTS_DISK_GEN_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/block.h>

struct disk {
	struct block_mem mem;
	uint8_t *base;
	uint32_t size;
};

/* Ends the program on an error.  Blocks of 1 KiB, 96 KiB beside the files. */
static inline void disk_make(struct disk *d, const char *commands)
{
	const size_t max = 64u << 20;
	char dir[] = "/tmp/espalier-disk-XXXXXX";
	char *cmd = malloc(strlen(commands) + 1024);
	FILE *f;

	d->base = malloc(max);
	if (!cmd || !d->base || !mkdtemp(dir))
		abort();
	sprintf(cmd,
		"PATH=/usr/sbin:/sbin:/usr/bin:/bin; set -e; mkdir %s/t; cd %s/t; %s;"
		" cd ..; mke2fs -q -t ext2 -b 1024 -O ^resize_inode -N 64 -d t img"
		" $(( $(du -ks t | cut -f1) + 96 ))k >/dev/null; cat img; cd /; rm -rf %s",
		dir, dir, commands, dir);
	f = popen(cmd, "r");
	if (!f)
		abort();
	d->size = (uint32_t)fread(d->base, 1, max, f);
	if (pclose(f) || !d->size)
		abort();
	free(cmd);
	d->base = realloc(d->base, d->size);
	block_mem_init(&d->mem, d->base, d->size);
}

static inline void disk_free(struct disk *d) { free(d->base); }

#endif
