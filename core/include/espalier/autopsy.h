/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a guest's last end.  It is taken before the guest is reset or started
 * again, and kept until the next end or until it is kicked by command.
 */
#ifndef ESPALIER_AUTOPSY_H
#define ESPALIER_AUTOPSY_H

#include <stdint.h>

#include <espalier/arch.h>
#include <espalier/restart.h>

struct guest;

#define AUTOPSY_REGS 40

struct autopsy {
	const char *why;    /* static text; NULL: there was no end */
	enum guest_end end; /* END_NONE: by command */
	uint64_t at, ran;   /* ns: when; how long since it was started */
	uint64_t faults;    /* accesses outside its map */
	struct arch_reg regs[AUTOPSY_REGS];
	unsigned nregs;
	struct arch_past past[ARCH_PAST]; /* the last exits of vCPU 0, the oldest first */
	unsigned npast;
	/* Where the PC and the last data abort were in the guest's physical memory. */
	struct autopsy_place {
		const char *what; /* "pc", "DFAR" */
		uint32_t va, pa;
		bool mapped; /* the guest's tables lead somewhere */
	} place[2];
};

/* Notes the state of a guest that has just been halted.  Host thread, as is the other. */
void autopsy_take(struct guest *g, enum guest_end e);
/* Tells fn, line by line, in terms of the trees; nothing if there was no end. */
void guest_autopsy(const struct guest *g, void (*fn)(const char *line));

#endif
