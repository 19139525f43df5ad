/* SPDX-License-Identifier: Apache-2.0 */
/* ARM and Thumb side by side, and sensitive instructions in odd places. */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "mmu.h"

typedef uint32_t (*code_fn)(uint32_t a, uint32_t b);

uint32_t mix_arm(uint32_t n);
uint32_t mix_thumb(uint32_t n);
extern const code_fn conds[], conds_end[];
uint32_t it_four(uint32_t which);
uint32_t literals_arm(uint32_t *out);
uint32_t literals_thumb(uint32_t *out);
extern const uint32_t literals_want[];
uint32_t table_thumb(uint32_t i);
uint32_t window_blx(void);
uint32_t window_ldr(uint32_t buffer);
void window_svc(void);
uint32_t wfi_arm(void);
uint32_t wfi_thumb(void);
uint32_t sp_and_lr(void);
uint32_t sp_and_lr_arm(void);

#define DACR_VALUE DACR_SET(0, DOM_CLIENT)
#define DACR_OTHER (DACR_VALUE | DACR_SET(5, DOM_CLIENT))

static void test_mix(void)
{
	check_eq("100 calls between ARM and Thumb", mix_arm(100), 100);
	check_eq("the other way round", mix_thumb(101), 101);
}

static void test_conditions(void)
{
	unsigned good[2] = { 0, 0 };

	for (const code_fn *fn = conds; fn < conds_end; fn++)
		for (uint32_t flags = 0; flags < 16; flags++) {
			uint32_t got = (*fn)(flags, DACR_OTHER);

			good[(fn - conds) & 1] += got == 7 || got == 0;
		}
	check_eq("ARM: 14 conditions, 16 states of the flags", good[0], 14 * 16);
	check_eq("Thumb: the same in IT blocks", good[1], 14 * 16);
	check_eq("an IT block of four, first branch", it_four(0), DACR_VALUE);
	check_eq("an IT block of four, second branch", it_four(1), (2 * DACR_VALUE + 0x30) << 8);
}

static void test_literals(uint32_t (*fn)(uint32_t *), const char *what)
{
	uint32_t got[12];
	unsigned good = 0;

	check_eq(what, fn(got), read_dacr());
	for (unsigned i = 0; i < 12; i++)
		good += got[i] == literals_want[i];
	check_eq("its literals are unaltered", good, 12);
}

static void test_table(void)
{
	static const uint32_t want[] = {
		0xf1,       0xffffff5f, 0xfffffe23, 0xfffffe23, 0x109,      0xfffffe23, 0xffffff57,
		0xfffffe35, 0xfffffe23, 0xfffffe23, 0x12f,      0xfffffe23, 0xfffffe35,
	};
	unsigned good = 0;

	for (unsigned i = 0; i < 13; i++)
		good += table_thumb(i) == want[i];
	check_eq("the table beside a switch is unaltered", good, 13);
	check_eq("beyond its end", table_thumb(13), 0);
}

static uint32_t svc_count;

static void on_svc(struct frame *f) { svc_count++; }

static void test_windows(void)
{
	wr16(SCRATCH + 0xe02, 0x1110);
	wr16(SCRATCH + 0xe04, 0x2220);
	for (unsigned i = 0; i < 3; i++) {
		check_eq("BLX over a forbidden window", window_blx(), 0x55 + 15);
		check_eq("LDR.W over a forbidden window", window_ldr(SCRATCH), 0x2220111f);
	}
	exc_set(EXC_SVC, on_svc);
	for (unsigned i = 0; i < 10; i++)
		window_svc();
	exc_set(EXC_SVC, NULL);
	check_eq("an SVC that Thumb would see as MCR", svc_count, 10);
}

/*
 * A wide Thumb instruction over the end of a page: the page after it decides
 * what it is.  Frame A ends with the first half of MRC p15 / p12, of
 * which only the first exists.
 */
static void test_straddle(void)
{
	const uint32_t va = 0x80000000, a = SCRATCH + 0x10000;
	struct caught c;
	uint32_t v, other;

	wr16(a + 0xffe, 0xee13);      /* mrc p?, 0, r?, c3, c0, 0 */
	wr32(a + 0x1000, 0x47700f10); /* p15, r0; bx lr */
	wr32(a + 0x2000, 0x47700c10); /* p12, r0; bx lr */
	wr32(a + 0x3000, 0x46081f10); /* p15, r1; mov r0, r1 */
	wr32(a + 0x3004, 0xbf004770); /* bx lr */
	sync_code((void *)a, 0x4000);
	for (unsigned i = 0; i < 3; i++) {
		map_page(l1_table, va + i * 0x10000, a, MAP_AP(AP_RO));
		map_page(l1_table, va + i * 0x10000 + 0x1000, a + 0x1000 + i * 0x1000,
			 MAP_AP(AP_RO));
	}
	tlb_flush();
	for (unsigned i = 0; i < 3; i++) {
		v = try_jump(&c, va + 0xfff, 7);
		check(c.kind == EXC_NONE && v == read_dacr(), "MRC p15 over two pages");
		try_jump(&c, va + 0x10fff, 7);
		check(c.kind == EXC_UNDEF && c.pc == va + 0x10ffe, "MRC p12 over two pages");
		v = try_jump(&c, va + 0x20fff, 7);
		check(c.kind == EXC_NONE && v == read_dacr(), "MRC p15 to r1 over two pages");
	}
	/* The second page changes under the first. */
	*pte_of(l1_table, va + 0x1000) = desc_small(a + 0x2000, MAP_AP(AP_RO));
	tlb_flush_page(va + 0x1000);
	try_jump(&c, va + 0xfff, 7);
	check_eq("p15 became p12", c.kind, EXC_UNDEF);
	wr16(a + 0x2000, 0x0f10);
	sync_code((void *)(a + 0x2000), 4);
	other = try_jump(&c, va + 0xfff, 7);
	check(c.kind == EXC_NONE && other == read_dacr(), "and p15 again");
}

