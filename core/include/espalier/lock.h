/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spinlocks that also mask physical interrupts (FIQ) on this CPU.
 *
 * Lock order, outermost first; a lock is only taken inside one to its left:
 *	guest table > timer > vcon > page > driver > irq > log
 */
#ifndef ESPALIER_LOCK_H
#define ESPALIER_LOCK_H

#include <stdint.h>

#include <espalier/arch.h>

struct spinlock {
	volatile uint32_t taken;
};

/* Masks interrupts, takes the lock, returns the state for spin_unlock(). */
static inline uint32_t spin_lock(struct spinlock *l)
{
	uint32_t flags = arch_irq_save();

	arch_spin_acquire(&l->taken);
	return flags;
}

static inline void spin_unlock(struct spinlock *l, uint32_t flags)
{
	arch_spin_release(&l->taken);
	arch_irq_restore(flags);
}

#endif
