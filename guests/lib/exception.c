/* SPDX-License-Identifier: Apache-2.0 */
#include "bare.h"
#include "cp15.h"

/* Laid out by try_call(). */
struct try_block {
	struct caught *caught;
	uint32_t cpsr;
	struct try_block *former;
};

struct try_block *try_top;
void try_land(void);
uint32_t op_read(uint32_t a, uint32_t b);
uint32_t op_write(uint32_t a, uint32_t b);
uint32_t op_read_user(uint32_t a, uint32_t b);
uint32_t op_write_user(uint32_t a, uint32_t b);
uint32_t op_jump(uint32_t a, uint32_t b);
void exc_dispatch(struct frame *f, enum exc kind);

static exc_fn handlers[EXC_MAX];

const char *exc_name(enum exc kind)
{
	static const char *const names[EXC_MAX] = {
		"none", "undef", "svc", "prefetch abort", "data abort", "irq", "fiq",
	};

	return kind < EXC_MAX ? names[kind] : "?";
}

exc_fn exc_set(enum exc kind, exc_fn fn)
{
	exc_fn former = handlers[kind];

	handlers[kind] = fn;
	return former;
}

void exc_catch(struct frame *f, enum exc kind)
{
	struct caught *c = try_top->caught;

	c->kind = kind;
	c->pc = f->pc;
	c->lr = f->lr;
	c->spsr = f->spsr;
	c->fsr = kind == EXC_DABT ? read_dfsr() : kind == EXC_PABT ? read_ifsr() : 0;
	c->far = kind == EXC_DABT ? read_dfar() : kind == EXC_PABT ? read_ifar() : 0;
	for (unsigned i = 0; i < 13; i++)
		c->r[i] = f->r[i];
	f->pc = addr_of(try_land);
	f->spsr = try_top->cpsr;
}

void exc_dispatch(struct frame *f, enum exc kind)
{
	if (kind == EXC_UNDEF)
		f->pc -= f->spsr & PSR_T ? 2 : 4;
	if (handlers[kind]) {
		handlers[kind](f);
	} else if (try_top && kind <= EXC_DABT) {
		exc_catch(f, kind);
	} else {
		print("unexpected %s at %08x spsr %08x dfsr %x dfar %08x ifsr %x ifar %08x\n",
		      exc_name(kind), f->pc, f->spsr, read_dfsr(), read_dfar(), read_ifsr(),
		      read_ifar());
		check(false, "no unexpected exception");
		done();
	}
}

uint32_t try_read(struct caught *c, uint32_t addr) { return try_call(c, op_read, addr, 0); }

void try_write(struct caught *c, uint32_t addr, uint32_t v) { try_call(c, op_write, addr, v); }

uint32_t try_read_user(struct caught *c, uint32_t addr)
{
	return try_call(c, op_read_user, addr, 0);
}

void try_write_user(struct caught *c, uint32_t addr, uint32_t v)
{
	try_call(c, op_write_user, addr, v);
}

uint32_t try_jump(struct caught *c, uint32_t addr, uint32_t a)
{
	return try_call(c, op_jump, addr, a);
}

static void tell(const struct caught *c)
{
	print("  got %s at %08x fsr %x far %08x\n", exc_name(c->kind), c->pc, c->fsr, c->far);
}

/* Of the FSR: status and WnR; the domain field is not valid for every fault. */
#define FSR_MASK 0xc0fu

bool check_fault(const char *what, const struct caught *c, enum exc kind, uint32_t fsr,
		 uint32_t far)
{
	bool abort = kind == EXC_DABT || kind == EXC_PABT;
	bool good = c->kind == kind && (!abort || ((c->fsr & FSR_MASK) == fsr && c->far == far));

	check(good, what);
	if (!good) {
		tell(c);
		print("  want %s fsr %x far %08x\n", exc_name(kind), fsr, far);
	}
	return good;
}

bool check_no_fault(const char *what, const struct caught *c)
{
	bool good = check(c->kind == EXC_NONE, what);

	if (!good)
		tell(c);
	return good;
}
