/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Superblock, inodes and file contents.  Layouts are those of the ext2
 * documentation ("The Second Extended File System", D. Poirier).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ext2_int.h"

#define SUPER_OFFSET 1024
#define SUPER_MAGIC  0xef53
#define GROUP_DESC   32 /* bytes of a group descriptor */
#define INODE_REV0   128

#define INCOMPAT_FILETYPE 0x2

#define FLAG_EXTENTS     0x00080000
#define FLAG_INLINE_DATA 0x10000000

#define DIRECT 12 /* pointers in the inode before the indirect ones */

static const struct feature {
	uint32_t bit;
	const char *name;
} incompatible[] = {
	{ 0x1, "compression" },
	{ 0x4, "needs_recovery" },
	{ 0x8, "journal_dev" },
	{ 0x10, "meta_bg" },
	{ 0x40, "extents" },
	{ 0x80, "64bit" },
	{ 0x100, "mmp" },
	{ 0x200, "flex_bg" },
	{ 0x400, "ea_inode" },
	{ 0x1000, "dirdata" },
	{ 0x2000, "metadata_csum_seed" },
	{ 0x4000, "large_dir" },
	{ 0x8000, "inline_data" },
	{ 0x10000, "encrypt" },
	{ 0x20000, "casefold" },
};

int ext2_fail(struct ext2 *fs, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fs->error, sizeof(fs->error), fmt, ap);
	va_end(ap);
	return err;
}

bool ext2_block_ok(const struct ext2 *fs, uint32_t b)
{
	return b > fs->first_data_block && b < fs->blocks_count;
}

int ext2_read_block(struct ext2 *fs, uint32_t b, uint32_t off, void *buf, uint32_t n)
{
	if (fs->dev->read(fs->dev, (uint64_t)b * fs->block_size + off, buf, n))
		return ext2_fail(fs, -EIO, "cannot read block %lu", (unsigned long)b);
	return 0;
}

static int check_features(struct ext2 *fs, uint32_t incompat)
{
	unsigned n = 0;

	fs->filetype = incompat & INCOMPAT_FILETYPE;
	incompat &= ~(uint32_t)INCOMPAT_FILETYPE;
	if (!incompat)
		return 0;
	n = (unsigned)snprintf(fs->error, sizeof(fs->error), "needs feature:");
	for (unsigned i = 0; i < ARRAY_SIZE(incompatible); i++) {
		if (!(incompat & incompatible[i].bit) || n >= sizeof(fs->error))
			continue;
		incompat &= ~incompatible[i].bit;
		n += (unsigned)snprintf(fs->error + n, sizeof(fs->error) - n, " %s",
					incompatible[i].name);
	}
	if (incompat && n < sizeof(fs->error))
		snprintf(fs->error + n, sizeof(fs->error) - n, " 0x%lx", (unsigned long)incompat);
	return -ENOTSUP;
}

static int check_revision(struct ext2 *fs, const uint8_t *sb)
{
	uint32_t rev = le32(sb + S_REV_LEVEL);

	if (rev > 1)
		return ext2_fail(fs, -ENOTSUP, "needs revision %lu", (unsigned long)rev);
	fs->inode_size = INODE_REV0;
	if (rev == 0)
		return 0; /* it has no feature words */
	fs->inode_size = le16(sb + S_INODE_SIZE);
	return check_features(fs, le32(sb + S_FEATURE_INCOMPAT));
}

static bool geometry_ok(struct ext2 *fs, uint32_t blocks_per_group)
{
	uint32_t bits = fs->block_size * 8, isize = fs->inode_size;
	uint64_t blocks = (uint64_t)fs->blocks_count - fs->first_data_block;

	if (isize < INODE_REV0 || isize > fs->block_size || (isize & (isize - 1)))
		return false;
	if (fs->first_data_block != (fs->block_size == 1024) ||
	    fs->blocks_count <= fs->first_data_block + 1)
		return false;
	if (!blocks_per_group || blocks_per_group > bits || !fs->inodes_per_group ||
	    fs->inodes_per_group > bits || !fs->inodes_count)
		return false;
	fs->groups = (uint32_t)((blocks + blocks_per_group - 1) / blocks_per_group);
	if ((uint64_t)fs->groups * fs->inodes_per_group < fs->inodes_count)
		return false;
	/* The descriptors follow the superblock's block. */
	return (uint64_t)(fs->first_data_block + 1) * fs->block_size +
		       (uint64_t)fs->groups * GROUP_DESC <=
	       (uint64_t)fs->blocks_count * fs->block_size;
}