static volatile uint32_t sgi_count;

static void on_sgi(unsigned intid) { sgi_count++; }

/* Exceptions taken in Thumb state, as a Thumb-2 kernel has them. */
static void test_thumb_exceptions(void)
{
	extern const uint32_t thumb_vectors[];
	uint32_t vbar = read_vbar();
	struct caught c;

	write_vbar(code_addr(thumb_vectors));
	write_sctlr(read_sctlr() | SCTLR_TE);
	isb();
	check_eq("SCTLR.TE reads back", read_sctlr() & SCTLR_TE, SCTLR_TE);
	svc_count = 0;
	exc_set(EXC_SVC, on_svc);
	window_svc();
	exc_set(EXC_SVC, NULL);
	check_eq("SVC through Thumb vectors", svc_count, 1);
	try_read(&c, 0xc0000000);
	check_fault("data abort", &c, EXC_DABT, FS_XLAT_SECTION, 0xc0000000);
	try_jump(&c, 0xc0000000, 0);
	check_fault("prefetch abort", &c, EXC_PABT, FS_XLAT_SECTION, 0xc0000000);
	wr32(SCRATCH, 0xe7f000f0);
	sync_code((void *)SCRATCH, 4);
	try_jump(&c, SCRATCH, 0);
	check_eq("undefined instruction", c.kind, EXC_UNDEF);
	wr32(GICD_SGIR, SGIR_SELF | 3);
	dsb();
	sgi_count = 0;
	irq_enable();
	isb();
	irq_disable();
	check_eq("interrupt", sgi_count, 1);
	write_vbar(vbar);
	write_sctlr(read_sctlr() & ~SCTLR_TE);
	isb();
}

/* An SGI that is pending while IRQs are masked ends every WFI at once. */
static void test_wfi(void)
{
	wr32(GICD_SGIR, SGIR_SELF | 3);
	dsb();
	check_eq("WFI in ARM, interrupt pending", wfi_arm(), 1);
	check_eq("WFI in Thumb, interrupt pending", wfi_thumb(), 1);
	check_eq("it is still pending", sgi_count, 0);
	irq_enable();
	isb();
	irq_disable();
	check_eq("and taken when unmasked", sgi_count, 1);
}

static void test_all(void)
{
	test_mix();
	test_conditions();
	test_literals(literals_arm, "ARM function with literals");
	test_literals(literals_thumb, "Thumb function with literals");
	test_table();
	test_windows();
	check_eq("sp and lr as operands, Thumb", sp_and_lr(), 0);
	check_eq("sp and lr as operands, ARM, six modes", sp_and_lr_arm(), 6);
}

/* --- a page that a VMM cannot patch, so that it has to step it --------------------- */

#define STEPPED (SCRATCH + 0x600000u)

/* MSR CPSR_f, r0; MOV r1, #1; MOV r0, #0; <word>; BX lr. */
static void put_conditional(uint32_t at, uint32_t word)
{
	const uint32_t code[] = { 0xe128f000, 0xe3a01001, 0xe3a00000, word, 0xe12fff1e };

	copy((void *)at, code, sizeof(code));
}

/* UQADD8 r0, r0, r1 under all conditions and flags; a one for each that was executed. */
static uint32_t conditional_sum(uint32_t page)
{
	struct caught c;
	uint32_t sum = 0, v;

	for (uint32_t cond = 0; cond < 15; cond++)
		put_conditional(page + 0x20 * cond, cond << 28 | 0x06600f91);
	sync_code((void *)page, 0x1000);
	for (uint32_t cond = 0; cond < 15; cond++)
		for (uint32_t flags = 0; flags < 16; flags++) {
			v = try_jump(&c, page + 0x20 * cond, flags << 28);
			sum = sum * 31 + (c.kind == EXC_NONE ? v : 100u + c.kind);
		}
	return sum;
}

static void test_stepped_conditions(void)
{
	uint32_t want = conditional_sum(STEPPED);

	put_data(STEPPED + 0x1000, 0x400);
	check_eq("conditions in a page full of data", conditional_sum(STEPPED + 0x1000), want);
}

void guest_main(void)
{
	print("MMU off\n");
	write_dacr(DACR_VALUE);
	test_all();
	map_identity(l1_table);
	mmu_on(l1_table);
	print("MMU on\n");
	svc_count = 0;
	test_all();
	test_straddle();
	test_stepped_conditions();
	gic_init();
	gic_enable(3, 0x80, on_sgi);
	test_wfi();
	test_thumb_exceptions();
}
