/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "palette.h"

static uint64_t done, kills, compared;

/* --- comparing ------------------------------------------------------------------------------- */

/* CPSR.A and F are not the guest's under SCR.AW = FW = 0. */
#define PSR_SEEN (PSR_MODE | PSR_T | PSR_I | PSR_E | PSR_IT | 0xf0000000u)

static uint32_t began_in; /* mode */
static struct core seen;  /* the guest's registers after the operation */

static bool same_psr(uint32_t a, uint32_t b) { return !((a ^ b) & PSR_SEEN); }

/* LR and SPSR of abt and und show hidden faults, unless the mode was just entered. */
static bool same_handler(const uint32_t *a, const uint32_t *b, uint32_t mode)
{
	if (a[0] != b[0])
		return false;
	if ((seen.cpsr & PSR_MODE) != mode || began_in == mode)
		return true;
	return a[1] == b[1] && same_psr(a[2], b[2]);
}

static bool same_bank(const struct banked *a, const struct banked *b)
{
	return !memcmp(a->usr, b->usr, sizeof(a->usr)) && !memcmp(a->svc, b->svc, 8) &&
	       same_psr(a->svc[2], b->svc[2]) && !memcmp(a->irq, b->irq, 8) &&
	       !memcmp(a->fiq, b->fiq, sizeof(a->fiq)) && same_handler(a->abt, b->abt, MODE_ABT) &&
	       same_handler(a->und, b->und, MODE_UND);
}

/* The domain of a fault that has none is UNKNOWN (ARM ARM B3.13.4). */
static bool same_dfsr(uint32_t a, uint32_t b)
{
	unsigned fs = (b & 15) | (b >> 6 & 16);
	bool no_domain = fs == FSR_TRANSLATION_1 || fs == FSR_ALIGNMENT || fs == FSR_EXTERNAL ||
			 fs == FSR_WALK_EXTERNAL_1 || fs == FSR_WALK_EXTERNAL_2;

	return !((a ^ b) & ~(no_domain ? 0xf0u : 0));
}

static bool same_memory(struct ref *r)
{
	for (unsigned n = 0; n < ref_nstored; n++) {
		const struct ref_block *b = ref_block(r, ref_stored[n]);
		uint32_t off = (ref_stored[n] & ~3u) - b->gpa, v = world_word(cur, b, off);

		if (memcmp(&v, b->copy + off, 4))
			return false;
	}
	return true;
}

static bool same_registers(const struct ref *r)
{
	const struct arch_vcpu *av = cur->vcpu.arch;
	const struct gwalk_regs *m = &av->mmu;

	return r->mmu.sctlr == m->sctlr && r->mmu.ttbr0 == m->ttbr0 && r->mmu.ttbr1 == m->ttbr1 &&
	       r->mmu.ttbcr == m->ttbcr && r->mmu.dacr == m->dacr &&
	       r->mmu.contextidr == av->contextidr && r->vbar == av->vbar;
}

static bool same(struct ref *r)
{
	return same_registers(r) && r->core.pc == seen.pc && same_psr(r->core.cpsr, seen.cpsr) &&
	       !memcmp(r->core.r, seen.r, sizeof(seen.r)) && same_bank(&r->core.bank, &seen.bank) &&
	       same_dfsr(hw_reg(CP15_OF(DFSR)), r->dfsr) && r->dfar == hw_reg(CP15_OF(DFAR)) &&
	       r->ifsr == hw_reg(CP15_OF(IFSR)) && r->ifar == hw_reg(CP15_OF(IFAR)) &&
	       !memcmp(r->device, cur->device, sizeof(r->device)) && same_memory(r);
}

static void start(void);
static uint32_t word_at(uint32_t pc, bool thumb);
static const char *op_name = "start";

/* --- running ------------------------------------------------------------------------------------ */

#define STEPS_MAX      20000u
#define STEPS_TAMPERED 5000u /* the shim has loops to jump into */
#define REF_STEPS      400u

static uint32_t shim_mib(void) { return cur->vcpu.arch->shim_va >> 20; }

