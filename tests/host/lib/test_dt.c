/* SPDX-License-Identifier: Apache-2.0 */
/* sources: core/lib/dt.c core/lib/dt_index.c core/lib/dt_irq.c */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/irq.h>
#include <espalier/util.h>

#include "fdt_gen.h"

static const char tree[] =
	"/dts-v1/;\n"
	"/ {\n"
	" #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&gic>;\n"
	" chosen { stdout-path = \"serial0:115200n8\"; a1 = <5>; a2 = <0 6>; a3 = <1 2 3>;\n"
	"  a4 = <1 0>; a5 = [01 02]; };\n"
	" aliases { serial0 = \"/smb/moth/uart@9000\"; loop = \"loop\"; };\n"
	" memory@60000000 { device_type = \"memory\"; reg = <0x60000000 0x1000\n"
	"  0x80000000 0x2000>; };\n"
	" gic: gic@1e001000 { compatible = \"arm,cortex-a9-gic\"; interrupt-controller;\n"
	"  #interrupt-cells = <3>; #address-cells = <0>; reg = <0x1e001000 0x1000>; };\n"
	" osc: osc { #clock-cells = <0>; clock-frequency = <24000000>; };\n"
	" pll: pll { #clock-cells = <1>; clock-frequency = <1000>; };\n"
	" noclk: noclk { #clock-cells = <0>; };\n"
	" timer@1e000600 { compatible = \"x,y\", \"arm,cortex-a9-twd-timer\";\n"
	"  reg = <0x1e000600 0x20>; interrupts = <1 13 0xf04>, <0 3 4>, <2 0 4>, <0 988 4>,\n"
	"   <1 16 4>;\n"
	"  clocks = <&pll 7>, <&osc>, <0>, <&noclk>, <0xdead>; status = \"ok\"; };\n"
	" ext { interrupts-extended = <&gic 0 1 4>, <&smb 5>, <&gic 1 2 4>; };\n"
	" cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { reg = <0>; }; };\n"
	" smb: smb { compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <1>;\n"
	"  ranges = <0 0 0x40000000 0x04000000>, <7 0 0x10000000 0x00020000>,\n"
	"   <9 0 0xfffff000 0x2000>;\n"
	"  #interrupt-cells = <1>; interrupt-map-mask = <0 0 63>;\n"
	"  interrupt-map = <0 0 5 &gic 0 5 4>, <0 0 6 &gic 0 6 4>;\n"
	"  flash@0 { reg = <0 0 0x04000000>; status = \"disabled\"; };\n"
	"  toolong@0 { reg = <0 0 0x04000001>; };\n"
	"  wraps@9 { reg = <9 0 0x2000>; };\n"
	"  nowhere@8 { reg = <8 0 4>; };\n"
	"  moth { #address-cells = <1>; #size-cells = <1>; ranges = <0 7 0 0x20000>;\n"
	"   interrupt-parent = <&smb>;\n"
	"   uart@9000 { compatible = \"arm,pl011\", \"arm,primecell\"; reg = <0x9000 0x1000>;\n"
	"    interrupts = <5>, <6>, <7>; };\n"
	"   odd { reg = <1 2 3>; };\n"
	"   big { reg = <0x1fff0 0x11>; };\n"
	"  };\n"
	" };\n"
	" wide { #address-cells = <2>; #size-cells = <2>; ranges;\n"
	"  hi@1 { reg = <1 0 0 1>; };\n"
	"  lo { reg = <0 0xfffff000 0 0x1000>; };\n"
	"  over { reg = <0 0xfffff000 0 0x1001>; };\n"
	"  wrap { reg = <0xffffffff 0xffffffff 0xffffffff 0xffffffff>; };\n"
	" };\n"
	" island { #address-cells = <1>; #size-cells = <1>; dev { reg = <0 4>; }; };\n"
	" wild { #address-cells = <9>; dev { reg = <0 4>; }; };\n"
	" circle: circle { interrupt-parent = <&circle>; interrupts = <1>; };\n"
	" mapself: mapself { #interrupt-cells = <1>; #address-cells = <0>;\n"
	"  interrupt-map = <1 &mapself 1>; dev { interrupts = <1>; }; };\n"
	"};\n";

static const void *fdt;

static int at(const char *path)
{
	int n = fdt_path_offset(fdt, path);

	if (n < 0)
		fail_msg("no node %s", path);
	return n;
}

static void expect_reg(const char *path, unsigned i, int err, uint32_t base, uint32_t size)
{
	uint32_t b = 0, s = 0;

	assert_int_equal(dt_reg(fdt, at(path), i, &b, &s), err);
	if (!err) {
		assert_int_equal(b, base);
		assert_int_equal(s, size);
	}
}

