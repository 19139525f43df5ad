/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules ask of the host, answered from its tree.  What the VMM claims is
 * asked of its drivers, and what it emulates of its classes: their objects are
 * linked into this program for their tables alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/irq.h>

#include "dtpart.h"

/*
 * What the VMM keeps of the bank that it lies in: image and data within a megabyte, and
 * the heap.  The VMM itself knows what is free.
 */
#define VMM_RAM ((1u << 20) + CONFIG_HEAP_PAGES * PAGE_SIZE)

/* The linker's names for the section that DRIVER() fills. */
extern const struct driver *const __start_drivers[], *const __stop_drivers[];

static struct part_host host;
static const char *root;

/* --- drivers ----------------------------------------------------------------------------- */

static const struct driver *driver_of(const void *fdt, int node)
{
	if (fdt_getprop(fdt, node, "espalier,hand-over", NULL) || !dt_available(fdt, node))
		return NULL;
	for (const struct driver *const *d = __start_drivers; d < __stop_drivers; d++)
		if ((*d)->order != DRIVER_LOOK && dt_match(fdt, node, (*d)->compatible))
			return *d;
	return NULL;
}

static bool is_line(const void *fdt, int node)
{
	const struct driver *d = node < 0 ? NULL : driver_of(fdt, node);

	return d && d->order == DRIVER_CONSOLE;
}

/* As at boot: the line that /chosen names, or else the first one by path. */
static int console(const void *fdt)
{
	int node = dt_stdout(fdt), best = -1;
	char path[DT_PATH_MAX], first[DT_PATH_MAX] = "";

	if (is_line(fdt, node))
		return node;
	for (int n = 0; n >= 0; n = fdt_next_node(fdt, n, NULL)) {
		if (!is_line(fdt, n) || dt_path(fdt, n, path, sizeof(path)))
			continue;
		if (best < 0 || strcmp(path, first) < 0) {
			best = n;
			strcpy(first, path);
		}
	}
	return best;
}

static const char *driver(const void *fdt, int node)
{
	const struct driver *d = driver_of(fdt, node);

	if (!d || (d->order == DRIVER_CONSOLE && node != console(fdt)))
		return NULL;
	return d->name;
}

static const char *irq_owner(unsigned intid)
{
	static char text[DT_PATH_MAX + 16];
	char path[DT_PATH_MAX];

	for (int n = 0; n >= 0; n = fdt_next_node(host.fdt, n, NULL)) {
		int got;

		if (!driver(host.fdt, n) || dt_path(host.fdt, n, path, sizeof(path)))
			continue;
		for (unsigned i = 0; (got = irq_from_dt(host.fdt, n, i)) >= 0; i++)
			if ((unsigned)got == intid) {
				snprintf(text, sizeof(text), "%s: %s", PART_VMM, path);
				return text;
			}
	}
	return NULL;
}

/* --- RAM ------------------------------------------------------------------------------------ */

static bool is_memory(int node)
{
	return dt_is_memory(host.fdt, node) && dt_available(host.fdt, node);
}

/* The banks of RAM, looked up once. */
static struct dt_span banks[PART_MAX_RUNS];
static unsigned nr_banks;

static void find_banks(void)
{
	struct dt_span_walk w = { .fdt = host.fdt };
	struct dt_span s;

	nr_banks = 0;
	while (nr_banks < PART_MAX_RUNS && dt_next_span(&w, &s))
		if (s.size && is_memory(s.node))
			banks[nr_banks++] = s;
}

static bool is_ram(uint32_t base, uint32_t size)
{
	for (unsigned i = 0; i < nr_banks; i++)
		if (base - banks[i].base < banks[i].size)
			return true;
	return false;
}

struct runs {
	struct part_run *run;
	unsigned n, max;
};

