/* SPDX-License-Identifier: Apache-2.0 */
#include <arch/cp15.h>
#include <espalier/util.h>

#include "cache.h"

#define LINE 32u /* Cortex-A9 TRM 7.1: cache lines of eight words */

void cache_sync_code(const void *p, uint32_t size)
{
	uint32_t a = ALIGN_DOWN((uint32_t)p, LINE), end = (uint32_t)p + size;

	for (; a < end; a += LINE)
		WRITE_CP15(DCCMVAU, a);
	dsb();
	WRITE_CP15(ICIALLU, 0);
	WRITE_CP15(BPIALL, 0);
	dsb();
	isb();
}

void cache_clean(const void *p, uint32_t size)
{
	uint32_t a = ALIGN_DOWN((uint32_t)p, LINE), end = (uint32_t)p + size;

	for (; a < end; a += LINE)
		WRITE_CP15(DCCMVAC, a);
	dsb();
}
