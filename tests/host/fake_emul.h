/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that consists of emulated devices only, over the real timers with a
 * clock that the test turns, a console that takes as much as the test allows,
 * and an interrupt controller that writes down (unless the real one is linked).
 */
#ifndef FAKE_EMUL_H
#define FAKE_EMUL_H

#include <espalier/guest.h>

#define FAKE_MAX_VCPUS 4

extern struct guest fake_guest;
extern struct vcpu fake_vcpus[FAKE_MAX_VCPUS]; /* .irq: what arch_vcpu_irq() said */
extern const void *fake_fdt;                   /* an empty tree */

extern uint64_t fake_now;         /* ns */
extern unsigned fake_timer_fires; /* timer interrupts so far */

/* Starts afresh with `vcpus` vCPUs; frees what was made before. */
void fake_start(unsigned vcpus);

/* Makes, creates and resets a device of the guest with these interrupts. */
struct emul_dev *fake_device(const struct emul_class *cls, const void *fdt, int node, unsigned irq0,
			     unsigned irq1);
void fake_destroy(struct emul_dev *d);

/* Lets `ns` pass; timers that become due run at their time. */
void fake_pass(uint64_t ns);

/* Accesses, aborting the test if the device does not know the register. */
uint32_t rd(struct emul_dev *d, uint32_t offset);
void wr(struct emul_dev *d, uint32_t offset, uint32_t v);
/* With everything spelled out; -ENXIO is returned. */
int fake_access(struct emul_dev *d, unsigned vcpu, unsigned window, uint32_t offset, unsigned size,
		bool write, uint32_t *v);

/* Interrupt lines when the GIC is not linked: by INTID (SPI), by vCPU and INTID. */
extern bool fake_spi[96];
extern bool fake_ppi[FAKE_MAX_VCPUS][32];
extern unsigned fake_line_changes;

/* The console of a UART: what it has taken, and how much more it takes. */
extern char fake_out[65536];
extern unsigned fake_out_len;
extern unsigned fake_out_room;
extern unsigned fake_want_input;     /* calls of vserial_want_input() */
extern unsigned fake_dropped_input;  /* and of vserial_drop_input() */
extern struct vserial *fake_vserial; /* the last one created */

extern const char *fake_halt, *fake_reset; /* why the guest asked for it */

#endif
