/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings of guests, at a rate that nobody's console suffers from. */
#include <stdio.h>

#include <espalier/guest.h>
#include <espalier/log.h>
#include <espalier/timer.h>

#define INTERVAL_MIN NS_PER_SEC
#define INTERVAL_MAX (64 * NS_PER_SEC)

const char *const warn_name[WARN_KINDS] = {
	[WARN_DEVICE] = "accesses to devices that are not emulated",
	[WARN_STEP] = "instructions that cannot be stepped",
	[WARN_ENDIAN] = "writes of SCTLR.EE",
	[WARN_ABORT_BANK] = "handlers interrupted",
};

bool warn_due(struct warn *w, uint64_t now, uint64_t *left_out)
{
	w->count++;
	if (now < w->quiet_until)
		return false;
	*left_out = w->count - w->logged - 1;
	w->logged = w->count;
	w->interval = w->interval ? MIN(2 * w->interval, INTERVAL_MAX) : INTERVAL_MIN;
	w->quiet_until = now + w->interval;
	return true;
}

void guest_warn(struct guest *g, enum warn_kind k, const char *fmt, ...)
{
	char text[160], more[40] = "";
	uint64_t left_out;
	va_list ap;

	if (!warn_due(&g->warn[k], timer_now(), &left_out))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (left_out)
		snprintf(more, sizeof(more), " (%llu more left out)", (unsigned long long)left_out);
	log_warn("%s: %s%s", g->name, text, more);
}
