/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/partition/ core/lib/dt.c core/lib/dt_index.c core/lib/dt_irq.c core/lib/dt_refs.c core/lib/nearest.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/dt.h>
#include <espalier/partition.h>

#include "fdt_gen.h"

static const char *driver(const void *fdt, int node)
{
	return fdt_node_check_compatible(fdt, node, "test,vmm") == 0 ? "vmm" : NULL;
}

static bool is_ram(uint32_t base, uint32_t size)
{
	return base >= 0x80000000 && base < 0x80010000 && size <= 0x10000;
}

static struct part_host host = { .driver = driver, .is_ram = is_ram };
static struct partition p = { .host = &host };

static const char *text_of(uint32_t a, char *buf, unsigned len)
{
	struct part_owner o;

	part_find(&p, a, &o);
	return part_owner_text(&p, &o, buf, len);
}

static void owners(void **state)
{
	struct part_range ranges[] = {
		{ .base = 0x9000,
		  .size = 0x1000,
		  .host = 0x10001000,
		  .kind = REGION_PASS,
		  .path = "/uart@9000" },
		{ .base = 0x60000000,
		  .size = 0x2000,
		  .host = 0x80002000,
		  .kind = REGION_RAM,
		  .path = "/memory@60000000" },
	};
	struct part_irq irq = { .intid = 40, .host = 37, .dev = -1, .path = "/uart@9000" };
	struct part_guest guest = {
		.name = "guest0",
		.ranges = ranges,
		.nr_ranges = 2,
		.irqs = &irq,
		.nr_irqs = 1,
	};
	struct part_guest fresh = {
		.name = "guest1",
		.ranges = ranges,
		.nr_ranges = 2,
		.fresh = true,
	};
	static const struct {
		uint32_t a;
		const char *text;
	} rows[] = {
		{ 0x10001004, "/bus/uart@1000, which belongs to guest0" },
		{ 0x10002fff, "/bus/vmm@2000, which belongs to the VMM" },
		{ 0x10003000, "/bus/rtc@3000, which belongs to nobody" },
		{ 0x10004000, "nothing" },
		{ 0x80003fff, "RAM of guest0" },
		{ 0x80004000, "RAM of the VMM" },
		{ 0, "nothing" },
		{ 0xffffffff, "nothing" },
	};
	struct part_owner o;
	char text[160];

	host.fdt = fdt_from_dts(
		"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;\n"
		"interrupt-parent = <&gic>;\n"
		"gic: gic { interrupt-controller; #interrupt-cells = <3>; };\n"
		"memory@80000000 { device_type = \"memory\"; reg = <0x80000000 0x10000>; };\n"
		"bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x10000000 0x10000>;\n"
		" uart@1000 { compatible = \"arm,pl011\"; reg = <0x1000 0x1000>;"
		"  interrupts = <0 5 4>; };\n"
		" vmm@2000 { compatible = \"test,vmm\"; reg = <0x2000 0x1000>;"
		"  interrupts = <0 6 4>; };\n"
		" rtc@3000 { compatible = \"arm,pl031\"; reg = <0x3000 0x1000>; }; }; };");
	part_add(&p, &guest);
	part_add(&p, &fresh);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(text_of(rows[i].a, text, sizeof(text)), rows[i].text);
	part_find(&p, 0x10001004, &o);
	assert_int_equal(o.what, PART_DEVICE);
	assert_string_equal(o.owner, "guest0");
	assert_string_equal(o.guest_path, "/uart@9000");
	assert_null(o.driver);
	part_find(&p, 0x10002000, &o);
	assert_string_equal(o.driver, "vmm");
	text_of(0x10001004, text, 8);
	assert_string_equal(text, "/bus/ua");
	part_find_irq(&p, 37, &o);
	assert_string_equal(o.owner, "guest0");
	assert_int_equal(o.host_node, fdt_path_offset(host.fdt, "/bus/uart@1000"));
	part_find_irq(&p, 38, &o);
	assert_string_equal(o.owner, PART_VMM);
	part_find_irq(&p, 39, &o);
	assert_int_equal(o.what, PART_NOTHING);
	part_find_node(&p, fdt_path_offset(host.fdt, "/bus/rtc@3000"), &o);
	assert_null(o.owner);
	free((void *)host.fdt);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(owners) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
