/* SPDX-License-Identifier: Apache-2.0 */
/* Which cells of a property are phandles. */
/* sources: core/lib/dt_refs.c core/lib/dt.c core/lib/dt_index.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/dt_refs.h>

#include "fdt_gen.h"

/* Providers of all kinds; `x` is the node whose properties are looked at. */
#define TREE(x) \
	"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;\n" \
	"a: a { #clock-cells = <0>; };\n" \
	"b: b { #clock-cells = <2>; #gpio-cells = <2>; #interrupt-cells = <3>; };\n" \
	"m: m { #mbox-cells = <1>; mc: c { }; };\n" \
	"ic: ic { #interrupt-cells = <2>; #address-cells = <1>; };\n" \
	"x { " x " }; };\n"

/* "cell:node cell:node " of the property `prop` of /x in `body`; "-" if it holds none. */
static const char *refs(const char *prop, const char *body)
{
	static char text[256];
	struct dt_ref_walk w;
	uint32_t phandle;
	unsigned cell;
	void *fdt;
	int x;
	const struct dt_ref *ref;

	fdt = fdt_from_dts(TREE("%s"), body);
	x = fdt_path_offset(fdt, "/x");
	ref = dt_ref_find(fdt, x, prop);
	strcpy(text, ref ? "" : "-");
	for (bool on = ref && dt_ref_start(&w, fdt, x, prop, ref);
	     on && dt_ref_next(&w, &phandle, &cell);) {
		int target = fdt_node_offset_by_phandle(fdt, phandle);
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%u:%s ", cell,
			 target < 0 ? "?" : fdt_get_name(fdt, target, NULL));
		dt_ref_skip(&w, target);
	}
	free(fdt);
	return text;
}

#define EXPECT(want, prop, value) assert_string_equal(refs(prop, prop " = " value ";"), want)

static void test_sorted(void **state)
{
	for (unsigned i = 1; i < nr_dt_refs; i++)
		assert_true(strcmp(dt_refs[i - 1].name, dt_refs[i].name) < 0);
	for (unsigned i = 0; i < nr_dt_refs; i++)
		assert_ptr_equal(dt_ref_find(NULL, -1, dt_refs[i].name), &dt_refs[i]);
}

static void test_shapes(void **state)
{
	EXPECT("0:a 1:b ", "ti,timers", "<&a &b>");
	EXPECT("0:a 1:b 4:a ", "clocks", "<&a>, <&b 1 2>, <&a>");
	EXPECT("1:b ", "clocks", "<0>, <&b 1 2>");
	EXPECT("0:b ", "fsl,stop-mode", "<&b 0x34 27>");
	EXPECT("0:a 2:b ", "ti,tptcs", "<&a 7>, <&b 5>");
	EXPECT("3:a 7:b ", "rockchip,pins", "<1 2 3 &a>, <1 2 3 &b>");
	EXPECT("0:m 1:c ", "mboxes", "<&m &mc>");
	EXPECT("0:m 2:m ", "mboxes", "<&m 1>, <&m 2>");
	EXPECT("-", "reg", "<&a 1>");
	EXPECT("-", "reg-shift", "<1>");
}

static void test_made_names(void **state)
{
	EXPECT("0:a ", "vdd-supply", "<&a>");
	EXPECT("0:b 3:b ", "acme,wake-gpios", "<&b 1 2>, <&b 3 4>");
	EXPECT("0:a 1:b ", "pinctrl-0", "<&a &b>");
	EXPECT("-", "pinctrl-names", "\"abc\"");
	EXPECT("0:b ", "acme,syscon-mode", "<&b 1 2 3>");
	EXPECT("-", "#syscon-cells", "<1>");
	EXPECT("-", "nr-gpios", "<2>");
	EXPECT("-", "acme,nr-gpios", "<2>");
	assert_string_equal(refs("gpios", "gpio-hog; gpios = <1 2>;"), "-");
	assert_string_equal(refs("gpios", "gpios = <&b 1 2>;"), "0:b ");
}

static void test_maps(void **state)
{
	/* Child: 1 + 1 cells; the parent has 1 + 2, b has no #address-cells and 3. */
	assert_string_equal(refs("interrupt-map", "#address-cells = <1>; #interrupt-cells = <1>;"
						  " interrupt-map = <9 1 &ic 0 5 4>, <9 2 &b 1 2 "
						  "3>, <9 3 &ic 0 6 4>;"),
			    "2:ic 8:b 14:ic ");
	assert_string_equal(refs("gpio-map", "#gpio-cells = <2>;"
					     " gpio-map = <0 0 &b 1 0>, <1 0 &b 2 0>;"),
			    "2:b 7:b ");
}

/* What cannot be told ends the walk, within the property. */
static void test_broken(void **state)
{
	EXPECT("0:? ", "clocks", "<0x77 1 2>, <&b 1 2>");
	EXPECT("0:? 1:b ", "ti,timers", "<0x77 &b>");
	EXPECT("0:b ", "clocks", "<&b>");
	EXPECT("", "clocks", "\"ab\"");
	EXPECT("", "rockchip,pins", "<1 2>");
	assert_string_equal(refs("interrupt-map", "#interrupt-cells = <0xffffffff>;"
						  " interrupt-map = <1 &b 1 2 3>;"),
			    "");
	assert_string_equal(refs("clocks", "clocks;"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted),     cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_made_names), cmocka_unit_test(test_maps),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
