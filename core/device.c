/* SPDX-License-Identifier: Apache-2.0 */
/* Finds a driver for each node of the host's device tree. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/arch.h>
#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/log.h>
#include <espalier/vcon.h>

/* espalier.ld: the table that DRIVER() fills. */
extern const struct driver *const drivers_start[], *const drivers_end[];

const struct power_ops *power_ops;

/* The tree gives it away: no driver may have it. */
static bool handed_over(const void *fdt, int node)
{
	return fdt_getprop(fdt, node, "espalier,hand-over", NULL) != NULL;
}

static const struct driver *find_driver(const void *fdt, int node, enum driver_order order)
{
	if (handed_over(fdt, node))
		return NULL;
	for (const struct driver *const *d = drivers_start; d < drivers_end; d++)
		if ((*d)->order == order && dt_match(fdt, node, (*d)->compatible))
			return *d;
	return NULL;
}

static bool probe_node(const struct driver *drv, const void *fdt, int node)
{
	char path[DT_PATH_MAX];
	struct device dev = { .fdt = fdt, .node = node };
	int r;

	if (dt_path(fdt, node, path, sizeof(path))) {
		log_err("%s: path of a node is longer than %u", drv->name, DT_PATH_MAX - 1);
		return false;
	}
	dev.path = strdup(path); /* drivers keep it */
	if (!dev.path) {
		log_err("%s: %s: out of memory", path, drv->name);
		return false;
	}
	r = drv->probe(&dev);
	if (r)
		log_err("%s: driver %s failed: error %d", path, drv->name, -r);
	return r == 0;
}

int device_probe_all(const void *fdt, enum driver_order order)
{
	int n = 0;

	for (int node = fdt_next_node(fdt, -1, NULL); node >= 0;
	     node = fdt_next_node(fdt, node, NULL)) {
		const struct driver *drv = find_driver(fdt, node, order);

		if (drv && dt_available(fdt, node))
			n += probe_node(drv, fdt, node);
	}
	return n;
}

const char *device_driver(const void *fdt, int node)
{
	const struct driver *const *d = drivers_start;
	char path[DT_PATH_MAX];

	for (; d < drivers_end; d++)
		if ((*d)->order != DRIVER_LOOK && dt_match(fdt, node, (*d)->compatible))
			break;
	if (d == drivers_end || !dt_available(fdt, node) || handed_over(fdt, node))
		return NULL;
	if (!dt_path(fdt, node, path, sizeof(path)) && chardev_spare(path))
		return NULL;
	return (*d)->name;
}

void device_known(enum driver_order order, char *buf, unsigned len)
{
	unsigned n = 0;

	buf[0] = '\0';
	for (const struct driver *const *d = drivers_start; d < drivers_end; d++)
		for (const char *const *c = (*d)->compatible; *c; c++)
			if ((*d)->order == order && n < len)
				n += snprintf(buf + n, len - n, "%s\"%s\"", n ? " or " : "", *c);
}

int device_map(const struct device *dev, unsigned index, uint32_t size, hpa_t *base)
{
	uint32_t a, len;
	int r = dt_reg(dev->fdt, dev->node, index, &a, &len);

	if (!r && len < size)
		r = -EINVAL;
	if (r) {
		log_err("%s: reg: entry %u is missing, malformed or shorter than 0x%lx", dev->path,
			index, (unsigned long)size);
		return r;
	}
	r = arch_host_map(HPA(a), size, HOST_MAP_DEVICE);
	if (r) {
		log_err("%s: reg: 0x%08lx is not device space: it lies in RAM", dev->path,
			(unsigned long)a);
		return r;
	}
	*base = HPA(a);
	return 0;
}
