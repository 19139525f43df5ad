/* SPDX-License-Identifier: Apache-2.0 */
/* Readers over libfdt.  The tree passed fdt_check_full(); its meaning is untrusted. */
#include <errno.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/util.h>

const void *host_fdt;

/* A property as 32-bit cells. -ENOENT: absent; -EINVAL: not whole cells. */
static int get_cells(const void *fdt, int node, const char *prop, const fdt32_t **cells)
{
	int len;
	const void *p = fdt_getprop(fdt, node, prop, &len);

	if (!p)
		return -ENOENT;
	if (len % 4)
		return -EINVAL;
	*cells = p;
	return len / 4;
}

/* A number of n <= 2 cells. */
static uint64_t read_num(const fdt32_t *c, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 32 | fdt32_ld(c + i);
	return v;
}

/* #address-cells and #size-cells of a bus, both at most 2 here. */
static int bus_cells(const void *fdt, int bus, int *ac, int *sc)
{
	*ac = fdt_address_cells(fdt, bus);
	*sc = fdt_size_cells(fdt, bus);
	return *ac < 1 || *ac > 2 || *sc < 0 || *sc > 2 ? -EINVAL : 0;
}

/* One step of translation: `*addr` on `bus` becomes an address on its parent. */
static int translate_up(const void *fdt, int bus, int parent, uint64_t *addr, uint64_t size)
{
	int ac, sc, pac, psc;
	const fdt32_t *r;
	int n = get_cells(fdt, bus, "ranges", &r);

	if (n < 0 || bus_cells(fdt, bus, &ac, &sc) || bus_cells(fdt, parent, &pac, &psc))
		return -EINVAL;
	if (n == 0)
		return 0; /* empty: the identity */
	if (n % (ac + pac + sc))
		return -EINVAL;
	for (; n; n -= ac + pac + sc, r += ac + pac + sc) {
		uint64_t from = read_num(r, ac);
		uint64_t to = read_num(r + ac, pac);
		uint64_t span = read_num(r + ac + pac, sc);

		if (*addr < from || *addr - from > span || size > span - (*addr - from))
			continue;
		if (*addr - from > UINT64_MAX - to)
			return -EINVAL;
		*addr = to + (*addr - from);
		return 0;
	}
	return -EINVAL;
}

int dt_reg(const void *fdt, int node, unsigned index, uint32_t *base, uint32_t *size)
{
	int bus = dt_parent(fdt, node);
	int ac, sc, n;
	const fdt32_t *r;
	uint64_t a, s;

	n = get_cells(fdt, node, "reg", &r);
	if (n < 0)
		return n;
	if (bus < 0 || bus_cells(fdt, bus, &ac, &sc) || n % (ac + sc))
		return -EINVAL;
	if (index >= (unsigned)(n / (ac + sc)))
		return -ENOENT;
	r += index * (unsigned)(ac + sc);
	a = read_num(r, ac);
	s = read_num(r + ac, sc);
	while (bus > 0) {
		int parent = dt_parent(fdt, bus);
		int err = parent < 0 ? -EINVAL : translate_up(fdt, bus, parent, &a, s);

		if (err)
			return err;
		bus = parent;
	}
	if (a > UINT32_MAX || s > UINT32_MAX || a + s > UINT64_C(1) << 32)
		return -ERANGE;
	*base = (uint32_t)a;
	*size = (uint32_t)s;
	return 0;
}

int dt_u32(const void *fdt, int node, const char *prop, unsigned index, uint32_t *out)
{
	const fdt32_t *c;
	int n = get_cells(fdt, node, prop, &c);

	if (n < 0)
		return n;
	if (index >= (unsigned)n)
		return -ENOENT;
	*out = fdt32_ld(c + index);
	return 0;
}

int dt_addr(const void *fdt, int node, const char *prop, uint32_t *out)
{
	const fdt32_t *c;
	int n = get_cells(fdt, node, prop, &c);
	uint64_t v;

	if (n < 0)
		return n;
	if (n != 1 && n != 2)
		return -EINVAL;
	v = read_num(c, n);
	if (v > UINT32_MAX)
		return -ERANGE;
	*out = (uint32_t)v;
	return 0;
}

const char *dt_str(const void *fdt, int node, const char *prop)
{
	int len;
	const char *s = fdt_getprop(fdt, node, prop, &len);

	return s && len > 0 && s[len - 1] == '\0' ? s : NULL;
}

static bool is_type(const void *fdt, int node, const char *wanted)
{
	const char *type = dt_str(fdt, node, "device_type");

	return type && !strcmp(type, wanted);
}

bool dt_is_memory(const void *fdt, int node) { return is_type(fdt, node, "memory"); }
bool dt_is_cpu(const void *fdt, int node) { return is_type(fdt, node, "cpu"); }

bool dt_enabled(const void *fdt, int node)
{
	const char *s;

	if (!fdt_getprop(fdt, node, "status", NULL))
		return true;
	s = dt_str(fdt, node, "status");
	return s && (!strcmp(s, "okay") || !strcmp(s, "ok"));
}

bool dt_available(const void *fdt, int node)
{
	for (; node > 0; node = dt_parent(fdt, node))
		if (!dt_enabled(fdt, node))
			return false;
	return node == 0;
}

const char *dt_match(const void *fdt, int node, const char *const *compatible)
{
	const char *c;
	int len;

	for (int i = 0; (c = fdt_stringlist_get(fdt, node, "compatible", i, &len)); i++)
		for (const char *const *want = compatible; *want; want++)
			if (!strcmp(c, *want))
				return *want;
	return NULL;
}

/*
 * A path or an alias of n bytes.  The alias is looked up here, once: libfdt
 * would follow an alias to itself until the stack ends.
 */
static int dt_resolve(const void *fdt, const char *path, size_t n)
{
	char alias[32];
	int node;

	if (n && path[0] == '/') {
		node = fdt_path_offset_namelen(fdt, path, (int)n);
		return node < 0 ? -ENOENT : node;
	}
	if (!n || n >= sizeof(alias))
		return -EINVAL;
	memcpy(alias, path, n);
	alias[n] = '\0';
	node = fdt_path_offset(fdt, "/aliases");
	path = node < 0 ? NULL : dt_str(fdt, node, alias);
	if (!path)
		return -ENOENT;
	if (path[0] != '/')
		return -EINVAL;
	node = dt_find(fdt, path);
	return node < 0 ? -ENOENT : node;
}

int dt_stdout(const void *fdt)
{
	int chosen = fdt_path_offset(fdt, "/chosen");
	const char *path = chosen < 0 ? NULL : dt_str(fdt, chosen, "stdout-path");

	if (!path)
		return -ENOENT;
	return dt_resolve(fdt, path, strcspn(path, ":"));
}

int dt_clock_hz(const void *fdt, int node, unsigned index, uint32_t *hz)
{
	const fdt32_t *c;
	int n = get_cells(fdt, node, "clocks", &c);

	if (n < 0)
		return n;
	for (int i = 0; i < n; index--) {
		uint32_t phandle = fdt32_ld(c + i++), args = 0;
		int clock;

		if (!phandle) { /* an empty entry has no cells of its own */
			if (!index)
				return -ENOENT;
			continue;
		}
		clock = dt_by_phandle(fdt, phandle);
		if (clock < 0)
			return -EINVAL;
		if (!index)
			return dt_u32(fdt, clock, "clock-frequency", 0, hz);
		dt_u32(fdt, clock, "#clock-cells", 0, &args);
		if (args > (uint32_t)(n - i))
			return -EINVAL;
		i += (int)args;
	}
	return -ENOENT;
}
