/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server of the example: prints lines that another guest sends on a UART of the
 * board that only this guest has, and answers each with the number of its characters.
 */
#include "bare.h"
#include "cp15.h"
#include "gic.h"
#include "peer.h"
#include "pl011.h"

#define BOARD_UART 0x1000a000u
#define LINE       256u

static const struct peer *const peers[] = { &by_channel, &by_wire };

static struct input {
	char line[LINE];
	uint32_t n;
	bool answer_due; /* an answer has not been sent as a whole yet */
	char answer[32];
	uint32_t answer_n, sent;
} inputs[ARRAY_SIZE(peers)];

static void board_put(const char *s, uint32_t n)
{
	for (; n--; s++) {
		while (rd32(BOARD_UART + UARTFR) & FR_TXFF)
			;
		wr32(BOARD_UART + UARTDR, (uint8_t)*s);
	}
}

static void board_init(void)
{
	wr32(BOARD_UART + UARTCR, 0);
	wr32(BOARD_UART + UARTIBRD, 13);
	wr32(BOARD_UART + UARTFBRD, 1);
	wr32(BOARD_UART + UARTLCR_H, LCR_H_FEN | LCR_H_WLEN8);
	wr32(BOARD_UART + UARTCR, CR_UARTEN | CR_TXE);
}

static uint32_t length(const char *s)
{
	uint32_t n = 0;

	while (s[n])
		n++;
	return n;
}

static void print_line(const struct peer *p, struct input *in)
{
	static const char text[] = "printed ";
	uint32_t v = in->n, digits = 1;

	board_put(p->name, length(p->name));
	board_put(": ", 2);
	board_put(in->line, in->n);
	board_put("\r\n", 2);
	copy(in->answer, text, sizeof(text) - 1);
	in->answer_n = sizeof(text) - 1;
	for (uint32_t x = v; x >= 10; x /= 10)
		digits++;
	for (uint32_t i = digits; i--; v /= 10)
		in->answer[in->answer_n + i] = (char)('0' + v % 10);
	in->answer_n += digits;
	in->answer[in->answer_n++] = '\n';
	in->sent = 0;
	in->answer_due = true;
	in->n = 0;
}

/* Goes on with one peer as far as it can without waiting; true if that was anything. */
static bool serve(const struct peer *p, struct input *in)
{
	bool any = false;
	char c;

	for (;;) {
		if (in->answer_due) {
			uint32_t k = p->put(in->answer + in->sent, in->answer_n - in->sent);

			any |= k;
			in->sent += k;
			in->answer_due = in->sent < in->answer_n;
			if (in->answer_due)
				return any;
		}
		if (!p->get(&c, 1))
			return any;
		any = true;
		if (c == '\n')
			print_line(p, in);
		else if (c != '\r' && in->n < LINE)
			in->line[in->n++] = c;
	}
}

void guest_main(void)
{
	uint32_t was = rd32(CH_PEER);

	board_init();
	gic_init();
	wire_init();
	channel_init();
	irq_enable();
	print("READY\n");
	for (;;) {
		uint32_t events = peer_events, now = rd32(CH_PEER);
		bool any = false;

		if (now != was)
			print("peer %u\n", now);
		was = now;
		for (unsigned i = 0; i < ARRAY_SIZE(peers); i++)
			any |= serve(peers[i], &inputs[i]);
		if (!any)
			wait_for(&peer_events, events + 1);
	}
}