int ext2_mount(struct ext2 *fs, struct block *dev)
{
	uint8_t sb[128];
	int err;

	memset(fs, 0, sizeof(*fs));
	fs->dev = dev;
	if (dev->size < SUPER_OFFSET + 1024)
		return ext2_fail(fs, -EINVAL, "%lu bytes hold no ext2 superblock",
				 (unsigned long)dev->size);
	if (dev->read(dev, SUPER_OFFSET, sb, sizeof(sb)))
		return ext2_fail(fs, -EIO, "cannot read the superblock");
	if (le16(sb + S_MAGIC) != SUPER_MAGIC)
		return ext2_fail(fs, -EINVAL, "not ext2: magic is 0x%04x, not 0x%04x",
				 le16(sb + S_MAGIC), SUPER_MAGIC);
	err = check_revision(fs, sb);
	if (err)
		return err;
	if (le32(sb + S_LOG_BLOCK_SIZE) > 2)
		return ext2_fail(fs, -ENOTSUP, "needs blocks of 2^%lu KiB",
				 (unsigned long)le32(sb + S_LOG_BLOCK_SIZE));
	fs->block_size = 1024u << le32(sb + S_LOG_BLOCK_SIZE);
	fs->inodes_count = le32(sb + S_INODES_COUNT);
	fs->blocks_count = le32(sb + S_BLOCKS_COUNT);
	fs->first_data_block = le32(sb + S_FIRST_DATA_BLOCK);
	fs->inodes_per_group = le32(sb + S_INODES_PER_GROUP);
	if (!geometry_ok(fs, le32(sb + S_BLOCKS_PER_GROUP)))
		return ext2_fail(fs, -EINVAL, "the superblock is corrupted");
	if ((uint64_t)fs->blocks_count * fs->block_size > dev->size)
		return ext2_fail(fs, -EINVAL, "truncated: %lu KiB of %lu KiB are there",
				 (unsigned long)(dev->size / 1024),
				 (unsigned long)fs->blocks_count * (fs->block_size / 1024));
	return 0;
}

static enum ext2_type type_of(uint16_t mode)
{
	switch (mode >> 12) {
	case 4: return EXT2_DIR;
	case 8: return EXT2_FILE;
	case 10: return EXT2_SYMLINK;
	default: return EXT2_OTHER;
	}
}

static int decode_inode(struct ext2 *fs, const uint8_t *raw, struct ext2_inode *out)
{
	out->mode = le16(raw + I_MODE);
	if (!out->mode)
		return ext2_fail(fs, -EINVAL, "inode %lu is not in use", (unsigned long)out->ino);
	if (le32(raw + I_FLAGS) & (FLAG_EXTENTS | FLAG_INLINE_DATA))
		return ext2_fail(fs, -EINVAL, "inode %lu is not of ext2", (unsigned long)out->ino);
	out->type = type_of(out->mode);
	out->size = le32(raw + I_SIZE);
	if (out->type == EXT2_FILE)
		out->size |= (uint64_t)le32(raw + I_SIZE_HIGH) << 32;
	out->mtime = le32(raw + I_MTIME);
	out->blocks_512 = le32(raw + I_BLOCKS);
	for (unsigned i = 0; i < ARRAY_SIZE(out->block); i++)
		out->block[i] = le32(raw + I_BLOCK + 4 * i);
	/* No two blocks of a directory are the same, so it cannot be bigger. */
	if (out->type == EXT2_DIR &&
	    (out->size % fs->block_size || out->size / fs->block_size > fs->blocks_count))
		return ext2_fail(fs, -EINVAL, "directory inode %lu has a wrong size",
				 (unsigned long)out->ino);
	return 0;
}

