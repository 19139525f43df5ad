/* SPDX-License-Identifier: Apache-2.0 */
/* Directories, symbolic links and paths. */
#include <errno.h>
#include <string.h>

#include "ext2_int.h"

#define ROOT_INO    2
#define DIRENT_HEAD 8  /* bytes before the name */
#define FAST_LINK   60 /* a shorter target lies in the inode's block pointers */
#define MAX_LINKS   40
#define PATH_LEN    1024

struct dirent {
	uint32_t ino, rec_len, name_len;
	char name[EXT2_NAME_MAX + 1];
};

static int corrupt_dir(struct ext2 *fs, const struct ext2_inode *dir)
{
	return ext2_fail(fs, -EINVAL, "directory inode %lu is corrupted", (unsigned long)dir->ino);
}

/* The entry at `off` of block b. */
static int read_entry(struct ext2 *fs, const struct ext2_inode *dir, uint32_t b, uint32_t off,
		      struct dirent *e)
{
	uint8_t head[DIRENT_HEAD];
	int err;

	if (fs->block_size - off < DIRENT_HEAD)
		return corrupt_dir(fs, dir);
	err = ext2_read_block(fs, b, off, head, sizeof(head));
	if (err)
		return err;
	e->ino = le32(head + D_INODE);
	e->rec_len = le16(head + D_REC_LEN);
	/* Without `filetype` the byte of the type is the length's upper one. */
	e->name_len = fs->filetype ? head[D_NAME_LEN] : le16(head + D_NAME_LEN);
	if (e->rec_len < DIRENT_HEAD || e->rec_len % 4 || e->rec_len > fs->block_size - off ||
	    e->name_len > MIN(e->rec_len - DIRENT_HEAD, (uint32_t)EXT2_NAME_MAX))
		return corrupt_dir(fs, dir);
	if (!e->ino)
		return 0; /* deleted, or a node of a directory's index */
	err = ext2_read_block(fs, b, off + DIRENT_HEAD, e->name, e->name_len);
	e->name[e->name_len] = '\0';
	if (!err && (!e->name_len || e->ino > fs->inodes_count || strlen(e->name) != e->name_len ||
		     strchr(e->name, '/')))
		err = corrupt_dir(fs, dir);
	return err;
}

int ext2_readdir(struct ext2 *fs, const struct ext2_inode *dir,
		 int (*fn)(void *arg, const char *name, uint32_t ino), void *arg)
{
	struct dirent e;

	if (dir->type != EXT2_DIR)
		return ext2_fail(fs, -ENOTDIR, "not a directory");
	for (uint32_t i = 0; i < dir->size / fs->block_size; i++) {
		uint32_t b;
		int err = ext2_map_block(fs, dir, i, &b);

		if (!err && !b)
			err = corrupt_dir(fs, dir); /* holes are for files */
		if (err)
			return err;
		for (uint32_t off = 0; off < fs->block_size; off += e.rec_len) {
			err = read_entry(fs, dir, b, off, &e);
			if (!err && e.ino)
				err = fn(arg, e.name, e.ino);
			if (err)
				return err;
		}
	}
	return 0;
}

int ext2_readlink(struct ext2 *fs, const struct ext2_inode *ino, char *buf, uint32_t len)
{
	uint32_t n = (uint32_t)ino->size, b;
	int err;

	if (ino->type != EXT2_SYMLINK)
		return ext2_fail(fs, -EINVAL, "not a symbolic link");
	if (!n || ino->size >= fs->block_size)
		return ext2_fail(fs, -EINVAL, "symbolic link inode %lu is corrupted",
				 (unsigned long)ino->ino);
	if (n >= len)
		return ext2_fail(fs, -ENAMETOOLONG, "a symbolic link is too long");
	if (n < FAST_LINK) {
		for (uint32_t i = 0; i < n; i++)
			buf[i] = (char)(ino->block[i / 4] >> 8 * (i % 4));
	} else {
		err = ext2_map_block(fs, ino, 0, &b);
		if (!err && !b)
			err = ext2_fail(fs, -EINVAL, "symbolic link inode %lu is corrupted",
					(unsigned long)ino->ino);
		if (!err)
			err = ext2_read_block(fs, b, 0, buf, n);
		if (err)
			return err;
	}
	buf[n] = '\0';
	return strlen(buf) == n ? 0 :
				  ext2_fail(fs, -EINVAL, "symbolic link inode %lu is corrupted",
					    (unsigned long)ino->ino);
}

