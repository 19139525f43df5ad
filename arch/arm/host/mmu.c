/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VMM's own map: Secure short descriptors (ARM ARM B3.5), 1:1.
 *
 *	text        4 KiB pages, read-only, executable, Secure
 *	rodata      4 KiB pages, read-only, never executable, Secure
 *	data, heap  4 KiB pages, read-write, never executable, Secure
 *	guard pages and the rest of the image's 1 MiB units: nothing
 *	other RAM   1 MiB sections, read-write, never executable, Non-secure: its
 *	            cache lines carry NS = 1 like those of the guests that use it
 *	devices     1 MiB sections, Device, read-write, never executable, Secure
 *
 * All else, page 0 included, faults.
 */
#include <errno.h>

#include <arch/cp15.h>
#include <arch/stacks.h>
#include <espalier/arch.h>
#include <espalier/lock.h>

#include "mmu.h"

#define SECTION_SHIFT 20
#define SECTION_SIZE  (1u << SECTION_SHIFT)

/* First-level descriptors (ARM ARM figure B3-4); domain 0, TEX remap off. */
#define L1_TABLE   0x1u /* NS = 0 for the whole unit */
#define L1_SECTION 0x2u
#define L1_XN      (1u << 4)
#define L1_AP_RW   (1u << 10) /* AP = 001: PL1 read-write, PL0 none */
#define L1_NS      (1u << 19)
#define L1_NORMAL  ((1u << 16) | (1u << 12) | (3u << 2)) /* S, write-back write-allocate */
#define L1_DEVICE  (1u << 2)

/* Second-level small pages (figure B3-5). */
#define L2_PAGE   0x2u
#define L2_XN     0x1u
#define L2_NORMAL ((1u << 10) | (1u << 6) | (3u << 2)) /* S, write-back write-allocate */
#define L2_AP_RW  (1u << 4)                            /* AP = 001 */
#define L2_AP_RO  ((1u << 9) | (1u << 4))              /* AP = 101 */

/* TTBR0: walks are shareable, inner and outer write-back write-allocate (B4.1.154). */
#define TTBR_WALKS 0x4au

/* 1 MiB units that the image, its heap included, may touch; espalier.ld checks. */
#define IMAGE_UNITS (CONFIG_HEAP_PAGES / 256 + 3)

/* espalier.ld */
extern uint8_t image_start[], text_end[], rodata_end[], image_end[];

static uint32_t host_l1[4096] __aligned(16384);
static uint32_t host_l2[IMAGE_UNITS][256] __aligned(1024);
static struct spinlock map_lock;

static uint32_t *image_pte(uint32_t a)
{
	uint32_t first = ptr_hpa(image_start).v >> SECTION_SHIFT;

	return &host_l2[(a >> SECTION_SHIFT) - first][(a >> PAGE_SHIFT) & 0xff];
}

static void map_pages(const uint8_t *start, const uint8_t *end, uint32_t attr)
{
	for (uint32_t a = ptr_hpa(start).v; a < ptr_hpa(end).v; a += PAGE_SIZE)
		*image_pte(a) = a | L2_PAGE | L2_NORMAL | attr;
}

/* The page below each stack stays unmapped. */
static void unmap_guards(void)
{
	static const uint32_t guard[] = { 0, HOST_STACK_TOP, MONITOR_STACK_TOP };

	for (unsigned cpu = 0; cpu < CONFIG_MAX_CPUS; cpu++)
		for (unsigned i = 0; i < ARRAY_SIZE(guard); i++)
			*image_pte(ptr_hpa(host_stacks).v + cpu * CPU_STACKS_SIZE + guard[i]) = 0;
}

uint32_t host_mmu_init(void)
{
	uint32_t first = ptr_hpa(image_start).v >> SECTION_SHIFT;
	uint32_t last = (ptr_hpa(image_end).v - 1) >> SECTION_SHIFT;

	map_pages(image_start, text_end, L2_AP_RO);
	map_pages(text_end, rodata_end, L2_AP_RO | L2_XN);
	map_pages(rodata_end, image_end, L2_AP_RW | L2_XN);
	unmap_guards();
	for (uint32_t i = first; i <= last; i++)
		host_l1[i] = ptr_hpa(host_l2[i - first]).v | L1_TABLE;
	return ptr_hpa(host_l1).v | TTBR_WALKS;
}

static uint32_t host_mmu_section(uint32_t unit, enum host_map_kind kind)
{
	static const uint32_t attr[] = {
		[HOST_MAP_RAM] = L1_NORMAL | L1_NS,
		[HOST_MAP_DEVICE] = L1_DEVICE,
	};

	return (unit << SECTION_SHIFT) | L1_SECTION | L1_XN | L1_AP_RW | attr[kind];
}

int arch_host_map(hpa_t base, uint32_t size, enum host_map_kind kind)
{
	uint32_t first = base.v >> SECTION_SHIFT;
	uint32_t last = (base.v + size - 1) >> SECTION_SHIFT;
	uint32_t flags;
	int r = 0;

	if (!size)
		return 0;
	if (last < first)
		return -EINVAL;
	flags = spin_lock(&map_lock);
	for (uint32_t i = first; i <= last && !r; i++)
		if (host_l1[i] && host_l1[i] != host_mmu_section(i, kind))
			r = -EEXIST;
	for (uint32_t i = first; i <= last && !r; i++)
		host_l1[i] = host_mmu_section(i, kind);
	dsb();
	isb();
	spin_unlock(&map_lock, flags);
	return r;
}

bool arch_host_mapped(hpa_t a, uint32_t size)
{
	uint32_t last = a.v + (size ? size - 1 : 0);

	if (last < a.v)
		return false;
	for (uint32_t p = a.v >> PAGE_SHIFT; p <= last >> PAGE_SHIFT; p++) {
		uint32_t d = host_l1[p >> 8];

		if ((d & 3) == L1_TABLE)
			d = *image_pte(p << PAGE_SHIFT);
		if (!(d & 2))
			return false;
	}
	return true;
}

void arch_vmm_memory(hpa_t *base, uint32_t *size)
{
	*base = HPA(ALIGN_DOWN(ptr_hpa(image_start).v, SECTION_SIZE));
	*size = ALIGN_UP(ptr_hpa(image_end).v, SECTION_SIZE) - base->v;
}
