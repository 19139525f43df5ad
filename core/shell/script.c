/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts of the disk image. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/shell.h>
#include <espalier/vfs.h>

#include "shell_int.h"

#define SCRIPT_MAX   (64u << 10)
#define SCRIPT_DEPTH 4 /* scripts that run scripts; each takes stack */

static unsigned depth;

/* Runs `text` line by line; returns how many failed, or -EINTR after ^C. */
static int run_lines(const char *path, char *text)
{
	unsigned number = 0;
	int failed = 0, rc;
	char *next;

	for (char *line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		number++;
		line[strcspn(line, "\r")] = '\0';
		rc = shell_interrupted() ? -EINTR : shell_run_line(line);
		if (rc == -EINTR)
			return rc;
		if (rc == 0)
			continue;
		shell_log_flush();
		shell_printf("%s:%u: failed: %s\n", path, number, line);
		failed++;
	}
	return failed;
}

int shell_run_script(const char *path)
{
	uint32_t size;
	void *text;
	int rc;

	if (depth == SCRIPT_DEPTH) {
		shell_printf("%s: scripts are nested more than %u deep\n", path, SCRIPT_DEPTH);
		return -ELOOP;
	}
	rc = vfs_read_file(path, SCRIPT_MAX, &text, &size);
	if (rc) {
		shell_printf("%s\n", vfs_error());
		return rc;
	}
	if (memchr(text, '\0', size)) {
		shell_printf("%s: not a text file\n", path);
		rc = -EINVAL;
	} else {
		depth++;
		rc = run_lines(path, text);
		depth--;
	}
	free(text);
	return rc;
}
