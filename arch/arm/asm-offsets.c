/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled to assembly only; the Makefile turns its markers into #defines. */
#include <stddef.h>

#include "vm.h"

#define DEFINE(name, value) __asm__ volatile("\n.ascii \"@@" #name " %0\"" : : "i"(value))

void asm_offsets(void);
void asm_offsets(void)
{
	_Static_assert(!offsetof(struct frame, r), "monitor.S finds r0-r12 at SP");
	DEFINE(FRAME_R12, offsetof(struct frame, r[12]));
	DEFINE(FRAME_PC, offsetof(struct frame, pc));
	DEFINE(FRAME_CPSR, offsetof(struct frame, cpsr));
	DEFINE(FRAME_FAST, offsetof(struct frame, fast));
	DEFINE(FRAME_STACK_TOP, offsetof(struct frame, stack_top));
	DEFINE(FAST_SITE_VALID, FAST_VALID);
	DEFINE(FAST_SITE_INDEX_BITS, FAST_INDEX_BITS);
	DEFINE(FAST_SITE_TAG, FAST_TAG);
	DEFINE(VCPU_HW_DACR, offsetof(struct arch_vcpu, hw_dacr));
	DEFINE(VCPU_DACR, offsetof(struct arch_vcpu, mmu.dacr));
	DEFINE(VCPU_FAST_DACRS, offsetof(struct arch_vcpu, fast_dacrs));
	DEFINE(BANKED_USR, offsetof(struct banked, usr));
	DEFINE(BANKED_SVC, offsetof(struct banked, svc));
	DEFINE(BANKED_ABT, offsetof(struct banked, abt));
	DEFINE(BANKED_UND, offsetof(struct banked, und));
	DEFINE(BANKED_IRQ, offsetof(struct banked, irq));
	DEFINE(BANKED_FIQ, offsetof(struct banked, fiq));
	DEFINE(SHIM_FILL, SHIM_FILL);
	DEFINE(SHIM_VECTOR_SVC, -(int)PAGE_SIZE + SHIM_VECTOR_OFFSET);
	DEFINE(SHIM_VECTOR_IRQ, -(int)PAGE_SIZE + SHIM_VECTOR_OFFSET + 4);
	DEFINE(SHIM_SLOT_R0, PAGE_SIZE + offsetof(struct shim_slots, r0));
	DEFINE(SHIM_SLOT_SPSR, PAGE_SIZE + offsetof(struct shim_slots, spsr));
	DEFINE(SHIM_SLOT_LR, PAGE_SIZE + offsetof(struct shim_slots, lr));
	DEFINE(SHIM_SLOT_SP, PAGE_SIZE + offsetof(struct shim_slots, sp));
}
