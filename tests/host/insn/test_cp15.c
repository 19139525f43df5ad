/* SPDX-License-Identifier: Apache-2.0 */
/* sources: arch/arm/insn/cpaccess.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "insn/cpaccess.h"
#include "verify/cp15_list.h"

static void test_decode(void **state)
{
	struct cp_access a;

	assert_true(cp_decode(0x1e4f7fd3, &a)); /* mcrne p15, 2, r7, c15, c3, 6 */
	assert_int_equal(a.cp, 15);
	assert_int_equal(a.opc1, 2);
	assert_int_equal(a.rt, 7);
	assert_int_equal(a.crn, 15);
	assert_int_equal(a.crm, 3);
	assert_int_equal(a.opc2, 6);
	assert_false(a.read);
	assert_false(a.two);
	assert_true(cp_decode(0xfe10fe10, &a)); /* mrc2 p14, 0, APSR, c0, c0, 0 */
	assert_true(a.read && a.two && a.cp == 14 && a.rt == 15);
	assert_false(cp_decode(0xee010f00, &a)); /* cdp p15 */
	assert_false(cp_decode(0xee010a10, &a)); /* vmsr, p10 */
	assert_false(cp_decode(0xee010d10, &a)); /* p13 */
	assert_false(cp_decode(0xec410f10, &a)); /* mcrr */
	assert_false(cp_decode(0xef010f10, &a)); /* svc */
}

/* All encodings of both coprocessors, conditional and MCR2/MRC2, against the list. */
static void test_every_encoding(void **state)
{
	static const uint8_t tops[] = { 0x0e, 0xee, 0xfe };
	unsigned forbidden = 0;

	for (uint32_t i = 0; i < 3u << 16; i++) {
		uint32_t b2 = i >> 8 & 0xff, b1 = i >> 7 & 1, b0 = i & 0x7f;
		uint8_t bytes[4] = { (uint8_t)((b0 & 0xf) | 0x10 | (b0 & 0x70) << 1),
				     (uint8_t)(0x3e + b1), (uint8_t)b2, tops[i >> 16] };
		uint32_t w = bytes[0] | bytes[1] << 8 | b2 << 16 | (uint32_t)bytes[3] << 24;
		bool rd, hit = list_access(bytes, &rd);
		enum cp_danger want = !hit                      ? CP_NATIVE :
				      !rd || list_secret(bytes) ? CP_FORBIDDEN :
				      bytes[3] == 0xfe          ? CP_NATIVE :
								  CP_FIDELITY;

		if (list_tracked(bytes))
			want = bytes[3] == 0xfe ? CP_NATIVE : CP_FIDELITY;

		if (cp_danger(w) != want)
			fail_msg("%08x: danger %d, not %d", w, cp_danger(w), want);
		forbidden += want == CP_FORBIDDEN;
	}
	assert_true(forbidden > 3 * 1024); /* the DACR aliases alone */
}

static struct cp15_info look(uint32_t word)
{
	struct cp_access a;

	assert_true(cp_decode(word, &a));
	return cp15_lookup(&a);
}

static void test_rows(void **state)
{
	static const struct {
		uint32_t word;
		enum cp15_class class;
		enum cp15_reg reg;
		const char *name;
	} rows[] = {
		{ 0xee010f10, CP15_CLASS_EMULATE, CP15_SCTLR, "SCTLR" },
		{ 0xee110f10, CP15_CLASS_EMULATE, CP15_SCTLR, "SCTLR" },
		{ 0xee103fb0, CP15_CLASS_EMULATE, CP15_MPIDR, "MPIDR" },
		{ 0xee103f10, CP15_CLASS_ALLOW, CP15_NONE, "ID" },
		{ 0xee003f10, CP15_CLASS_ABSENT, CP15_NONE, "?" },
		{ 0xee1d3f70, CP15_CLASS_ALLOW, CP15_NONE, "TPIDR" },
		{ 0xeea34fb7, CP15_CLASS_EMULATE, CP15_DACR, "DACR" },
		{ 0xee080f37, CP15_CLASS_EMULATE, CP15_TLBIMVA, "TLBIMVA" },
		{ 0xee080f33, CP15_CLASS_EMULATE, CP15_TLBIMVAIS, "TLBIMVAIS" },
		{ 0xee070f3a, CP15_CLASS_ALLOW, CP15_NONE, "CACHE" },
		{ 0xee070f36, CP15_CLASS_EMULATE, CP15_DCIMVAC, "DCIMVAC" },
		{ 0xee9f0f10, CP15_CLASS_EMULATE, CP15_CBAR, "CBAR" },
		{ 0xee053f10, CP15_CLASS_EMULATE, CP15_DFSR, "DFSR" },
		{ 0xee153f10, CP15_CLASS_ALLOW, CP15_NONE, "DFSR_IFSR" },
		{ 0xee000e52, CP15_CLASS_EMULATE, CP15_RAZWI, "DBGDSCRext" },
		{ 0xee100e52, CP15_CLASS_ALLOW, CP15_NONE, "DBGDSCRext" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cp15_info info = look(rows[i].word);

		if (strcmp(info.name, rows[i].name))
			fail_msg("%08x: %s", rows[i].word, info.name);
		assert_int_equal(info.class, rows[i].class);
		assert_int_equal(info.reg, rows[i].reg);
	}
}

static void test_names(void **state)
{
	assert_string_equal(cp15_reg_name(CP15_NONE), "none");
	assert_string_equal(cp15_reg_name(CP15_CONTEXTIDR), "CONTEXTIDR");
	assert_string_equal(cp15_reg_name(CP15_REGS), "none");
	for (unsigned r = 1; r < CP15_REGS; r++)
		assert_string_not_equal(cp15_reg_name((enum cp15_reg)r), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_every_encoding),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
