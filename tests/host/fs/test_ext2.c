/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/fs/ext2.c core/fs/ext2_dir.c core/fs/block.c */
/*
 * Images come from mke2fs, genext2fs and debugfs; what has to be in them is
 * known from the directory that they were made of.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <espalier/ext2.h>
#include <espalier/util.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define BIG_DIR_FILES 1000
#define KIB           ((uint64_t)1024)
#define MIB           (1024 * KIB)

static char dir[] = "/tmp/espalier-ext2-XXXXXX";

static __attribute__((format(printf, 1, 2))) int shell(const char *fmt, ...)
{
	char cmd[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	return system(cmd);
}

/* --- what goes into the images --------------------------------------------- */

static uint8_t byte_at(uint64_t off, unsigned seed)
{
	uint64_t x = (off + 1) * 0x9e3779b97f4a7c15u + seed;

	return (uint8_t)(x >> 56) | 1; /* never 0, so that it is no hole */
}

struct extent {
	uint64_t off;
	uint32_t len;
};

/* Files by name; data lies in the extents, the rest is holes. */
static const struct file {
	const char *name;
	uint64_t size;
	bool large; /* needs more than revision 0 */
	struct extent data[6];
} files[] = {
	{ "empty", 0, false, { { 0 } } },
	{ "one", 1, false, { { 0, 1 } } },
	{ "direct", 12 * KIB, false, { { 0, 12 * 1024 } } },
	{ "single", 200 * KIB + 3, false, { { 0, 200 * 1024 + 3 } } },
	{ "double", 900 * KIB + 1, false, { { 0, 900 * 1024 + 1 } } },
	{ "d/nested", 5000, false, { { 0, 5000 } } },
	{ "hole", 300 * KIB, false, { { 100 * KIB, 4096 } } },
	{ "allhole", 100 * MIB, false, { { 0 } } },
	/* 1 KiB blocks: triple indirect from 65804 KiB on. */
	{ "triple",
	  200 * MIB + 77,
	  false,
	  { { 0, 1000 },
	    { 267 * KIB, 4096 },
	    { 65803 * KIB, 8192 },
	    { 130 * MIB + 5, 3000 },
	    { 200 * MIB, 77 } } },
	{ "large", 5000 * MIB, true, { { 4999 * MIB, 4096 }, { 2048 * MIB, 10 } } },
};

static void make_file(const struct file *f, unsigned seed)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", dir, f->large ? "large" : "tree", f->name);
	fd = open(path, O_CREAT | O_WRONLY, 0644);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)f->size), 0);
	for (const struct extent *e = f->data; e->len; e++) {
		uint8_t *buf = malloc(e->len);

		for (uint32_t i = 0; i < e->len; i++)
			buf[i] = byte_at(e->off + i, seed);
		assert_int_equal(pwrite(fd, buf, e->len, (off_t)e->off), e->len);
		free(buf);
	}
	close(fd);
}

static int setup(void **state)
{
	setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
	if (!mkdtemp(dir) ||
	    shell("cd %s && mkdir -p tree/d/e tree/big large && cd tree &&"
		  " ln -s ../one d/up && ln -s /d/nested abs && ln -s d dlink &&"
		  " ln -s loop2 loop1 && ln -s loop1 loop2 && ln -s nowhere dangling &&"
		  " ln -s self/x self && ln -s / rootlink &&"
		  " ln -s $(printf './%%.0s' $(seq 30))one slow &&"
		  " ln -s $(printf './%%.0s' $(seq 28))one fast59 &&"
		  " cd big && for i in $(seq %d); do"
		  " : > a_rather_long_name_to_fill_the_directory_$i; done",
		  dir, BIG_DIR_FILES))
		return -1;
	for (unsigned i = 0; i < ARRAY_SIZE(files); i++)
		make_file(&files[i], i);
	return 0;
}

static int teardown(void **state) { return shell("rm -rf %s", dir); }

/* --- images ------------------------------------------------------------------ */

struct image {
	struct block_mem mem;
	struct ext2 fs;
	uint8_t *base;
	size_t size;
};

