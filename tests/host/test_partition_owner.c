// SPDX-License-Identifier: Apache-2.0
/* sources: core/partition_owner.c core/dt.c core/dt_irq.c core/page.c core/traptab.c
 * tests/host/fake_arch.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/guest.h>
#include <espalier/page.h>
#include <espalier/partition.h>

#include "fdt_gen.h"

static struct guest guest = { .name = "guest0" };

void guest_for_each(void (*fn)(struct guest *g, void *arg), void *arg)
{
	fn(&guest, arg);
}

const char *device_driver(const void *fdt, int node)
{
	return fdt_node_check_compatible(fdt, node, "test,vmm") == 0 ? "vmm" : NULL;
}

static void owners(void **state)
{
	struct region pass = { GPA(0x9000), 0x1000, REGION_PASS, HPA(0x10001000), NULL, 0,
			       "/uart@9000" };
	struct region ram = { GPA(0x60000000), 0x2000, REGION_RAM, HPA(0x80002000), NULL, 0,
			      "/memory@60000000" };
	static const struct { uint32_t a; const char *text; } rows[] = {
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

	(void)state;
	host_fdt = fdt_from_dts("/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;\n"
		"memory@80000000 { device_type = \"memory\"; reg = <0x80000000 0x10000>; };\n"
		"bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0x10000000 0x10000>;\n"
		" uart@1000 { compatible = \"arm,pl011\"; reg = <0x1000 0x1000>; };\n"
		" vmm@2000 { compatible = \"test,vmm\"; reg = <0x2000 0x1000>; };\n"
		" rtc@3000 { compatible = \"arm,pl031\"; reg = <0x3000 0x1000>; }; }; };");
	page_add_bank(HPA(0x80000000), 0x10000);
	assert_int_equal(traptab_add(&guest.map, &pass, NULL), 0);
	assert_int_equal(traptab_add(&guest.map, &ram, NULL), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(partition_owner_of(rows[i].a, text, sizeof(text)),
				    rows[i].text);
	partition_find(0x10001004, &o);
	assert_int_equal(o.what, PART_DEVICE);
	assert_string_equal(o.owner, "guest0");
	assert_string_equal(o.guest_path, "/uart@9000");
	assert_null(o.driver);
	partition_find(0x10002000, &o);
	assert_string_equal(o.driver, "vmm");
	partition_owner_of(0x10001004, text, 8);
	assert_string_equal(text, "/bus/ua");
	traptab_free(&guest.map);
	free((void *)host_fdt);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(owners) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
