/* SPDX-License-Identifier: Apache-2.0 */
/* sources: tests/host/verify/verify_check.c arch/arm/insn/cpaccess.c arch/arm/verify/ */
/* The verifier on pages that nobody made by hand, and objdump's opinion. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "insn/cpaccess.h"
#include "verify_page.h"

static uint32_t rng = 12345;

static uint32_t rnd(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 17;
	return rng ^= rng << 5;
}

/* A word with a good chance of being, or completing, something that matters. */
static uint32_t spicy(void)
{
	switch (rnd() % 12) {
	case 0: return 0x0e000e10u | (rnd() & 0xf1fff1efu);
	case 1: return 0xee010f10u | (rnd() & 0x0003f027u);
	case 2: return (0xee00u | (rnd() & 0x10ff)) | rnd() << 16;
	case 3: return (rnd() & 0xffff) | (0xee00u | (rnd() & 0x1003)) << 16;
	case 4: return 0xe59f0000u | (rnd() & 0xf0fc);
	case 5: return 0x48004800u | (rnd() & 0x07ff07ff);
	case 6: return rnd() & 1 ? WFI : 0xe1600070u | (rnd() & 15);
	case 7: return 0xe7f0def0u | (rnd() & 0xf000f);
	case 8: return 0xbf300000u | (rnd() & 0xffff);
	case 9: return (rnd() & 0xffff0000) | 0xf8df;
	default: return rnd();
	}
}

static void test_random_pages(void **state)
{
	unsigned ok[2] = { 0, 0 };

	for (unsigned n = 0; n < 6000; n++) {
		enum isa isa = n & 1 ? ISA_THUMB : ISA_ARM;
		unsigned spice = rnd() % 24;

		if (n % 50 == 0)
			verify_dict_init(&dict);
		for (unsigned i = 0; i < VERIFY_PAGE_WORDS; i++)
			page[i] = isa == ISA_ARM ? 0xe0000000u | (rnd() & 0x03efffff) :
						   rnd() & 0x7fff7fff;
		for (unsigned k = 0; k < spice; k++)
			page[rnd() % VERIFY_PAGE_WORDS] = spicy();
		ok[n & 1] += run(isa, rnd() & VERIFY_PL0) == VERIFY_OK;
		/* What a guest copies elsewhere is safe again after another look. */
		if (res.verdict == VERIFY_OK && run(isa, 0) == VERIFY_OK && isa == ISA_ARM)
			assert_true(res.npatches <= 2);
	}
	assert_true(ok[0] > 1500 && ok[1] > 1000);
}

/* Dense random pages: most end in quarantine, none may slip through. */
static void test_hostile_pages(void **state)
{
	for (unsigned n = 0; n < 2000; n++) {
		if (n % 20 == 0)
			verify_dict_init(&dict);
		for (unsigned i = 0; i < VERIFY_PAGE_WORDS; i++)
			page[i] = n % 3 ? rnd() : spicy();
		run(n & 1 ? ISA_THUMB : ISA_ARM, 0);
	}
}

/* One line of objdump: does it print an MCR or MRC of p14 or p15? */
static bool printed_access(const char *line, unsigned *address)
{
	const char *m = strstr(line, "\tm"), *tab = m ? strchr(m + 1, '\t') : NULL;
	unsigned cp;

	if (sscanf(line, " %x:", address) != 1 || !tab)
		return false;
	if (strncmp(m + 1, "mcr", 3) && strncmp(m + 1, "mrc", 3))
		return false;
	if (!strncmp(m + 1, "mcrr", 4) || !strncmp(m + 1, "mrrc", 4))
		return false;
	return sscanf(tab + 1, "%u,", &cp) == 1 && (cp == 14 || cp == 15);
}

/* Everything that the disassembler calls an access to p14/p15 we decode, and nothing else. */
static void oracle(bool thumb)
{
	static char seen[0x8000];
	char name[] = "/tmp/verify-oracle-XXXXXX", cmd[256], line[256];
	int fd = mkstemp(name);
	unsigned n = 0x2000, found = 0, address;
	uint32_t *w = malloc(n * sizeof(*w));
	FILE *p;

	assert_true(fd >= 0 && w);
	memset(seen, 0, sizeof(seen));
	for (unsigned i = 0; i < n; i++) {
		w[i] = 0xee000e10u ^ (rnd() & (i & 1 ? 0xf1fff1efu : 0x11fff3ffu));
		if (thumb) { /* hw1 low; both halves wide or the window decodes alone */
			w[i] |= 0xe0000000u;
			w[i] = w[i] << 16 | w[i] >> 16;
		}
	}
	assert_int_equal(write(fd, w, n * 4), n * 4);
	snprintf(cmd, sizeof(cmd), "arm-none-eabi-objdump -D -b binary -m armv7 %s %s",
		 thumb ? "-M force-thumb" : "", name);
	p = popen(cmd, "r");
	assert_non_null(p);
	while (fgets(line, sizeof(line), p))
		if (printed_access(line, &address) && address < n * 4)
			seen[address / 4] = 1;
	assert_int_equal(pclose(p), 0);
	for (unsigned i = 0; i < n; i++) {
		uint32_t x = thumb ? w[i] << 16 | w[i] >> 16 : w[i];
		struct cp_access a;
		bool mine = cp_decode(x, &a);

		if (seen[i] != mine)
			fail_msg("%s %08x: objdump %d, we %d", thumb ? "thumb" : "arm", x, seen[i],
				 mine);
		found += mine;
	}
	assert_true(found > n / 8);
	free(w);
	close(fd);
	unlink(name);
}

static void test_oracle(void **state)
{
	oracle(false);
	oracle(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_pages),
		cmocka_unit_test(test_hostile_pages),
		cmocka_unit_test(test_oracle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
