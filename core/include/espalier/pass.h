/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest has of the host's devices beside their registers: interrupts,
 * and lines that a driver of the VMM could use as well.  Claims are made while a
 * guest is built, by the host thread, and last until pass_release().
 *
 * An interrupt of a pass-through device comes to the VMM as FIQ.  It is then
 * masked at the host's GIC and raised at the guest's, and looked at again when
 * the guest has ended it: gone, it is unmasked; still there, it stays pending in
 * the guest.  So a level that the guest does not lower costs one FIQ, not many.
 */
#ifndef ESPALIER_PASS_H
#define ESPALIER_PASS_H

#include <stdbool.h>

struct guest;

/*
 * Gives the host's interrupt `host_irq` to g as its `guest_irq`, for the device
 * `path` of the guest's tree (kept, not copied); both are SPIs, by INTID.  It is
 * masked until the guest enables it in its own GIC, whose trigger mode it follows.
 * Before g's GIC is created.
 * -EINVAL: one of them is no SPI; -EBUSY: the host's has an owner, see
 * pass_irq_owner(); -EEXIST: the guest's is claimed by another of its devices;
 * -ENOMEM.
 */
int pass_irq_claim(struct guest *g, unsigned host_irq, unsigned guest_irq, const char *path);

/*
 * Who has an interrupt of the host, to be shown: "guest1: /uart@9000", "the VMM:
 * /timer@2000"; NULL if nobody does.  Valid until the next call or release.
 */
const char *pass_irq_owner(unsigned host_irq);

/* Path of g's device that has the INTID through a claim, or NULL. */
const char *pass_irq_device(const struct guest *g, unsigned guest_irq);

/*
 * Takes the host's device `host_path` for g if the VMM knows it as a serial line:
 * it is put into its power-on state and shown as g's.  0 as well if it is none;
 * -EBUSY: somebody else uses it.
 */
int pass_line_claim(struct guest *g, const char *host_path);

/* Any context: g has halted.  Its interrupts are masked until pass_reset(). */
void pass_stop(struct guest *g);
/* g's GIC was reset: lines that it has are put into their power-on state. */
void pass_reset(struct guest *g);
/* Gives back everything; g's devices are gone already.  Host thread. */
void pass_release(struct guest *g);

#endif