/* Takes [base, base + size) out of the runs. */
static void reserve(struct runs *r, uint32_t base, uint32_t size)
{
	for (unsigned i = 0; size && i < r->n; i++) {
		struct part_run *run = &r->run[i];
		uint32_t last = run->base + (run->size - 1), end = base + (size - 1);

		if (!run->size || base > last || end < run->base)
			continue;
		if (end < last && r->n < r->max) {
			memmove(run + 2, run + 1, (r->n - i - 1) * sizeof(*run));
			run[1] = (struct part_run){ end + 1, last - end };
			r->n++;
		}
		run->size = base > run->base ? base - run->base : 0;
	}
}

static void reserve_by_tree(struct runs *r)
{
	int parent = fdt_path_offset(host.fdt, "/reserved-memory"), child;
	int chosen = fdt_path_offset(host.fdt, "/chosen");
	uint32_t base, size, end;
	uint64_t a, n;

	for (int i = 0; i < fdt_num_mem_rsv(host.fdt); i++)
		if (!fdt_get_mem_rsv(host.fdt, i, &a, &n) && a + n <= UINT32_MAX)
			reserve(r, (uint32_t)a, (uint32_t)n);
	fdt_for_each_subnode(child, host.fdt, parent)
		for (unsigned i = 0; !dt_reg(host.fdt, child, i, &base, &size); i++)
			reserve(r, base, size);
	if (chosen >= 0 && !dt_addr(host.fdt, chosen, "linux,initrd-start", &base) &&
	    !dt_addr(host.fdt, chosen, "linux,initrd-end", &end) && end > base)
		reserve(r, base, end - base);
}

bool host_tells_ram(void) { return nr_banks != 0; }

static unsigned free_ram(struct part_run *runs, unsigned max)
{
	struct runs r = { runs, 0, max };

	if (!nr_banks) {
		runs[0] = (struct part_run){ PAGE_SIZE, UINT32_MAX - 2 * PAGE_SIZE + 1 };
		return 1;
	}
	for (unsigned i = 0; i < nr_banks && r.n < max; i++)
		r.run[r.n++] = (struct part_run){ banks[i].base, banks[i].size };
	for (unsigned i = 0; i < r.n; i++)
		if (CONFIG_TEXT_BASE - r.run[i].base < r.run[i].size) {
			reserve(&r, r.run[i].base, VMM_RAM);
			break;
		}
	reserve_by_tree(&r);
	return r.n;
}

static bool cpu_online(unsigned cpu)
{
	return cpu == 0; /* as the VMM runs guests on its boot CPU alone yet */
}

/* --- files -------------------------------------------------------------------------------- */

static int open_file(const char *path, uint32_t *size, void **handle)
{
	char name[4096];
	FILE *f;
	long n;

	*handle = NULL;
	snprintf(name, sizeof(name), "%s%s", root, path);
	f = fopen(name, "rb");
	if (!f)
		return -ENOENT;
	if (fseek(f, 0, SEEK_END) || (n = ftell(f)) < 0 || n == __LONG_MAX__) {
		fclose(f);
		return -EISDIR;
	}
	*size = (uint32_t)n;
	*handle = f;
	return n > UINT32_MAX ? -EFBIG : 0;
}

static int read_file(void *handle, uint32_t off, void *buf, uint32_t n)
{
	return !fseek(handle, (long)off, SEEK_SET) && fread(buf, 1, n, handle) == n ? 0 : -EIO;
}

static void close_file(void *handle) { fclose(handle); }

static const struct part_files files = { open_file, read_file, close_file, NULL };

void host_set_root(struct part_host *h, const char *dir)
{
	root = dir;
	h->files = dir ? &files : NULL;
}

struct part_host *host_from(const void *fdt)
{
	host = (struct part_host){
		.fdt = fdt,
		.driver = driver,
		.irq_owner = irq_owner,
		.is_ram = is_ram,
		.cpu_online = cpu_online,
		.free_ram = free_ram,
		.classes = emul_classes,
	};
	find_banks();
	return &host;
}
