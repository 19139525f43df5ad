/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console switch under any order of events.  What a guest sends is shown once
 * and in order, but for what its ring had to forget; lines of the host thread are
 * not cut; input is not lost unless nobody takes it for two seconds.  Leaving by a
 * quick ESC x q takes all three keys; what only looks like it is passed on.
 */
/*
 * sources: core/console/console.c core/console/vserial.c core/console/chardev.c
 * tests/host/fake_arch.c tests/host/fake_line.c
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/arch.h>
#include <espalier/timer.h>

#include "fake_line.h"

#define HOST_LINE "<host>\r\n"

static struct vserial uart;
static uint32_t sent, shown; /* bytes of the guest */
static unsigned host_at;     /* place in HOST_LINE */
/* Bytes of input by kind; read by guest or shell */
enum { KEY, ESC, X, Q, NKINDS };
static const char kinds[NKINDS] = { '.', '\033', 'x', 'q' };
static uint32_t typed[NKINDS], got[NKINDS];
static unsigned uart_room;
static uint64_t passed; /* ns */

/* The guest's bytes are not ASCII, so that they differ from everything else. */
static unsigned char guest_byte(uint32_t n) { return 0x80 + n % 127; }

static void count(uint32_t *what, const char *buf, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const char *kind = memchr(kinds, buf[i], NKINDS);

		assert(kind);
		what[kind - kinds]++;
	}
}

static void check_sent(void)
{
	for (unsigned i = 0; i < line.nsent; i++) {
		unsigned char c = line.sent[i];

		if (c == '\a') {
			assert(passed >= 2 * NS_PER_SEC);
		} else if (c >= 0x80) {
			assert(host_at == 0);
			assert(shown != sent && c == guest_byte(shown));
			shown++;
		} else {
			assert(c == HOST_LINE[host_at]);
			host_at = (host_at + 1) % strlen(HOST_LINE);
		}
	}
	line.nsent = 0;
}

static unsigned input(void *dev, const char *buf, unsigned n)
{
	unsigned k = n < uart_room ? n : uart_room;

	count(got, buf, k);
	uart_room -= k;
	return k;
}

static void send(unsigned n)
{
	uint32_t flags = arch_irq_save();
	char buf[256];
	unsigned k;

	for (unsigned i = 0; i < n; i++)
		buf[i] = guest_byte(sent + i);
	/* Shown while it is sent, so counted before. */
	sent += n;
	k = vserial_output(&uart, buf, n);
	sent -= n - k;
	assert(k == n || vserial_bound() == &uart);
	check_sent();
	if (sent - shown > VSERIAL_RING) {
		assert(!vserial_bound());
		shown = sent - VSERIAL_RING;
	}
	arch_irq_restore(flags);
}

static void type(const char *buf, unsigned n)
{
	if (line.ntyped - line.nread + n > 4096)
		return;
	count(typed, buf, n);
	fake_line_type(buf, n);
}

static void type_keys(unsigned n)
{
	char buf[256];

	memset(buf, '.', sizeof(buf));
	type(buf, n);
}

static void take_input(unsigned n)
{
	uint32_t flags = arch_irq_save();

	uart_room = n;
	vserial_want_input(&uart);
	arch_irq_restore(flags);
	fake_line_read();
}

static void shell_reads(unsigned n)
{
	int ch;

	while (n-- && (ch = console_getc()) >= 0)
		count(got, &(char){ ch }, 1);
	fake_line_read();
}

static void send_one(void)
{
	check_sent();
	send(1);
}

static void event(unsigned what, unsigned n)
{
	switch (what % 9) {
	case 0: send(n); break;
	case 1: type_keys(n); break;
	case 2: take_input(n); break;
	case 3: shell_reads(n); break;
	case 4: fake_line_room(n == 255 ? FAKE_FOREVER : n); break;
	case 5: vserial_bind(n & 1 ? &uart : NULL); break;
	case 6:
		passed += n * 20 * NS_PER_MS;
		fake_advance(n * 20 * NS_PER_MS);
		fake_line_read();
		break;
	case 7:
		line.drain = 1 + n;
		fake_waiting = n & 1 ? send_one : NULL;
		console_write("<host>\n", 7);
		break;
	case 8: type(&"\033xq\033x\033"[n % 6], 1 + n / 6 % (6 - n % 6)); break;
	}
	check_sent();
}

static uint32_t lost(unsigned kind)
{
	assert(got[kind] <= typed[kind]);
	return typed[kind] - got[kind];
}

static void check_input(void)
{
	/* Only an input that was stuck for two seconds is dropped. */
	if (passed >= 2 * NS_PER_SEC)
		return;
	assert(lost(KEY) == 0);
	/* The way out takes its keys, those that were let go excepted. */
	assert(lost(ESC) <= lost(X) && lost(X) <= lost(Q));
	if (passed < 100 * NS_PER_MS)
		assert(lost(ESC) == lost(Q));
}

/* Everything that is under way arrives. */
static void finish(void)
{
	fake_line_room(FAKE_FOREVER);
	vserial_bind(&uart);
	check_sent();
	assert(shown == sent && host_at == 0);
	vserial_bind(NULL);
	for (unsigned i = 0; i < 64; i++) {
		take_input(255);
		shell_reads(255);
	}
	assert(line.nread == line.ntyped && line.rx_on);
	check_input();
	vserial_destroy(&uart);
	console_was_unbound();
	check_sent();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	fake_line_open();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char rings[VSERIAL_RINGS];

	fake_line_clear();
	memset(&uart, 0, sizeof(uart));
	uart.input = input;
	sent = shown = uart_room = 0;
	memset(typed, 0, sizeof(typed));
	memset(got, 0, sizeof(got));
	host_at = 0;
	passed = 0;
	if (vserial_create(&uart, "guest0/uart0", rings))
		abort();
	for (size_t i = 0; i + 1 < size; i += 2)
		event(data[i], data[i + 1]);
	finish();
	return 0;
}