static void map_image(struct image *im, bool writable)
{
	char path[256];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/img", dir);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && !fstat(fd, &st));
	im->size = (size_t)st.st_size;
	im->base = mmap(NULL, im->size, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_PRIVATE,
			fd, 0);
	assert_true(im->base != MAP_FAILED);
	close(fd);
	block_mem_init(&im->mem, im->base, (uint32_t)im->size);
}

static void unmap_image(struct image *im) { munmap(im->base, im->size); }

static struct ext2_inode must_find(struct image *im, const char *path)
{
	struct ext2_inode ino;
	int err = ext2_lookup(&im->fs, path, true, &ino);

	if (err)
		fail_msg("%s: %d %s", path, err, im->fs.error);
	return ino;
}

static void expect_err(struct image *im, const char *path, int err, const char *text)
{
	struct ext2_inode ino;

	assert_int_equal(ext2_lookup(&im->fs, path, true, &ino), err);
	if (!strstr(im->fs.error, text))
		fail_msg("%s: \"%s\" lacks \"%s\"", path, im->fs.error, text);
}

/* Reads `len` bytes at `off` in odd pieces and compares. */
static void check_range(struct image *im, const struct file *f, unsigned seed,
			const struct ext2_inode *ino, uint64_t off, uint64_t len)
{
	static uint8_t buf[70001];

	for (uint64_t end = MIN(off + len, f->size); off < end;) {
		int32_t n = ext2_read(&im->fs, ino, off, buf, sizeof(buf));

		if (n <= 0)
			fail_msg("%s at %llu: %d", f->name, (unsigned long long)off, n);
		for (int32_t i = 0; i < n; i++) {
			uint8_t want = 0;

			for (const struct extent *e = f->data; e->len; e++)
				if (off + (uint32_t)i - e->off < e->len)
					want = byte_at(off + (uint32_t)i, seed);
			if (buf[i] != want)
				fail_msg("%s differs at %llu", f->name,
					 (unsigned long long)off + (uint32_t)i);
		}
		off += (uint32_t)n;
	}
}

static void check_file(struct image *im, const struct file *f, unsigned seed)
{
	struct ext2_inode ino;
	char path[64];
	uint8_t b;

	snprintf(path, sizeof(path), "/%s", f->name);
	ino = must_find(im, path);
	assert_int_equal(ino.type, EXT2_FILE);
	assert_true(ino.size == f->size);
	if (f->size < MIB)
		check_range(im, f, seed, &ino, 0, f->size);
	for (const struct extent *e = f->data; e->len; e++)
		check_range(im, f, seed, &ino, e->off < 9000 ? 0 : e->off - 9000, 30000);
	assert_int_equal(ext2_read(&im->fs, &ino, f->size, &b, 1), 0);
	assert_int_equal(ext2_read(&im->fs, &ino, f->size + 1, &b, 1), 0);
	assert_int_equal(ext2_read(&im->fs, &ino, UINT64_MAX, &b, 1), 0);
}

static void check_links(struct image *im)
{
	uint32_t one = must_find(im, "/one").ino;
	struct ext2_inode ino;
	char buf[128];

	assert_int_equal(must_find(im, "/d/up").ino, one);
	assert_int_equal(must_find(im, "/abs").ino, must_find(im, "/d/nested").ino);
	assert_int_equal(must_find(im, "//dlink/.././dlink/up").ino, one);
	assert_int_equal(must_find(im, "/rootlink/rootlink/d/e/../up").ino, one);
	assert_int_equal(must_find(im, "/slow").ino, one);
	assert_int_equal(must_find(im, "/fast59").ino, one);
	assert_int_equal(must_find(im, "/dlink/").type, EXT2_DIR);
	expect_err(im, "/loop1", -ELOOP, "symbolic links");
	expect_err(im, "/self", -ELOOP, "symbolic links");
	expect_err(im, "/dangling", -ENOENT, "no such file");
	expect_err(im, "/one/", -ENOTDIR, "not a directory");
	expect_err(im, "/one/x", -ENOTDIR, "not a directory");
	expect_err(im, "/nope", -ENOENT, "no such file");
	expect_err(im, "one", -EINVAL, "begins with /");
	expect_err(im, "", -EINVAL, "begins with /");
	assert_int_equal(ext2_lookup(&im->fs, "/slow", false, &ino), 0);
	assert_int_equal(ino.type, EXT2_SYMLINK);
	assert_int_equal(ext2_readlink(&im->fs, &ino, buf, sizeof(buf)), 0);
	assert_int_equal(strlen(buf), 63);
	assert_int_equal(ext2_readlink(&im->fs, &ino, buf, 63), -ENAMETOOLONG);
	assert_int_equal(ext2_read(&im->fs, &ino, 0, buf, 1), -EINVAL);
	assert_int_equal(ext2_lookup(&im->fs, "/dlink/", false, &ino), 0);
	assert_int_equal(ino.type, EXT2_DIR);
	assert_int_equal(ext2_read(&im->fs, &ino, 0, buf, 1), -EISDIR);
	assert_int_equal(ext2_readlink(&im->fs, &ino, buf, sizeof(buf)), -EINVAL);
}

