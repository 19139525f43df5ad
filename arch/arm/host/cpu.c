/* SPDX-License-Identifier: Apache-2.0 */
/* This CPU: interrupt mask, spin locks, who it is, and how it stops. */
#include <arch/cp15.h>
#include <arch/psr.h>
#include <espalier/arch.h>

uint32_t arch_irq_save(void)
{
	uint32_t cpsr;

	__asm__ volatile("mrs %0, cpsr\n\tcpsid f" : "=r"(cpsr) : : "memory");
	return cpsr & PSR_F;
}

void arch_irq_restore(uint32_t flags)
{
	if (!(flags & PSR_F))
		__asm__ volatile("cpsie f" : : : "memory");
}

void arch_spin_acquire(volatile uint32_t *taken)
{
	uint32_t t;

	__asm__ volatile("1:	ldrex	%0, [%1]\n\tcmp	%0, #0\n\tbeq	2f\n\twfe\n\tb	1b\n2:	"
			 "strex	%0, %2, [%1]\n\tcmp	%0, #0\n\tbne	1b\n\tdmb"
			 : "=&r"(t)
			 : "r"(taken), "r"(1)
			 : "cc", "memory");
}

void arch_spin_release(volatile uint32_t *taken)
{
	dmb();
	*taken = 0;
	dsb();
	__asm__ volatile("sev");
}

unsigned arch_cpu_id(void) { return READ_CP15(MPIDR) & 0xff; }

bool arch_in_exit(void)
{
	uint32_t cpsr;

	__asm__ volatile("mrs %0, cpsr" : "=r"(cpsr));
	return (cpsr & PSR_MODE) == MODE_MON;
}

uint32_t arch_cpu_midr(void) { return READ_CP15(MIDR); }

void arch_irq_enable(void)
{
	/* Asynchronous aborts as well: they go to Monitor mode (SCR.EA). */
	__asm__ volatile("cpsie af" : : : "memory");
}

__noreturn void arch_halt(void)
{
	__asm__ volatile("cpsid aif" : : : "memory");
	for (;;)
		__asm__ volatile("wfi");
}
