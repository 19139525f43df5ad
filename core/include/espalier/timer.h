/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time and timers.  Time is in nanoseconds since boot, monotonic.  Callbacks
 * run in exit context (FIQ masked) on the CPU that armed the timer and must
 * neither block nor allocate from the heap.
 */
#ifndef ESPALIER_TIMER_H
#define ESPALIER_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/list.h>

#define NS_PER_SEC UINT64_C(1000000000)
#define NS_PER_MS  UINT64_C(1000000)
#define NS_PER_US  UINT64_C(1000)

struct timer {
	struct list link;
	uint64_t deadline; /* ns */
	void (*fn)(struct timer *t);
	bool armed;
};

uint64_t timer_now(void);

/*
 * The date when timer_now() was 0, seconds since 1970; 0 unless a driver of a
 * real-time clock has told it.
 */
uint32_t timer_epoch(void);
void timer_set_epoch(uint32_t unix_seconds);

/* Initializes a timer that is not armed. */
void timer_init(struct timer *t, void (*fn)(struct timer *));

/* (Re)arms `t`; a deadline in the past fires as soon as possible. */
void timer_arm(struct timer *t, uint64_t deadline_ns);

/* Harmless when not armed. */
void timer_cancel(struct timer *t);

/* ticks * NS_PER_SEC / hz and back without overflow for hz <= 1 GHz. */
uint64_t ticks_to_ns(uint64_t ticks, uint32_t hz);
uint64_t ns_to_ticks(uint64_t ns, uint32_t hz);

/* A driver's side: one per CPU, all of one rate. */
struct clock_ops {
	uint64_t (*now)(void);              /* ticks since boot */
	void (*set_compare)(uint64_t tick); /* interrupt at or after `tick` */
	void (*stop)(void);
	const volatile uint32_t *counter; /* lower half of now(), or NULL; after probe() */
};
void timer_set_clock(const struct clock_ops *ops, uint32_t hz);
/* The rate of the clock in Hz, 0 when there is none. */
uint32_t timer_clock_hz(void);
/*
 * For short durations, at the price of a load: the lower half of a counter, and the
 * nanoseconds of one of its ticks.  It stands still until there is a clock.
 */
struct timer_counter {
	const volatile uint32_t *ticks;
	uint32_t ns;
};
extern struct timer_counter timer_counter;
/* The driver's interrupt handler calls this. */
void timer_interrupt(void);

#endif