static bool shim_address(uint32_t va) { return va >> 20 == shim_mib(); }

/* Batches of steps by the VMM that change nothing: a branch to itself. */
#define TURNS_IDLE 4u
static unsigned idle_turns;

/* One step of the core, or a turn of the VMM's.  True: an instruction of the guest was done. */
static bool advance(void)
{
	uint64_t exits = hw_exits;
	uint32_t pc = hw.pc;

	if (!hw_in_guest()) {
		world_switch(cur); /* and perhaps the VMM steps, and its slice ends again */
		return !hw_in_guest() && ++idle_turns == TURNS_IDLE;
	}
	core_step(&hw);
	if (hw_in_guest() && shim_address(hw.pc))
		check_code(); /* the step page is there now */
	return hw_in_guest() && hw_exits == exits && !shim_address(pc) && !shim_address(hw.pc);
}

/* The guest runs until it has got on, and is neither in the shim nor in the step page. */
static void run(void)
{
	const struct core before = seen;
	bool done_one = false;

	idle_turns = 0;
	for (unsigned n = 0; n < (cur->tampered ? STEPS_TAMPERED : STEPS_MAX); n++) {
		done_one |= advance();
		world_get(cur, &seen);
		if (cur->vcpu.state == VCPU_HALTED)
			return;
		if (!shim_address(seen.pc) &&
		    (done_one || seen.pc != before.pc || seen.cpsr != before.cpsr))
			return;
	}
	if (!cur->tampered)
		differs("the guest does not get on");
}

static void begin_anew(void)
{
	world_switch(NULL);
	world_boot(cur);
	palette_load(cur);
	world_switch(cur);
	start();
}

/* The guest was ended. */
static void killed(void)
{
	static const char *const fine[] = {
		"it maps all of its address space: no room for the shim",
		"exception return to a mode or state that does not exist",
	};
	bool known = cur->tampered || cur->ref.core.unpredictable;

	for (unsigned n = 0; n < ARRAY_SIZE(fine) && cur->killed; n++)
		known |= !strcmp(cur->killed, fine[n]);
	if (!known)
		differs("the guest was ended: %s", cur->killed ? cur->killed : "?");
	kills++;
	begin_anew();
}

static void settle(void)
{
	if (hw_in_guest()) { /* else its TLB is flushed before it runs again */
		check_code();
		check_translations();
	}
	world_get(cur, &seen);
	memcpy(cur->ref.core.bank.abt + 1, seen.bank.abt + 1, 8);
	memcpy(cur->ref.core.bank.und + 1, seen.bank.und + 1, 8);
}

/* Nothing to compare with: what happened counts, if it is within what is safe. */
static void resync(void)
{
	cur->tampered = true;
	world_resync(cur);
	world_resync_mmu(cur);
	world_resync_memory(cur);
	if (hw_in_guest())
		check_code();
}

static bool coprocessor_write(uint32_t w)
{
	return (w & 0x0f100f10) == 0x0e000f10 || ((w >> 16 | w << 16) & 0x0f100f10) == 0x0e000f10;
}

/*
 * Entries of the TLB, old and new, lead to different instructions at pc, one of them a TLB
 * operation perhaps.  Which one was executed cannot be told: that changes no register.
 */
static bool ambiguous(uint32_t pc)
{
	struct ref_way way[REF_WAYS];
	unsigned n = ref_ways(&cur->ref, pc, cur->ref.mmu.contextidr & 0xff, way);

	for (unsigned k = 0; k < n && n > 1; k++) {
		uint32_t w;

		if (!way[k].fs && ref_word(&cur->ref, way[k].gpa, &w) && coprocessor_write(w))
			return true;
	}
	return false;
}

