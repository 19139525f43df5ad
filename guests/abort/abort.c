/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: what they leave in registers, returning from them, nesting. */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

#define WINDOW   0x80000000u /* pages that come when they are asked for */
#define FRESH    0xb0000000u /* sections that are mapped but not yet used */
#define FRAME(n) (SCRATCH + 0x1000u * (n))

uint32_t raw_fault(uint32_t bad, const uint32_t *touch, uint32_t visit, uint32_t *out);
uint32_t ldm_over(uint32_t a, uint32_t b);
uint32_t stm_over(uint32_t a, uint32_t b);
uint32_t it_load(uint32_t a, uint32_t b);
extern const char raw_fault_insn[], at_ldm_over[], at_stm_over[];

static const uint32_t *code(const uint32_t *words, unsigned n)
{
	static uint32_t next = SCRATCH + 0x200000;
	uint32_t at = next;

	next += 64;
	copy((void *)at, words, n * 4);
	sync_code((void *)at, n * 4);
	return (const uint32_t *)at;
}

/* What an exception is, whence it comes and how it is left, ARM and Thumb. */
static void test_kinds(void)
{
	static const struct {
		const char *what;
		uint32_t words[3];
		unsigned thumb;
		enum exc kind;
		uint32_t pc, lr; /* relative to the code */
		uint32_t fsr;    /* prefetch aborts */
	} rows[] = {
		{ "ARM SVC", { 0xef123456, 0xe12fff1e }, 0, EXC_SVC, 4, 4, 0 },
		{ "ARM UDF", { 0xe7f000f0, 0xe12fff1e }, 0, EXC_UNDEF, 0, 4, 0 },
		{ "ARM BKPT", { 0xe1200070, 0xe12fff1e }, 0, EXC_PABT, 0, 4, FS_DEBUG },
		{ "ARM p13 c11", { 0xee0b5d10, 0xe12fff1e }, 0, EXC_UNDEF, 0, 4, 0 },
		{ "ARM p12 load", { 0xed9f5c00, 0xe12fff1e }, 0, EXC_UNDEF, 0, 4, 0 },
		{ "Thumb SVC", { 0x4770df12, 0 }, 1, EXC_SVC, 2, 2, 0 },
		{ "Thumb UDF", { 0x4770de00, 0 }, 1, EXC_UNDEF, 0, 2, 0 },
		{ "Thumb UDF.W", { 0xa000f7f0, 0x4770 }, 1, EXC_UNDEF, 0, 2, 0 },
		{ "Thumb BKPT", { 0x4770be00, 0 }, 1, EXC_PABT, 0, 4, FS_DEBUG },
		{ "Thumb p13 c11", { 0x5d10ee0b, 0x4770 }, 1, EXC_UNDEF, 0, 2, 0 },
		/* after cmp r0, r0 */
		{ "ARM, condition fails: SVC",
		  { 0xe1500000, 0x1f000000, 0xe12fff1e },
		  0,
		  0,
		  0,
		  0,
		  0 },
		{ "ARM, condition fails: p13",
		  { 0xe1500000, 0x1e0d5d10, 0xe12fff1e },
		  0,
		  0,
		  0,
		  0,
		  0 },
		{ "Thumb, condition fails: p13",
		  { 0xbf184280, 0x5d10ee0d, 0x4770 },
		  1,
		  0,
		  0,
		  0,
		  0 },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t at = addr_of(code(rows[i].words, 3));
		struct caught c;
		bool good;

		try_jump(&c, at | rows[i].thumb, 7);
		good = c.kind == rows[i].kind;
		if (good && c.kind != EXC_NONE)
			good = c.pc == at + rows[i].pc && c.lr == at + rows[i].lr &&
			       (c.spsr & (PSR_T | 0x1f)) ==
				       (rows[i].thumb ? PSR_T | MODE_SVC : MODE_SVC) &&
			       (c.kind != EXC_PABT || (c.fsr & 0x40f) == rows[i].fsr) &&
			       c.r[0] == 7;
		check(good, rows[i].what);
		if (!good)
			print("  %s pc +%x lr +%x spsr %08x fsr %x\n", exc_name(c.kind), c.pc - at,
			      c.lr - at, c.spsr, c.fsr);
	}
}

