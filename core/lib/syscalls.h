/* SPDX-License-Identifier: Apache-2.0 */
/* What only the C library and the compiler call; declared to be type-checked. */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

#include <espalier/util.h>

struct _reent;

void *_sbrk(ptrdiff_t incr);
void __malloc_lock(struct _reent *r);
void __malloc_unlock(struct _reent *r);
extern uintptr_t __stack_chk_guard;
__noreturn void __stack_chk_fail(void);
__noreturn void __assert_func(const char *file, int line, const char *func, const char *expr);

#endif
