/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's conclusions, from made-up cases. */
/*
 * sources: core/guest/doctor.c core/guest/doctor_tree.c core/lib/dt.c core/lib/dt_index.c core/guest/traptab.c
 * tests/host/fake_arch.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <espalier/doctor.h>
#include <espalier/dt.h>

#include "fdt_gen.h"

static struct guest g;
static char said[2048];

static void note(void *arg, const char *text) { strcat(strcat(said, text), "\n"); }

static unsigned examine(const struct doctor_case *c)
{
	said[0] = '\0';
	return doctor_examine(c, note, NULL);
}

static void make(const char *chosen, const char *nodes)
{
	static struct region map[] = {
		{ .base = { 0x9000 }, .size = 0x1000, .kind = REGION_EMUL, .path = "/uart@9000" },
		{ .base = { 0xa000 }, .size = 0x1000, .kind = REGION_PASS, .path = "/uart@a000" },
		{ .base = { 0x60000000 },
		  .size = 0x100000,
		  .kind = REGION_RAM,
		  .host = { 0x1000 } },
	};

	free(g.dtb);
	memset(&g, 0, sizeof(g));
	strcpy(g.name, "g");
	g.loaded.entry = 0x60008000;
	g.loaded.entry_word = 0xe1a00000;
	g.map = (struct traptab){ map, ARRAY_SIZE(map), ARRAY_SIZE(map) };
	g.dtb = fdt_from_dts("/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
			     " chosen { %s }; timer: timer { compatible = \"arm,sp804\"; }; %s };",
			     chosen, nodes);
}

#define UART(at) "uart@" at " { compatible = \"arm,pl011\"; reg = <0x" at " 0x1000>; };"
#define STDOUT   "stdout-path = \"/uart@9000\";"

/* A guest that is well: it runs about, and its tree is sound. */
static struct doctor_case well(void)
{
	struct doctor_case c = {
		.g = &g,
		.state = GUEST_RUNNING,
		.samples = 3,
		.run_ns = 1000,
		.ms = 40,
		.lines = 1,
	};

	make(STDOUT, UART("9000"));
	for (unsigned i = 0; i < 3; i++)
		c.look[i] = (struct arch_look){ .pc = 0x60008000 + i * 0x1000, .exits = i };
	return c;
}

#define assert_finds(c, n, text) \
	do { \
		assert_int_equal(examine(c), n); \
		assert_non_null(strstr(said, text)); \
	} while (0)

static void healthy(void **state)
{
	struct doctor_case c = well();

	assert_int_equal(examine(&c), 0);
	/* Asleep until its timer rings: nothing wrong either. */
	c.wfi = true;
	c.irq = (struct virq_picture){ true, true, true, { 1u << 29 }, { 0 } };
	c.driven[0] = 1u << 29;
	assert_int_equal(examine(&c), 0);
}

static void states(void **state)
{
	struct doctor_case c = well();

	c.samples = 0;
	c.state = GUEST_RESET;
	assert_finds(&c, 1, "it was not started: guest kick g");
	c.state = GUEST_PAUSED;
	assert_finds(&c, 1, "it is paused");
	c.state = GUEST_HALTED;
	assert_finds(&c, 1, "it has halted: nobody said why");
	g.halt_reason = "it powered itself off";
	assert_finds(&c, 1, "it has halted: it powered itself off");
	c = well();
	c.run_ns = 0;
	assert_finds(&c, 1, "it wants the CPU and got none for 40 ms");
	c.wfi = true;
	c.irq = (struct virq_picture){ true, true, true, { 1u << 29 }, { 0 } };
	c.driven[0] = 1u << 29;
	assert_int_equal(examine(&c), 0);
}

static void loads(void **state)
{
	struct doctor_case c = well();

	c.initrd_changed = true;
	/* Up, and its console is elsewhere: it has freed the initrd. */
	assert_int_equal(examine(&c), 0);
	c.wfi = true;
	c.irq = (struct virq_picture){ true, true, true, { 1u << 29 }, { 0 } };
	c.driven[0] = 1u << 29;
	assert_int_equal(examine(&c), 0);
	c.wfi = false;
	for (unsigned i = 0; i < 3; i++)
		c.look[i] = (struct arch_look){ .pc = 0x60008000 + i, .irq_masked = true };
	examine(&c);
	assert_non_null(strstr(said, "its initrd at "));
	c.sent = 100; /* it has got as far as to speak */
	examine(&c);
	assert_null(strstr(said, "initrd"));
	c = well();
	g.loaded.entry_word = 0;
	assert_finds(&c, 1, "0x60008000 is not code: the kernel has 0x00000000 there, zero");
	g.loaded.entry_word = 0xe7f123f4;
	assert_finds(&c, 1, "undefined instruction");
	g.loaded.entry = 0x60008001; /* Thumb: two MOVS r0, r0 and the like are code */
	assert_int_equal(examine(&c), 0);
}

