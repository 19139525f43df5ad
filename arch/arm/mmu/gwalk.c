/* SPDX-License-Identifier: Apache-2.0 */
#include <espalier/util.h>

#include "gwalk.h"

#define DACR_CLIENT  1u
#define DACR_MANAGER 3u

enum { D1_FAULT, D1_TABLE, D1_SECTION };

/* One bit per AP[2:0] value; rows: PL1 read, PL1 write, PL0 read, PL0 write. */
static const uint8_t ap_permits[4] = {
	0xee, /* all but 000 and the reserved 100 */
	0x0e, /* 001, 010, 011 */
	0xcc, /* 010, 011, 110, 111 */
	0x08, /* 011 */
};

bool gwalk_ap_permits(unsigned ap, bool write, bool user)
{
	return ap_permits[2 * user + write] >> (ap & 7) & 1;
}

/* With SCTLR.AFE, AP[0] is the access flag and AP[2:1] the permissions. */
static bool access_flag(const struct gwalk_regs *r, struct gwalk *t)
{
	bool set;

	if (!(r->sctlr & SCTLR_AFE))
		return true;
	set = t->ap & 1;
	t->ap |= 1;
	return set;
}

bool gwalk_l1_address(const struct gwalk_regs *r, uint32_t va, uint32_t *pa)
{
	unsigned n = r->ttbcr & TTBCR_N;
	uint32_t base;

	if (n && va >> (32 - n)) {
		if (r->ttbcr & TTBCR_PD1)
			return false;
		base = r->ttbr1 & ~0x3fffu;
	} else {
		if (r->ttbcr & TTBCR_PD0)
			return false;
		base = r->ttbr0 & ~((0x4000u >> n) - 1);
	}
	*pa = base + (va >> 20) * 4;
	return true;
}

bool gwalk_l2(uint32_t va, uint32_t d2, struct gwalk *t)
{
	if (!(d2 & 3))
		return false;
	t->d2 = d2;
	t->level = 2;
	t->ap = BITS(d2, 5, 4) | BITS(d2, 9, 9) << 2;
	t->ng = BITS(d2, 11, 11);
	if ((d2 & 3) == 1) {
		t->pa = (d2 & 0xffff0000) | (va & 0xffff);
		t->xn = BITS(d2, 15, 15);
	} else {
		t->pa = (d2 & 0xfffff000) | (va & 0xfff);
		t->xn = d2 & 1;
	}
	return true;
}

static void gwalk_section(struct gwalk *t, uint32_t va)
{
	bool super = BITS(t->d1, 18, 18);

	t->level = 1;
	t->ap = BITS(t->d1, 11, 10) | BITS(t->d1, 15, 15) << 2;
	t->xn = BITS(t->d1, 4, 4);
	t->ng = BITS(t->d1, 17, 17);
	if (super)
		t->domain = 0;
	t->pa = super ? (t->d1 & 0xff000000) | (va & 0x00ffffff) :
			(t->d1 & 0xfff00000) | (va & 0x000fffff);
}

static unsigned gwalk_descriptors(const struct gwalk_regs *r, gwalk_read_t read, void *ctx,
				  uint32_t va, struct gwalk *t)
{
	uint32_t a, d2;

	if (!gwalk_l1_address(r, va, &a))
		return FSR_TRANSLATION_1;
	if (read(ctx, a, &t->d1))
		return FSR_WALK_EXTERNAL_1;
	t->domain = BITS(t->d1, 8, 5);
	switch (t->d1 & 3) {
	case D1_SECTION: gwalk_section(t, va); return FSR_NONE;
	case D1_TABLE:
		t->level = 2;
		if (read(ctx, (t->d1 & ~0x3ffu) + BITS(va, 19, 12) * 4, &d2))
			return FSR_WALK_EXTERNAL_2;
		return gwalk_l2(va, d2, t) ? FSR_NONE : FSR_TRANSLATION_2;
	default:
		t->domain = 0; /* the DFSR domain field is not valid then */
		return FSR_TRANSLATION_1;
	}
}

static unsigned gwalk_permission(const struct gwalk_regs *r, enum gwalk_access acc, bool user,
				 struct gwalk *t)
{
	unsigned field = dacr_field(r->dacr, t->domain);

	t->manager = field == DACR_MANAGER;
	if (!access_flag(r, t))
		return t->level == 1 ? FSR_ACCESS_FLAG_1 : FSR_ACCESS_FLAG_2;
	if (!(field & DACR_CLIENT))
		return t->level == 1 ? FSR_DOMAIN_1 : FSR_DOMAIN_2;
	if (t->manager)
		return FSR_NONE;
	if (!gwalk_ap_permits(t->ap, acc == GWALK_WRITE, user) || (acc == GWALK_EXEC && t->xn))
		return t->level == 1 ? FSR_PERMISSION_1 : FSR_PERMISSION_2;
	return FSR_NONE;
}

unsigned gwalk(const struct gwalk_regs *r, gwalk_read_t read, void *ctx, uint32_t va,
	       enum gwalk_access acc, bool user, struct gwalk *t)
{
	*t = (struct gwalk){ 0 };
	if (!(r->sctlr & SCTLR_M)) {
		t->pa = va;
		t->ap = 3;
		return FSR_NONE;
	}
	t->fault = gwalk_descriptors(r, read, ctx, va, t);
	if (t->fault == FSR_NONE)
		t->fault = gwalk_permission(r, acc, user, t);
	return t->fault;
}
