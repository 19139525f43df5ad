/* SPDX-License-Identifier: Apache-2.0 */
/* Device trees for tests, compiled from source text by dtc. */
#ifndef TESTS_FDT_GEN_H
#define TESTS_FDT_GEN_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <libfdt.h>

/* The blob of a formatted DTS, to be freed.  Ends the program on an error. */
static inline __attribute__((format(printf, 1, 2))) void *fdt_from_dts(const char *fmt, ...)
{
	char dts[] = "/tmp/espalier-dts-XXXXXX", cmd[128];
	const size_t max = 1u << 20;
	char *blob = malloc(max);
	int fd = mkstemp(dts);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	size_t n;
	va_list ap;

	if (!f || !blob)
		abort();
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fclose(f);
	snprintf(cmd, sizeof(cmd), "dtc -q -I dts -O dtb -@ %s", dts);
	f = popen(cmd, "r");
	if (!f)
		abort();
	n = fread(blob, 1, max, f);
	if (pclose(f) || fdt_check_full(blob, n)) {
		fprintf(stderr, "dtc failed on %s\n", dts);
		abort();
	}
	unlink(dts);
	return realloc(blob, n);
}

#endif