int ext2_inode(struct ext2 *fs, uint32_t ino, struct ext2_inode *out)
{
	uint32_t group, table, index;
	uint8_t raw[INODE_REV0];
	uint64_t off;
	int err;

	if (!ino || ino > fs->inodes_count)
		return ext2_fail(fs, -EINVAL, "there is no inode %lu", (unsigned long)ino);
	group = (ino - 1) / fs->inodes_per_group;
	index = (ino - 1) % fs->inodes_per_group;
	off = (uint64_t)group * GROUP_DESC;
	err = ext2_read_block(fs, fs->first_data_block + 1 + (uint32_t)(off / fs->block_size),
			      (uint32_t)(off % fs->block_size) + BG_INODE_TABLE, raw, 4);
	if (err)
		return err;
	table = le32(raw);
	off = (uint64_t)index * fs->inode_size;
	if (!ext2_block_ok(fs, table) || off / fs->block_size >= fs->blocks_count - table)
		return ext2_fail(fs, -EINVAL, "the descriptor of group %lu is corrupted",
				 (unsigned long)group);
	err = ext2_read_block(fs, table + (uint32_t)(off / fs->block_size),
			      (uint32_t)(off % fs->block_size), raw, sizeof(raw));
	if (err)
		return err;
	memset(out, 0, sizeof(*out));
	out->ino = ino;
	return decode_inode(fs, raw, out);
}

static int bad_block(struct ext2 *fs, const struct ext2_inode *ino, uint32_t b)
{
	return ext2_fail(fs, -EINVAL, "inode %lu points to block %lu of %lu",
			 (unsigned long)ino->ino, (unsigned long)b,
			 (unsigned long)fs->blocks_count);
}

int ext2_map_block(struct ext2 *fs, const struct ext2_inode *ino, uint64_t n, uint32_t *b)
{
	uint32_t per = fs->block_size / 4;
	uint64_t span = 1; /* blocks that one pointer of this level covers */
	unsigned level = 0;

	if (n < DIRECT) {
		*b = ino->block[n];
		return *b && !ext2_block_ok(fs, *b) ? bad_block(fs, ino, *b) : 0;
	}
	n -= DIRECT;
	for (span = per, level = 1; n >= span; span *= per, level++) {
		n -= span;
		if (level == 3)
			return ext2_fail(fs, -EINVAL, "inode %lu is too large",
					 (unsigned long)ino->ino);
	}
	for (*b = ino->block[DIRECT - 1 + level]; *b; n %= span) {
		uint8_t raw[4];
		int err;

		if (!ext2_block_ok(fs, *b))
			return bad_block(fs, ino, *b);
		if (span == 1)
			return 0;
		span /= per;
		err = ext2_read_block(fs, *b, (uint32_t)(n / span) * 4, raw, 4);
		if (err)
			return err;
		*b = le32(raw);
	}
	return 0;
}

int32_t ext2_read(struct ext2 *fs, const struct ext2_inode *ino, uint64_t off, void *buf,
		  uint32_t n)
{
	uint8_t *to = buf;

	if (ino->type != EXT2_FILE)
		return ext2_fail(fs, ino->type == EXT2_DIR ? -EISDIR : -EINVAL,
				 ino->type == EXT2_DIR ? "is a directory" : "not a file");
	if (off >= ino->size)
		return 0;
	n = (uint32_t)MIN((uint64_t)MIN(n, (uint32_t)INT32_MAX), ino->size - off);
	for (uint32_t done = 0, part; done < n; done += part) {
		uint32_t b, in = (uint32_t)((off + done) % fs->block_size);
		int err = ext2_map_block(fs, ino, (off + done) / fs->block_size, &b);

		part = MIN(n - done, fs->block_size - in);
		if (!err && b)
			err = ext2_read_block(fs, b, in, to + done, part);
		else if (!err)
			memset(to + done, 0, part); /* a hole */
		if (err)
			return err;
	}
	return (int32_t)n;
}
