/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: a ring of NUL-terminated lines.  Positions count bytes since boot, so
 * that they compare without wrapping; the oldest lines make room for new ones.
 */
#include <stdio.h>
#include <string.h>

#include <espalier/lock.h>
#include <espalier/log.h>
#include <espalier/sched.h>
#include <espalier/text.h>
#include <espalier/timer.h>
#include <espalier/vcon.h>

#define LINE_SIZE 256 /* longer lines are cut */

static char ring[CONFIG_LOG_RING_BYTES];
static uint64_t first, last; /* oldest line, end of the newest */
static uint64_t shown;       /* where log_flush() goes on */
static enum log_level max_level = LOG_INFO;
static bool to_ring;
static struct spinlock log_lock;

static char *log_at(uint64_t pos) { return &ring[pos % sizeof(ring)]; }

static void drop_oldest(void)
{
	while (*log_at(first++))
		;
}

/* `n` includes the NUL. */
static void log_append(const char *line, unsigned n)
{
	uint32_t flags = spin_lock(&log_lock);

	while (last + n - first > sizeof(ring))
		drop_oldest();
	for (unsigned i = 0; i < n; i++)
		*log_at(last++) = line[i];
	if (!to_ring)
		shown = last;
	spin_unlock(&log_lock, flags);
}

/* "[    1.234567] error: " */
static unsigned log_prefix(char *line, enum log_level l)
{
	static const char *const tag[] = {
		[LOG_ERR] = "error: ",
		[LOG_WARN] = "warning: ",
		[LOG_INFO] = "",
		[LOG_DEBUG] = "debug: ",
	};
	uint64_t us = timer_now() / NS_PER_US;

	return snprintf(line, LINE_SIZE, "[%5u.%06u] %s", (unsigned)(us / 1000000),
			(unsigned)(us % 1000000), tag[l]);
}

void log_printf(enum log_level l, const char *fmt, ...)
{
	char line[LINE_SIZE];
	unsigned n;
	va_list ap;

	if (l > max_level)
		return;
	n = log_prefix(line, l);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - n, fmt, ap);
	va_end(ap);
	text_filter(line + n, strlen(line + n), false);
	n = strlen(line);
	log_append(line, n + 1);
	if (to_ring) {
		sched_wake_host(); /* to show it */
	} else {
		console_write_sync(line, n);
		console_write_sync("\n", 1);
	}
}

void log_set_level(enum log_level l) { max_level = l; }

enum log_level log_get_level(void) { return max_level; }

void log_to_ring(void) { to_ring = true; }

bool log_pending(void)
{
	uint32_t flags = spin_lock(&log_lock);
	bool r = shown != last;

	spin_unlock(&log_lock, flags);
	return r;
}

/*
 * Copies the line at *pos, or the oldest one if that is gone, and moves *pos on.
 * False at the end; *lost is set when bytes were skipped.
 */
static bool next_line(uint64_t *pos, char *line, bool *lost)
{
	uint32_t flags = spin_lock(&log_lock);
	unsigned n = 0;
	bool r;

	*lost = *pos < first;
	if (*lost)
		*pos = first;
	r = *pos != last;
	while (r && (line[n++] = *log_at((*pos)++)))
		;
	spin_unlock(&log_lock, flags);
	return r;
}

static void print_from(uint64_t *pos, void (*out)(const char *line))
{
	char line[LINE_SIZE];
	bool lost;

	while (next_line(pos, line, &lost)) {
		if (lost)
			out("(log lines were lost here)");
		out(line);
	}
}

/* Host thread only, so that `shown` has one writer. */
void log_flush(void (*out)(const char *line)) { print_from(&shown, out); }

void log_replay(void (*out)(const char *line))
{
	uint64_t pos;
	uint32_t flags = spin_lock(&log_lock);

	pos = first;
	spin_unlock(&log_lock, flags);
	print_from(&pos, out);
}
