/* SPDX-License-Identifier: Apache-2.0 */
/* PL0: permissions, system calls, what it may not do; and the banked registers. */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "mmu.h"

#define USER_CODE 0x00100000u
#define USER_DATA 0x00200000u
#define FRAME(n)  (SCRATCH + 0x1000u * (n))

extern const char user_text[], user_text_end[];
extern const char u_add[], u_add_thumb[], u_calls[], u_read[], u_write[], u_read_thumb[];
extern const char u_write_thumb[], u_jump[], u_allowed[], u_registers[], u_wfi[];

uint32_t enter_user(uint32_t at, uint32_t arg);
void user_bank(const uint32_t *in, uint32_t *out);
uint32_t rfe_srs(uint32_t *out);
void set_bank(uint32_t mode, const uint32_t *regs);
void get_bank(uint32_t mode, uint32_t *regs);

/* Runs user code until it takes an exception; r0 of its end. */
static uint32_t user(struct caught *c, const char *fn, uint32_t arg)
{
	uint32_t at = addr_of(fn) - addr_of(user_text) + USER_CODE;

	try_call(c, enter_user, at, arg);
	return c->r[0];
}

static void map_user(void)
{
	map_identity(l1_table);
	for (uint32_t a = RAM_BASE; a < RAM_BASE + RAM_SIZE; a += MIB)
		map_section(l1_table, a, a, MAP_AP(AP_PRIV_RW));
	for (uint32_t a = 0; addr_of(user_text) + a < addr_of(user_text_end); a += 0x1000)
		map_page(l1_table, USER_CODE + a, addr_of(user_text) + a, MAP_AP(AP_RO));
	map_page(l1_table, USER_DATA, FRAME(0), MAP_AP(AP_RW) | MAP_XN);
	map_page(l1_table, USER_DATA + 0x1000, FRAME(1), MAP_AP(AP_USER_RO) | MAP_XN);
	map_page(l1_table, USER_DATA + 0x2000, FRAME(2), MAP_AP(AP_PRIV_RW));
	map_page(l1_table, USER_DATA + 0x3000, 0x10009000, MAP_AP(AP_RW) | MAP_DEVICE | MAP_XN);
	mmu_on(l1_table);
}

static void test_svc(void)
{
	struct caught c;
	bool good;

	good = user(&c, u_add, 41) == 42 && c.kind == EXC_SVC;
	check(good && (c.spsr & 0x3f) == MODE_USR, "SVC from ARM");
	good = user(&c, u_add_thumb, 40) == 42 && c.kind == EXC_SVC;
	check(good && (c.spsr & 0x3f) == (MODE_USR | PSR_T), "SVC from Thumb");
}

/* System call 0 ends the program, 1 adds one to r0. */
static void on_svc(struct frame *f)
{
	uint32_t n = f->spsr & PSR_T ? *(volatile uint16_t *)(f->pc - 2) & 0xff :
				       rd32(f->pc - 4) & 0xffffff;

	if (n == 1)
		f->r[0]++;
	else
		exc_catch(f, EXC_SVC);
}

static void test_calls(void)
{
	struct caught c;

	exc_set(EXC_SVC, on_svc);
	check_eq("1000 system calls", user(&c, u_calls, 1000), 1000);
	exc_set(EXC_SVC, NULL);
}

