/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <espalier/log.h>
#include <espalier/vfs.h>

static struct ext2 root;
static struct ext2 *mounted;
static char error[192];

struct ext2 *vfs_fs(void) { return mounted; }

const char *vfs_error(void) { return error; }

static int vfs_fail(int err, const char *path, const char *why)
{
	snprintf(error, sizeof(error), "%s: %s", path, why);
	return err;
}

int vfs_mount(struct block *dev)
{
	int err = ext2_mount(&root, dev);

	mounted = err ? NULL : &root;
	if (err) {
		vfs_fail(err, "disk image", root.error);
		log_err("%s", error);
	}
	return err;
}

int vfs_lookup(const char *path, struct ext2_inode *out)
{
	int err;

	if (!mounted)
		return vfs_fail(-ENODEV, path, "no disk image is mounted");
	err = ext2_lookup(mounted, path, true, out);
	return err ? vfs_fail(err, path, mounted->error) : 0;
}

int32_t vfs_read(const struct ext2_inode *ino, uint64_t off, void *buf, uint32_t n)
{
	char name[24];
	int32_t got;

	if (!mounted)
		return vfs_fail(-ENODEV, "/", "no disk image is mounted");
	got = ext2_read(mounted, ino, off, buf, n);
	if (got >= 0)
		return got;
	snprintf(name, sizeof(name), "inode %lu", (unsigned long)ino->ino);
	return vfs_fail(got, name, mounted->error);
}

int vfs_read_file(const char *path, uint32_t max, void **data, uint32_t *size)
{
	struct ext2_inode ino;
	int err = vfs_lookup(path, &ino);
	int32_t got;
	char *p;

	if (err)
		return err;
	if (ino.type == EXT2_DIR)
		return vfs_fail(-EISDIR, path, "is a directory");
	if (ino.size > max || max > INT32_MAX - 1) {
		snprintf(error, sizeof(error), "%s: larger than %lu bytes", path,
			 (unsigned long)max);
		return -EFBIG;
	}
	p = malloc((size_t)ino.size + 1);
	if (!p)
		return vfs_fail(-ENOMEM, path, "out of memory");
	got = ext2_read(mounted, &ino, 0, p, (uint32_t)ino.size);
	if (got < 0) {
		free(p);
		return vfs_fail(got, path, mounted->error);
	}
	p[got] = '\0';
	*data = p;
	*size = (uint32_t)got;
	return 0;
}
