/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a guest says nothing.  guest_doctor() collects what is known of the guest,
 * watching it run for a moment; doctor_examine() draws the conclusions from that
 * alone, by a table of checks.
 */
#ifndef ESPALIER_DOCTOR_H
#define ESPALIER_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/arch.h>
#include <espalier/emul.h>
#include <espalier/guest.h>

#define DOCTOR_SAMPLES 6

struct doctor_case {
	const struct guest *g;
	enum guest_state state;
	/* of vCPU 0, at equal distances of time; not while it cannot run */
	unsigned samples;
	struct arch_look look[DOCTOR_SAMPLES];
	uint64_t run_ns; /* it ran between the first and the last */
	unsigned ms;     /* ... of so much time */
	bool wfi;        /* it was in WFI at every one of them */
	/* its emulated UARTs */
	unsigned lines;
	uint32_t sent, unseen; /* bytes; unseen: of unseen_line, of the most */
	const char *unseen_line;
	/* its interrupts; driven: by a device of its tree */
	struct virq_picture irq;
	uint32_t driven[VIRQ_WORDS];
	bool initrd_changed;
	struct arch_stay stay; /* of vCPU 0 since it was created */
};

/* Sees the words of one finding. */
typedef void (*doctor_fn)(void *arg, const char *text);

/* Reports what explains the silence; returns how many findings there were. */
unsigned doctor_examine(const struct doctor_case *c, doctor_fn fn, void *arg);

/* Collects, examines and reports; host thread, takes a fraction of a second. */
unsigned guest_doctor(struct guest *g, doctor_fn fn, void *arg);

#endif