/* The guest executes what is at pc, and the reference has to explain it. */
static void run_and_compare(bool comparable)
{
	struct ref *r = &cur->ref;
	uint32_t began_at;

	world_get(cur, &seen);
	began_in = seen.cpsr & PSR_MODE;
	snprintf(model_doing, sizeof(model_doing), "%s: pc %08x cpsr %08x r0 %08x r1 %08x, 0x%08x",
		 op_name, seen.pc, seen.cpsr, seen.r[0], seen.r[1],
		 word_at(seen.pc, seen.cpsr & PSR_T));
	r->shim_va = cur->vcpu.arch->shim_va;
	began_at = seen.pc;
	comparable &= !ambiguous(began_at);
	run();
	if (cur->vcpu.state == VCPU_HALTED) {
		ref_run(r, 1, same); /* was it unpredictable? */
		killed();
		return;
	}
	comparable &= began_at >> 20 != r->shim_va >> 20;
	if (!comparable || !ref_run(r, REF_STEPS, same) || r->core.unpredictable) {
		if (comparable && !r->core.unpredictable && !r->shim_touched)
			differs("pc %08x cpsr %08x dfsr %08x ifsr %08x", seen.pc, seen.cpsr,
				hw_reg(CP15_OF(DFSR)), hw_reg(CP15_OF(IFSR)));
		cur->tampered = true;
		resync();
		return;
	}
	compared++;
	settle();
}

/* --- operations -------------------------------------------------------------------------------------- */

static const uint8_t modes[] = {
	MODE_SVC, MODE_SVC, MODE_SVC, MODE_USR, MODE_USR,
	MODE_SYS, MODE_IRQ, MODE_ABT, MODE_UND, MODE_FIQ,
};

/* Both cores go to pc in the mode, with r0 and r1. */
static void place(uint32_t pc, uint32_t mode, bool thumb, uint32_t r0, uint32_t r1)
{
	struct core c;

	world_get(cur, &c);
	c.pc = pc;
	c.cpsr = (c.cpsr & 0xf0000000) | mode | (thumb ? PSR_T : 0) | PSR_I;
	*core_reg(&c, c.cpsr, 0) = r0;
	*core_reg(&c, c.cpsr, 1) = r1;
	*core_reg(&c, c.cpsr, 14) = chance(50) ? r0 & ~3u : POOL_GPA;
	c.bank.svc[2] = c.bank.irq[2] = c.bank.fiq[7] = MODE_USR | PSR_I;
	c.bank.abt[2] = c.bank.und[2] = MODE_SVC | PSR_I;
	world_put(cur, &c);
	world_resync(cur);
}

static uint32_t any_address(void)
{
	static const uint16_t offsets[] = { 0, 0, 4, 0x40, 0x44, 0x80, 0x100, 0x13c, 0xff8, 0xffc };
	uint32_t off = chance(90) ? ANY(offsets) : choose(PAGE_SIZE);

	off += chance(95) ? 0 : choose(4);
	switch (choose(8)) {
	case 0: return any_l1_address();
	case 1: return any_l2_address();
	case 2: return POOL_GPA + (choose(POOL_PAGES) << PAGE_SHIFT) + off;
	case 3: return (chance(50) ? SECTION_GPA : VECTORS_GPA) + (choose(40) << PAGE_SHIFT) + off;
	default: return any_place() + off;
	}
}

static uint32_t any_register_value(void)
{
	static const uint32_t sctlr[] = { 0x00c50079, 0x00c50079, 0x00c50079, 0x20c50079,
					  0x00c52079, 0x40c50079, 0x00c50078 };
	static const uint32_t dacr[] = { 0x55555555, 0x55555555, 0x5555555d, 0x55555554,
					 0xd5555555, 0x00000001, 0x15555575 };

	switch (choose(6)) {
	case 0: return ANY(sctlr);
	case 1: return ANY(dacr);
	case 2: return L1_GPA + choose(L1_TABLES) * 0x4000 + (chance(10) ? 0x4a : 0);
	case 3: return choose(4);
	case 4: return any_address() & ~0x1fu;
	default: return any_place() | choose(4);
	}
}

