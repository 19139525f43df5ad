/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PL011 as the guests see it (DDI 0183).  On purpose not the VMM's header: a
 * wrong number there must not agree with itself.
 */
#ifndef PL011_H
#define PL011_H

#define UARTDR        0x00
#define UARTFR        0x18
#define UARTILPR      0x20
#define UARTIBRD      0x24
#define UARTFBRD      0x28
#define UARTLCR_H     0x2c
#define UARTCR        0x30
#define UARTIFLS      0x34
#define UARTIMSC      0x38
#define UARTRIS       0x3c
#define UARTMIS       0x40
#define UARTICR       0x44
#define UARTPERIPHID0 0xfe0

#define FR_BUSY     (1u << 3)
#define FR_RXFE     (1u << 4)
#define FR_TXFF     (1u << 5)
#define FR_RXFF     (1u << 6)
#define FR_TXFE     (1u << 7)
#define LCR_H_FEN   (1u << 4)
#define LCR_H_WLEN8 (3u << 5)
#define CR_UARTEN   (1u << 0)
#define CR_TXE      (1u << 8)
#define CR_RXE      (1u << 9)
#define INT_RX      (1u << 4)
#define INT_TX      (1u << 5)
#define INT_RT      (1u << 6)
#define UART0_IRQ   37

#endif