static void loops(void **state)
{
	struct doctor_case c = well();

	c.look[2].data_abort.n = 1000;
	assert_int_equal(examine(&c), 1);
	assert_non_null(strstr(said, "the same data abort on 0x00000000 at pc 0x00000000"));
	assert_non_null(strstr(said, "its vectors at 0x00000000 are not in RAM"));
	c.look[0].vectors = c.look[2].vectors = 0x60000000;
	c.look[0].data_abort.pc = c.look[2].data_abort.pc = 0x60001234;
	c.look[2].fault_address = 0xdead0000;
	assert_finds(&c, 1, "data abort on 0xdead0000 at pc 0x60001234 over and over\n");
	/* Different places: demand paging, say. */
	c.look[2].data_abort.pc = 0x60001238;
	assert_int_equal(examine(&c), 0);
	c.look[2].data_abort.n = 0;
	c.look[2].undef.n = 1000;
	assert_finds(&c, 1, "the same undefined instruction at pc");
	c.look[2].undef.n = 10;
	assert_int_equal(examine(&c), 0);
}

static void spins(void **state)
{
	struct doctor_case c = well();

	for (unsigned i = 0; i < 3; i++)
		c.look[i] = (struct arch_look){ .pc = 0x60008000 + 4 * i, .irq_masked = true };
	assert_finds(&c, 1, "it spins at pc 0x60008008, with interrupts masked");
	fdt_setprop_inplace(g.dtb, fdt_path_offset(g.dtb, "/timer"), "compatible", "arm,xx804", 10);
	assert_finds(&c, 2, "it spins, and its tree has no timer");
	fdt_setprop_inplace(g.dtb, fdt_path_offset(g.dtb, "/timer"), "compatible", "arm,sp804", 10);
	c.irq = (struct virq_picture){ true, true, true, { 0, 4 }, { 0, 4 } };
	assert_finds(&c, 2, "interrupt 34 waits for it");
	c.look[2].irq_masked = false;
	assert_finds(&c, 1, "with interrupts let in");
	c.look[2].exits = 1; /* it polls something */
	assert_int_equal(examine(&c), 0);
}

static void long_stays(void **state)
{
	struct doctor_case c = well();

	c.stay = (struct arch_stay){ .longest = 1234567, .pc = 0xc0008000, .what = "TLBIALL" };
	c.stay.bucket[12] = 100000;
	c.stay.bucket[15] = 20000;
	c.stay.bucket[21] = 900; /* QEMU has to wait for its host at times */
	assert_int_equal(examine(&c), 0);
	c.stay.bucket[21] = 1000;
	assert_finds(&c, 1,
		     "its exits are long: 1000 of 121000 took over 32768 ns, and one"
		     " 1234567 ns (TLBIALL, to pc 0xc0008000)");
	c.stay.bucket[12] = c.stay.bucket[15] = 0;
	c.stay.bucket[21] = 31; /* too few to say */
	assert_int_equal(examine(&c), 0);
}

static void sleeps(void **state)
{
	struct doctor_case c = well();

	c.wfi = true;
	assert_finds(&c, 1, "for ever: its tree has no interrupt controller");
	c.irq.present = true;
	assert_finds(&c, 1, "for ever: its GIC's distributor is off");
	c.irq.distributor = true;
	assert_finds(&c, 1, "CPU interface is off");
	c.irq.cpu = true;
	c.irq.enabled[0] = 0xffff; /* SGIs always are */
	assert_finds(&c, 1, "no interrupt is enabled");
	c.irq.enabled[2] = 1u << 31;
	assert_finds(&c, 1, "for interrupt 95, which no device");
	c.irq.enabled[1] = 1u << 5; /* another one may come */
	c.driven[1] = 1u << 5;
	assert_int_equal(examine(&c), 0);
	c.irq.pending[1] = 1u << 2;
	assert_finds(&c, 1, "while interrupt 34 is pending and not enabled");
}