/* A value of r1 that suits the instruction. */
static uint32_t value_for(uint32_t word)
{
	if ((word & 0x0f000f10) != 0x0e000f10)
		return chance(50) ? any_word() : chance(50) ? any_l2() : any_address();
	switch (word & 0x000f00ef) {
	case 0x00010000: return chance(70) ? 0x00c50079 : (any_register_value() & ~0x02000002u);
	case 0x00020000:
	case 0x00020020: return L1_GPA + choose(L1_TABLES) * 0x4000;
	case 0x00020040: return chance(70) ? 0 : choose(3) | choose(4) << 4;
	case 0x000d0020: return choose(3);
	case 0x000c0000: return chance(80) ? VECTORS_GPA : any_word() & ~0x1fu;
	case 0x00030000: return any_register_value();
	default: return any_place() | choose(3);
	}
}

static bool palette_page(uint32_t gpa) { return gpa - RAM_GPA < RAM_SIZE; }

/* The instruction that an ARM or Thumb core would find at pc, for a fitting r1. */
static uint32_t word_at(uint32_t pc, bool thumb)
{
	struct ref_way way[REF_WAYS];
	uint32_t w = 0;

	ref_ways(&cur->ref, pc, cur->ref.mmu.contextidr & 0xff, way);
	if (!way[0].fs && palette_page(way[0].gpa))
		ref_word(&cur->ref, way[0].gpa, &w);
	return thumb ? w << 16 | w >> 16 : w;
}

static void op_execute(void)
{
	static const uint32_t edges[] = { 0, 0xffe, 0xffc, 0xff8 };
	bool thumb = chance(30);
	uint32_t page = chance(50) ? any_place() :
			chance(80) ? POOL_GPA + (choose(POOL_PAGES) << PAGE_SHIFT) :
				     SECTION_GPA + (choose(40) << PAGE_SHIFT);
	uint32_t off = chance(92) ? PALETTE_AT + PALETTE_SLOT * choose(PALETTE_SLOTS) : ANY(edges);
	uint32_t pc = (page | off) & (thumb ? ~1u : ~3u), mode = ANY(modes);

	place(pc, mode, thumb, any_address(), value_for(word_at(pc, thumb)));
	run_and_compare(true);
}

/* The kernel's own code does something: the page is mapped as it should be, mostly. */
static void op_kernel(void)
{
	unsigned n = choose(palette_arms);
	uint32_t word = palette_arm[n];

	place(POOL_GPA + PALETTE_AT + PALETTE_SLOT * n, MODE_SVC, false, any_address(),
	      value_for(word));
	run_and_compare(true);
}

static void kernel_executes(uint32_t word, uint32_t r0, uint32_t r1)
{
	for (unsigned n = 0; n < palette_arms; n++)
		if (palette_arm[n] == word)
			place(POOL_GPA + PALETTE_AT + PALETTE_SLOT * n, MODE_SVC, false, r0, r1);
	run_and_compare(true);
}

/* An entry of a table changes, and mostly the guest says so, for one of the places it is at. */
static void op_table(void)
{
	static const uint32_t tlbi[] = { 0xee081f37, 0xee081f37, 0xee081f77, 0xee081f57,
					 0xee081f17 };
	bool first = chance(25);
	uint32_t at = first ? any_l1_address() : any_l2_address();
	uint32_t va = first ? (at & 0x3ffc) << 18 : ANY(places) | (at & 0x3fc) << 10;

	kernel_executes(0xe5801000, at, first ? any_l1() : any_l2());
	if (chance(60))
		kernel_executes(ANY(tlbi), 0, (chance(70) ? va : any_place()) | choose(3));
}

static void op_register(void)
{
	static const uint32_t mcr[] = { 0xee021f10, 0xee0d1f30, 0xee031f10, 0xee011f10, 0xee021f50,
					0xee021f30, 0xee0c1f10, 0xee021f10, 0xee0d1f30 };
	uint32_t w = ANY(mcr);

	kernel_executes(w, 0, value_for(w));
}

/* One page after the other of a megabyte, as a kernel that comes up. */
static void op_run_through(void)
{
	uint32_t base = chance(50) ? SECTION_GPA : ANY(places);

	for (unsigned n = 0; n < 30; n++) {
		place(base + (n << PAGE_SHIFT) + PALETTE_AT, MODE_SVC, false, POOL_GPA, 0);
		run_and_compare(true);
	}
}

