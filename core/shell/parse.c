/* SPDX-License-Identifier: Apache-2.0 */
/* From a line to words and numbers.  Pure. */
#include <errno.h>
#include <string.h>

#include <espalier/util.h>

#include "shell_int.h"

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/*
 * Takes the quotes out of the word at `in`.  Returns where it ends, with the
 * byte there in *stop (the end of the new word may overwrite it), or NULL.
 */
static char *parse_unquote(char *in, char *stop)
{
	char *out = in;
	bool quoted = false;

	for (; *in && (quoted || (!is_blank(*in) && *in != ';')); in++) {
		if (*in == '"') {
			quoted = !quoted;
			continue;
		}
		if (*in == '\\' && *++in == '\0')
			return NULL;
		*out++ = *in;
	}
	if (quoted)
		return NULL;
	*stop = *in;
	*out = '\0';
	return in;
}

int parse_command(char **rest, char **argv, unsigned max)
{
	char *in = *rest;
	char stop = ' ';
	unsigned argc = 0;

	for (;;) {
		while (is_blank(*in))
			in++;
		stop = *in;
		if (stop != '\0' && stop != '#' && stop != ';') {
			if (argc == max)
				return -E2BIG;
			argv[argc++] = in;
			in = parse_unquote(in, &stop);
			if (!in)
				return -EINVAL;
		}
		if (stop == ';') {
			*rest = in + 1;
			return argc;
		}
		if (stop == '\0' || stop == '#') {
			*rest = NULL;
			return argc;
		}
		in++;
	}
}

static int parse_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

int parse_u32(const char *word, unsigned base, uint32_t *out)
{
	uint64_t v = 0;

	if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) {
		base = 16;
		word += 2;
	}
	if (*word == '\0')
		return -EINVAL;
	for (; *word; word++) {
		unsigned d = parse_digit(*word);

		if (d >= base)
			return -EINVAL;
		v = v * base + d;
		if (v > UINT32_MAX)
			return -ERANGE;
	}
	*out = v;
	return 0;
}

int shell_number(const char *word, unsigned base, uint32_t *out)
{
	int rc = parse_u32(word, base, out);

	if (rc == -ERANGE)
		shell_printf("%s: more than 32 bits\n", word);
	else if (rc)
		shell_printf("%s: not a %snumber\n", word, base == 16 ? "hexadecimal " : "");
	return rc;
}
