/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CP14/CP15 writes must never be executable, and which reads do not show
 * the guest's value: the design's rules written as code, independently of
 * arch/arm/cp15.txt and of how the verifier decodes.
 */
#ifndef CP15_LIST_H
#define CP15_LIST_H

#include <stdbool.h>
#include <stdint.h>

static inline bool list_p14(unsigned op1, unsigned crn, unsigned crm, unsigned op2, bool rd)
{
	if (op1 == 6) /* TEECR; TEEHBR is the guest's, and switched with it */
		return crn == 0 && crm == 0 && op2 == 0;
	if (op1 == 7)
		return (crn == 1 || crn == 2) && crm == 0 && op2 == 0;
	if (op1 != 0)
		return false;
	if (crn == 0 && op2 == 0)
		return crm == 2 || crm == 5 || crm == 6 || (!rd && crm >= 9 && crm <= 11);
	if (crn == 0 && op2 == 2)
		return crm == 3 || (!rd && (crm == 2 || crm == 4 || crm == 6));
	if (crn == 1 && op2 == 4)
		return crm == 2 || crm == 3 || crm == 4 || (!rd && crm == 0);
	if (crn == 7 && op2 == 6)
		return crm == 8 || crm == 9 || (!rd && crm == 12);
	return !rd && crn == 7 && op2 == 4 && crm == 0;
}

static inline bool list_c7(unsigned crm, unsigned op2, bool rd)
{
	if (crm == 4 && op2 == 0)
		return true; /* PAR */
	if (rd)
		return false;
	if (crm == 8)
		return op2 < 4;
	if (crm == 6)
		return op2 < 3;
	if (crm == 7)
		return op2 == 0;
	return (crm == 10 || crm == 14) && op2 == 2;
}

static inline bool list_p15(unsigned op1, unsigned crn, unsigned crm, unsigned op2, bool rd)
{
	if (crn == 3)
		return true; /* DACR by any alias */
	if (op1 == 5 && crn == 15)
		return (crm == 4 && !rd && (op2 == 2 || op2 == 4)) ||
		       (crm >= 5 && crm <= 7 && op2 == 2);
	if (op1 == 4)
		return rd && crn == 15 && crm == 0 && op2 == 0;
	if (op1 != 0)
		return false;
	switch (crn) {
	case 0: return rd && crm == 0 && op2 == 5;
	case 1: return (crm == 0 && op2 < 3) || (rd && crm == 1 && op2 == 2);
	case 2: return crm == 0 && op2 < 3 && !(rd && op2 == 1); /* TTBR1 reads */
	case 6: return crm == 0 && op2 == 1;
	case 7: return list_c7(crm, op2, rd);
	case 8: return !rd && (crm == 3 || crm == 5 || crm == 6 || crm == 7) && op2 < 4;
	case 9: return crm >= 12 && crm <= 14 && !(rd && crm == 14 && op2 == 0); /* PMUSERENR */
	case 10: return (crm == 0 && op2 == 0) || (crm == 2 && op2 < 2);
	case 12: return (crm == 0 && op2 == 0) || (rd && crm == 1 && op2 == 0);
	case 13: return crm == 0 && op2 < 2;
	case 14: return crm >= 8;
	case 15: return crm == 0 || (crm == 1 && op2 == 0);
	default: return false;
	}
}

/* `bytes`: four bytes in the order in which an ARM word lies in memory. */
static inline bool list_access(const uint8_t arm[4], bool *rd)
{
	unsigned cp = arm[1] % 16, op1 = arm[2] / 32, crn = arm[2] % 16;
	unsigned crm = arm[0] % 16, op2 = arm[0] / 32;

	if (arm[3] % 16 != 14 || arm[0] / 16 % 2 != 1 || cp < 14)
		return false;
	*rd = arm[2] / 16 % 2;
	return cp == 14 ? list_p14(op1, crn, crm, op2, *rd) : list_p15(op1, crn, crm, op2, *rd);
}

/* Reads that would show host addresses: TTBR0, VBAR, PAR, CBAR, main TLB entries. */
static inline bool list_secret(const uint8_t arm[4])
{
	unsigned op1 = arm[2] / 32, crn = arm[2] % 16, crm = arm[0] % 16, op2 = arm[0] / 32;

	if (arm[1] % 16 != 15 || arm[3] / 16 == 15)
		return false;
	if (op1 == 0 && op2 == 0)
		return ((crn == 2 || crn == 12) && crm == 0) || (crn == 7 && crm == 4);
	return crn == 15 && ((op1 == 4 && crm == 0 && op2 == 0) ||
			     (op1 == 5 && crm >= 5 && crm <= 7 && op2 == 2));
}

static inline bool list_forbidden_arm(const uint8_t *p)
{
	bool rd;

	return list_access(p, &rd) && (!rd || list_secret(p));
}

/* Writes of DFSR, IFSR, DFAR, IFAR: the VMM wants to know, that is all. */
static inline bool list_tracked(const uint8_t arm[4])
{
	return arm[3] % 16 == 14 && (arm[1] % 16) == 15 &&
	       ((arm[2] == 0x05 && (arm[0] == 0x10 || arm[0] == 0x30)) ||
		(arm[2] == 0x06 && (arm[0] == 0x10 || arm[0] == 0x50)));
}

/* The same for a Thumb pair at any halfword: its halves are swapped. */
static inline bool list_forbidden_thumb(const uint8_t *p)
{
	uint8_t arm[4] = { p[2], p[3], p[0], p[1] };

	return p[1] / 32 == 7 && list_forbidden_arm(arm);
}

#endif
