/* SPDX-License-Identifier: Apache-2.0 */
/* Translation tables, short-descriptor format (ARM ARM B3.5). */
#ifndef MMU_H
#define MMU_H

#include <stdbool.h>
#include <stdint.h>

/* Attributes, turned into descriptor bits by the desc_ functions. */
#define MAP_AP(n)     ((uint32_t)(n)) /* AP[2:0] */
#define MAP_XN        (1u << 3)
#define MAP_NG        (1u << 4)
#define MAP_DEVICE    (1u << 5) /* else normal, write-back */
#define MAP_DOMAIN(n) ((uint32_t)(n) << 8)

#define AP_NONE    0
#define AP_PRIV_RW 1
#define AP_USER_RO 2 /* privileged read/write, user read */
#define AP_RW      3
#define AP_PRIV_RO 5
#define AP_RO      7

/* DACR fields. */
#define DOM_NONE                 0u
#define DOM_CLIENT               1u
#define DOM_MANAGER              3u
#define DACR_SET(domain, access) ((uint32_t)(access) << (2 * (domain)))

/* FSR status, FS[4] in bit 10 (ARM ARM B3.13.3); DFSR.WnR. */
#define FS_ALIGN          0x001u
#define FS_XLAT_SECTION   0x005u
#define FS_XLAT_PAGE      0x007u
#define FS_DOMAIN_SECTION 0x009u
#define FS_DOMAIN_PAGE    0x00bu
#define FS_PERM_SECTION   0x00du
#define FS_PERM_PAGE      0x00fu
#define FS_ACCESS_SECTION 0x003u
#define FS_ACCESS_PAGE    0x006u
#define FS_DEBUG          0x002u
#define FSR_WRITE         0x800u

#define TTBR_FLAGS 0x4au /* table walks: inner and outer write-back, shareable */

extern uint32_t l1_table[4096];

uint32_t desc_section(uint32_t pa, uint32_t attr);
uint32_t desc_supersection(uint32_t pa, uint32_t attr);
uint32_t desc_table(const uint32_t *l2, uint32_t attr);
uint32_t desc_small(uint32_t pa, uint32_t attr);
uint32_t desc_large(uint32_t pa, uint32_t attr);

/* l1[va] := section; no TLB maintenance. */
void map_section(uint32_t *l1, uint32_t va, uint32_t pa, uint32_t attr);
/*
 * Maps one small page, with a second-level table from a pool of 16 if none is
 * there yet.  The domain of a table is that of its first page.  No TLB
 * maintenance.
 */
void map_page(uint32_t *l1, uint32_t va, uint32_t pa, uint32_t attr);
/* The second-level entry of va, which has a table. */
uint32_t *pte_of(uint32_t *l1, uint32_t va);
void map_large(uint32_t *l1, uint32_t va, uint32_t pa, uint32_t attr);

/* Empties l1 and maps RAM and devices 1:1 as sections of domain 0, AP_RW. */
void map_identity(uint32_t *l1);

/* After tables changed: everything / one page, any ASID. */
void tlb_flush(void);
void tlb_flush_page(uint32_t va);

/* TTBR0 = l1, TTBCR = 0, domain 0 client, caches and MMU on / all off. */
void mmu_on(const uint32_t *l1);
void mmu_off(void);
/* Goes over to another address space as Linux does: ASID 0 while TTBR0 changes. */
void mmu_switch(const uint32_t *l1, uint32_t asid);

#endif
