/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of <espalier/pass.h>. */
#ifndef CORE_PASS_H
#define CORE_PASS_H

struct guest;

/* Masks g's interrupts at the host's GIC. */
void pass_irq_mask(struct guest *g);
/* Masks them and gives them back. */
void pass_irq_release(struct guest *g);

#endif
