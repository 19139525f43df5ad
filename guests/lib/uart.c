/* SPDX-License-Identifier: Apache-2.0 */
/* PL011, polled (DDI 0183). */
#include "bare.h"
#include "pl011.h"

void uart_init(void)
{
	wr32(UART0 + UARTCR, 0);
	wr32(UART0 + UARTIMSC, 0);
	wr32(UART0 + UARTIBRD, 13); /* 115200 at 24 MHz */
	wr32(UART0 + UARTFBRD, 1);
	wr32(UART0 + UARTLCR_H, LCR_H_FEN | LCR_H_WLEN8);
	wr32(UART0 + UARTICR, 0x7ff);
	wr32(UART0 + UARTCR, CR_UARTEN | CR_TXE | CR_RXE);
}

void uart_putc(char c)
{
	while (rd32(UART0 + UARTFR) & FR_TXFF)
		;
	wr32(UART0 + UARTDR, (uint8_t)c);
}

void uart_drain(void)
{
	while ((rd32(UART0 + UARTFR) & (FR_TXFE | FR_BUSY)) != FR_TXFE)
		;
}

int uart_getc(void)
{
	while (rd32(UART0 + UARTFR) & FR_RXFE)
		;
	return (int)(rd32(UART0 + UARTDR) & 0xff);
}