static void check_long_names(struct image *im)
{
	char path[2000] = "/";

	memset(path + 1, 'x', 256);
	path[257] = '\0';
	expect_err(im, path, -ENAMETOOLONG, "name");
	for (unsigned i = 0; i < 1023; i++)
		path[i] = '/';
	path[1023] = '\0';
	assert_int_equal(must_find(im, path).type, EXT2_DIR);
	path[1023] = '/';
	path[1024] = '\0';
	expect_err(im, path, -ENAMETOOLONG, "long");
}

struct seen {
	struct image *im;
	unsigned n, sum;
};

static int count(void *arg, const char *name, uint32_t ino)
{
	struct seen *s = arg;

	assert_true(ino > 0);
	s->n++;
	s->sum += (unsigned)atoi(name + strcspn(name, "0123456789"));
	return 0;
}

static int stop(void *arg, const char *name, uint32_t ino) { return ++*(int *)arg == 5 ? 42 : 0; }

static void check_big_dir(struct image *im)
{
	struct ext2_inode big = must_find(im, "/big"), one = must_find(im, "/one");
	struct seen s = { im, 0, 0 };
	int n = 0;

	assert_int_equal(ext2_readdir(&im->fs, &big, count, &s), 0);
	assert_int_equal(s.n, BIG_DIR_FILES + 2);
	assert_int_equal(s.sum, BIG_DIR_FILES * (BIG_DIR_FILES + 1) / 2);
	assert_int_equal(ext2_readdir(&im->fs, &big, stop, &n), 42);
	assert_int_equal(ext2_readdir(&im->fs, &one, count, &s), -ENOTDIR);
	must_find(im, "/big/a_rather_long_name_to_fill_the_directory_1000");
	must_find(im, "/big/a_rather_long_name_to_fill_the_directory_1");
}

/* --- good images --------------------------------------------------------------- */

static const struct config {
	const char *name, *make; /* reads ./tree, writes ./img */
	bool large;
} configs[] = {
	{ "1 KiB", "mke2fs -q -t ext2 -b 1024 -N 4000 -d tree img 12m", false },
	{ "2 KiB", "mke2fs -q -t ext2 -b 2048 -N 4000 -d tree img 16m", false },
	{ "4 KiB", "mke2fs -q -t ext2 -b 4096 -N 4000 -d tree img 20m", false },
	{ "many groups",
	  "mke2fs -q -t ext2 -b 1024 -g 512 -N 8000 -O ^resize_inode,^meta_bg"
	  " -d tree img 12m",
	  false },
	{ "plain",
	  "mke2fs -q -t ext2 -b 1024 -N 4000 -O ^sparse_super,^filetype,^resize_inode,"
	  "^dir_index,^ext_attr -I 128 -d tree img 12m",
	  false },
	{ "revision 0", "mke2fs -q -t ext2 -r 0 -O none -b 1024 -N 4000 -d tree img 12m", false },
	{ "indexed",
	  "mke2fs -q -t ext2 -O dir_index -b 1024 -N 4000 -d tree img 12m &&"
	  " { e2fsck -fyD img >e2fsck.log || test $? = 1; } &&"
	  " debugfs -R 'htree /big' img 2>&1 | grep -q 'Number of entries'",
	  false },
	{ "big inodes", "mke2fs -q -t ext2 -I 512 -b 4096 -N 4000 -d tree img 20m", false },
	{ "journal", "mke2fs -q -t ext3 -b 1024 -N 4000 -d tree img 20m", false },
	{ "large file",
	  "cp -a --sparse=always tree large/ && rm -rf both && mv large/tree both &&"
	  " cp --sparse=always large/large both/ &&"
	  " mke2fs -q -t ext2 -b 1024 -N 4000 -d both img 12m",
	  true },
	{ "genext2fs", "genext2fs -z -B 1024 -b 16000 -N 4000 -d tree img", false },
	{ "genext2fs 4 KiB", "genext2fs -z -B 4096 -b 6000 -N 4000 -d tree img", false },
};

