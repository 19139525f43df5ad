/* SPDX-License-Identifier: Apache-2.0 */
/* Device trees from files; of a .dts, also where what stands in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libfdt.h>

#include <sys/wait.h>

#include "dtpart.h"

#define TREE_MAX (16u << 20)

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("dtpart: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

void *xalloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		die("out of memory");
	return p;
}

char *xstrdup(const char *s) { return strcpy(xalloc(strlen(s) + 1), s); }

/* --- bytes ------------------------------------------------------------------------------ */

static char *read_all(FILE *f, const char *name, size_t *size)
{
	size_t cap = 4096, n = 0, got;
	char *buf = xalloc(cap + 1);

	while ((got = fread(buf + n, 1, cap - n, f)) > 0) {
		n += got;
		if (n > TREE_MAX)
			die("%s: larger than %u MiB", name, TREE_MAX >> 20);
		if (n < cap)
			continue;
		cap *= 2;
		buf = realloc(buf, cap + 1);
		if (!buf)
			die("out of memory");
	}
	buf[n] = '\0';
	*size = n;
	return buf;
}

static void exec_dtc(const char *file, const char *format)
{
	if (!strcmp(format, "dtb"))
		execlp("dtc", "dtc", "-q", "-@", "-I", "dts", "-O", "dtb", file, NULL);
	else if (!strcmp(format, "yaml"))
		execlp("dtc", "dtc", "-q", "-I", "dts", "-O", "yaml", file, NULL);
	else
		execlp("dtc", "dtc", "-q", "-I", "dts", "-O", "dts", "-T", "-T", file, NULL);
	_exit(127);
}

/* What dtc prints, or NULL if it fails; it says itself what is wrong with a file. */
static char *try_dtc(const char *file, const char *format, int in, size_t *size)
{
	int fd[2], status = 1;
	char *out;
	FILE *f;
	pid_t pid;

	if (pipe(fd) || (pid = fork()) < 0)
		die("%s: %s", file, strerror(errno));
	if (!pid) {
		dup2(in, 0);
		dup2(fd[1], 1);
		close(fd[0]);
		exec_dtc(file, format);
	}
	close(fd[1]);
	f = fdopen(fd[0], "r");
	out = read_all(f, file, size);
	fclose(f);
	waitpid(pid, &status, 0);
	if (!status)
		return out;
	free(out);
	return NULL;
}

static char *run_dtc(const char *file, const char *format, size_t *size)
{
	char *out = try_dtc(file, format, 0, size);

	if (!out)
		die("%s: dtc failed", file);
	return out;
}

/* --- lines ------------------------------------------------------------------------------ */

static void add_line(struct tree *t, const char *path, const char *prop, const char *where)
{
	const char *colon = strchr(where, ':');
	struct line *l;

	if (!colon || !strncmp(where, "<no-file>", 9))
		return;
	if (!(t->nr_lines & (t->nr_lines - 1)))
		t->lines = realloc(t->lines, (t->nr_lines ? 2 * t->nr_lines : 1) * sizeof(*l));
	if (!t->lines)
		die("out of memory");
	l = &t->lines[t->nr_lines++];
	l->path = xstrdup(path);
	l->prop = prop ? xstrdup(prop) : NULL;
	l->file = xstrdup(where);
	l->file[colon - where] = '\0';
	l->line = (unsigned)strtoul(colon + 1, NULL, 10);
}

/* The path of a node that is opened by `text`: "label: name {". */
static void enter(char *path, size_t len, const char *text)
{
	const char *end = strstr(text, " {"), *label;
	size_t n = strlen(path);

	while ((label = strstr(text, ": ")) && label < end)
		text = label + 2;
	snprintf(path + n, len - n, "%s%.*s", n > 1 ? "/" : "", (int)(end - text), text);
	if (!strcmp(path, "//"))
		path[1] = '\0';
}

static void leave(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		slash[slash == path] = '\0';
}

/*
 * dtc -T -T writes a node or property a line, and where it comes from in a comment at
 * its end: the last place if there are several.
 */
static void read_line(struct tree *t, char *path, size_t len, char *text)
{
	char *comment = strstr(text, " /* "), *end;

	text += strspn(text, "\t ");
	if (comment && comment >= text) {
		*comment = '\0';
		comment += 4;
		end = strstr(comment, " */");
		if (end)
			*end = '\0';
	}
	if (!strncmp(text, "};", 2)) {
		leave(path);
		return;
	}
	end = text + strlen(text);
	if (end > text && end[-1] == '{') {
		enter(path, len, text);
		if (comment)
			add_line(t, path, NULL, comment);
		return;
	}
	text[strcspn(text, " =;")] = '\0';
	if (text[0] && comment)
		add_line(t, path, text, comment);
}

static void read_lines(struct tree *t)
{
	char path[4096] = "";
	size_t size;
	char *text = run_dtc(t->file, "dts", &size);

	for (char *s = strtok(text, "\n"); s; s = strtok(NULL, "\n"))
		read_line(t, path, sizeof(path), s);
	free(text);
}

const struct line *tree_line(const struct tree *t, const char *path, const char *prop)
{
	const struct line *node = NULL;

	for (unsigned i = 0; i < t->nr_lines; i++) {
		const struct line *l = &t->lines[i];

		if (strcmp(l->path, path))
			continue;
		if (prop && l->prop && !strcmp(l->prop, prop))
			return l;
		if (!l->prop)
			node = l;
	}
	return node;
}

/* --- trees ------------------------------------------------------------------------------- */

static void read_exact(struct tree *t)
{
	size_t size;
	char *yaml = try_dtc(t->file, "yaml", 0, &size);

	if (yaml)
		exact_from_yaml(t, yaml);
	free(yaml);
}

void tree_compile(struct tree *t, const char *dts, size_t size)
{
	FILE *f = tmpfile();
	size_t n;

	*t = (struct tree){ .file = "-" };
	if (!f || fwrite(dts, 1, size, f) != size || fflush(f) || fseek(f, 0, SEEK_SET))
		die("a temporary file: %s", strerror(errno));
	t->fdt = try_dtc("-", "dtb", fileno(f), &n);
	fclose(f);
	if (!t->fdt)
		die("dtc refuses the tree that was derived: this is a mistake of dtpart's");
	t->size = (uint32_t)n;
}

void tree_read(struct tree *t, const char *file)
{
	size_t n = strlen(file), size;
	FILE *f;

	*t = (struct tree){ .file = file };
	if (n > 4 && !strcmp(file + n - 4, ".dts")) {
		t->fdt = run_dtc(file, "dtb", &size);
		read_lines(t);
		read_exact(t);
	} else {
		f = fopen(file, "rb");
		if (!f)
			die("%s: %s", file, strerror(errno));
		t->fdt = read_all(f, file, &size);
		fclose(f);
	}
	t->size = (uint32_t)size;
	if (!t->is_exact && !fdt_check_full(t->fdt, size))
		exact_from_fixups(t);
	exact_sort(t);
}

void tree_free(struct tree *t)
{
	for (unsigned i = 0; i < t->nr_lines; i++) {
		free(t->lines[i].path);
		free(t->lines[i].prop);
		free(t->lines[i].file);
	}
	for (unsigned i = 0; i < t->nr_exact; i++) {
		free(t->exact[i].path);
		free(t->exact[i].prop);
	}
	free(t->exact);
	free(t->lines);
	free(t->fdt);
}
