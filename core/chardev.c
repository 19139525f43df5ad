// SPDX-License-Identifier: Apache-2.0
/* The host's serial lines.  Drivers register them at boot; nothing leaves. */
#include <string.h>

#include <espalier/vcon.h>

static struct list chardevs = LIST_INIT(chardevs);

void chardev_register(struct chardev *c)
{
	struct list *pos = chardevs.next;

	while (pos != &chardevs &&
	       strcmp(list_entry(pos, struct chardev, link)->path, c->path) < 0)
		pos = pos->next;
	list_add_before(&c->link, pos);
}

struct chardev *chardev_find(const char *path)
{
	list_for_each(it, &chardevs) {
		struct chardev *c = list_entry(it, struct chardev, link);

		if (strcmp(c->path, path) == 0)
			return c;
	}
	return NULL;
}

void chardev_for_each(void (*fn)(struct chardev *c, void *arg), void *arg)
{
	list_for_each(it, &chardevs)
		fn(list_entry(it, struct chardev, link), arg);
}
