/* SPDX-License-Identifier: Apache-2.0 */
/* A CPU and a little memory behind the callbacks of insn_env, for the tests. */
#ifndef TEST_INSN_CPU_H
#define TEST_INSN_CPU_H

#include <errno.h>
#include <string.h>

#include <insn/insn.h>

/* For rows of a table: an ARM word, a narrow and a wide Thumb encoding. */
#define A(w) \
	{ \
		ISA_ARM, 4, w \
	}
#define T(w) \
	{ \
		ISA_THUMB, 2, w \
	}
#define W(w) \
	{ \
		ISA_THUMB, 4, w \
	}

#define CPU_RAM_BASE UINT32_C(0x1000)
#define CPU_RAM_SIZE UINT32_C(0x400)

struct insn_cpu {
	struct insn_env env;
	uint32_t r[15];
	uint8_t ram[CPU_RAM_SIZE];
	uint32_t user_from; /* PL0 may not touch this address and above */
	unsigned accesses;  /* loads and stores seen */
	unsigned users;     /* those with PL0 permissions */
	unsigned bad_regs;  /* register numbers out of range */
	uint32_t probed;    /* bytes of the last probe */
};

static inline bool cpu_ram_has(const struct insn_cpu *c, uint32_t va, unsigned size, bool user)
{
	uint32_t at = va - CPU_RAM_BASE;

	return at < CPU_RAM_SIZE && size <= CPU_RAM_SIZE - at &&
	       !(user && va + size > c->user_from);
}

static inline uint32_t cpu_get_reg(void *ctx, unsigned r)
{
	struct insn_cpu *c = (struct insn_cpu *)ctx;

	if (r < 15)
		return c->r[r];
	c->bad_regs++;
	return 0;
}

static inline void cpu_set_reg(void *ctx, unsigned r, uint32_t v)
{
	struct insn_cpu *c = (struct insn_cpu *)ctx;

	if (r < 15)
		c->r[r] = v;
	else
		c->bad_regs++;
}

static inline int cpu_access(struct insn_cpu *c, uint32_t va, unsigned size, bool user)
{
	c->accesses++;
	c->users += user;
	if ((size != 1 && size != 2 && size != 4) || (va & (size - 1)))
		return -EPROTO; /* never asked for by the contract */
	return cpu_ram_has(c, va, size, user) ? 0 : -ENXIO;
}

static inline int cpu_load(void *ctx, uint32_t va, unsigned size, bool user, uint32_t *v)
{
	struct insn_cpu *c = (struct insn_cpu *)ctx;
	int err = cpu_access(c, va, size, user);

	*v = 0;
	if (!err)
		memcpy(v, &c->ram[va - CPU_RAM_BASE], size);
	return err;
}

static inline int cpu_store(void *ctx, uint32_t va, unsigned size, bool user, uint32_t v)
{
	struct insn_cpu *c = (struct insn_cpu *)ctx;
	int err = cpu_access(c, va, size, user);

	if (!err)
		memcpy(&c->ram[va - CPU_RAM_BASE], &v, size);
	return err;
}

static inline int cpu_probe(void *ctx, uint32_t va, unsigned size, bool write, bool user)
{
	struct insn_cpu *c = (struct insn_cpu *)ctx;

	c->probed = size;
	return cpu_ram_has(c, va, size, user) ? 0 : -ENXIO;
}

/* r0..r14 and RAM hold values that are all different. */
static inline void cpu_reset(struct insn_cpu *c, uint32_t pc, uint32_t cpsr)
{
	memset(c, 0, sizeof(*c));
	c->env = (struct insn_env){
		.ctx = c,
		.pc = pc,
		.cpsr = cpsr,
		.get_reg = cpu_get_reg,
		.set_reg = cpu_set_reg,
		.load = cpu_load,
		.store = cpu_store,
		.probe = cpu_probe,
	};
	c->user_from = CPU_RAM_BASE + CPU_RAM_SIZE;
	for (unsigned r = 0; r < 15; r++)
		c->r[r] = 0xa0b0c000 + r * 0x01010101;
	for (unsigned k = 0; k < CPU_RAM_SIZE; k++)
		c->ram[k] = (uint8_t)(k * 37 + (k >> 8) * 11 + 0x81);
}

static inline uint32_t cpu_word(const struct insn_cpu *c, uint32_t va)
{
	uint32_t v;

	memcpy(&v, &c->ram[va - CPU_RAM_BASE], 4);
	return v;
}

static inline void cpu_put(struct insn_cpu *c, uint32_t va, uint32_t v)
{
	memcpy(&c->ram[va - CPU_RAM_BASE], &v, 4);
}

static inline struct insn insn_arm(uint32_t word) { return (struct insn){ ISA_ARM, 4, word }; }

static inline struct insn insn_t16(uint32_t word) { return (struct insn){ ISA_THUMB, 2, word }; }

static inline struct insn insn_t32(uint32_t word) { return (struct insn){ ISA_THUMB, 4, word }; }

#endif
