/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generic Interrupt Controller, architecture version 1 (ARM IHI 0048B names) as
 * in the Cortex-A9 MPCore (DDI 0407, chapter 3).
 */
#ifndef REGS_GIC_H
#define REGS_GIC_H

/* --- distributor, IHI 0048B 4.3 ---------------------------------------------- */

#define GICD_CTLR       0x000u
#define GICD_TYPER      0x004u
#define GICD_IIDR       0x008u
#define GICD_IGROUPR    0x080u /* 1 bit per INTID; Secure access only */
#define GICD_ISENABLER  0x100u
#define GICD_ICENABLER  0x180u
#define GICD_ISPENDR    0x200u
#define GICD_ICPENDR    0x280u
#define GICD_ISACTIVER  0x300u /* read-only in version 1 */
#define GICD_ICACTIVER  0x380u /* version 2 */
#define GICD_IPRIORITYR 0x400u /* 1 byte per INTID */
#define GICD_ITARGETSR  0x800u /* 1 byte per INTID */
#define GICD_ICFGR      0xc00u /* 2 bits per INTID */
#define GICD_PPISR      0xd00u /* Cortex-A9: levels of the private inputs */
#define GICD_SPISR      0xd04u /* Cortex-A9: levels of the shared inputs */
#define GICD_NSACR      0xe00u /* version 2 */
#define GICD_SGIR       0xf00u
#define GICD_CPENDSGIR  0xf10u /* 1 byte per SGI; QEMU has them in version 1 too */
#define GICD_SPENDSGIR  0xf20u
#define GICD_PIDR4      0xfd0u
#define GICD_PIDR0      0xfe0u
#define GICD_CIDR0      0xff0u

#define GICD_CTLR_ENABLE_GRP0 (1u << 0) /* the only one without Security Extensions */
#define GICD_CTLR_ENABLE_GRP1 (1u << 1)

#define GICD_TYPER_ITLINES(x) (0x1fu & (x)) /* INTIDs = 32 * (x + 1) */
#define GICD_TYPER_CPUS_SHIFT 5             /* 3 bits: CPUs - 1 */
#define GICD_TYPER_SECURITY   (1u << 10)
#define GICD_TYPER_LSPI_SHIFT 11

#define GICD_ICFGR_EDGE 2u /* of the 2 bits of an INTID */

#define GICD_SGIR_INTID(x)      (0xfu & (x))
#define GICD_SGIR_NSATT         (1u << 15)
#define GICD_SGIR_TARGETS_SHIFT 16 /* 8 bits, one per CPU */
#define GICD_SGIR_FILTER_SHIFT  24 /* 2 bits: */
#define GICD_SGIR_TO_LIST       0u
#define GICD_SGIR_TO_OTHERS     1u
#define GICD_SGIR_TO_SELF       2u

/* --- CPU interface, IHI 0048B 4.4 --------------------------------------------- */

#define GICC_CTLR   0x00u
#define GICC_PMR    0x04u
#define GICC_BPR    0x08u
#define GICC_IAR    0x0cu
#define GICC_EOIR   0x10u
#define GICC_RPR    0x14u
#define GICC_HPPIR  0x18u
#define GICC_ABPR   0x1cu
#define GICC_AIAR   0x20u /* version 2 */
#define GICC_AEOIR  0x24u /* version 2 */
#define GICC_AHPPIR 0x28u /* version 2 */
#define GICC_IIDR   0xfcu

#define GICC_CTLR_ENABLE_GRP0 (1u << 0)
#define GICC_CTLR_ENABLE_GRP1 (1u << 1)
#define GICC_CTLR_ACKCTL      (1u << 2)
#define GICC_CTLR_FIQEN       (1u << 3)
#define GICC_CTLR_CBPR        (1u << 4) /* SBPR in the Cortex-A9's manual */

#define GICC_IAR_INTID(x)  (0x3ffu & (x))
#define GICC_IAR_CPU_SHIFT 10 /* 3 bits: the CPU that sent an SGI */

#define GIC_SPURIOUS       1023u
#define GIC_GROUP1_PENDING 1022u /* Secure read of IAR/HPPIR, AckCtl = 0 */
#define GIC_NR_SGIS        16u
#define GIC_NR_PRIVATE     32u
#define GIC_PRIORITY_IDLE  0xffu

#endif
