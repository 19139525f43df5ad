/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of wired UARTs and channels: what two trees have to agree on. */
/* sources: core/partition/ core/lib/dt.c core/lib/dt_index.c core/lib/dt_irq.c core/lib/dt_refs.c core/lib/nearest.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/dt.h>
#include <espalier/partition.h>

#include "fdt_gen.h"

/* --- the host ------------------------------------------------------------------------- */

static const char *const uart_names[] = { "test,uart", NULL };
static const char *const uart_props[] = { "espalier,peer", NULL };
static const struct emul_class uart_class = {
	.name = "uart",
	.compatible = uart_names,
	.props = uart_props,
};
static const char *const shm_names[] = { "test,shm", NULL };
static const char *const shm_props[] = { "espalier,channel", "espalier,end", NULL };
static const struct emul_class shm_class = {
	.name = "shm",
	.compatible = shm_names,
	.props = shm_props,
	.shares_memory = true,
};
static const struct emul_class *const classes[] = { &uart_class, &shm_class, NULL };

static const char *driver(const void *fdt, int node) { return NULL; }
static bool is_ram(uint32_t base, uint32_t size) { return false; }
static bool online(unsigned cpu) { return cpu == 0; }

static unsigned free_ram(struct part_run *runs, unsigned max)
{
	runs[0] = (struct part_run){ 0x80000000, 0x10000000 };
	return 1;
}

static struct part_host host = {
	.driver = driver,
	.is_ram = is_ram,
	.cpu_online = online,
	.free_ram = free_ram,
	.classes = classes,
};

/* --- guests ----------------------------------------------------------------------------- */

static char found[4096];

static void report(void *arg, const struct part_finding *f)
{
	size_t n = strlen(found);

	part_finding_text(f, found + n, (unsigned)(sizeof(found) - n));
	strncat(found, "\n", sizeof(found) - strlen(found) - 1);
}

static struct partition p = { .host = &host, .report = report };
static struct part_guest guests[3];

static void add(unsigned i, const char *nodes)
{
	static const char *const names[] = { "a", "b", "c" };
	struct part_guest *g = &guests[i];
	void *fdt = fdt_from_dts("/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
				 " interrupt-parent = <&gic>;\n"
				 "chosen { espalier,kernel = \"/k\"; };\n"
				 "gic: gic { interrupt-controller; #interrupt-cells = <3>; };\n"
				 "memory@80000000 { device_type = \"memory\"; reg = <0x80000000 "
				 "0x100000>; };\n"
				 "cpus { #address-cells = <1>; #size-cells = <0>;"
				 " cpu@0 { device_type = \"cpu\"; reg = <0>; }; };\n"
				 "%s };",
				 nodes);

	*g = (struct part_guest){ .name = names[i],
				  .file = names[i],
				  .fdt = fdt,
				  .size = fdt_totalsize(fdt),
				  .fresh = true };
	part_add(&p, g);
}

static int teardown(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(guests); i++) {
		if (!guests[i].fdt)
			continue;
		part_remove(&p, &guests[i]);
		free((void *)guests[i].fdt);
		guests[i].fdt = NULL;
	}
	return 0;
}

/* The findings about what is fresh; all guests exist after that. */
static const char *check(void)
{
	found[0] = '\0';
	assert_int_equal(part_check(&p),
			 strlen(found) ?
				 p.guests->errors + (p.guests->next ? p.guests->next->errors : 0) :
				 0);
	for (struct part_guest *g = p.guests; g; g = g->next) {
		g->fresh = false;
		g->errors = 0;
	}
	return found;
}

static void expect(const char *text)
{
	const char *got = check();

	if (text[0] ? !strstr(got, text) : got[0])
		fail_msg("wanted: %s\ngot: %s", text, got);
}

#define UART(props) "uart@9000 { compatible = \"test,uart\"; reg = <0x9000 0x1000>; " props " };"
#define NAMED(peer) UART("label = \"uart1\"; espalier,peer = \"" peer "\";")
#define SHM(size, props) \
	"shm@a000 { compatible = \"test,shm\"; reg = <0xa000 " size " 0x1000 0x1000>; " props " }" \
	";"
#define END(n) "espalier,channel = \"x\"; espalier,end = <" #n ">;"