static void op_device(void)
{
	uint32_t page = chance(70) ? POOL_GPA + (choose(POOL_PAGES) << PAGE_SHIFT) :
				     SECTION_GPA + (choose(40) << PAGE_SHIFT);

	if (chance(50))
		palette_fill(cur, page, (enum palette)choose(PALETTE_KINDS));
	else if (chance(50))
		world_write(cur, page + (any_address() & 0xffc), any_word());
	else
		world_write(cur, chance(50) ? any_l1_address() : any_l2_address(), any_l2());
	settle();
}

static void op_switch(void)
{
	struct world_guest *other = &world[choose(GUESTS)];

	world_switch(NULL);
	if (chance(30))
		world_write(chance(50) ? cur : other, POOL_GPA + choose(64) * 64, any_word());
	world_switch(other);
	settle();
}

/* A jump to anywhere in the shim, with registers that say what the guest likes. */
static void op_shim(void)
{
	uint32_t va = cur->vcpu.arch->shim_va;

	kernel_executes(chance(50) ? 0xee051f10 : 0xee051f30, 0, chance(50) ? 0 : choose(1 << 12));
	cur->tampered = true;
	if (chance(30)) {
		kernel_executes(0xe5801000, va + 0xfe000 + 4 * choose(6),
				chance(50) ? MODE_SVC : any_place());
		return;
	}
	place(va + 0xfd000 + 4 * choose(32), ANY(modes), false, any_address(), any_word());
	run_and_compare(false);
	if (shim_address(seen.pc))
		begin_anew();
	settle();
}

static void op_reset(void)
{
	cur = &world[choose(GUESTS)];
	begin_anew();
	settle();
}

static const struct op {
	const char *name;
	void (*fn)(void);
	unsigned weight;
} ops[] = {
	{ "execute", op_execute, 500 }, { "kernel", op_kernel, 200 },
	{ "table", op_table, 120 },     { "register", op_register, 60 },
	{ "device", op_device, 40 },    { "switch", op_switch, 20 },
	{ "shim", op_shim, 8 },         { "run-through", op_run_through, 2 },
	{ "reset", op_reset, 1 },
};

static const struct op *any_op(void)
{
	unsigned sum = 0, n;

	for (n = 0; n < ARRAY_SIZE(ops); n++)
		sum += ops[n].weight;
	n = choose(sum);
	for (unsigned k = 0;; k++) {
		if (n < ops[k].weight)
			return &ops[k];
		n -= ops[k].weight;
	}
}

/* The guest's kernel turns its MMU on. */
static void start(void)
{
	kernel_executes(0xee021f10, 0, L1_GPA);
	kernel_executes(0xee031f10, 0, 0x55555555);
	kernel_executes(0xee0c1f10, 0, VECTORS_GPA);
	kernel_executes(0xee011f10, 0, 0x00c50079);
}

void ops_begin(void)
{
	world_init();
	model_op = 0;
	for (unsigned n = 0; n < GUESTS; n++) {
		if (world_create(&world[n]))
			violated("a guest cannot be created");
		cur = &world[n];
		begin_anew();
	}
	check_reset();
}

#define MEMORY_EVERY 512u

void ops_step(void)
{
	const struct op *op = any_op();

	model_op++;
	done++;
	op_name = op->name;
	if (ref_full(&cur->ref))
		kernel_executes(0xee081f17, 0, 0);
	if (ref_full(&cur->ref)) /* its kernel is not where it should be */
		begin_anew();
	/* A guest that has lost its own code turns its MMU off, or is started anew. */
	op->fn();
	if (model_op % MEMORY_EVERY == 0)
		check_memory(cur);
}

void ops_report(void)
{
	printf("%llu operations, %llu compared, %llu exits, %llu guests ended, %u unexplained\n",
	       (unsigned long long)done, (unsigned long long)compared, (unsigned long long)hw_exits,
	       (unsigned long long)kills, differences);
}

void ops_end(void)
{
	for (unsigned n = 0; n < GUESTS; n++)
		world_destroy(&world[n]);
	if (page_count(PAGE_MEANS))
		violated("%u pages are left", page_count(PAGE_MEANS));
}