static void reg(void **state)
{
	expect_reg("/memory@60000000", 0, 0, 0x60000000, 0x1000);
	expect_reg("/memory@60000000", 1, 0, 0x80000000, 0x2000);
	expect_reg("/memory@60000000", 2, -ENOENT, 0, 0);
	expect_reg("/osc", 0, -ENOENT, 0, 0);
	expect_reg("/smb/flash@0", 0, 0, 0x40000000, 0x04000000);
	expect_reg("/smb/moth/uart@9000", 0, 0, 0x10009000, 0x1000);
	expect_reg("/smb/toolong@0", 0, -EINVAL, 0, 0);
	expect_reg("/smb/nowhere@8", 0, -EINVAL, 0, 0);
	expect_reg("/smb/wraps@9", 0, -ERANGE, 0, 0);
	expect_reg("/smb/moth/odd", 0, -EINVAL, 0, 0);
	expect_reg("/smb/moth/big", 0, -EINVAL, 0, 0);
	expect_reg("/wide/hi@1", 0, -ERANGE, 0, 0);
	expect_reg("/wide/lo", 0, 0, 0xfffff000, 0x1000);
	expect_reg("/wide/over", 0, -ERANGE, 0, 0);
	expect_reg("/wide/wrap", 0, -ERANGE, 0, 0);
	expect_reg("/island/dev", 0, -EINVAL, 0, 0);
	expect_reg("/wild/dev", 0, -EINVAL, 0, 0);
	expect_reg("/cpus/cpu@0", 0, -EINVAL, 0, 0);
}

static void numbers(void **state)
{
	int c = at("/chosen");
	uint32_t v;

	assert_int_equal(dt_u32(fdt, c, "a3", 2, &v), 0);
	assert_int_equal(v, 3);
	assert_int_equal(dt_u32(fdt, c, "a3", 3, &v), -ENOENT);
	assert_int_equal(dt_u32(fdt, c, "a5", 0, &v), -EINVAL);
	assert_int_equal(dt_u32(fdt, c, "none", 0, &v), -ENOENT);
	assert_int_equal(dt_addr(fdt, c, "a1", &v), 0);
	assert_int_equal(v, 5);
	assert_int_equal(dt_addr(fdt, c, "a2", &v), 0);
	assert_int_equal(v, 6);
	assert_int_equal(dt_addr(fdt, c, "a3", &v), -EINVAL);
	assert_int_equal(dt_addr(fdt, c, "a4", &v), -ERANGE);
	assert_null(dt_str(fdt, c, "a1"));
	assert_null(dt_str(fdt, c, "none"));
	assert_string_equal(dt_str(fdt, c, "stdout-path"), "serial0:115200n8");
}

