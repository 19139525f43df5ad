/* SPDX-License-Identifier: Apache-2.0 */
/* vfs: the files of the disk image */
#include <errno.h>
#include <stdlib.h>

#include <espalier/sha256.h>
#include <espalier/vfs.h>

#include "shell_int.h"

#define CHUNK 4096u

static int cmd_vfs_lookup(const char *path, struct ext2_inode *out)
{
	int rc = vfs_lookup(path, out);

	if (rc)
		shell_printf("%s\n", vfs_error());
	return rc;
}

/* --- ls ------------------------------------------------------------------------------- */

static void print_entry(const struct ext2_inode *i, const char *name)
{
	static const char types[] = {
		[EXT2_FILE] = '-',
		[EXT2_DIR] = 'd',
		[EXT2_SYMLINK] = 'l',
		[EXT2_OTHER] = '?',
	};
	char target[256];

	shell_printf("%c%03o %10llu %s", types[i->type], i->mode & 0777u,
		     (unsigned long long)i->size, name);
	if (i->type == EXT2_SYMLINK && i->size < sizeof(target) &&
	    ext2_readlink(vfs_fs(), i, target, sizeof(target)) == 0)
		shell_printf(" -> %s", target);
	shell_printf("\n");
}

static int ls_entry(void *arg, const char *name, uint32_t ino)
{
	struct ext2_inode i;

	if (ext2_inode(vfs_fs(), ino, &i))
		shell_printf("?              ? %s: %s\n", name, vfs_fs()->error);
	else
		print_entry(&i, name);
	return 0;
}

static int vfs_ls(int argc, char **argv)
{
	const char *path = argc ? argv[0] : "/";
	struct ext2_inode i;
	int rc = cmd_vfs_lookup(path, &i);

	if (rc)
		return rc;
	if (i.type != EXT2_DIR) {
		print_entry(&i, path);
		return 0;
	}
	rc = ext2_readdir(vfs_fs(), &i, ls_entry, NULL);
	if (rc)
		shell_printf("%s: %s\n", path, vfs_fs()->error);
	return rc;
}

/* --- contents ---------------------------------------------------------------------------- */

/* Passes a file to fn piece by piece; complains about what goes wrong. */
static int for_file(const char *path, void (*fn)(void *arg, const char *buf, uint32_t n), void *arg)
{
	struct ext2_inode i;
	uint64_t off = 0;
	char *buf;
	int32_t n;
	int rc = cmd_vfs_lookup(path, &i);

	if (rc)
		return rc;
	if (i.type != EXT2_FILE)
		return shell_result(i.type == EXT2_DIR ? -EISDIR : -EINVAL, path);
	buf = malloc(CHUNK);
	if (!buf)
		return shell_result(-ENOMEM, path);
	while ((n = vfs_read(&i, off, buf, CHUNK)) > 0) {
		fn(arg, buf, n);
		off += n;
		shell_log_flush();
		if (shell_interrupted()) {
			free(buf);
			return -EINTR;
		}
	}
	if (n < 0)
		shell_printf("%s: at byte %llu: %s\n", path, (unsigned long long)off, vfs_error());
	free(buf);
	return n;
}

static void cat_chunk(void *arg, const char *buf, uint32_t n)
{
	char *last = arg;

	shell_print_text(buf, n);
	*last = buf[n - 1];
}

static int vfs_cat(int argc, char **argv)
{
	char last = '\n';
	int rc = for_file(argv[0], cat_chunk, &last);

	if (last != '\n' && rc != -EINTR)
		shell_printf("\n");
	return rc;
}

static void sha256_chunk(void *arg, const char *buf, uint32_t n) { sha256_update(arg, buf, n); }

static int vfs_sha256(int argc, char **argv)
{
	uint8_t sum[SHA256_SIZE];
	struct sha256 c;
	int rc;

	sha256_init(&c);
	rc = for_file(argv[0], sha256_chunk, &c);
	if (rc)
		return rc;
	sha256_final(&c, sum);
	for (unsigned i = 0; i < sizeof(sum); i++)
		shell_printf("%02x", sum[i]);
	shell_printf("  %s\n", argv[0]);
	return 0;
}

static int vfs_run(int argc, char **argv)
{
	int failed = shell_run_script(argv[0]);

	if (failed > 0)
		shell_printf("%s: %d failed\n", argv[0], failed);
	return failed > 0 ? -EIO : failed;
}

/* clang-format off */
static const struct shell_sub subs[] = {
	{ "ls", "[<path>]", "list a directory: type and mode, size, name", 0, 1, { ARG_PATH },
	  vfs_ls },
	{ "cat", "<path>", "print a text file", 1, 1, { ARG_PATH }, vfs_cat },
	{ "run", "<path>", "run a script of shell commands", 1, 1, { ARG_PATH }, vfs_run },
	{ "sha256", "<path>", "print the SHA-256 of a file", 1, 1, { ARG_PATH }, vfs_sha256 },
};
/* clang-format on */
SHELL_CMD(vfs, "vfs", "files of the disk image", subs);