/* One tree alone, and a second one beside the first. */
/* clang-format off */
static const struct {
	const char *a, *b, *text; /* NULL b: a alone */
} cases[] = {
	{ NAMED("b/uart1"), NULL, "" },
	{ NAMED("b/uart1"), NAMED("a/uart1"), "" },
	{ "aliases { serial1 = \"/uart@9000\"; };" UART("espalier,peer = \"b/uart1\";"),
	  NAMED("a/uart1"), "" },
	{ UART(""), UART(""), "" },
	{ NAMED("b/uart1"), UART("label = \"uart1\";"), "b: /uart@9000: espalier,peer: a/uart1 is"
	  " wired to this UART, b/uart1, which names no peer [P056]" },
	{ NAMED("b/uart1"), NAMED("c/uart1"), "b: /uart@9000: espalier,peer: a/uart1 is wired to"
	  " this UART, b/uart1, which names c/uart1 [P056]" },
	{ NAMED("b/uart1"), "", "b: espalier,peer: a/uart1 is wired to b/uart1, which does not exist" },
	{ NAMED("c/uart1"), NAMED("a/uart1"), "b: /uart@9000: espalier,peer: a/uart1 is wired to"
	  " c/uart1, not to this UART, b/uart1 [P056]" },
	{ UART(""), NAMED("a/uart7"), "b: /uart@9000: espalier,peer: a/uart7 does not exist,"
	  " although its guest does [P056]" },
	{ UART("label = \"uart1\";"), NAMED("a/uart1"), "a/uart1 is not wired to anything" },
	{ NAMED("a/uart2"), NULL, "a: /uart@9000: espalier,peer: \"a/uart2\" is not a UART of"
	  " another guest, as in \"guest1/uart1\" [P055]" },
	{ NAMED("uart2"), NULL, "\"uart2\" is not a UART of another guest" },
	{ NAMED("/uart2"), NULL, "\"/uart2\" is not a UART of another guest" },
	{ NAMED("c/"), NULL, "\"c/\" is not a UART of another guest" },
	{ NAMED("c/uart1-of-a-name-that-is-longer-than-any-name-can-be"), NULL, "is not a UART" },
	{ UART("espalier,peer = \"b/uart1\";"), NULL, "the UART has no name that its peer" },
	{ UART("espalier,peer = \"\";"), NULL, "espalier,peer: not one string [P012]" },
	{ UART("espalier,peer = \"a\", \"b\";"), NULL, "espalier,peer: not one string [P012]" },
	{ UART("espalier,end = <0>;"), NULL, "espalier,end: this device has no such property" },
	{ UART("espalier,backing = \"absent\"; espalier,peer = \"b/uart1\";"), NULL,
	  "espalier,peer: this device has no such property [P014]" },

	{ SHM("0x2000", END(0)), SHM("0x2000", END(1)), "" },
	{ SHM("0x2000", END(0)), SHM("0x2000", "espalier,channel = \"y\"; espalier,end = <0>;"),
	  "" },
	{ SHM("0x2000", END(0)), SHM("0x3000", END(1)), "b: /shm@a000: reg: 0x3000 bytes, but"
	  " channel \"x\" has 0x2000 in a: /shm@a000 [P053]" },
	{ SHM("0x2000", END(0)), SHM("0x2000", END(0)), "b: /shm@a000: espalier,end: end 0 of"
	  " channel \"x\" is a: /shm@a000 [P054]" },
	{ SHM("0x2000", "espalier,end = <0>;"), NULL, "a: /shm@a000: no espalier,channel" },
	{ SHM("0x2000", "espalier,channel = \"x\";"), NULL, "no espalier,end: <0> in one" },
	{ SHM("0x2000", "espalier,channel = \"x\"; espalier,end = <2>;"), NULL,
	  "espalier,end: 2 is not between 0 and 1" },
	{ SHM("0x2000", "espalier,channel = \"a-name-of-thirty-two-characters-\";"
	      " espalier,end = <0>;"), NULL, "longer than 31 bytes" },
	{ SHM("0x2800", END(0)), NULL, "0x0000a000-0x0000c7ff is not whole pages" },
	{ SHM("0x2000 0x30000 0x1000", END(0)), NULL, "reg: 3 ranges instead of two" },
	{ SHM("0x2000", END(0) " interrupts = <0 1 4 0 2 4>;"), NULL,
	  "interrupts: 2 instead of one" },
};
/* clang-format on */

static void pairs(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		add(0, cases[i].a);
		if (cases[i].b) {
			expect("");
			add(1, cases[i].b);
		}
		expect(cases[i].text);
		teardown(state);
	}
}

/* Both at once: each of the two trees is told. */
static void set(void **state)
{
	add(0, NAMED("b/uart1") SHM("0x2000", END(1)));
	add(1, NAMED("a/uart1") SHM("0x2000", END(0)));
	expect("");
	teardown(state);
	add(0, NAMED("b/uart1") SHM("0x2000", END(1)));
	add(1, NAMED("c/uart1") SHM("0x1000", END(0)));
	check();
	assert_non_null(strstr(found, "a: /uart@9000: espalier,peer: b/uart1 is wired to c/uart1"));
	assert_non_null(strstr(found, "b: /uart@9000: espalier,peer: a/uart1 is wired to this"));
	assert_non_null(strstr(found, "a: /shm@a000: reg: 0x2000 bytes, but"));
	assert_non_null(strstr(found, "b: /shm@a000: reg: 0x1000 bytes, but"));
}

static uint32_t memory_of(const struct part_guest *g)
{
	for (unsigned i = 0; i < g->nr_ranges; i++)
		if (g->ranges[i].kind == REGION_CHANNEL)
			return g->ranges[i].host;
	return 0;
}

/* It is counted once, whoever comes first. */
static void memory(void **state)
{
	uint32_t at;

	add(0, SHM("0x8000000", END(0)));
	add(1, SHM("0x8000000", END(1)));
	expect("");
	at = memory_of(&guests[0]);
	assert_int_not_equal(at, 0);
	assert_int_equal(memory_of(&guests[1]), at);
	part_remove(&p, &guests[0]);
	free((void *)guests[0].fdt);
	add(0, SHM("0x8000000", END(0)));
	expect("");
	assert_int_equal(memory_of(&guests[0]), at);
	teardown(state);
	add(0, SHM("0x20000000", END(0)));
	expect("a: /shm@a000: reg: the host has no 524288 KiB in one piece for it");
}

/* There are two ends: a third guest has no place. */
static void third(void **state)
{
	add(0, SHM("0x2000", END(0)));
	add(1, SHM("0x2000", END(1)));
	expect("");
	add(2, SHM("0x2000", END(1)));
	found[0] = '\0';
	assert_int_equal(part_check(&p), 1);
	assert_non_null(strstr(found, "c: /shm@a000: espalier,end: end 1 of channel \"x\" is b:"));
}

int main(void)
{
#define T(fn) cmocka_unit_test_teardown(fn, teardown)
	const struct CMUnitTest tests[] = { T(pairs), T(set), T(memory), T(third) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
