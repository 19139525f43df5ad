/* SPDX-License-Identifier: Apache-2.0 */
/* GIC and the private timers of a Cortex-A9 (IHI 0048, DDI 0407). */
#ifndef GIC_H
#define GIC_H

#include <stdint.h>

#define GICC               0x1e000100u
#define GICC_CTLR          (GICC + 0x00)
#define GICC_PMR           (GICC + 0x04)
#define GICC_IAR           (GICC + 0x0c)
#define GICC_EOIR          (GICC + 0x10)
#define GICC_RPR           (GICC + 0x14)
#define GICC_HPPIR         (GICC + 0x18)
#define GICD               0x1e001000u
#define GICD_CTLR          (GICD + 0x000)
#define GICD_TYPER         (GICD + 0x004)
#define GICD_ISENABLER(n)  (GICD + 0x100 + (n) / 32 * 4)
#define GICD_ICENABLER(n)  (GICD + 0x180 + (n) / 32 * 4)
#define GICD_ISPENDR(n)    (GICD + 0x200 + (n) / 32 * 4)
#define GICD_ICPENDR(n)    (GICD + 0x280 + (n) / 32 * 4)
#define GICD_ISACTIVER(n)  (GICD + 0x300 + (n) / 32 * 4)
#define GICD_IPRIORITYR(n) (GICD + 0x400 + (n)) /* a byte each */
#define GICD_ITARGETSR(n)  (GICD + 0x800 + (n)) /* a byte each */
#define GICD_SGIR          (GICD + 0xf00)
#define SGIR_SELF          (2u << 24)
#define SPURIOUS           1023u

#define IRQ_GTIMER  27
#define IRQ_TWD     29
#define IRQ_SP804_0 34

typedef void (*irq_fn)(unsigned intid);

/* Distributor and CPU interface on, all interrupts off, EXC_IRQ taken over. */
void gic_init(void);
/* Enables intid, priority 0 (highest) to 0xf0 in steps of 0x10, for this CPU. */
void gic_enable(unsigned intid, unsigned priority, irq_fn fn);
void gic_disable(unsigned intid);
/* Waits by WFI, with IRQs on meanwhile, until *count >= n. */
void wait_for(volatile uint32_t *count, uint32_t n);

#define TWD_LOAD    0x1e000600u
#define TWD_COUNTER 0x1e000604u
#define TWD_CONTROL 0x1e000608u
#define TWD_INTSTAT 0x1e00060cu
#define TWD_HZ      100000000u

/* Periodic interrupts of the private timer; fn gets them acknowledged. */
void twd_start(uint32_t ticks, irq_fn fn);
void twd_stop(void);

#endif
