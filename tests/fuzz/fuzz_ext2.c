/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/fs/ext2.c core/fs/ext2_dir.c core/fs/block.c */
/*
 * The input patches a sound image: 6 bytes each, 3 of offset and 3 of content
 * (the first two bytes cut the image short).  So every mutation reaches
 * behind the superblock's magic.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <espalier/ext2.h>

#include "disk_gen.h"

static struct disk disk;
static uint8_t *image;
static unsigned budget; /* calls, so that one input stays fast */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	disk_make(&disk, "mkdir -p a/b && head -c 300000 /dev/zero | tr '\\0' z > big &&"
			 " echo hi > a/b/c && ln -s a/b link && ln -s ../../big a/b/up &&"
			 " ln -s loop loop && ln -s $(printf './%.0s' $(seq 40))big slow");
	image = malloc(disk.size);
	return image ? 0 : -1;
}

static void read_all(struct ext2 *fs, const struct ext2_inode *ino)
{
	static uint8_t buf[5000];
	uint64_t offs[] = { 0, 11 * 1024, 267 * 1024, (uint64_t)65804 << 10, ino->size - 100 };

	for (unsigned i = 0; i < sizeof(offs) / sizeof(offs[0]); i++)
		ext2_read(fs, ino, offs[i], buf, sizeof(buf));
}

static int visit(void *arg, const char *name, uint32_t n)
{
	struct ext2 *fs = arg;
	struct ext2_inode ino;
	char buf[1024];

	if (!budget || !--budget)
		return 1;
	if (ext2_inode(fs, n, &ino))
		return 0;
	read_all(fs, &ino);
	ext2_readlink(fs, &ino, buf, sizeof(buf));
	return 0;
}

static void walk(struct ext2 *fs)
{
	static const char *const paths[] = { "/", "/a/b/c", "/link/up", "/loop", "/slow", "/big/" };
	struct ext2_inode ino;

	for (unsigned i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (ext2_lookup(fs, paths[i], true, &ino))
			continue;
		budget = 50;
		read_all(fs, &ino);
		ext2_readdir(fs, &ino, visit, fs);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct block_mem mem;
	struct ext2 fs;
	uint32_t len = disk.size;

	if (size < 2)
		return 0;
	memcpy(image, disk.base, disk.size);
	if (data[0] == 0xff)
		len = data[1] * 512u < len ? data[1] * 512u : len;
	for (size_t i = 2; i + 6 <= size; i += 6) {
		uint32_t off = (data[i] | data[i + 1] << 8 | (data[i + 2] & 7u) << 16) % disk.size;

		memcpy(image + off, data + i + 3, disk.size - off < 3 ? disk.size - off : 3);
	}
	block_mem_init(&mem, image, len);
	if (!ext2_mount(&fs, &mem.block))
		walk(&fs);
	return 0;
}