static void test_permissions(void)
{
	struct caught c;

	wr32(FRAME(0) + 8, 0x11223344);
	wr32(FRAME(1) + 8, 0x55667788);
	check_eq("user reads its data", user(&c, u_read, USER_DATA + 8), 0x11223344);
	check_eq("in Thumb", user(&c, u_read_thumb, USER_DATA + 8), 0x11223344);
	user(&c, u_write, USER_DATA + 12);
	check_eq("user writes its data", rd32(FRAME(0) + 12), USER_DATA + 12);
	user(&c, u_write_thumb, USER_DATA + 16);
	check_eq("in Thumb, with write-back", c.r[0], USER_DATA + 20);
	check_eq("user reads a read-only page", user(&c, u_read, USER_DATA + 0x1008), 0x55667788);
	user(&c, u_write, USER_DATA + 0x1008);
	check_fault("but does not write it", &c, EXC_DABT, FSR_WRITE | FS_PERM_PAGE,
		    USER_DATA + 0x1008);
	check_eq("SPSR_abt says user", c.spsr & 0x1f, MODE_USR);
	wr32(USER_DATA + 0x1008, 0x99aabbcc);
	check_eq("the kernel does", rd32(FRAME(1) + 8), 0x99aabbcc);
	user(&c, u_read_thumb, USER_DATA + 0x2000);
	check_fault("user reads a page of the kernel", &c, EXC_DABT, FS_PERM_PAGE,
		    USER_DATA + 0x2000);
	user(&c, u_read, SCRATCH);
	check_fault("user reads a section of the kernel", &c, EXC_DABT, FS_PERM_SECTION, SCRATCH);
	user(&c, u_write, 0x300000);
	check_fault("user writes nothing", &c, EXC_DABT, FSR_WRITE | FS_XLAT_SECTION, 0x300000);
	user(&c, u_jump, USER_DATA + 0x2000);
	check_fault("user jumps into the kernel", &c, EXC_PABT, FS_PERM_PAGE, USER_DATA + 0x2000);
	user(&c, u_jump, USER_DATA);
	check_fault("user jumps into its data", &c, EXC_PABT, FS_PERM_PAGE, USER_DATA);
	check_eq("a device register from PL0", user(&c, u_read, USER_DATA + 0x3fe0), 0x11);
	user(&c, u_write_thumb, USER_DATA + 0x3024);
	check_eq("a device write from PL0", rd32(UART0 + 0x24) & 0xffff,
		 (USER_DATA + 0x3024) & 0xffff);
	uart_init();
}

#define UNDEFS     12
#define DECLARE(n) extern const char u_undef_##n[], u_undef_thumb_##n[];
/* clang-format off */
DECLARE(0) DECLARE(1) DECLARE(2) DECLARE(3) DECLARE(4) DECLARE(5)
DECLARE(6) DECLARE(7) DECLARE(8) DECLARE(9) DECLARE(10) DECLARE(11)
	/* clang-format on */

	static void test_undef(void)
{
#define ROW(n) \
	{ \
		u_undef_##n, u_undef_thumb_##n \
	}
	static const struct {
		const char *arm, *thumb;
	} rows[UNDEFS] = {
		ROW(0), ROW(1), ROW(2), ROW(3), ROW(4),  ROW(5),
		ROW(6), ROW(7), ROW(8), ROW(9), ROW(10), ROW(11),
	};
	unsigned good = 0;
	struct caught c;

	for (unsigned i = 0; i < UNDEFS; i++) {
		uint32_t arm = addr_of(rows[i].arm) - addr_of(user_text) + USER_CODE;
		uint32_t thumb = code_addr(rows[i].thumb) - addr_of(user_text) + USER_CODE;

		user(&c, rows[i].arm, 7);
		if (c.kind != EXC_UNDEF || c.pc != arm || c.lr != arm + 4 || c.r[0] != 7)
			print("  ARM row %u: %s at %08x\n", i, exc_name(c.kind), c.pc);
		else
			good++;
		user(&c, rows[i].thumb, 7);
		if (c.kind != EXC_UNDEF || c.pc != thumb || c.lr != thumb + 2 || c.r[0] != 7)
			print("  Thumb row %u: %s at %08x\n", i, exc_name(c.kind), c.pc);
		else
			good++;
	}
	check_eq("what PL0 may not do is undefined", good, 2 * UNDEFS);
}

static void test_allowed(void)
{
	struct caught c;

	write_tpidruro(0x5a5a0001);
	check_eq("what PL0 may do", user(&c, u_allowed, 0x5a5a0000), 0x1f);
	check_eq("TPIDRURW from user", read_tpidrurw(), 0x5a5a0000);
}

static void on_tick(unsigned intid) { wr32(FRAME(0) + 0x100, rd32(FRAME(0) + 0x100) + 1); }

