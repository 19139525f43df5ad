/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as text or JSON. */
#include <string.h>

#include "dtpart.h"

#define TEXT_MAX 1024

static const struct line *line_of(const struct report *r, const struct part_finding *f)
{
	for (unsigned i = 0; i < r->nr_trees; i++)
		if (r->trees[i].fdt == f->guest->fdt)
			return tree_line(&r->trees[i], f->path, f->prop);
	return NULL;
}

void print_json_string(const char *s)
{
	if (!s) {
		printf("null");
		return;
	}
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < ' ' || (unsigned char)*s > '~')
			printf("\\u%04x", (unsigned char)*s);
		else
			putchar(*s);
	}
	putchar('"');
}

static void json(struct report *r, const struct part_finding *f)
{
	const struct line *l = line_of(r, f);
	char code[8];
	const struct {
		const char *name, *value;
	} fields[] = {
		{ "code", code },
		{ "severity", f->rule->severity == PART_WARNING ? "warning" : "error" },
		{ "guest", f->guest->name },
		{ "tree", f->guest->file },
		{ "node", f->path },
		{ "property", f->prop },
		{ "message", f->text },
		{ "have", f->have },
		{ "want", f->want },
		{ "owner", f->owner },
		{ "owner_node", f->owner_path },
		{ "hint", f->rule->hint },
		{ "file", l ? l->file : NULL },
	};

	snprintf(code, sizeof(code), "P%03u", f->rule->code);
	printf("%s\n  {", r->n ? "," : "");
	for (unsigned i = 0; i < ARRAY_SIZE(fields); i++) {
		printf("\"%s\": ", fields[i].name);
		print_json_string(fields[i].value);
		printf(", ");
	}
	if (l)
		printf("\"line\": %u}", l->line);
	else
		printf("\"line\": null}");
}

static void text(struct report *r, const struct part_finding *f)
{
	const struct line *l = line_of(r, f);
	char buf[TEXT_MAX];
	const char *s = part_finding_text(f, buf, sizeof(buf));

	if (l)
		printf("%s:%u: ", l->file, l->line);
	printf("%s: %s\n", f->rule->severity == PART_WARNING ? "warning" : "error", s);
	if (f->have && f->want)
		printf("    here: %s; expected: %s\n", f->have, f->want);
	if (f->owner && f->owner_path)
		printf("    owner: %s: %s\n", f->owner, f->owner_path);
	printf("    hint: %s\n", f->rule->hint);
}

void report_finding(void *arg, const struct part_finding *f)
{
	struct report *r = arg;

	if (r->json)
		json(r, f);
	else
		text(r, f);
	r->n++;
}
