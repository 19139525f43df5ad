/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sources: core/guest/guest.c core/guest/build.c core/guest/means.c core/guest/restart.c core/guest/autopsy.c core/guest/create.c core/partition/
 * core/guest/machine.c core/guest/pass.c core/guest/pass_irq.c core/irq.c
 * core/console/chardev.c core/guest/channel.c core/guest/ram.c core/guest/load.c
 * core/guest/dtb.c core/guest/guest_sched.c core/lib/dt.c core/lib/dt_index.c core/lib/dt_irq.c core/lib/dt_refs.c
 * core/guest/traptab.c core/lib/nearest.c core/page.c tests/host/fake_arch.c
 * tests/host/fake_guest.c
 */
/*
 * First byte even: the input is the DTB.  Odd: it patches a sound one, 5 bytes
 * each (2 of offset, 3 of content), so that every mutation gets behind libfdt's
 * checks.  What can be built is kicked and destroyed; nothing may be left.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/irq.h>
#include <espalier/vfs.h>

#include "fake_guest.h"
#include "fdt_gen.h"

static const char tree[] =
	"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;\n"
	" chosen { espalier,kernel = \"/k\"; espalier,initrd = \"/i\"; espalier,hole = \"zero\";\n"
	"  stdout-path = \"serial0:9600\"; };\n"
	" aliases { serial0 = \"/bus/uart@500\"; };\n"
	" memory@80000000 { device_type = \"memory\"; reg = <0x80000000 0x100000>; };\n"
	" cpus { #address-cells = <1>; #size-cells = <0>;\n"
	"  cpu@0 { device_type = \"cpu\"; reg = <0>; }; };\n"
	" gic: gic@1000 { compatible = \"test,gic\"; reg = <0x1000 0x1000 0x3000 0x100>;\n"
	"  interrupt-controller; #interrupt-cells = <3>; #address-cells = <0>; };\n"
	" clk: clk { #clock-cells = <0>; clock-frequency = <24>; };\n"
	" rtc@9000 { compatible = \"arm,pl031\"; reg = <0x10000000 0x1000>;\n"
	"  espalier,backing = \"passthrough\"; espalier,host-node = \"/rtc\"; };\n"
	" fuse@a000 { reg = <0xa000 0x10>; espalier,backing = \"absent\"; };\n"
	" bus: bus { compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <1>;\n"
	"  ranges = <7 0 0x10000000 0x10000>; #interrupt-cells = <1>;\n"
	"  interrupt-map-mask = <0 0 63>; interrupt-map = <0 0 5 &gic 0 5 4>;\n"
	"  uart@500 { compatible = \"test,uart\"; reg = <7 0x500 0x100>; clocks = <&clk>;\n"
	"   interrupt-parent = <&bus>; interrupts = <5>; }; }; };\n";

static const char host_tree[] =
	"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;\n"
	" rtc { compatible = \"arm,pl031\"; reg = <0x10000000 0x1000>; };\n"
	" vmm { compatible = \"test,vmm\"; reg = <0x10001000 0x1000>; }; };\n";

static void *sound;
static uint8_t *input;
static uint32_t input_size;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The disk image has one DTB, and files of a page that are called anything else. */
int vfs_read_file(const char *path, uint32_t max, void **data, uint32_t *size)
{
	if (input_size > max)
		return -EFBIG;
	*data = malloc(input_size);
	memcpy(*data, input, input_size);
	*size = input_size;
	return 0;
}

int vfs_lookup(const char *path, struct ext2_inode *ino)
{
	*ino = (struct ext2_inode){ .ino = 12, .type = EXT2_FILE, .size = 4096 };
	return strlen(path) > 20 ? -ENOENT : 0;
}

int32_t vfs_read(const struct ext2_inode *ino, uint64_t off, void *buf, uint32_t n)
{
	memset(buf, 0x11, n);
	return (int32_t)n;
}

const char *vfs_error(void) { return "error"; }

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	fake_host_ram();
	sound = fdt_from_dts("%s", tree);
	host_fdt = fdt_from_dts("%s", host_tree);
	return 0;
}

static void make_input(const uint8_t *data, size_t size)
{
	uint32_t n = fdt_totalsize(sound);

	if (!(data[0] & 1)) {
		input_size = (uint32_t)size - 1;
		input = malloc(input_size + 1);
		memcpy(input, data + 1, input_size);
		return;
	}
	input_size = n;
	input = malloc(n);
	memcpy(input, sound, n);
	for (size_t i = 1; i + 5 <= size; i += 5) {
		uint32_t off = (data[i] | (uint32_t)data[i + 1] << 8) % n;

		memcpy(input + off, data + i + 2, n - off < 3 ? n - off : 3);
	}
}

static void read_tree(const void *fdt)
{
	uint32_t v;

	dt_stdout(fdt);
	for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL)) {
		dt_clock_hz(fdt, node, 0, &v);
		irq_from_dt(fdt, node, 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct guest *g;

	if (!size)
		return 0;
	make_input(data, size);
	fake_log_clear();
	if (!guest_create("g", "/g.dtb")) {
		g = guest_find("g");
		read_tree(g->dtb);
		guest_kick(g);
		guest_reset(g);
		guest_destroy(g);
	} else if (!fake_log[0]) {
		abort(); /* an error without a message */
	}
	if (page_count(PAGE_GUEST) || fake.guests || fake.vcpus || fake.devices)
		abort();
	free(input);
	return 0;
}
