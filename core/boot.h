/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of main() that read the host's device tree; see boot.c. */
#ifndef BOOT_H
#define BOOT_H

#include <stdint.h>

#include <espalier/device.h>
#include <espalier/util.h>

struct block;

/* Called by entry.S; `dtb` is the physical address of the host's device tree. */
__noreturn void vmm_main(uint32_t dtb);

/* The checked tree at `dtb`.  Panics with what is wrong with it. */
const void *boot_tree(uint32_t dtb);

/*
 * Maps the RAM of the /memory nodes and gives it to the page allocator, without
 * what is in use: the VMM, the tree, reservations, the disk image.
 */
void boot_memory(const void *fdt, uint32_t dtb);

/* The disk image as a block device, or NULL with the reason logged. */
struct block *boot_initrd(const void *fdt);

/* Panics: `what` is missing, with what the drivers of that order look for. */
__noreturn void boot_no_driver(enum driver_order order, const char *what);

/* One line about the machine. */
void boot_summary(const void *fdt);

#endif
