/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A serial line, a clock and a sleeping host thread for tests of the console.
 * The line takes as many bytes as it has room for; what a person types waits
 * before it while rx is off.
 */
#ifndef FAKE_LINE_H
#define FAKE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/vcon.h>

#define FAKE_FOREVER 0xffffffffu

struct fake_line {
	struct chardev c;
	char sent[1u << 20]; /* NUL-terminated */
	unsigned nsent;
	unsigned room;  /* bytes it takes; FAKE_FOREVER: any number */
	unsigned drain; /* room that appears each time the host thread sleeps */
	bool want, rx_on;
	char typed[1u << 16];
	unsigned ntyped, nread; /* typed; read by the VMM */
	unsigned chunk;         /* bytes of input at once, 16 unless told */
};

extern struct fake_line line;
extern unsigned fake_wakes; /* calls of sched_wake_host() */
extern uint64_t fake_now;   /* ns */
/* Called when the host thread waits for room on the line, before there is some. */
extern void (*fake_waiting)(void);
/* Called instead of draining the line when the host thread has nothing to wait for. */
extern void (*fake_idle)(void);

/* A line with unlimited room that is the VMM's console; once per program. */
void fake_line_open(void);
/* Empties what was sent and typed. */
void fake_line_clear(void);
/* More room; tells the console. */
void fake_line_room(unsigned n);
/* Types n bytes; they are read as far as rx is on. */
void fake_line_type(const char *buf, unsigned n);
/* Reads what was typed as far as rx is on; true if all of it was read. */
bool fake_line_read(void);
/* Lets time pass and fires timers. */
void fake_advance(uint64_t ns);

#endif
