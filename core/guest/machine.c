/* SPDX-License-Identifier: Apache-2.0 */
/* The partition of the running machine: what the rules ask of the host, and its guests. */
#include <errno.h>
#include <stdlib.h>

#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/page.h>
#include <espalier/pass.h>
#include <espalier/sched.h>
#include <espalier/vfs.h>

/* --- the host -------------------------------------------------------------------------- */

struct runs {
	struct part_run *runs;
	unsigned n, max;
};

/* When there are too many the lowest go: guests get memory from the top. */
static void add_run(void *arg, hpa_t base, uint32_t size)
{
	struct runs *r = arg;

	if (r->n == r->max) {
		for (unsigned i = 1; i < r->n; i++)
			r->runs[i - 1] = r->runs[i];
		r->n--;
	}
	r->runs[r->n++] = (struct part_run){ base.v, size };
}

static unsigned free_ram(struct part_run *runs, unsigned max)
{
	struct runs r = { runs, 0, max };

	page_for_each_free(add_run, &r);
	return r.n;
}

static bool is_ram(uint32_t base, uint32_t size) { return page_is_ram(HPA(base), size); }

/* --- files of the disk image --------------------------------------------------------- */

static int guest_machine_open_file(const char *path, uint32_t *size, void **handle)
{
	struct ext2_inode *ino = malloc(sizeof(*ino));
	int err = ino ? vfs_lookup(path, ino) : -ENOMEM;

	*handle = NULL;
	if (!err && ino->type != EXT2_FILE)
		err = -EISDIR;
	else if (!err && ino->size > UINT32_MAX)
		err = -EFBIG;
	if (err) {
		free(ino);
		return err;
	}
	*size = (uint32_t)ino->size;
	*handle = ino;
	return 0;
}

static int read_file(void *handle, uint32_t off, void *buf, uint32_t n)
{
	int32_t got = vfs_read(handle, off, buf, n);

	return got < 0 ? got : got == (int32_t)n ? 0 : -EIO;
}

static void close_file(void *handle) { free(handle); }

const struct part_files partition_files = { guest_machine_open_file, read_file, close_file,
					    vfs_error };

/* --- the machine ---------------------------------------------------------------------- */

static struct part_host host = {
	.driver = device_driver,
	.irq_owner = pass_irq_owner,
	.is_ram = is_ram,
	.cpu_online = sched_cpu_online,
	.free_ram = free_ram,
	.classes = emul_classes,
};

static struct partition machine = { .host = &host };

struct partition *partition_machine(void)
{
	host.fdt = host_fdt;
	return &machine;
}

void partition_find(uint32_t a, struct part_owner *o) { part_find(partition_machine(), a, o); }

const char *partition_owner_of(uint32_t a, char *buf, unsigned len)
{
	struct part_owner o;

	partition_find(a, &o);
	return part_owner_text(&machine, &o, buf, len);
}
