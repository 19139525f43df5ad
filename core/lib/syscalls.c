/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the C library and the compiler's runtime ask for: a heap, stdio in the small
 * form of fmt.h, the stack protector, and a place to give up.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <espalier/addr.h>
#include <espalier/arch.h>
#include <espalier/fmt.h>
#include <espalier/heap.h>
#include <espalier/log.h>
#include <espalier/vcon.h>

#include "syscalls.h"

#undef putchar /* the C library has it as a macro over stdio's FILEs */

static uint8_t heap[CONFIG_HEAP_PAGES * PAGE_SIZE]
	__attribute__((section(".noinit.heap"), aligned(PAGE_SIZE)));
static size_t heap_used;

void *_sbrk(ptrdiff_t incr)
{
	void *p = heap + heap_used;

	if (incr > 0 ? (size_t)incr > sizeof(heap) - heap_used : (size_t)-incr > heap_used) {
		errno = ENOMEM;
		return (void *)-1;
	}
	heap_used += incr;
	return p;
}

/*
 * The nano library's list of what is free; its mallinfo(), which adds it up as
 * well, would bring all of stdio along.
 */
struct free_chunk {
	long size;
	struct free_chunk *next;
};
extern struct free_chunk *__malloc_free_list;

uint32_t heap_in_use(void)
{
	uint32_t n = heap_used;

	for (const struct free_chunk *c = __malloc_free_list; c; c = c->next)
		n -= (uint32_t)c->size;
	return n;
}

/* The heap belongs to the host thread alone; this is called by malloc() and free(). */
void __malloc_lock(struct _reent *r)
{
	if (arch_in_exit())
		panic("malloc() or free() in exit context");
}

void __malloc_unlock(struct _reent *r) {}

/* --- stdio -------------------------------------------------------------------- */

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	return fmt_vsnprintf(buf, size, fmt, ap);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = fmt_vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int vprintf(const char *fmt, va_list ap)
{
	char buf[512];
	int n = fmt_vsnprintf(buf, sizeof(buf), fmt, ap);

	console_write(buf, strlen(buf));
	return n;
}

int printf(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vprintf(fmt, ap);
	va_end(ap);
	return n;
}

int puts(const char *s)
{
	console_write(s, strlen(s));
	console_write("\n", 1);
	return 0;
}

int putchar(int c)
{
	char b = c;

	console_write(&b, 1);
	return (unsigned char)c;
}

/* --- runtime ------------------------------------------------------------------- */

uintptr_t __stack_chk_guard; /* entry.S */

__noreturn void __stack_chk_fail(void) { panic("stack smashed"); }

__noreturn void abort(void) { panic("abort()"); }

/* assert(3) */
__noreturn void __assert_func(const char *file, int line, const char *func, const char *expr)
{
	panic("%s:%d: %s: assertion failed: %s", file, line, func ? func : "?", expr);
}
