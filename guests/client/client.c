/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client of the example: has no UART of the board, and asks the printer to print,
 * once through the channel and once through the wired UART.
 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "peer.h"

#define LINES 100u
#define FLOOD 400u /* lines of 50 characters */
#define AHEAD 80u  /* answers that are due at most: they fit on the line */

static char line[256];

static uint32_t number_after(const char *s, const char *text)
{
	uint32_t v = 0;

	while (*text)
		if (*s++ != *text++)
			return UINT32_MAX;
	while (*s >= '0' && *s <= '9')
		v = v * 10 + (uint32_t)(*s++ - '0');
	return *s ? UINT32_MAX : v;
}

/* How many characters the printer says it has printed. */
static uint32_t answer(const struct peer *p)
{
	peer_line(p, line, sizeof(line));
	return number_after(line, "printed ");
}

static void ask(const struct peer *p)
{
	static const char hello[] = "\nhello from the client\n";
	uint32_t good = 0;

	print("by %s\n", p->name);
	/* The first newline ends what a client before this one may have left. */
	peer_send(p, hello, sizeof(hello) - 1);
	while (answer(p) != sizeof(hello) - 3)
		;
	check(true, "a line is printed");
	for (uint32_t i = 0; i < LINES; i++) {
		uint32_t n = i * 37 % 200;

		for (uint32_t k = 0; k < n; k++)
			line[k] = (char)('a' + (i + k) % 26);
		line[n] = '\n';
		peer_send(p, line, n + 1);
		good += answer(p) == n;
	}
	check_eq("many lines, one after the other", good, LINES);
	/* Faster than the printer prints: the line is full, and so is the other guest. */
	good = 0;
	for (uint32_t i = 0; i < FLOOD; i++) {
		peer_send(p, "+++++++++++++++++++++++++++++++++++++++++++++++++\n", 50);
		if (i >= AHEAD)
			good += answer(p) == 49;
	}
	for (uint32_t i = 0; i < AHEAD; i++)
		good += answer(p) == 49;
	check_eq("as fast as it can", good, FLOOD);
}

void guest_main(void)
{
	gic_init();
	wire_init();
	channel_init();
	irq_enable();
	check_eq("CH_ID", rd32(CH_ID), 0x48435345);
	check_eq("CH_VERSION", rd32(CH_VERSION), 1);
	check_eq("CH_SIZE", rd32(CH_SIZE), CHANNEL_SIZE);
	check_eq("CH_END", rd32(CH_END), 1);
	print("WAITING\n");
	for (;;) {
		uint32_t events = peer_events;

		if (rd32(CH_PEER) == (PEER_PRESENT | PEER_RUNNING | PEER_READY))
			break;
		wait_for(&peer_events, events + 1);
	}
	check(true, "the printer is ready");
	ask(&by_channel);
	ask(&by_wire);
}
