/* SPDX-License-Identifier: Apache-2.0 */
/* Bare metal: runs every case natively and writes the results by semihosting. */
#include "oracle.h"

enum { SYS_OPEN = 1, SYS_WRITE = 5, SYS_EXIT = 0x18, MODE_WB = 5, EXIT_OK = 0x20026 };

struct frame {
	uint32_t r[15];
	uint32_t pc;
	uint32_t cpsr;
};

uint32_t run(struct frame *in, struct frame *out);
uint32_t semihost(uint32_t op, const void *arg);
void runner(void);

static uint32_t l1[4096] __attribute__((aligned(16384)));
static uint32_t l2[256] __attribute__((aligned(1024)));
static uint32_t code[CODE_SIZE / 4] __attribute__((aligned(4096)));
static uint32_t data[DATA_SIZE / 4] __attribute__((aligned(4096)));

/* Short descriptors (ARM ARM B3.5.1): section, small page; AP[2:0], XN. */
static void map_section(uint32_t va, uint32_t xn) { l1[va >> 20] = va | 1 << 10 | xn << 4 | 2; }

static void map_page(uint32_t va, const void *page, uint32_t ap, uint32_t xn)
{
	l2[va >> 12 & 0xff] = (uint32_t)page | (ap & 4) << 7 | (ap & 3) << 4 | 2 | xn;
}

static void mmu_on(void)
{
	uint32_t sctlr;

	map_section(RUNNER_BASE, 0);
	for (uint32_t va = CASES_BASE; va < RUNNER_END; va += 1 << 20)
		map_section(va, 1);
	l1[CODE_BASE >> 20] = (uint32_t)l2 | 1;
	map_page(CODE_BASE, code, 5, 0);
	map_page(DATA_BASE, data, 3, 1);
	map_page(DATA_BASE + 0x1000, data + 0x400, 1, 1);
	asm volatile("mcr p15, 0, %0, c2, c0, 0\n" /* TTBR0 */
		     "mcr p15, 0, %1, c2, c0, 2\n" /* TTBCR */
		     "mcr p15, 0, %2, c3, c0, 0\n" /* DACR: Client */
		     "mcr p15, 0, %1, c8, c7, 0"   /* TLBIALL */
		     :
		     : "r"(l1), "r"(0), "r"(1)
		     : "memory");
	asm volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(sctlr));
	asm volatile("dsb\nmcr p15, 0, %0, c1, c0, 0\nisb" : : "r"(sctlr | 1) : "memory");
}

static void put_half(uint32_t at, uint32_t half)
{
	((volatile uint16_t *)code)[at / 2] = (uint16_t)half;
}

static void put_code(const struct oracle_case *c)
{
	uint32_t at = c->pc - CODE_BASE;

	if (!c->thumb) {
		code[at / 4] = c->word;
	} else if (c->size == 2) {
		put_half(at, c->word);
		put_half(at + 2, AFTER_THUMB);
	} else {
		put_half(at, c->word >> 16);
		put_half(at + 2, c->word);
		put_half(at + 4, AFTER_THUMB);
	}
	asm volatile("dsb\nmcr p15, 0, %0, c7, c5, 0\nisb" : : "r"(0) : "memory");
}

static void run_case(const struct oracle_case *c, struct oracle_result *res)
{
	uint32_t at = (c->pc - CODE_BASE) / 4;
	struct frame in, out;

	for (unsigned k = 0; k < 15; k++)
		in.r[k] = c->r[k];
	in.pc = c->pc;
	in.cpsr = c->cpsr;
	oracle_fill(data, c->seed);
	put_code(c);
	res->kind = run(&in, &out);
	res->lr = out.pc;
	res->cpsr = out.cpsr;
	for (unsigned k = 0; k < 15; k++)
		res->r[k] = out.r[k];
	res->sum = oracle_sum(data);
	for (unsigned k = 0; k < WINDOW_WORDS; k++)
		res->window[k] = data[(WINDOW - DATA_BASE) / 4 + k];
	for (unsigned k = 0; k < 3; k++)
		code[at + k] = FILLER;
}

static void save(const void *from, uint32_t bytes)
{
	static const char name[] = "results.bin";
	const uint32_t open[] = { (uint32_t)name, MODE_WB, sizeof(name) - 1 };
	uint32_t fd = semihost(SYS_OPEN, open);
	const uint32_t write[] = { fd, (uint32_t)from, bytes };

	semihost(SYS_WRITE, write);
}

void runner(void)
{
	const struct oracle_cases *cases = (const void *)CASES_BASE;
	struct oracle_result *res = (void *)RESULTS_BASE;

	for (unsigned k = 0; k < CODE_SIZE / 4; k++)
		code[k] = FILLER;
	mmu_on();
	for (uint32_t k = 0; k < cases->count; k++)
		run_case(&cases->item[k], &res[k]);
	save(res, cases->count * sizeof(*res));
	semihost(SYS_EXIT, (const void *)EXIT_OK);
}
