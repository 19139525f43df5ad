/* SPDX-License-Identifier: Apache-2.0 */
/* Whether and when a guest that ended starts again: espalier,restart. */
#ifndef ESPALIER_RESTART_H
#define ESPALIER_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/timer.h>

/* Why a guest came to its end by itself. */
enum guest_end {
	END_NONE,
	END_POWER_OFF, /* it powered itself off */
	END_REBOOT,    /* it asked to be reset */
	END_WATCHDOG,  /* its watchdog was not fed */
	END_FAULT,     /* it cannot go on */
	GUEST_ENDS
};

/* In order of the words of espalier,restart. */
enum restart_policy {
	RESTART_ON_REQUEST, /* a reboot or its watchdog, as on a board */
	RESTART_ALWAYS,
	RESTART_ON_FAILURE, /* a fault as well; not if it powers itself off */
	RESTART_NEVER,
};

/*
 * The first restart is done at once; then each waits twice as long as the one before, from
 * RESTART_PAUSE_NS up to RESTART_PAUSE_MAX_NS.  A guest that ran for RESTART_SETTLED_NS
 * begins anew.
 */
#define RESTART_PAUSE_NS     (100 * NS_PER_MS)
#define RESTART_PAUSE_MAX_NS (60 * NS_PER_SEC)
#define RESTART_SETTLED_NS   (60 * NS_PER_SEC)
#define RESTART_LIMIT_MAX    1000000u

struct restart {
	enum restart_policy policy;
	uint32_t limit;   /* restarts in a row, espalier,restart-limit; 0: any number */
	uint32_t in_row;  /* since it was kicked by command or had settled */
	uint32_t total;   /* since it was kicked by command */
	uint64_t started; /* ns, when it was started last */
	uint64_t due;     /* ns, when it is going to start again; 0: it is not */
	bool over;        /* the pause is over */
	struct timer timer;
};

bool restart_wanted(enum restart_policy p, enum guest_end e);
/* Length of the pause before a restart after `in_row` others, in ns. */
uint64_t restart_pause(uint32_t in_row);

/*
 * What follows from an end at `now`: sets r->due and counts.  False: it does not start
 * again, as its policy says or, with *limit, because it has done so too often.
 */
bool restart_plan(struct restart *r, enum guest_end e, uint64_t now, bool *limit);

/* "on-request", ... */
const char *restart_policy_name(enum restart_policy p);

#endif
