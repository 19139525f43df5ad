/* SPDX-License-Identifier: Apache-2.0 */
/* Registers of a channel's doorbell, docs/channels.md. */
#ifndef REGS_DOORBELL_H
#define REGS_DOORBELL_H

#include <espalier/util.h>

#define CH_ID      0x00
#define CH_VERSION 0x04
#define CH_SIZE    0x08
#define CH_END     0x0c
#define CH_PEER    0x10
#define CH_CTRL    0x14
#define CH_RING    0x18
#define CH_STATUS  0x1c
#define CH_ACK     0x20
#define CH_ENABLE  0x24
#define CH_PENDING 0x28

#define CH_ID_VALUE 0x48435345u /* "ESCH", in order of address */

#define CH_PEER_PRESENT BIT(0)
#define CH_PEER_RUNNING BIT(1)
#define CH_PEER_READY   BIT(2)

#define CH_CTRL_READY BIT(0)

/* CH_RING, CH_STATUS, CH_ACK, CH_ENABLE, CH_PENDING */
#define CH_BELLS  0xffffu /* one bit each */
#define CH_CHANGE BIT(31) /* CH_PEER is not what it was */

#endif
