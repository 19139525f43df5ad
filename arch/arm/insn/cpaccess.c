/* SPDX-License-Identifier: Apache-2.0 */
#include <espalier/util.h>

#define CP15_TABLES
#include "cpaccess.h"

/*
 * cond 1110 opc1 L CRn  Rt 111x opc2 1 CRm: MCR/MRC on p14 and p15
 */
#define CP_MASK  0x0f000e10u
#define CP_VALUE 0x0e000e10u

bool cp_decode(uint32_t word, struct cp_access *a)
{
	if ((word & CP_MASK) != CP_VALUE)
		return false;
	*a = (struct cp_access){
		.cp = (uint8_t)BITS(word, 11, 8),
		.opc1 = (uint8_t)BITS(word, 23, 21),
		.crn = (uint8_t)BITS(word, 19, 16),
		.crm = (uint8_t)BITS(word, 3, 0),
		.opc2 = (uint8_t)BITS(word, 7, 5),
		.rt = (uint8_t)BITS(word, 15, 12),
		.read = word & BIT(20),
		.two = word >> 28 == 15,
	};
	return true;
}

struct cp15_info cp15_lookup(const struct cp_access *a)
{
	unsigned key = (a->cp & 1u) << 8 | (unsigned)!a->read << 7 | a->opc1 * 16u | a->crn;
	const struct cp15_group *g = &cp15_groups[key];

	for (unsigned i = g->first; i < (unsigned)g->first + g->count; i++) {
		const struct cp15_row *r = &cp15_rows[i];

		if ((r->crm >> a->crm & 1) && (r->opc2 >> a->opc2 & 1))
			return (struct cp15_info){ (enum cp15_class)r->class, (enum cp15_reg)r->reg,
						   r->harmless, r->secret, r->name };
	}
	return (struct cp15_info){ CP15_CLASS_ABSENT, CP15_NONE, false, false, "?" };
}

const char *cp15_reg_name(enum cp15_reg reg)
{
	static const char *const names[] = CP15_REG_NAMES;

	return (unsigned)reg < ARRAY_SIZE(names) ? names[reg] : names[0];
}

enum cp_danger cp_danger(uint32_t word)
{
	struct cp_access a;
	struct cp15_info info;

	if (!cp_decode(word, &a))
		return CP_NATIVE;
	info = cp15_lookup(&a);
	if (info.class <= CP15_CLASS_ALLOW)
		return CP_NATIVE;
	if (a.read ? info.secret && !a.two : !info.harmless)
		return CP_FORBIDDEN;
	/* MCR2 and MRC2 are UNDEF natively, which is what the guest expects. */
	return a.two ? CP_NATIVE : CP_FIDELITY;
}
