/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/fs/ tests/host/fake_arch.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/log.h>
#include <espalier/vfs.h>

#include "disk_gen.h"

static char logged[256];

void log_printf(enum log_level l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(logged, sizeof(logged), fmt, ap);
	va_end(ap);
}

static void unmounted(void **state)
{
	struct ext2_inode ino;
	void *p;
	uint32_t n;

	assert_null(vfs_fs());
	assert_int_equal(vfs_lookup("/a", &ino), -ENODEV);
	assert_string_equal(vfs_error(), "/a: no disk image is mounted");
	assert_int_equal(vfs_read_file("/a", 10, &p, &n), -ENODEV);
}

static void bad_image(void **state)
{
	static uint8_t zeros[4096];
	struct block_mem m;

	block_mem_init(&m, zeros, sizeof(zeros));
	assert_int_equal(vfs_mount(&m.block), -EINVAL);
	assert_null(vfs_fs());
	assert_non_null(strstr(logged, "disk image: not ext2"));
	block_mem_init(&m, zeros, 100);
	assert_int_equal(vfs_mount(&m.block), -EINVAL);
	assert_non_null(strstr(logged, "100 bytes hold no ext2 superblock"));
}

static void files(void **state)
{
	struct disk d;
	struct ext2_inode ino;
	char buf[8];
	void *p = NULL;
	uint32_t n = 0;

	disk_make(&d, "mkdir sub && printf hello > sub/hi && : > empty");
	assert_int_equal(vfs_mount(&d.mem.block), 0);
	assert_non_null(vfs_fs());
	assert_int_equal(vfs_lookup("/sub/hi", &ino), 0);
	assert_int_equal(vfs_read(&ino, 1, buf, sizeof(buf)), 4);
	assert_memory_equal(buf, "ello", 4);
	assert_int_equal(vfs_lookup("/sub/ho", &ino), -ENOENT);
	assert_string_equal(vfs_error(), "/sub/ho: no such file or directory");
	assert_int_equal(vfs_read_file("/sub/hi", 5, &p, &n), 0);
	assert_int_equal(n, 5);
	assert_string_equal(p, "hello");
	free(p);
	assert_int_equal(vfs_read_file("/empty", 0, &p, &n), 0);
	assert_int_equal(n, 0);
	assert_string_equal(p, "");
	free(p);
	assert_int_equal(vfs_read_file("/sub/hi", 4, &p, &n), -EFBIG);
	assert_string_equal(vfs_error(), "/sub/hi: larger than 4 bytes");
	assert_int_equal(vfs_read_file("/sub", 4, &p, &n), -EISDIR);
	assert_int_equal(vfs_lookup("/sub", &ino), 0);
	assert_int_equal(vfs_read(&ino, 0, buf, 1), -EISDIR);
	assert_non_null(strstr(vfs_error(), "is a directory"));
	disk_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unmounted),
		cmocka_unit_test(bad_image),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