static void output(void **state)
{
	struct doctor_case c = well();

	c.sent = c.unseen = 12;
	c.unseen_line = "g/uart0";
	assert_finds(&c, 1, "it does speak: 12 bytes that nobody has seen; vserial bind g/uart0");
}

static void accesses(void **state)
{
	static const struct fault_node host = { 0xb000, 0xbfff, 0, "/uart@b000" };
	struct doctor_case c = well();

	g.fault_table.n = 1;
	g.fault_table.row[0] = (struct fault_row){ .count = { 9 }, .last.harmless = true };
	assert_int_equal(examine(&c), 0);
	g.fault_table.n = 2;
	g.fault_table.row[1] =
		(struct fault_row){ .host = &host, .count = { 1, 2 }, .last.a = GPA(0xb018) };
	assert_finds(&c, 1,
		     "it accessed /uart@b000 at 0x0000b018, which its tree does not give it"
		     " (3 times");
}

static void consoles(void **state)
{
	static const struct {
		const char *chosen, *nodes, *finding; /* NULL: none */
	} rows[] = {
		{ "", UART("9000"), "no console is named" },
		{ "bootargs = \"console=ttyAMA0\";", UART("9000"), NULL },
		{ "bootargs = \"console=ttyAMA0,115200 quiet\";", "", "its tree has no console" },
		{ STDOUT,
		  "uart@9000 { compatible = \"arm,pl011\"; status = \"disabled\"; };" UART("a000"),
		  "stdout-path = \"/uart@9000\" names a node that is disabled" },
		{ "stdout-path = \"serial0\";", UART("9000"),
		  "\"serial0\" names a node that does not" },
		{ "stdout-path = \"serial0:115200n8\";",
		  UART("9000") "aliases { serial0 = \"/uart@9000\"; };", NULL },
		{ STDOUT "bootargs = \"a console=ttyAMA1\";", UART("9000") UART("a000"), NULL },
		{ STDOUT "bootargs = \"a console=ttyAMA2\";", UART("9000") UART("a000"),
		  "console=ttyAMA2, but its tree has no such PL011" },
		{ STDOUT "bootargs = \"console=ttyAMA2\";",
		  UART("9000") "aliases { serial2 = \"/uart@9000\"; };", NULL },
		{ STDOUT "bootargs = \"console=ttyAMA0 console=tty0\";", UART("9000"),
		  "console=tty0, but its tree has no such display" },
		{ STDOUT "bootargs = \"console=hvc0\";", UART("9000"), "no such virtio" },
		{ STDOUT "bootargs = \"console=ttyS0\";", UART("9000"), "no such 8250" },
		{ STDOUT "bootargs = \"console=netcon0 xconsole=ttyS0\";", UART("9000"), NULL },
		{ STDOUT "bootargs = \"earlycon=pl011,0x9000\";", UART("9000"), NULL },
		{ STDOUT "bootargs = \"earlycon=pl011,mmio32,0xc000\";", UART("9000"),
		  "nothing of its tree lies at 0x0000c000" },
		{ STDOUT "bootargs = \"earlycon\";", UART("9000"), NULL },
		{ "stdout-path = \"/uart@a000\";", UART("a000"),
		  "its console /uart@a000 is a line of the host" },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct doctor_case c = well();
		unsigned n;

		make(rows[i].chosen, rows[i].nodes);
		n = examine(&c);
		if (rows[i].finding ? !strstr(said, rows[i].finding) : n != 0)
			fail_msg("%u: %u findings:\n%s", i, n, said);
	}
}

/* Boot arguments come from whoever wrote the tree. */
static void odd_arguments(void **state)
{
	static const char *const odd[] = {
		"console=",
		"console= ",
		"console=ttyAMA",
		"console=ttyAMA99999999999999999999",
		"earlycon=,0x",
		"earlycon=pl011,0xzz",
		"console=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};

	for (unsigned i = 0; i < ARRAY_SIZE(odd); i++) {
		struct doctor_case c = well();
		char chosen[200];

		snprintf(chosen, sizeof(chosen), STDOUT "bootargs = \"%s\";", odd[i]);
		make(chosen, UART("9000"));
		assert_true(examine(&c) <= 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy),       cmocka_unit_test(states),
		cmocka_unit_test(loads),         cmocka_unit_test(loops),
		cmocka_unit_test(spins),         cmocka_unit_test(sleeps),
		cmocka_unit_test(long_stays),    cmocka_unit_test(output),
		cmocka_unit_test(accesses),      cmocka_unit_test(consoles),
		cmocka_unit_test(odd_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
