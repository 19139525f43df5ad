/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the known word that a mistyped one was meant to be. */
#ifndef ESPALIER_NEAREST_H
#define ESPALIER_NEAREST_H

struct nearest {
	const char *word;
	const char *best; /* NULL when nothing is near; as offered, not copied */
	unsigned distance;
};
void nearest_init(struct nearest *n, const char *word);
void nearest_offer(struct nearest *n, const char *known);

/* Edits (insert, delete, change, swap neighbours) that turn a into b. */
unsigned edit_distance(const char *a, const char *b);

#endif
