/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executes every MRC, MCR and their relatives on CP14 and CP15 at Non-secure
 * PL1 and prints those that are not UNDEF, one per line:
 *     R|W|R2|W2 cp opc1 CRn CRm opc2 value
 * MRRC, MCRR, LDC and STC: the letter L and the word.  Ends with "end COUNT".
 * What is written is what was read from the same encoding, or zero.
 */
#include <stdbool.h>
#include <stdint.h>

#define UART0_DR     (*(volatile uint32_t *)0x10009000)
#define UART0_FR     (*(volatile uint32_t *)0x10009018)
#define UART_FR_TXFF 0x20u

extern volatile uint32_t undef_count[2];
uint32_t cp15map_try(uint32_t word, uint32_t r0);
void cp15map(void);

struct encoding {
	uint8_t cp, opc1, crn, crm, opc2;
};

static unsigned found;

static void put(char c)
{
	while (UART0_FR & UART_FR_TXFF)
		;
	UART0_DR = (uint8_t)c;
}

static void puts_(const char *s)
{
	while (*s)
		put(*s++);
}

static void put_dec(unsigned v)
{
	if (v >= 10)
		put_dec(v / 10);
	put((char)('0' + v % 10));
}

static void put_hex(uint32_t v)
{
	for (int s = 28; s >= 0; s -= 4)
		put("0123456789abcdef"[(v >> s) & 15]);
}

/* Executes word with r0; true if it was not UNDEF.  The result is in *r0. */
static bool exists(uint32_t word, uint32_t *r0)
{
	uint32_t before = undef_count[0];

	*r0 = cp15map_try(word, *r0);
	return undef_count[0] == before;
}

static void report(const char *what, const struct encoding *e, uint32_t value)
{
	const uint8_t f[] = { e->cp, e->opc1, e->crn, e->crm, e->opc2 };

	puts_(what);
	for (unsigned i = 0; i < sizeof(f); i++) {
		put(' ');
		put_dec(f[i]);
	}
	put(' ');
	put_hex(value);
	put('\n');
	found++;
}

static uint32_t encode(const struct encoding *e, bool read, uint32_t cond)
{
	return cond << 28 | 0x0e000010u | (uint32_t)e->opc1 << 21 | (uint32_t)read << 20 |
	       (uint32_t)e->crn << 16 | (uint32_t)e->cp << 8 | (uint32_t)e->opc2 << 5 | e->crm;
}

static void survey(const struct encoding *e)
{
	uint32_t value = 0, v2 = 0;

	if (exists(encode(e, true, 14), &value))
		report("R", e, value);
	else
		value = 0;
	v2 = value;
	if (exists(encode(e, false, 14), &v2))
		report("W", e, value);
	v2 = value;
	if (exists(encode(e, true, 15), &v2))
		report("R2", e, v2);
	v2 = value;
	if (exists(encode(e, false, 15), &v2))
		report("W2", e, value);
}

/* cond 1100 010L: MCRR, MRRC; cond 110P UNWL with Rn = r3: STC, LDC. */
static void survey_long(uint32_t cp)
{
	for (uint32_t cond = 14; cond < 16; cond++) {
		for (uint32_t i = 0; i < 0x20u << 8; i++) {
			uint32_t hi = i >> 8, lo = i & 0xff, r0 = 0;
			uint32_t word = cond << 28 | 0x0c000000u | hi << 20 | cp << 8;

			/* MCRR/MRRC: Rt2 = r2, Rt = r0; LDC/STC: Rn = r3, CRd = lo's top */
			if ((hi & 0x1e) == 4)
				word |= 2u << 16 | lo;
			else
				word |= 3u << 16 | (lo & 0xf0) << 8 | (lo & 0x0f);
			if (!(hi & 0x1a)) /* P = U = W = 0 and not MCRR: UNDEF by definition */
				if ((hi & 0x1e) != 4)
					continue;
			if (exists(word, &r0)) {
				puts_("L ");
				put_hex(word);
				put('\n');
				found++;
			}
		}
	}
}

void cp15map(void)
{
	for (uint32_t cp = 14; cp < 16; cp++) {
		for (uint32_t i = 0; i < 1u << 14; i++) {
			struct encoding e = {
				(uint8_t)cp,
				(uint8_t)(i >> 11),
				(uint8_t)((i >> 7) & 15),
				(uint8_t)((i >> 3) & 15),
				(uint8_t)(i & 7),
			};

			survey(&e);
		}
		survey_long(cp);
	}
	puts_("end ");
	put_dec(found);
	put('\n');
}
