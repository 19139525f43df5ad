/* SPDX-License-Identifier: Apache-2.0 */
/* What a host test may look at or change in fake_arch.c. */
#ifndef FAKE_ARCH_H
#define FAKE_ARCH_H

extern unsigned fake_irq_masked; /* depth of arch_irq_save(); 0 outside of locks */
extern unsigned fake_cpu;        /* what arch_cpu_id() answers */

#endif
