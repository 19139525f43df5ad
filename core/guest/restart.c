/* SPDX-License-Identifier: Apache-2.0 */
/* Restart policies: a table of what ends a guest against what its tree wants then. */
#include <espalier/restart.h>
#include <espalier/util.h>

static const struct {
	const char *name;
	uint8_t ends; /* BIT(enum guest_end) that it starts again after */
} policies[] = {
	[RESTART_ON_REQUEST] = { "on-request", BIT(END_REBOOT) | BIT(END_WATCHDOG) },
	[RESTART_ALWAYS] = { "always", BIT(END_POWER_OFF) | BIT(END_REBOOT) | BIT(END_WATCHDOG) |
					       BIT(END_FAULT) },
	[RESTART_ON_FAILURE] = { "on-failure",
				 BIT(END_REBOOT) | BIT(END_WATCHDOG) | BIT(END_FAULT) },
	[RESTART_NEVER] = { "never", 0 },
};

const char *restart_policy_name(enum restart_policy p) { return policies[p].name; }

bool restart_wanted(enum restart_policy p, enum guest_end e) { return policies[p].ends & BIT(e); }

uint64_t restart_pause(uint32_t in_row)
{
	if (!in_row)
		return 0;
	return in_row > 10 ? RESTART_PAUSE_MAX_NS :
			     MIN(RESTART_PAUSE_NS << (in_row - 1), RESTART_PAUSE_MAX_NS);
}

bool restart_plan(struct restart *r, enum guest_end e, uint64_t now, bool *limit)
{
	*limit = false;
	r->due = 0;
	if (!restart_wanted(r->policy, e))
		return false;
	if (now - r->started >= RESTART_SETTLED_NS)
		r->in_row = 0;
	*limit = r->limit && r->in_row >= r->limit;
	if (*limit)
		return false;
	r->due = now + restart_pause(r->in_row);
	r->in_row++;
	r->total++;
	return true;
}
