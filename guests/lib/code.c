/* SPDX-License-Identifier: Apache-2.0 */
#include "bare.h"
#include "cp15.h"

/* Memory routines that the compiler may call. */
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);

void *memcpy(void *to, const void *from, size_t n)
{
	volatile uint8_t *d = to;
	const uint8_t *s = from;

	while (n--)
		*d++ = *s++;
	return to;
}

void *memset(void *to, int c, size_t n)
{
	volatile uint8_t *d = to;

	while (n--)
		*d++ = (uint8_t)c;
	return to;
}

void *copy(void *to, const void *from, uint32_t n) { return memcpy(to, from, n); }

/* Lines of 32 bytes on a Cortex-A9 (CTR). */
void sync_code(const volatile void *a, uint32_t n)
{
	uint32_t end = addr_of(a) + n;

	for (uint32_t p = addr_of(a) & ~31u; p < end; p += 32)
		write_dccmvau(p);
	dsb();
	for (uint32_t p = addr_of(a) & ~31u; p < end; p += 32)
		write_icimvau(p);
	write_bpiall(0);
	dsb();
	isb();
}

void put_return(uint32_t a, uint8_t n)
{
	wr32(a, 0xe3a00000 | n); /* mov r0, #n */
	wr32(a + 4, 0xe12fff1e); /* bx lr */
	sync_code((void *)a, 8);
}

void put_data(uint32_t page, uint32_t from)
{
	for (uint32_t i = from; i < 0x1000; i += 4)
		wr32(page + i, 0x1a2b3c40 + i * 0x9e37u);
	wr32(page + 0x800, 0xee030a00); /* with the next word a forbidden pair in Thumb */
	wr32(page + 0x804, 0xe2800f10);
}
