/* SPDX-License-Identifier: Apache-2.0 */
#include "bare.h"
#include "cp15.h"
#include "mmu.h"

uint32_t l1_table[4096] __attribute__((aligned(16384)));

#define L2_TABLES 16
static uint32_t l2_pool[L2_TABLES][256] __attribute__((aligned(1024)));
static unsigned l2_used;

/* TEX, C, B where sections and large pages have them (first argument: TEX shift). */
static uint32_t memory_type(unsigned tex, uint32_t attr)
{
	return attr & MAP_DEVICE ? 1u << 2 : (1u << tex) | (1u << 3) | (1u << 2);
}

static uint32_t domain_of(uint32_t attr) { return (attr >> 8) & 15; }

uint32_t desc_section(uint32_t pa, uint32_t attr)
{
	return (pa & 0xfff00000u) | 2 | memory_type(12, attr) | (attr & 3) << 10 |
	       (attr >> 2 & 1) << 15 | (attr & MAP_XN ? 1u << 4 : 0) |
	       (attr & MAP_NG ? 1u << 17 : 0) | domain_of(attr) << 5;
}

uint32_t desc_supersection(uint32_t pa, uint32_t attr)
{
	return (desc_section(pa & 0xff000000u, attr) & ~(15u << 5)) | 1u << 18;
}

uint32_t desc_table(const uint32_t *l2, uint32_t attr)
{
	return addr_of(l2) | 1 | domain_of(attr) << 5;
}

static uint32_t page_bits(uint32_t attr)
{
	return (attr & 3) << 4 | (attr >> 2 & 1) << 9 | (attr & MAP_NG ? 1u << 11 : 0);
}

uint32_t desc_small(uint32_t pa, uint32_t attr)
{
	return (pa & 0xfffff000u) | 2 | memory_type(6, attr) | page_bits(attr) |
	       (attr & MAP_XN ? 1 : 0);
}

uint32_t desc_large(uint32_t pa, uint32_t attr)
{
	return (pa & 0xffff0000u) | 1 | memory_type(12, attr) | page_bits(attr) |
	       (attr & MAP_XN ? 1u << 15 : 0);
}

void map_section(uint32_t *l1, uint32_t va, uint32_t pa, uint32_t attr)
{
	l1[va >> 20] = desc_section(pa, attr);
}

static uint32_t *table_for(uint32_t *l1, uint32_t va, uint32_t attr)
{
	uint32_t *e = &l1[va >> 20];

	if ((*e & 3) != 1) {
		if (l2_used == L2_TABLES) {
			check(false, "a second-level table is left");
			done();
		}
		*e = desc_table(l2_pool[l2_used++], attr);
	}
	return (uint32_t *)(*e & ~0x3ffu);
}

uint32_t *pte_of(uint32_t *l1, uint32_t va)
{
	return (uint32_t *)(l1[va >> 20] & ~0x3ffu) + (va >> 12 & 255);
}

void map_page(uint32_t *l1, uint32_t va, uint32_t pa, uint32_t attr)
{
	table_for(l1, va, attr)[va >> 12 & 255] = desc_small(pa, attr);
}

void map_large(uint32_t *l1, uint32_t va, uint32_t pa, uint32_t attr)
{
	uint32_t *l2 = table_for(l1, va, attr);

	for (unsigned i = 0; i < 16; i++)
		l2[(va >> 12 & 0xf0) + i] = desc_large(pa, attr);
}

void map_identity(uint32_t *l1)
{
	static const uint32_t devices[] = { 0x10000000, 0x1e000000 };

	for (unsigned i = 0; i < 4096; i++)
		l1[i] = 0;
	for (uint32_t a = RAM_BASE; a < RAM_BASE + RAM_SIZE; a += MIB)
		map_section(l1, a, a, MAP_AP(AP_RW));
	for (unsigned i = 0; i < ARRAY_SIZE(devices); i++)
		map_section(l1, devices[i], devices[i], MAP_AP(AP_PRIV_RW) | MAP_DEVICE | MAP_XN);
	dsb();
}

void tlb_flush(void)
{
	dsb();
	write_tlbiall(0);
	write_bpiall(0);
	dsb();
	isb();
}

void tlb_flush_page(uint32_t va)
{
	dsb();
	write_tlbimvaa(va & ~0xfffu);
	write_bpiall(0);
	dsb();
	isb();
}

void mmu_on(const uint32_t *l1)
{
	write_ttbcr(0);
	write_ttbr0(addr_of(l1) | TTBR_FLAGS);
	write_dacr(DACR_SET(0, DOM_CLIENT));
	tlb_flush();
	write_sctlr(read_sctlr() | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_Z);
	isb();
}

/*
 * With one CPU and identity-mapped RAM nothing but the program itself must
 * reach memory: clean what it may still use, line by line.
 */
static void clean_dcache(void)
{
	for (uint32_t a = RAM_BASE; a < SCRATCH; a += 32)
		write_dccimvac(a);
	dsb();
}

void mmu_off(void)
{
	clean_dcache();
	write_sctlr(read_sctlr() & ~(SCTLR_M | SCTLR_C | SCTLR_I));
	isb();
	tlb_flush();
}

void mmu_switch(const uint32_t *l1, uint32_t asid)
{
	write_contextidr(0);
	isb();
	write_ttbr0(addr_of(l1) | TTBR_FLAGS);
	isb();
	write_contextidr(asid);
	isb();
}