static void good_images(void **state)
{
	for (unsigned c = 0; c < ARRAY_SIZE(configs); c++) {
		const struct config *cfg = &configs[c];
		struct image im;

		print_message("  %s\n", cfg->name);
		assert_int_equal(shell("cd %s && rm -f img && { %s; } >mkfs.log", dir, cfg->make),
				 0);
		assert_int_equal(shell("e2fsck -fn %s/img >%s/e2fsck.log 2>&1", dir, dir), 0);
		map_image(&im, false);
		if (ext2_mount(&im.fs, &im.mem.block))
			fail_msg("%s: %s", cfg->name, im.fs.error);
		for (unsigned i = 0; i < ARRAY_SIZE(files); i++)
			if (!files[i].large || cfg->large)
				check_file(&im, &files[i], i);
		check_links(&im);
		check_long_names(&im);
		check_big_dir(&im);
		unmap_image(&im);
	}
}

/* --- bad images ------------------------------------------------------------------ */

static void small_image(struct image *im)
{
	assert_int_equal(shell("cd %s && rm -rf img small && mkdir -p small/d &&"
			       " head -c 400000 /dev/urandom > small/f && echo x > small/d/g &&"
			       " ln -s $(printf './%%.0s' $(seq 40))f small/slow &&"
			       " mke2fs -q -t ext2 -b 1024 -d small img 600k >mkfs.log",
			       dir),
			 0);
	map_image(im, true);
	assert_int_equal(ext2_mount(&im->fs, &im->mem.block), 0);
}

static void expect_mount(struct image *im, int err, const char *text)
{
	assert_int_equal(ext2_mount(&im->fs, &im->mem.block), err);
	if (!strstr(im->fs.error, text))
		fail_msg("\"%s\" lacks \"%s\"", im->fs.error, text);
}

/* Mounting with one 32-bit field of the superblock replaced. */
static void expect_super(struct image *im, unsigned off, uint32_t v, int err, const char *text)
{
	uint8_t old[4], *p = im->base + 1024 + off;

	memcpy(old, p, 4);
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
	expect_mount(im, err, text);
	memcpy(p, old, 4);
}

