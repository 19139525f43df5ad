/* SPDX-License-Identifier: Apache-2.0 */
/* vserial, chardev: serial lines of guests and of the host */
#include <errno.h>
#include <stdlib.h>

#include <espalier/vcon.h>
#include <espalier/wire.h>

#include "shell_int.h"

static void cmd_vserial_list_row(struct vserial *s, void *arg)
{
	unsigned unseen = s->out_end - s->out_shown;

	shell_printf("%-24s %s%s", s->name,
		     s->wire              ? "to " :
		     vserial_bound() == s ? "bound" :
					    "-",
		     s->wire ? s->wire->peer_name : "");
	if (unseen)
		shell_printf(", %u bytes of output unseen", unseen);
	shell_printf("\n");
}

static int vserial_list(int argc, char **argv)
{
	vserial_for_each(cmd_vserial_list_row, NULL);
	return 0;
}

static int vserial_bind_run(int argc, char **argv)
{
	struct vserial *s = shell_vserial(argv[0]);

	if (!s)
		return -ENOENT;
	if (s->wire) {
		shell_printf("%s is wired to %s; vserial dump shows what it sent\n", s->name,
			     s->wire->peer_name);
		return -EBUSY;
	}
	shell_log_flush();
	shell_printf("[%s] bound; ESC x q leaves\n", s->name);
	vserial_bind(s);
	return 0;
}

static int vserial_dump(int argc, char **argv)
{
	struct vserial *s = shell_vserial(argv[0]);
	uint32_t n = VSERIAL_RING;
	char *copy;

	if (!s)
		return -ENOENT;
	if (argc > 1 && shell_number(argv[1], 10, &n))
		return -EINVAL;
	n = MIN(n, VSERIAL_RING);
	copy = malloc(n ? n : 1);
	if (!copy)
		return shell_result(-ENOMEM, "vserial dump");
	n = vserial_peek(s, copy, n);
	shell_print_text(copy, n);
	if (n && copy[n - 1] != '\n')
		shell_printf("\n");
	free(copy);
	return 0;
}

/* clang-format off */
static const struct shell_sub vserial_subs[] = {
	{ "list", "", "list the serial lines of the guests", 0, 0, { ARG_NONE }, vserial_list },
	{ "bind", "<guest/uart>", "join this console with a guest's line; ESC x q leaves", 1, 1,
	  { ARG_VSERIAL }, vserial_bind_run },
	{ "dump", "<guest/uart> [<bytes>]", "print the newest output that is kept", 1, 2,
	  { ARG_VSERIAL }, vserial_dump },
};
/* clang-format on */
SHELL_CMD(vserial, "vserial", "serial lines of the guests", vserial_subs);

static void chardev_row(struct chardev *c, void *arg)
{
	shell_printf("%-40s %s\n", c->path, c->owner ? c->owner_name : "free");
}

static int chardev_list(int argc, char **argv)
{
	chardev_for_each(chardev_row, NULL);
	return 0;
}

/* clang-format off */
static const struct shell_sub chardev_subs[] = {
	{ "list", "", "list the serial lines of the host", 0, 0, { ARG_NONE }, chardev_list },
};
/* clang-format on */
SHELL_CMD(chardev, "chardev", "serial lines of the host", chardev_subs);
