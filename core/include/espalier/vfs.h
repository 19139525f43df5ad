/* SPDX-License-Identifier: Apache-2.0 */
/* The mounted disk image.  Host thread only. */
#ifndef ESPALIER_VFS_H
#define ESPALIER_VFS_H

#include <stdint.h>

#include <espalier/ext2.h>

/* Mounts `dev` at "/"; logs why it cannot.  Negative errno as ext2_mount(). */
int vfs_mount(struct block *dev);

/* The mounted file system, or NULL (then calls below return -ENODEV). */
struct ext2 *vfs_fs(void);

int vfs_lookup(const char *path, struct ext2_inode *out);
int32_t vfs_read(const struct ext2_inode *ino, uint64_t off, void *buf, uint32_t n);
/*
 * A whole file, NUL-terminated for convenience, in memory the caller frees.
 * -EFBIG above `max` bytes; -EISDIR; -ENOMEM; and errors of lookup and read.
 */
int vfs_read_file(const char *path, uint32_t max, void **data, uint32_t *size);
/* Why the last call failed ("/x: no such file"). */
const char *vfs_error(void);

#endif
