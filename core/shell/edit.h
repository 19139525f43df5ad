/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line editor.  Pure: bytes come in one by one, what the terminal is to
 * show goes out through a callback.  A long line scrolls in one row of
 * EDIT_COLUMNS columns.
 */
#ifndef SHELL_EDIT_H
#define SHELL_EDIT_H

#include <stdbool.h>

#include "history.h"

#define EDIT_MAX     256 /* bytes of a line, NUL included */
#define EDIT_COLUMNS 80

/* One word that could stand there; `whole`: a blank may follow it. */
typedef void (*edit_offer_fn)(void *arg, const char *word, bool whole);

struct edit_ops {
	void (*write)(void *arg, const char *buf, unsigned n);
	/*
	 * Offers words for [start, pos) of line; those that do not begin
	 * with what stands there are ignored.  May be called twice.
	 */
	void (*complete)(void *arg, const char *line, unsigned start, unsigned pos,
			 edit_offer_fn offer, void *offer_arg);
};

struct edit {
	const struct edit_ops *ops;
	void *arg;          /* for ops */
	const char *prompt; /* shorter than EDIT_COLUMNS / 2 */
	struct history history;
	/* the line, always NUL-terminated */
	bool too_long; /* something did not fit: the line is not run */
	char line[EDIT_MAX];
	unsigned len, pos;
	unsigned left; /* first byte shown */
	/* going through the history: steps back, and the line that was left */
	unsigned back;
	char kept[EDIT_MAX];
	/* input */
	unsigned char esc; /* state of an escape sequence */
	unsigned param;    /* its number */
	bool after_cr;     /* a '\n' now belongs to the last line */
};

enum edit_event {
	EDIT_MORE, /* go on */
	EDIT_LINE, /* e->line was entered; call edit_start() for the next one */
};

void edit_init(struct edit *e, const struct edit_ops *ops, void *arg, const char *prompt);

/* Begins an empty line: shows the prompt. */
void edit_start(struct edit *e);

enum edit_event edit_input(struct edit *e, unsigned char ch);

/* Takes the row off the terminal for other output, and puts it back. */
void edit_hide(struct edit *e);
void edit_show(struct edit *e);

/*
 * Start of the word that ends at pos, as the shell splits words; -1 inside
 * quotes or in a comment, where nothing is completed.
 */
int edit_word_start(const char *line, unsigned pos);

#endif
