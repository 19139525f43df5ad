/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's devices.  A driver is a row that names what it is compatible with;
 * device_probe_all() walks the host DTB and calls the probe function of the
 * first driver that matches, in order of `enum driver_order`.
 */
#ifndef ESPALIER_DEVICE_H
#define ESPALIER_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/addr.h>

struct device {
	const void *fdt;
	int node;         /* offset in fdt */
	const char *path; /* full device-tree path, lives as long as the VMM */
};

enum driver_order {
	DRIVER_CONSOLE,
	DRIVER_IRQCHIP,
	DRIVER_CLOCK,
	DRIVER_OTHER,
	DRIVER_LOOK, /* it only looks at the device at boot, which stays free for guests */
};

struct driver {
	const char *name;
	const char *const *compatible; /* NULL-terminated */
	enum driver_order order;
	/* 0, or a negative errno after it has logged why. */
	int (*probe)(const struct device *dev);
};

/* Puts a driver into the linker's table of drivers. */
#define DRIVER(d) \
	static const struct driver *const d##_row __attribute__((used, section("drivers"))) = &(d)

/*
 * Probes every enabled node for drivers of the given order.  Returns how many
 * devices a driver took.
 */
int device_probe_all(const void *fdt, enum driver_order order);

/*
 * Name of the driver that uses `node` of the host's tree: what has one is the VMM's
 * own.  NULL when there is none, the node is disabled or has espalier,hand-over, or
 * it is a serial line that the VMM knows but does not use.
 */
const char *device_driver(const void *fdt, int node);

/* The `compatible` strings of all drivers of that order, for messages. */
void device_known(enum driver_order order, char *buf, unsigned len);

/*
 * Maps register window `index` of the device, at most `size` bytes of which the
 * driver will use.  0 with the address in *base, or a negative errno, logged.
 */
int device_map(const struct device *dev, unsigned index, uint32_t size, hpa_t *base);

/*
 * Until the host DTB has told the console: the UART at CONFIG_EARLY_UART, so that
 * a DTB that tells nothing can be reported.  Does nothing if that is 0.
 */
void console_early_default(void);

/*
 * The disk image that the boot loader left in RAM (/chosen linux,initrd-start and
 * -end).  -ENOENT: there is none; -EINVAL: malformed.
 */
int initrd_find(const void *fdt, hpa_t *base, uint32_t *size);

/* MMIO accessors, single-copy, ordered by the Device memory type. */
static inline uint32_t mmio_read32(hpa_t base, uint32_t off)
{
	return *(volatile uint32_t *)(uintptr_t)(base.v + off);
}
static inline void mmio_write8(hpa_t base, uint32_t off, uint8_t v)
{
	*(volatile uint8_t *)(uintptr_t)(base.v + off) = v;
}
static inline void mmio_write32(hpa_t base, uint32_t off, uint32_t v)
{
	*(volatile uint32_t *)(uintptr_t)(base.v + off) = v;
}

/* Power: the board's driver fills these; NULL when the board has none. */
struct power_ops {
	void (*reset)(void);
	void (*off)(void);
};
extern const struct power_ops *power_ops;

#endif
