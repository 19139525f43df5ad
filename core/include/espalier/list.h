/* SPDX-License-Identifier: Apache-2.0 */
/* An intrusive doubly linked list with a sentinel head. */
#ifndef ESPALIER_LIST_H
#define ESPALIER_LIST_H

#include <stdbool.h>

#include <espalier/util.h>

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(name) \
	{ \
		&(name), &(name) \
	}

static inline void list_init(struct list *l) { l->next = l->prev = l; }
static inline bool list_empty(const struct list *l) { return l->next == l; }

/* Inserts n before pos; with pos the head, at the tail. */
static inline void list_add_before(struct list *n, struct list *pos)
{
	n->next = pos;
	n->prev = pos->prev;
	pos->prev->next = n;
	pos->prev = n;
}

/* Unlinks n and leaves it an empty list, so that a second call is harmless. */
static inline void list_del(struct list *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	list_init(n);
}

#define list_entry(l, type, member) container_of(l, type, member)
#define list_for_each(it, head)     for (struct list *it = (head)->next; it != (head); it = it->next)
/* As list_for_each; the body may unlink `it`. */
#define list_for_each_safe(it, head) \
	for (struct list *it = (head)->next, *it##_n = it->next; it != (head); \
	     it = it##_n, it##_n = it->next)

#endif
