/* SPDX-License-Identifier: Apache-2.0 */
/* What commands print. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/shell.h>
#include <espalier/text.h>
#include <espalier/timer.h>
#include <espalier/vcon.h>

#include "shell_int.h"

void shell_printf(const char *fmt, ...)
{
	char small[160], *buf = small;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(small)) {
		buf = malloc(n + 1);
		if (buf) {
			va_start(ap, fmt);
			vsnprintf(buf, n + 1, fmt, ap);
			va_end(ap);
		} else { /* better cut off than nothing */
			buf = small;
			n = sizeof(small) - 1;
		}
	}
	if (n > 0) {
		text_filter_made(buf, n, fmt);
		console_write(buf, n);
	}
	if (buf != small)
		free(buf);
}

bool shell_interrupted(void)
{
	if (!console_interrupted())
		return false;
	shell_printf("^C\n");
	return true;
}

void shell_print_text(const char *buf, unsigned n)
{
	char out[64];
	unsigned used = 0;

	for (unsigned i = 0, k; i < n; i += k) {
		bool shown = buf[i] == '\n' || buf[i] == '\t';

		k = text_char(buf + i, n - i);
		shown |= k;
		k = MAX(k, 1u);
		if (buf[i] == '\r')
			continue;
		memcpy(out + used, shown ? buf + i : ".", k);
		used += k;
		if (used + 4 > sizeof(out)) {
			console_write(out, used);
			used = 0;
		}
	}
	if (used)
		console_write(out, used);
}

const char *shell_seconds(uint64_t ns, char buf[SECONDS_MAX])
{
	snprintf(buf, SECONDS_MAX, "%llu.%03u", (unsigned long long)(ns / NS_PER_SEC),
		 (unsigned)(ns % NS_PER_SEC / NS_PER_MS));
	return buf;
}

static const struct {
	int rc;
	const char *text;
} reasons[] = {
	{ -EBUSY, "not in its present state" },
	{ -ENOMEM, "out of memory" },
	{ -ENOENT, "not found" },
	{ -EEXIST, "exists already" },
	{ -EINVAL, "invalid" },
	{ -ENODEV, "no such device" },
	{ -ENAMETOOLONG, "the name is too long" },
	{ -EFBIG, "too big" },
	{ -EISDIR, "is a directory" },
	{ -ENOTDIR, "is not a directory" },
	{ -EIO, "input/output error" },
	{ -ENOTSUP, "not supported" },
};

int shell_result(int rc, const char *what)
{
	if (rc >= 0)
		return 0;
	shell_log_flush();
	for (unsigned i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].rc == rc) {
			shell_printf("%s: %s\n", what, reasons[i].text);
			return rc;
		}
	}
	shell_printf("%s: error %d\n", what, -rc);
	return rc;
}
