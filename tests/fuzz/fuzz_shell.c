/* SPDX-License-Identifier: Apache-2.0 */
/* Keystrokes into the editor, its lines through the parser. */
/* sources: core/shell/edit.c core/shell/history.c core/shell/parse.c core/lib/nearest.c */
#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shell/shell_int.h"

static const char *const words[] = { "guest", "guard", "help", "/a/b", "/a/c/", "a b", "" };

static void write_out(void *arg, const char *buf, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert(buf[i] != '\0');
}

static void complete(void *arg, const char *line, unsigned start, unsigned pos, edit_offer_fn offer,
		     void *offer_arg)
{
	assert(start <= pos && pos <= strlen(line));
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		offer(offer_arg, words[i], i % 2);
}

void shell_printf(const char *fmt, ...) {}

static void parse(const char *line)
{
	char copy[EDIT_MAX], *rest = copy, *argv[SHELL_MAX_ARGS];
	uint32_t number;

	strcpy(copy, line);
	while (rest) {
		int argc = parse_command(&rest, argv, SHELL_MAX_ARGS);

		if (argc < 0)
			return;
		assert(argc <= SHELL_MAX_ARGS);
		assert(!rest || (rest > copy && rest <= copy + strlen(line)));
		for (int i = 0; i < argc; i++) {
			assert(argv[i] >= copy && argv[i] + strlen(argv[i]) < copy + sizeof(copy));
			parse_u32(argv[i], i % 2 ? 16 : 10, &number);
			edit_distance(argv[i], argv[0]);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct edit_ops ops = { write_out, complete };
	struct edit e;

	edit_init(&e, &ops, NULL, "# ");
	edit_start(&e);
	for (size_t i = 0; i < size; i++) {
		enum edit_event event = edit_input(&e, data[i]);

		assert(e.len < EDIT_MAX && e.pos <= e.len && e.left <= e.pos);
		assert(e.line[e.len] == '\0' && strlen(e.line) == e.len);
		if (event == EDIT_LINE) {
			parse(e.line);
			edit_start(&e);
		}
	}
	history_free(&e.history);
	return 0;
}