static void bad_superblock(void **state)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} feats[] = {
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
		{ 0x80000000, "0x80000000" },
		{ 0xc0, "extents 64bit" },
	};
	struct image im;

	small_image(&im);
	for (unsigned i = 0; i < ARRAY_SIZE(feats); i++)
		expect_super(&im, 96, feats[i].bit | 2, -ENOTSUP, feats[i].name);
	expect_super(&im, 96, 0xffffffff, -ENOTSUP, "needs feature: compression");
	expect_super(&im, 56, 0x1ef53, 0, "");
	expect_super(&im, 56, 0xef52, -EINVAL, "not ext2");
	expect_super(&im, 76, 2, -ENOTSUP, "revision 2");
	expect_super(&im, 24, 3, -ENOTSUP, "2^3 KiB");
	expect_super(&im, 24, 0xffffffff, -ENOTSUP, "2^4294967295 KiB");
	expect_super(&im, 24, 1, -EINVAL, "corrupted"); /* first_data_block is 1 */
	expect_super(&im, 0, 0, -EINVAL, "corrupted");
	expect_super(&im, 0, 0xffffffff, -EINVAL, "corrupted");
	expect_super(&im, 4, 0, -EINVAL, "corrupted");
	expect_super(&im, 4, 1, -EINVAL, "corrupted");
	expect_super(&im, 4, 0xffffffff, -EINVAL, "truncated");
	expect_super(&im, 20, 0xffffffff, -EINVAL, "corrupted");
	expect_super(&im, 32, 0, -EINVAL, "corrupted");
	expect_super(&im, 32, 8193, -EINVAL, "corrupted");
	expect_super(&im, 32, 1, 0, "");
	expect_super(&im, 40, 0, -EINVAL, "corrupted");
	expect_super(&im, 40, 0xffffffff, -EINVAL, "corrupted");
	expect_super(&im, 88, 0, -EINVAL, "corrupted");
	expect_super(&im, 88, 130, -EINVAL, "corrupted");
	expect_super(&im, 88, 2048, -EINVAL, "corrupted");
	for (uint32_t size = 0; size < im.size; size += size < 4096 ? 512 : 1024) {
		block_mem_init(&im.mem, im.base, size);
		expect_mount(&im, -EINVAL, size < 2048 ? "no ext2 superblock" : "truncated");
	}
	memset(im.base, 0, im.size);
	block_mem_init(&im.mem, im.base, (uint32_t)im.size);
	expect_mount(&im, -EINVAL, "not ext2");
	unmap_image(&im);
}

/* A sound image, damaged by one debugfs command; then what the lookup says. */
static const struct damage {
	const char *cmd, *path;
	int err;
	const char *text;
} damages[] = {
	{ "sif /f block[2] 99999", "/f", -EINVAL, "points to block 99999" },
	{ "sif /f block[2] 1", "/f", -EINVAL, "points to block 1" },
	{ "sif /f block[IND] 99999", "/f", -EINVAL, "points to block 99999" },
	{ "sif /f block[DIND] 700", "/f", -EINVAL, "points to block 700" },
	{ "sif /f size 0x1000000000000", "/f", 0, "" },
	{ "sif /f flags 0x80000", "/f", -EINVAL, "not of ext2" },
	{ "sif /f mode 0", "/f", -EINVAL, "not in use" },
	{ "sif /d block[0] 0", "/d/g", -EINVAL, "directory inode" },
	{ "sif /d block[0] 5", "/d/g", -EINVAL, "corrupted" },
	{ "sif /d size 1023", "/d/g", -EINVAL, "wrong size" },
	{ "sif /d size 0x7ffffc00", "/d/g", -EINVAL, "wrong size" },
	{ "sif /d size 0", "/d/g", -ENOENT, "no such file" },
	{ "sif /d mode 0100644", "/d/g", -ENOTDIR, "not a directory" },
	{ "sif / mode 0100644", "/f", -EINVAL, "root is not a directory" },
	{ "sif / mode 0", "/f", -EINVAL, "not in use" },
	{ "sif /slow size 1024", "/slow", -EINVAL, "symbolic link" },
	{ "sif /slow size 0", "/slow", -EINVAL, "symbolic link" },
	{ "sif /slow size 90", "/slow", -EINVAL, "symbolic link" },
	{ "sif /slow block[0] 0", "/slow", -EINVAL, "symbolic link" },
	{ "sif /slow block[0] 601", "/slow", -EINVAL, "points to block 601" },
	{ "set_bg 0 inode_table 0", "/f", -EINVAL, "group 0" },
	{ "set_bg 0 inode_table 600", "/f", -EINVAL, "group 0" },
	{ "set_bg 0 inode_table 599", "/f", -EINVAL, "" },
};

static int try_all(struct image *im, const char *path)
{
	struct ext2_inode ino;
	uint8_t buf[1000];
	int32_t n = 1;
	int err = ext2_lookup(&im->fs, path, true, &ino);

	if (err || ino.type != EXT2_FILE)
		return err;
	for (uint64_t off = 0; n > 0 && off < MIB; off += (uint32_t)n)
		n = ext2_read(&im->fs, &ino, off, buf, sizeof(buf));
	return n < 0 ? n : 0;
}