static void nodes(void **state)
{
	static const char *const list[] = { "arm,primecell", "arm,pl011", NULL };
	static const char *const none[] = { "arm", "arm,pl01", NULL };
	char buf[DT_PATH_MAX];
	int uart = at("/smb/moth/uart@9000");

	assert_true(dt_enabled(fdt, uart));
	assert_true(dt_enabled(fdt, at("/timer@1e000600")));
	assert_false(dt_enabled(fdt, at("/smb/flash@0")));
	assert_string_equal(dt_match(fdt, uart, list), "arm,pl011");
	assert_null(dt_match(fdt, uart, none));
	assert_null(dt_match(fdt, at("/osc"), list));
	assert_int_equal(dt_path(fdt, uart, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "/smb/moth/uart@9000");
	assert_int_equal(dt_path(fdt, uart, buf, 10), -ENAMETOOLONG);
	assert_int_equal(dt_stdout(fdt), uart);
}

static int stdout_of(const char *value)
{
	static const char fmt[] = "/dts-v1/; / { chosen { stdout-path = \"%s\"; };"
				  " aliases { loop = \"loop\"; gone = \"/x\"; ok = \"/u\"; };"
				  " u { }; };";
	void *t = fdt_from_dts(fmt, value);
	int n = dt_stdout(t);

	if (n >= 0)
		assert_int_equal(n, fdt_path_offset(t, "/u"));
	free(t);
	return n < 0 ? n : 0;
}

static void stdout_path(void **state)
{
	assert_int_equal(stdout_of("ok"), 0);
	assert_int_equal(stdout_of("/u:9600"), 0);
	assert_int_equal(stdout_of("loop"), -EINVAL);
	assert_int_equal(stdout_of("gone"), -ENOENT);
	assert_int_equal(stdout_of("nope"), -ENOENT);
	assert_int_equal(stdout_of("/nope"), -ENOENT);
	assert_int_equal(stdout_of(""), -EINVAL);
	assert_int_equal(stdout_of(":9600"), -EINVAL);
}

static void clocks(void **state)
{
	int t = at("/timer@1e000600");
	uint32_t hz = 0;

	assert_int_equal(dt_clock_hz(fdt, t, 0, &hz), 0);
	assert_int_equal(hz, 1000);
	assert_int_equal(dt_clock_hz(fdt, t, 1, &hz), 0);
	assert_int_equal(hz, 24000000);
	assert_int_equal(dt_clock_hz(fdt, t, 2, &hz), -ENOENT);
	assert_int_equal(dt_clock_hz(fdt, t, 3, &hz), -ENOENT);
	assert_int_equal(dt_clock_hz(fdt, t, 4, &hz), -EINVAL);
	assert_int_equal(dt_clock_hz(fdt, at("/osc"), 0, &hz), -ENOENT);
}

static void interrupts(void **state)
{
	int t = at("/timer@1e000600"), uart = at("/smb/moth/uart@9000"), ext = at("/ext");

	assert_int_equal(irq_from_dt(fdt, t, 0), 29);
	assert_int_equal(irq_from_dt(fdt, t, 1), 35);
	assert_int_equal(irq_from_dt(fdt, t, 2), -EINVAL);
	assert_int_equal(irq_from_dt(fdt, t, 3), -EINVAL);
	assert_int_equal(irq_from_dt(fdt, t, 4), -EINVAL);
	assert_int_equal(irq_from_dt(fdt, t, 5), -ENOENT);
	assert_int_equal(irq_from_dt(fdt, t, 0x7fffffff), -ENOENT);
	assert_int_equal(irq_from_dt(fdt, uart, 0), 37);
	assert_int_equal(irq_from_dt(fdt, uart, 1), 38);
	assert_int_equal(irq_from_dt(fdt, uart, 2), -EINVAL); /* not in the map */
	assert_int_equal(irq_from_dt(fdt, uart, 3), -ENOENT);
	assert_int_equal(irq_from_dt(fdt, ext, 0), 33);
	assert_int_equal(irq_from_dt(fdt, ext, 1), 37);
	assert_int_equal(irq_from_dt(fdt, ext, 2), 18);
	assert_int_equal(irq_from_dt(fdt, ext, 3), -ENOENT);
	assert_int_equal(irq_from_dt(fdt, at("/osc"), 0), -ENOENT);
	assert_int_equal(irq_from_dt(fdt, at("/circle"), 0), -EINVAL);
	assert_int_equal(irq_from_dt(fdt, at("/mapself/dev"), 0), -EINVAL);
}

/* An index answers as the walks of libfdt do, for every node, and for none. */
static void indexed(void **state)
{
	void *blob =
		fdt_from_dts("/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
			     " b { phandle = <7>; x@2 { }; x@1 { x { phandle = <0x80000000>; };"
			     " }; xy@1 { }; }; a@0 { reg = <0x1000 4 0x2000 8>; c: c { }; };"
			     " d { clocks = <&c>; reg = <0xf0000000 0x10000001>; }; };");
	static const char *const paths[] = { "/",        "/b/x",      "/b/x@1/x", "/b/x@",
					     "/b/xy",    "/b/y",      "/a/c/",    "//b",
					     "/a@0/c/d", "/b/x@1/x@", "" };
	struct dt_span_walk w = { .fdt = blob };
	struct dt_span s;
	char have[64], want[64];

	assert_int_equal(dt_index(blob), 0);
	assert_int_equal(dt_index(blob), 0); /* is there already */
	for (int node = 0; node >= 0; node = fdt_next_node(blob, node, NULL)) {
		uint32_t phandle = fdt_get_phandle(blob, node);

		assert_int_equal(dt_parent(blob, node), fdt_parent_offset(blob, node));
		assert_int_equal(dt_path(blob, node, have, sizeof(have)), 0);
		assert_int_equal(fdt_get_path(blob, node, want, sizeof(want)), 0);
		assert_string_equal(have, want);
		assert_int_equal(dt_find(blob, have), node);
		assert_int_equal(dt_twin(blob, node), -FDT_ERR_NOTFOUND);
		if (phandle)
			assert_int_equal(dt_by_phandle(blob, phandle), node);
		for (unsigned len = 0; node && len <= strlen(want); len++)
			assert_int_equal(dt_path(blob, node, have, len), -ENAMETOOLONG);
	}
	for (unsigned i = 0; i < ARRAY_SIZE(paths); i++)
		if (dt_find(blob, paths[i]) != fdt_path_offset(blob, paths[i]))
			fail_msg("%s", paths[i]);
	assert_true(dt_by_phandle(blob, 0) < 0 && dt_by_phandle(blob, 6) < 0);
	assert_true(dt_parent(blob, 4) < 0 && dt_parent(blob, -1) < 0);
	assert_true(dt_next_span(&w, &s) && s.base == 0x1000 && s.window == 0);
	assert_true(dt_next_span(&w, &s) && s.base == 0x2000 && s.size == 8 && s.window == 1);
	assert_false(dt_next_span(&w, &s)); /* the last one does not fit 4 GiB */
	dt_forget(blob);
	dt_forget(blob);
	assert_int_equal(dt_parent(blob, 0), fdt_parent_offset(blob, 0));
	free(blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indexed),     cmocka_unit_test(reg),
		cmocka_unit_test(numbers),     cmocka_unit_test(nodes),
		cmocka_unit_test(stdout_path), cmocka_unit_test(clocks),
		cmocka_unit_test(interrupts),
	};
	void *t = fdt_from_dts("%s", tree);
	int failed;

	fdt = t;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(t);
	return failed;
}
