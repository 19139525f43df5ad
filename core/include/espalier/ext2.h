/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A read-only ext2 reader (revisions 0 and 1).  Pure: it touches nothing but
 * the block device it is given, and trusts nothing that it reads.
 */
#ifndef ESPALIER_EXT2_H
#define ESPALIER_EXT2_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/block.h>

#define EXT2_NAME_MAX 255

struct ext2 {
	struct block *dev;
	uint32_t block_size; /* bytes: 1024, 2048 or 4096 */
	uint32_t blocks_count;
	uint32_t inodes_count;
	uint32_t inodes_per_group;
	uint32_t inode_size;
	uint32_t first_data_block;
	uint32_t groups;
	bool filetype;  /* directory entries carry a type */
	char error[96]; /* why the last call failed, for people */
};

enum ext2_type { EXT2_FILE, EXT2_DIR, EXT2_SYMLINK, EXT2_OTHER };

struct ext2_inode {
	uint32_t ino;
	enum ext2_type type;
	uint16_t mode;
	uint64_t size; /* bytes */
	uint32_t mtime;
	uint32_t block[15];
	uint32_t blocks_512;
};

/*
 * Checks the superblock.  -EINVAL: not ext2 or corrupted; -ENOTSUP: a feature
 * this reader does not have (named in fs->error); -EIO.
 */
int ext2_mount(struct ext2 *fs, struct block *dev);

/*
 * Resolves an absolute path, following symbolic links (of the last component
 * too if `follow`).  -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -EINVAL (corrupt), -EIO.
 */
int ext2_lookup(struct ext2 *fs, const char *path, bool follow, struct ext2_inode *out);

/*
 * Bytes read (short at the end of the file, or when n exceeds INT32_MAX).
 * -EISDIR; -EINVAL: not a regular file, or corrupt; -EIO.
 */
int32_t ext2_read(struct ext2 *fs, const struct ext2_inode *ino, uint64_t off, void *buf,
		  uint32_t n);

/*
 * Calls fn for each entry of a directory; fn returning nonzero stops the walk
 * and is returned.  -ENOTDIR, -EINVAL (corrupt), -EIO.
 */
int ext2_readdir(struct ext2 *fs, const struct ext2_inode *dir,
		 int (*fn)(void *arg, const char *name, uint32_t ino), void *arg);

/* Reads inode number `ino`. -EINVAL: out of range or corrupt. */
int ext2_inode(struct ext2 *fs, uint32_t ino, struct ext2_inode *out);

/* Target of a symbolic link into buf, NUL-terminated.  -EINVAL, -ENAMETOOLONG. */
int ext2_readlink(struct ext2 *fs, const struct ext2_inode *ino, char *buf, uint32_t len);

#endif