static void test_unaligned(void)
{
	static const uint32_t ldrd[] = { 0xe1c020d0, 0xe12fff1e };  /* ldrd r2, r3, [r0] */
	static const uint32_t ldm[] = { 0xe890000c, 0xe12fff1e };   /* ldm r0, {r2, r3} */
	static const uint32_t ldrex[] = { 0xe1902f9f, 0xe12fff1e }; /* ldrex r2, [r0] */
	struct caught c;

	wr32(FRAME(0), 0x44332211);
	wr32(FRAME(0) + 4, 0x88776655);
	check_eq("unaligned LDR", try_read(&c, FRAME(0) + 1), 0x55443322);
	try_jump(&c, addr_of(code(ldrd, 2)), FRAME(0) + 2);
	check_fault("unaligned LDRD", &c, EXC_DABT, FS_ALIGN, FRAME(0) + 2);
	try_jump(&c, addr_of(code(ldm, 2)), FRAME(0) + 2);
	check_fault("unaligned LDM", &c, EXC_DABT, FS_ALIGN, FRAME(0) + 2);
	try_jump(&c, addr_of(code(ldrex, 2)), FRAME(0) + 2);
	check_fault("unaligned LDREX", &c, EXC_DABT, FS_ALIGN, FRAME(0) + 2);
	write_sctlr(read_sctlr() | SCTLR_A);
	isb();
	try_read(&c, FRAME(0) + 1);
	check_fault("unaligned LDR with SCTLR.A", &c, EXC_DABT, FS_ALIGN, FRAME(0) + 1);
	try_write(&c, FRAME(0) + 3, 0);
	check_fault("unaligned STR with SCTLR.A", &c, EXC_DABT, FSR_WRITE | FS_ALIGN, FRAME(0) + 3);
	write_sctlr(read_sctlr() & ~SCTLR_A);
	isb();
	check_eq("SCTLR.A taken away", try_read(&c, FRAME(0) + 2), 0x66554433);
}

static uint32_t come_count, come_bad;

/* Maps the page that is missing, whatever it is for, and goes on. */
static void come(struct frame *f)
{
	uint32_t far = read_dfar();

	if (far - WINDOW >= MIB || (read_dfsr() & 0x40f) != FS_XLAT_PAGE) {
		come_bad++;
		print("  come: dfsr %x dfar %08x\n", read_dfsr(), far);
		done();
	}
	come_count++;
	map_page(l1_table, far, FRAME(far >> 12 & 255), MAP_AP(AP_RW));
	dsb();
}

static void empty_window(void)
{
	map_page(l1_table, WINDOW, 0, 0);
	for (unsigned i = 0; i < 256; i++)
		*pte_of(l1_table, WINDOW + i * 0x1000) = 0;
	tlb_flush();
	come_count = 0;
}

static void test_resume(void)
{
	uint32_t sum = 0;

	exc_set(EXC_DABT, come);
	empty_window();
	for (unsigned i = 0; i < 256; i++)
		wr32(FRAME(i) + 4 * i, i);
	for (unsigned i = 0; i < 256; i++)
		sum += rd32(WINDOW + i * 0x1000 + 4 * i);
	check_eq("256 pages come on demand", come_count, 256);
	check_eq("with the right data", sum, 32640);

	empty_window();
	wr32(FRAME(10) + 0xff8, 1);
	wr32(FRAME(10) + 0xffc, 20);
	wr32(FRAME(11), 300);
	wr32(FRAME(11) + 4, 4000);
	check_eq("LDM over two missing pages", ldm_over(WINDOW + 0xaff8, 0), 0x10000000 + 4321);
	check_eq("stm_over: 16 back", stm_over(WINDOW + 0xd008, 0), 16);
	check_eq("STM over two missing pages",
		 rd32(FRAME(12) + 0xff8) | rd32(FRAME(12) + 0xffc) << 4 | rd32(FRAME(13)) << 8 |
			 rd32(FRAME(13) + 4) << 12,
		 0x4321);
	wr32(FRAME(14), 1000);
	check_eq("a load inside an IT block", it_load(WINDOW + 0xe000, 0), 1016);
	check_eq("an unaligned word over two missing pages",
		 (wr32(FRAME(15) + 0xffc, 0xaabb0000), wr32(FRAME(16), 0x0000ccdd),
		  rd32(WINDOW + 0xfffe)),
		 0xccddaabb);
	check_eq("faults in all", come_count, 7);
	check_eq("none unexpected", come_bad, 0);
	exc_set(EXC_DABT, NULL);
}

/* Code that comes on demand, a function and a wide Thumb instruction at a seam. */
static uint32_t fetch_count;

static void come_code(struct frame *f)
{
	uint32_t ifar = read_ifar();

	fetch_count++;
	if (ifar - WINDOW >= MIB || fetch_count > 300) {
		print("  come_code: ifsr %x ifar %08x\n", read_ifsr(), ifar);
		check(false, "instruction fault in the window");
		done();
	}
	map_page(l1_table, ifar, FRAME(ifar >> 12 & 255), MAP_AP(AP_RO));
	dsb();
}

