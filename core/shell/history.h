/* SPDX-License-Identifier: Apache-2.0 */
/* The lines entered last. */
#ifndef SHELL_HISTORY_H
#define SHELL_HISTORY_H

#define HISTORY_LINES 32

struct history {
	char *line[HISTORY_LINES];
	unsigned added; /* lines ever added; the newest is line[(added - 1) % ...] */
};

/*
 * Keeps a copy of `line`, unless it is blank or equal to the newest.  Without
 * memory it is forgotten.
 */
void history_add(struct history *h, const char *line);

/* The line `back` steps ago, 1 being the newest; NULL when there is none. */
const char *history_get(const struct history *h, unsigned back);

void history_free(struct history *h);

#endif
