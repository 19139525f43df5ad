/* SPDX-License-Identifier: Apache-2.0 */
/* Devices of the host that guests have: what is to do when a guest's life changes. */
#include <errno.h>

#include <espalier/guest.h>
#include <espalier/pass.h>
#include <espalier/vcon.h>

#include "pass_int.h"

int pass_line_claim(struct guest *g, const char *host_path)
{
	struct chardev *c = chardev_find(host_path);
	int err = c ? chardev_open(c, g, g->name) : 0;

	if (c && !err && c->ops->stop)
		c->ops->stop(c);
	return err;
}

static void stop_line(struct chardev *c, void *arg)
{
	if (c->owner == arg && c->ops->stop)
		c->ops->stop(c);
}

static void release_line(struct chardev *c, void *arg)
{
	if (c->owner == arg)
		chardev_close(c);
}

void pass_stop(struct guest *g) { pass_irq_mask(g); }

void pass_reset(struct guest *g) { chardev_for_each(stop_line, g); }

void pass_release(struct guest *g)
{
	pass_irq_release(g);
	chardev_for_each(release_line, g);
}
