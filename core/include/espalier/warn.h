/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Warnings that a guest can cause, of a fixed number of kinds.  Each is counted; the log gets
 * one line at once and then one after 1, 2, 4 ... up to 64 s, with how many were left out.
 */
#ifndef ESPALIER_WARN_H
#define ESPALIER_WARN_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/util.h>

struct guest;

enum warn_kind {
	WARN_DEVICE,     /* an instruction that cannot access a device */
	WARN_STEP,       /* one that cannot be executed out of line */
	WARN_ENDIAN,     /* SCTLR.EE was set */
	WARN_ABORT_BANK, /* LR and SPSR of a handler were taken from memory */
	WARN_KINDS
};

struct warn {
	uint64_t count;       /* since the guest was created */
	uint64_t logged;      /* count when a line was logged last */
	uint64_t quiet_until; /* ns */
	uint64_t interval;    /* ns */
};

/* Counts, and logs "<guest>: ..." unless one of that kind just was.  Any context. */
void guest_warn(struct guest *g, enum warn_kind k, const char *fmt, ...) __printf(3, 4);

/* A line is due at `now`; *left_out: how many there were since the last one. */
bool warn_due(struct warn *w, uint64_t now, uint64_t *left_out);

/* "accesses to devices that cannot be emulated", ... */
extern const char *const warn_name[WARN_KINDS];

#endif
