/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "history.h"

void history_add(struct history *h, const char *line)
{
	const char *newest = history_get(h, 1);
	char **slot = &h->line[h->added % HISTORY_LINES];
	char *copy;

	if (line[strspn(line, " \t")] == '\0' || (newest && !strcmp(newest, line)))
		return;
	copy = malloc(strlen(line) + 1);
	if (!copy)
		return;
	strcpy(copy, line);
	free(*slot);
	*slot = copy;
	h->added++;
}

const char *history_get(const struct history *h, unsigned back)
{
	if (back == 0 || back > h->added || back > HISTORY_LINES)
		return NULL;
	return h->line[(h->added - back) % HISTORY_LINES];
}

void history_free(struct history *h)
{
	for (unsigned i = 0; i < HISTORY_LINES; i++)
		free(h->line[i]);
	*h = (struct history){ 0 };
}