struct want {
	const char *name;
	size_t len;
	uint32_t ino;
};

static int ext2_dir_match(void *arg, const char *name, uint32_t ino)
{
	struct want *w = arg;

	if (strlen(name) != w->len || memcmp(name, w->name, w->len))
		return 0;
	w->ino = ino;
	return 1;
}

/* Replaces `dir` by its entry w->name. */
static int ext2_dir_step(struct ext2 *fs, struct ext2_inode *dir, struct want *w)
{
	int err;

	if (w->len > EXT2_NAME_MAX)
		return ext2_fail(fs, -ENAMETOOLONG, "a name in it is too long");
	err = ext2_readdir(fs, dir, ext2_dir_match, w);
	if (err < 0)
		return err;
	if (!err)
		return ext2_fail(fs, -ENOENT, "no such file or directory");
	return ext2_inode(fs, w->ino, dir);
}

/* Puts the target of `link` in front of the rest of the path. */
static int ext2_dir_splice(struct ext2 *fs, const struct ext2_inode *link, char *path, size_t rest)
{
	char target[PATH_LEN];
	size_t left = strlen(path + rest), n;
	int err = ext2_readlink(fs, link, target, sizeof(target));

	if (err)
		return err;
	n = strlen(target);
	if (n + left >= PATH_LEN)
		return ext2_fail(fs, -ENAMETOOLONG, "too long with its symbolic links");
	memmove(path + n, path + rest, left + 1);
	memcpy(path, target, n);
	return 0;
}

/* Walks `path`, which is used up, from the root. */
static int ext2_dir_walk(struct ext2 *fs, char *path, bool follow, struct ext2_inode *out)
{
	struct ext2_inode dir;
	size_t pos = 0;
	int links = 0, err;

	for (;;) {
		struct want w;
		size_t end;

		if (!pos && path[0] == '/') {
			err = ext2_inode(fs, ROOT_INO, out);
			if (!err && out->type != EXT2_DIR)
				err = ext2_fail(fs, -EINVAL, "the root is not a directory");
			if (err)
				return err;
		}
		if (path[pos] == '/' && out->type != EXT2_DIR)
			return ext2_fail(fs, -ENOTDIR, "not a directory");
		pos += strspn(path + pos, "/");
		if (!path[pos])
			return 0;
		end = pos + strcspn(path + pos, "/");
		w = (struct want){ path + pos, end - pos, 0 };
		dir = *out;
		err = ext2_dir_step(fs, out, &w);
		if (err)
			return err;
		pos = end;
		if (out->type != EXT2_SYMLINK || (!path[pos] && !follow))
			continue;
		if (++links > MAX_LINKS)
			return ext2_fail(fs, -ELOOP, "too many symbolic links");
		err = ext2_dir_splice(fs, out, path, pos);
		if (err)
			return err;
		*out = dir;
		pos = 0;
	}
}

int ext2_lookup(struct ext2 *fs, const char *path, bool follow, struct ext2_inode *out)
{
	char buf[PATH_LEN];
	size_t n = strlen(path);

	if (path[0] != '/')
		return ext2_fail(fs, -EINVAL, "a path begins with /");
	if (n >= sizeof(buf))
		return ext2_fail(fs, -ENAMETOOLONG, "too long");
	memcpy(buf, path, n + 1);
	return ext2_dir_walk(fs, buf, follow, out);
}
