/* SPDX-License-Identifier: Apache-2.0 */
/* The host's serial lines.  Drivers register them at boot; nothing leaves. */
#include <errno.h>
#include <string.h>

#include <espalier/vcon.h>

static struct list chardevs = LIST_INIT(chardevs);

void chardev_register(struct chardev *c)
{
	struct list *pos = chardevs.next;

	while (pos != &chardevs && strcmp(list_entry(pos, struct chardev, link)->path, c->path) < 0)
		pos = pos->next;
	list_add_before(&c->link, pos);
}

struct chardev *chardev_find(const char *path)
{
	list_for_each(it, &chardevs) {
		struct chardev *c = list_entry(it, struct chardev, link);

		if (!strcmp(c->path, path))
			return c;
	}
	return NULL;
}

int chardev_open(struct chardev *c, const void *owner, const char *name)
{
	if (c->owner)
		return -EBUSY;
	c->owner = owner;
	c->owner_name = name;
	return 0;
}

void chardev_close(struct chardev *c)
{
	if (c->ops->stop)
		c->ops->stop(c);
	c->rx = NULL;
	c->can_write = NULL;
	c->owner = NULL;
	c->owner_name = NULL;
}

bool chardev_spare(const char *path)
{
	const struct chardev *c = chardev_find(path);

	return c && c != console_chardev();
}

void chardev_for_each(void (*fn)(struct chardev *c, void *arg), void *arg)
{
	list_for_each(it, &chardevs)
		fn(list_entry(it, struct chardev, link), arg);
}
