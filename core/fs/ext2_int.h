/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the parts of the ext2 reader. */
#ifndef CORE_EXT2_INT_H
#define CORE_EXT2_INT_H

#include <stdarg.h>

#include <espalier/ext2.h>
#include <espalier/util.h>

/* Where a field lies in its record, by its name in the description of ext2; little-endian. */
enum {
	S_INODES_COUNT = 0, /* superblock */
	S_BLOCKS_COUNT = 4,
	S_FIRST_DATA_BLOCK = 20,
	S_LOG_BLOCK_SIZE = 24,
	S_BLOCKS_PER_GROUP = 32,
	S_INODES_PER_GROUP = 40,
	S_MAGIC = 56,
	S_REV_LEVEL = 76,
	S_INODE_SIZE = 88,
	S_FEATURE_INCOMPAT = 96,
	BG_INODE_TABLE = 8, /* descriptor of a block group */
	I_MODE = 0,         /* inode */
	I_SIZE = 4,
	I_MTIME = 16,
	I_BLOCKS = 28,
	I_FLAGS = 32,
	I_BLOCK = 40,
	I_SIZE_HIGH = 108, /* of files */
	D_INODE = 0,       /* entry of a directory */
	D_REC_LEN = 4,
	D_NAME_LEN = 6, /* one byte, with a type behind it; or two */
};

static inline uint16_t le16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static inline uint32_t le32(const uint8_t *p) { return le16(p) | (uint32_t)le16(p + 2) << 16; }

/* Writes fs->error; returns err. */
int ext2_fail(struct ext2 *fs, int err, const char *fmt, ...) __printf(3, 4);

/* Can `b` hold data: is it in the file system and behind the superblock? */
bool ext2_block_ok(const struct ext2 *fs, uint32_t b);

/* Reads n bytes at `off` of block b. */
int ext2_read_block(struct ext2 *fs, uint32_t b, uint32_t off, void *buf, uint32_t n);

/* The block that holds block n of a file, 0 for a hole.  -EINVAL, -EIO. */
int ext2_map_block(struct ext2 *fs, const struct ext2_inode *ino, uint64_t n, uint32_t *b);

#endif