static void test_resume_code(void)
{
	uint32_t sum = 0;

	exc_set(EXC_PABT, come_code);
	empty_window();
	for (unsigned i = 0; i < 64; i++)
		put_return(FRAME(i) + 0x40, (uint8_t)i);
	for (unsigned i = 0; i < 64; i++)
		sum += ((uint32_t(*)(void))(WINDOW + i * 0x1000 + 0x40))();
	check_eq("64 functions come on demand", sum, 2016);
	check_eq("by one fault each", fetch_count, 64);

	/* movw r0, #0x4321 with a half in either page; bx lr */
	wr16(FRAME(0x50) + 0xffe, 0xf244);
	wr32(FRAME(0x51), 0x47703021);
	wr16(FRAME(0x51), 0x3021);
	sync_code((void *)(FRAME(0x50) + 0xfe0), 64);
	fetch_count = 0;
	check_eq("a wide Thumb instruction over two missing pages",
		 ((uint32_t(*)(void))(WINDOW + 0x50fff))(), 0x4321);
	check_eq("comes by two faults", fetch_count, 2);
	exc_set(EXC_PABT, NULL);
}

/* The handler's own accesses must not disturb what it has not saved yet. */
static void test_raw(void)
{
	uint32_t touch[40], out[9], visit, saved;
	const uint32_t back[] = { 0xe12fff16 }; /* bx r6 */
	unsigned n = 0;
	struct caught c;
	bool good;

	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < 64; i++)
			map_section(l1_table, FRESH + i * MIB, SCRATCH + (i & 7) * MIB,
				    MAP_AP(AP_RW));
		tlb_flush();
		n = 0;
		for (unsigned i = 0; i < round * 4; i++)
			touch[n++] = FRESH + i * MIB + i * 0x3000;
		touch[n++] = 0;
		for (unsigned i = 0; i < round * 4; i++)
			touch[n++] = FRESH + (i + 20) * MIB + i * 0x5000;
		touch[n++] = 0;
		visit = addr_of(code(back, 1)) - SCRATCH + FRESH + (40 + 8 * (round & 1)) * MIB;
		check_eq("raw handler: the fault is skipped",
			 raw_fault(0xc0000000 + round * 4, touch, visit, out), 99);
		good = out[0] == addr_of(raw_fault_insn) + 8 && (out[1] & 0x1f) == MODE_SVC;
		check(good, "LR_abt and SPSR_abt after touching pages");
		check_eq("DFSR then", out[2] & 0xc0f, FS_XLAT_SECTION);
		check_eq("DFAR then", out[3], 0xc0000000 + round * 4);
		check(out[5] == out[0] && out[6] == out[1], "the same after fetching elsewhere");
		check(out[7] == out[0] && out[8] == out[1],
		      "the same after a while in system mode");
		if (!good)
			for (unsigned i = 0; i < 9; i++)
				print("  out[%u] %08x\n", i, out[i]);
	}
	/* Fault registers are not touched by accesses that succeed. */
	try_read(&c, 0xc0001000);
	saved = read_dfar();
	for (unsigned i = 0; i < 64; i++) {
		map_section(l1_table, FRESH + 64 * MIB + i * MIB, SCRATCH, MAP_AP(AP_RW));
		dsb();
		rd32(FRESH + 64 * MIB + i * MIB);
	}
	check_eq("DFAR stays until the next fault", read_dfar(), saved);
	check_eq("DFSR too", read_dfsr() & 0xc0f, FS_XLAT_SECTION);
}

static uint32_t depth, nest_good;

/* Faults inside the handlers of faults, down to 8. */
static void nest(struct frame *f)
{
	uint32_t level = depth++, far = read_dfar(), svc;
	struct caught c;

	nest_good += far == 0xc0000000 + level * 0x1000;
	nest_good += (f->spsr & 0x1f) == (level ? MODE_ABT : MODE_SVC);
	if (level < 8)
		rd32(0xc0000000 + (level + 1) * 0x1000);
	exc_set(EXC_DABT, NULL);
	try_write(&c, 0xd0000000 + level, 1);
	exc_set(EXC_DABT, nest);
	nest_good += c.kind == EXC_DABT && c.far == 0xd0000000 + level;
	try_jump(&c, 0xd1000000, 0);
	nest_good += c.kind == EXC_PABT && c.far == 0xd1000000;
	svc = 0xef000000;
	try_jump(&c, addr_of(code(&svc, 1)), 0);
	nest_good += c.kind == EXC_SVC && (c.spsr & 0x1f) == MODE_ABT;
	f->pc += 4;
}

static void test_nested(void)
{
	exc_set(EXC_DABT, nest);
	rd32(0xc0000000);
	exc_set(EXC_DABT, NULL);
	check_eq("9 nested data aborts", depth, 9);
	check_eq("each with its own registers", nest_good, 45);
}

void guest_main(void)
{
	print("MMU off\n");
	test_kinds();
	map_identity(l1_table);
	mmu_on(l1_table);
	print("MMU on\n");
	test_kinds();
	test_unaligned();
	test_resume();
	test_resume_code();
	test_raw();
	test_nested();
}
