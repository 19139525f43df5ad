/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk of a guest's short-descriptor tables (ARM ARM B3.5), in software.
 * Pure: it sees guest memory through a reader.
 */
#ifndef ARCH_GWALK_H
#define ARCH_GWALK_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/cp15.h>

#define TTBCR_N   7u
#define TTBCR_PD0 (1u << 4)
#define TTBCR_PD1 (1u << 5)

/* Fault status, as DFSR/IFSR bits {10, 3:0} hold it (ARM ARM table B3-23). */
enum fault_status {
	FSR_NONE = 0,
	FSR_ALIGNMENT = 0x01,
	FSR_ACCESS_FLAG_1 = 0x03,
	FSR_TRANSLATION_1 = 0x05,
	FSR_ACCESS_FLAG_2 = 0x06,
	FSR_TRANSLATION_2 = 0x07,
	FSR_EXTERNAL = 0x08,
	FSR_DOMAIN_1 = 0x09,
	FSR_DOMAIN_2 = 0x0b,
	FSR_WALK_EXTERNAL_1 = 0x0c,
	FSR_PERMISSION_1 = 0x0d,
	FSR_WALK_EXTERNAL_2 = 0x0e,
	FSR_PERMISSION_2 = 0x0f,
};

enum gwalk_access { GWALK_READ, GWALK_WRITE, GWALK_EXEC };

/* The registers that decide a walk. */
struct gwalk_regs {
	uint32_t sctlr, ttbr0, ttbr1, ttbcr, dacr;
};

struct gwalk {
	uint32_t pa;     /* guest-physical address */
	uint32_t d1, d2; /* the descriptors (d2 0 for a section) */
	uint8_t level;   /* 1: section, 2: page, 0: MMU off */
	uint8_t fault;   /* enum fault_status */
	uint8_t domain;
	uint8_t ap; /* AP[2:0]; AFE forms are translated to it */
	bool xn, ng;
	bool manager; /* the domain is Manager: ap and xn do not count */
};

/* Reads the word at guest-physical `pa`.  0 or negative errno. */
typedef int (*gwalk_read_t)(void *ctx, uint32_t pa, uint32_t *v);

/*
 * Translates va.  Returns t->fault: FSR_NONE, or what the access raises.  On a
 * permission fault pa and the attributes are valid, too.
 */
unsigned gwalk(const struct gwalk_regs *r, gwalk_read_t read, void *ctx, uint32_t va,
	       enum gwalk_access acc, bool user, struct gwalk *t);

/* Did the walk get as far as an address?  A permission fault does. */
static inline bool gwalk_has_pa(const struct gwalk *t)
{
	return t->fault == FSR_NONE || t->fault == FSR_PERMISSION_1 || t->fault == FSR_PERMISSION_2;
}

/* Guest-physical address of the level 1 descriptor of va; false: TTBCR.PDn. */
bool gwalk_l1_address(const struct gwalk_regs *r, uint32_t va, uint32_t *pa);

/* Splits a level 2 descriptor of a page into pa, ap, xn, ng.  False: invalid. */
bool gwalk_l2(uint32_t va, uint32_t d2, struct gwalk *t);

/* ARM ARM table B3-8: do these AP bits permit the access? */
bool gwalk_ap_permits(unsigned ap, bool write, bool user);

/* DACR field of a domain: 0 none, 1 client, 2 reserved, 3 manager. */
static inline unsigned dacr_field(uint32_t dacr, unsigned domain)
{
	return dacr >> (2 * domain) & 3;
}

#endif
