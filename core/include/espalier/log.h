/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VMM's log: a ring of text lines with levels.  Any context may log; the
 * host thread prints what is new (log_flush), so that a message never cuts
 * into a line that is being edited.  Until log_to_ring() everything is also
 * written straight to the console.
 */
#ifndef ESPALIER_LOG_H
#define ESPALIER_LOG_H

#include <stdarg.h>
#include <stdbool.h>

#include <espalier/util.h>

enum log_level { LOG_ERR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_printf(enum log_level l, const char *fmt, ...) __printf(2, 3);

#define log_err(...)   log_printf(LOG_ERR, __VA_ARGS__)
#define log_warn(...)  log_printf(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_printf(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_printf(LOG_DEBUG, __VA_ARGS__)

/* Lines above this level are dropped (default LOG_INFO). */
void log_set_level(enum log_level l);
enum log_level log_get_level(void);

/* From now on lines wait in the ring for log_flush(). */
void log_to_ring(void);

/* True if lines wait for log_flush(). */
bool log_pending(void);

/* Passes each line not yet shown (no newline at its end) to `out`. */
void log_flush(void (*out)(const char *line));

/* Passes every line still in the ring, oldest first, to `out`. */
void log_replay(void (*out)(const char *line));

/*
 * Prints "panic: ...", registers and a backtrace on the console by polling and
 * stops the machine.
 */
__noreturn void panic(const char *fmt, ...) __printf(1, 2);

/* As panic(), for an exception of the VMM with the registers `f` (NULL: none). */
struct arch_frame;
__noreturn void panic_from(const struct arch_frame *f, const char *fmt, ...) __printf(2, 3);

/* Adds to the output of a panic.  Polled; lines end with '\n'. */
void panic_printf(const char *fmt, ...) __printf(1, 2);

#endif