static void test_interrupts(void)
{
	struct caught c;

	gic_init();
	wr32(FRAME(0) + 0x100, 0);
	wr32(FRAME(0) + 0x104, 0);
	twd_start(TWD_HZ / 1000, on_tick);
	irq_enable();
	check_eq("registers over 50 interrupts", user(&c, u_registers, USER_DATA + 0x100), 0);
	irq_disable();
	twd_stop();
	check_eq("ended by SVC", c.kind, EXC_SVC);
	check(rd32(FRAME(0) + 0x100) >= 50, "50 interrupts were counted");
	exc_set(EXC_IRQ, NULL);
}

static void test_wfi(void)
{
	struct caught c;

	gic_init();
	gic_enable(2, 0x80, NULL);
	wr32(GICD_SGIR, SGIR_SELF | 2);
	dsb();
	check_eq("WFI in PL0, interrupt pending and masked", user(&c, u_wfi, 4), 7);
	irq_enable();
	isb();
	irq_disable();
	exc_set(EXC_IRQ, NULL);
}

static const uint32_t modes[] = { MODE_FIQ, MODE_IRQ, MODE_ABT, MODE_UND, MODE_SYS };

/* Things that a VMM traps, some of them through UNDEF and aborts. */
static void many_exits(unsigned round)
{
	const uint32_t va = 0x80000000 + (round & 63) * MIB;

	write_dacr(read_dacr());
	write_ttbr0(read_ttbr0());
	write_contextidr(round & 0xff);
	isb();
	write_contextidr(0);
	write_sctlr(read_sctlr());
	map_section(l1_table, va, SCRATCH + MIB, MAP_AP(AP_PRIV_RW));
	dsb();
	wr32(va, rd32(va + 0x1000) + 1);
	put_return(SCRATCH + 2 * MIB, (uint8_t)round);
	((void (*)(void))(SCRATCH + 2 * MIB))();
	(void)rd32(UART0 + 0x18);
	wr32(0x1e000210, round);
	write_tlbimva(va);
	tlb_flush();
}

static void test_banked(void)
{
	uint32_t want[8], got[8];
	uint32_t saved[ARRAY_SIZE(modes)][8];
	unsigned good = 0;

	for (unsigned m = 0; m < ARRAY_SIZE(modes); m++) {
		get_bank(modes[m], saved[m]);
		for (unsigned i = 0; i < 8; i++)
			want[i] = 0xba000000 + m * 0x10000 + i;
		want[2] = 0xa00001d0 | (modes[m] & 0xf);
		set_bank(modes[m], want);
	}
	for (unsigned round = 0; round < 200; round++)
		many_exits(round);
	for (unsigned m = 0; m < ARRAY_SIZE(modes); m++) {
		/* LR and SPSR of abort and undefined mode live in their handlers only. */
		unsigned n = modes[m] == MODE_FIQ ? 8 :
			     modes[m] == MODE_SYS ? 2 :
			     modes[m] == MODE_IRQ ? 3 :
						    1;

		get_bank(modes[m], got);
		set_bank(modes[m], saved[m]);
		for (unsigned i = 0; i < n; i++) {
			uint32_t w = i == 2 ? 0xa00001d0 | (modes[m] & 0xf) :
					      0xba000000 + m * 0x10000 + i;

			good += got[i] == w;
			if (got[i] != w)
				print("  mode %x [%u] %08x want %08x\n", modes[m], i, got[i], w);
		}
	}
	check_eq("banked registers of all modes over many exits", good, 15);
}

static void test_special_forms(void)
{
	const uint32_t in[2] = { 0xaaaa5555, 0x5555aaaa };
	uint32_t out[2] = { 0, 0 }, saved[8];

	get_bank(MODE_SYS, saved);
	user_bank(in, out);
	set_bank(MODE_SYS, saved);
	check(out[0] == in[0] && out[1] == in[1], "LDM^ and STM^ of the user registers");
	check_eq("SRS to another mode's stack, RFE", rfe_srs(out), 0);
	check_eq("SRS stored LR", out[0], 0x12345678);
	check_eq("SRS stored SPSR", out[1], 0x800000d3);
}

void guest_main(void)
{
	test_special_forms();
	map_user();
	test_svc();
	test_calls();
	test_permissions();
	test_undef();
	test_allowed();
	test_interrupts();
	test_wfi();
	test_special_forms();
	test_banked();
	test_calls();
}
