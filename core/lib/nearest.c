/* SPDX-License-Identifier: Apache-2.0 */
/* "did you mean": the nearest of the words that are known.  Pure. */
#include <string.h>

#include <espalier/nearest.h>
#include <espalier/util.h>

#define WORD_MAX 32

static unsigned nearest_min3(unsigned a, unsigned b, unsigned c) { return MIN(MIN(a, b), c); }

unsigned edit_distance(const char *a, const char *b)
{
	/* Three rows of the table of distances of prefixes: i - 2, i - 1, i. */
	unsigned char row[3][WORD_MAX + 1];
	unsigned na = strlen(a), nb = strlen(b);

	if (na > WORD_MAX || nb > WORD_MAX)
		return WORD_MAX;
	for (unsigned j = 0; j <= nb; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= na; i++) {
		unsigned char *now = row[i % 3], *last = row[(i + 2) % 3];
		unsigned char *before = row[(i + 1) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= nb; j++) {
			now[j] = nearest_min3(last[j] + 1, now[j - 1] + 1,
					      last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = MIN(now[j], before[j - 2] + 1);
		}
	}
	return row[na % 3][nb];
}

void nearest_init(struct nearest *n, const char *word)
{
	/* Short words are near to everything: allow them one edit only. */
	*n = (struct nearest){ .word = word, .distance = strlen(word) < 4 ? 2 : 3 };
}

void nearest_offer(struct nearest *n, const char *known)
{
	unsigned d = edit_distance(n->word, known);

	/* The beginning of a word is as good as one edit. */
	if (d > 1 && n->word[0] && !strncmp(known, n->word, strlen(n->word)))
		d = 1;
	if (d < n->distance && d < strlen(known)) {
		n->distance = d;
		n->best = known;
	}
}