static void damaged(void **state)
{
	struct image im;

	small_image(&im);
	assert_int_equal(try_all(&im, "/f"), 0);
	assert_int_equal(try_all(&im, "/d/g"), 0);
	assert_int_equal(try_all(&im, "/slow"), 0);
	unmap_image(&im);
	assert_int_equal(shell("cd %s && cp img good", dir), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(damages); i++) {
		const struct damage *d = &damages[i];

		assert_int_equal(shell("cd %s && cp good img &&"
				       " debugfs -w -R '%s' img >debugfs.log 2>&1",
				       dir, d->cmd),
				 0);
		map_image(&im, false);
		assert_int_equal(ext2_mount(&im.fs, &im.mem.block), 0);
		if (try_all(&im, d->path) != d->err || !strstr(im.fs.error, d->text))
			fail_msg("%s: %d \"%s\"", d->cmd, try_all(&im, d->path), im.fs.error);
		unmap_image(&im);
	}
}

/* Every length field of an entry, in the block of the root directory. */
static void bad_entries(void **state)
{
	static const struct {
		unsigned off;
		uint16_t v;
	} pokes[] = {
		{ 4, 0 },      { 4, 4 },      { 4, 7 },      { 4, 10 },
		{ 4, 1028 },   { 4, 0xfffc }, { 4, 1020 }, /* leaves 4 bytes for the next one */
		{ 6, 0x02ff }, { 6, 0x0205 }, { 6, 0x0200 }, { 0, 0xffff },
		{ 8, '/' },    { 8, 0 },
	};
	struct image im;
	struct ext2_inode root;
	uint8_t *block, *p;

	small_image(&im);
	root = must_find(&im, "/");
	block = im.base + root.block[0] * 1024;
	for (unsigned i = 0; i < ARRAY_SIZE(pokes); i++) {
		uint8_t old[2];
		struct ext2_inode ino;

		p = block + pokes[i].off;
		memcpy(old, p, 2);
		p[0] = (uint8_t)pokes[i].v;
		p[1] = (uint8_t)(pokes[i].v >> 8);
		if (ext2_lookup(&im.fs, "/f", true, &ino) != -EINVAL ||
		    !strstr(im.fs.error, "directory inode 2 is corrupted"))
			fail_msg("poke %u: %s", i, im.fs.error);
		memcpy(p, old, 2);
	}
	must_find(&im, "/f");
	/* An indirect block that points to itself is read as data, and ends. */
	{
		struct ext2_inode f = must_find(&im, "/f");
		uint32_t ind = f.block[12];

		for (unsigned i = 0; i < 256; i++)
			memcpy(im.base + ind * 1024 + 4 * i, &ind, 4);
		f.block[13] = f.block[14] = ind;
		f.size = UINT64_MAX;
		assert_int_equal(ext2_read(&im.fs, &f, 100 * MIB, &f.mtime, 4), 4);
		assert_int_equal(f.mtime, ind);
		assert_int_equal(ext2_read(&im.fs, &f, (uint64_t)1 << 60, &f.mtime, 4), -EINVAL);
	}
	unmap_image(&im);
}

static int failing_read(struct block *b, uint64_t off, void *buf, uint32_t n) { return -EIO; }

static void io_errors(void **state)
{
	struct image im;
	struct ext2_inode f;
	char c;

	small_image(&im);
	f = must_find(&im, "/f");
	im.mem.block.read = failing_read;
	expect_err(&im, "/f", -EIO, "cannot read block");
	assert_int_equal(ext2_read(&im.fs, &f, 0, &c, 1), -EIO);
	assert_int_equal(ext2_inode(&im.fs, 0, &f), -EINVAL);
	assert_int_equal(ext2_inode(&im.fs, im.fs.inodes_count + 1, &f), -EINVAL);
	expect_mount(&im, -EIO, "cannot read the superblock");
	unmap_image(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_images), cmocka_unit_test(bad_superblock),
		cmocka_unit_test(damaged),     cmocka_unit_test(bad_entries),
		cmocka_unit_test(io_errors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
