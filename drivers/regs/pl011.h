/* SPDX-License-Identifier: Apache-2.0 */
/* PrimeCell UART (PL011), ARM DDI 0183G chapter 3. */
#ifndef REGS_PL011_H
#define REGS_PL011_H

#define UARTDR        0x000u /* 3.3.1 */
#define UARTRSR       0x004u /* 3.3.2; UARTECR when written */
#define UARTFR        0x018u /* 3.3.3 */
#define UARTILPR      0x020u
#define UARTIBRD      0x024u
#define UARTFBRD      0x028u
#define UARTLCR_H     0x02cu
#define UARTCR        0x030u
#define UARTIFLS      0x034u
#define UARTIMSC      0x038u
#define UARTRIS       0x03cu
#define UARTMIS       0x040u
#define UARTICR       0x044u
#define UARTDMACR     0x048u
#define UARTTCR       0x080u /* chapter 4: test registers, up to UARTTDR */
#define UARTTDR       0x08cu
#define UARTPERIPHID0 0xfe0u
#define UARTPCELLID0  0xff0u

/* Error bits of UARTDR; the same >> 8 are those of UARTRSR. */
#define UARTDR_FE     (1u << 8)
#define UARTDR_PE     (1u << 9)
#define UARTDR_BE     (1u << 10)
#define UARTDR_OE     (1u << 11)
#define UARTDR_ERRORS (UARTDR_FE | UARTDR_PE | UARTDR_BE | UARTDR_OE)

#define UARTRSR_FE (1u << 0)
#define UARTRSR_PE (1u << 1)
#define UARTRSR_BE (1u << 2)
#define UARTRSR_OE (1u << 3)

#define UARTFR_CTS  (1u << 0)
#define UARTFR_DSR  (1u << 1)
#define UARTFR_DCD  (1u << 2)
#define UARTFR_BUSY (1u << 3)
#define UARTFR_RXFE (1u << 4)
#define UARTFR_TXFF (1u << 5)
#define UARTFR_RXFF (1u << 6)
#define UARTFR_TXFE (1u << 7)
#define UARTFR_RI   (1u << 8)

#define UARTLCR_H_BRK        (1u << 0)
#define UARTLCR_H_PEN        (1u << 1)
#define UARTLCR_H_EPS        (1u << 2)
#define UARTLCR_H_STP2       (1u << 3)
#define UARTLCR_H_FEN        (1u << 4)
#define UARTLCR_H_WLEN_SHIFT 5 /* 2 bits: 5, 6, 7 or 8 data bits */
#define UARTLCR_H_WLEN8      (3u << UARTLCR_H_WLEN_SHIFT)
#define UARTLCR_H_SPS        (1u << 7)

#define UARTCR_UARTEN (1u << 0)
#define UARTCR_SIREN  (1u << 1)
#define UARTCR_SIRLP  (1u << 2)
#define UARTCR_LBE    (1u << 7)
#define UARTCR_TXE    (1u << 8)
#define UARTCR_RXE    (1u << 9)
#define UARTCR_DTR    (1u << 10)
#define UARTCR_RTS    (1u << 11)
#define UARTCR_OUT1   (1u << 12)
#define UARTCR_OUT2   (1u << 13)
#define UARTCR_RTSEN  (1u << 14)
#define UARTCR_CTSEN  (1u << 15)

/* Levels of both fields: 0..4 = 1/8, 1/4, 1/2, 3/4, 7/8. */
#define UARTIFLS_TX_SHIFT 0
#define UARTIFLS_RX_SHIFT 3
#define UARTIFLS_MASK     7u
#define UARTIFLS_1_8      0u
#define UARTIFLS_1_4      1u
#define UARTIFLS_1_2      2u
#define UARTIFLS_3_4      3u
#define UARTIFLS_7_8      4u

/* Bits of UARTIMSC, UARTRIS, UARTMIS and UARTICR. */
#define UARTINT_RIM  (1u << 0)
#define UARTINT_CTSM (1u << 1)
#define UARTINT_DCDM (1u << 2)
#define UARTINT_DSRM (1u << 3)
#define UARTINT_RX   (1u << 4)
#define UARTINT_TX   (1u << 5)
#define UARTINT_RT   (1u << 6)
#define UARTINT_FE   (1u << 7)
#define UARTINT_PE   (1u << 8)
#define UARTINT_BE   (1u << 9)
#define UARTINT_OE   (1u << 10)
#define UARTINT_ALL  0x7ffu

#define PL011_FIFO_DEPTH 16 /* revisions before r1p5 (UARTPeriphID2[7:4] < 3) */

#endif
