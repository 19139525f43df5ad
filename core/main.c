/* SPDX-License-Identifier: Apache-2.0 */
/* From the boot loader's device tree to the prompt. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/arch.h>
#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/faults.h>
#include <espalier/irq.h>
#include <espalier/log.h>
#include <espalier/sched.h>
#include <espalier/shell.h>
#include <espalier/timer.h>
#include <espalier/vcon.h>
#include <espalier/version.h>
#include <espalier/vfs.h>

#include "boot.h"

#define BANNER_FILE "/system/banner.txt"
#define BOOT_SCRIPT "/boot.espalier"
#define BANNER_MAX  4096

/* The line that /chosen names, or NULL. */
static struct chardev *named_console(const void *fdt)
{
	char path[DT_PATH_MAX];
	int node = dt_stdout(fdt);

	if (node < 0 || dt_path(fdt, node, path, sizeof(path)))
		return NULL;
	return chardev_find(path);
}

static void first_chardev(struct chardev *c, void *arg)
{
	struct chardev **first = arg;

	if (!*first)
		*first = c;
}

/* Any line will do when the tree names none: there must be a prompt to help from. */
static void probe_console(const void *fdt)
{
	struct chardev *named, *c;

	device_probe_all(fdt, DRIVER_CONSOLE);
	c = named = named_console(fdt);
	if (!c)
		chardev_for_each(first_chardev, &c);
	if (!c)
		boot_no_driver(DRIVER_CONSOLE, "no console");
	console_open(c);
	log_info("Espalier %s", espalier_version);
	if (!named)
		log_warn("host DTB: /chosen: stdout-path is absent, or names no device that a "
			 "driver knows; the console is %s",
			 c->path);
}

static void probe_irqchip(const void *fdt)
{
	device_probe_all(fdt, DRIVER_IRQCHIP);
	if (!irqchip)
		boot_no_driver(DRIVER_IRQCHIP, "no interrupt controller");
}

static void probe_clock(const void *fdt)
{
	device_probe_all(fdt, DRIVER_CLOCK);
	if (!timer_clock_hz())
		boot_no_driver(DRIVER_CLOCK, "no timer");
}

static void mount_disk(const void *fdt)
{
	struct block *disk = boot_initrd(fdt);

	if (disk && vfs_mount(disk))
		log_err("no disk image is mounted: no guests can be created");
}

static void show_banner(void)
{
	void *text;
	uint32_t size;

	if (!vfs_fs())
		return;
	if (vfs_read_file(BANNER_FILE, BANNER_MAX, &text, &size)) {
		log_warn("%s", vfs_error());
		return;
	}
	console_write(text, size);
	free(text);
}

static void run_boot_script(void)
{
	int r;

	if (!vfs_fs())
		return;
	r = shell_run_script(BOOT_SCRIPT);
	/* Of a script that cannot be run the shell has said so. */
	if (r > 0)
		log_warn(BOOT_SCRIPT ": %d lines failed", r);
}

/* Called by entry.S with interrupts masked; r2 of the boot loader in `dtb`. */
__noreturn void vmm_main(uint32_t dtb)
{
	sched_init();              /* this thread is the only one */
	console_early_default();   /* for what the tree cannot tell */
	host_fdt = boot_tree(dtb); /* checked; panics if it is none */
	dt_index(host_fdt);
	probe_console(host_fdt);
	boot_memory(host_fdt, dtb); /* banks, and what is in use already */
	probe_irqchip(host_fdt);
	probe_clock(host_fdt);
	device_probe_all(host_fdt, DRIVER_OTHER);
	device_probe_all(host_fdt, DRIVER_LOOK);
	faults_init(host_fdt); /* which addresses are whose */
	arch_monitor_init();   /* this thread may be interrupted now */
	arch_irq_enable();
	boot_summary(host_fdt);
	mount_disk(host_fdt);
	log_to_ring(); /* the shell prints what comes from here on */
	show_banner();
	run_boot_script();
	shell_main();
}
