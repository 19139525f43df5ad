/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the parts of the ext2 reader. */
#ifndef CORE_EXT2_INT_H
#define CORE_EXT2_INT_H

#include <stdarg.h>

#include <espalier/ext2.h>
#include <espalier/util.h>

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
