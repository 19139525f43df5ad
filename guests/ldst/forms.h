/* SPDX-License-Identifier: Apache-2.0 */
/* What the registers hold before each form; read by C and by the assembler. */
#ifndef FORMS_H
#define FORMS_H

/* Value registers. */
#define V1 0xa1b2c3d0
#define V2 0x11223340

/* Comparator and increment of the global timer: 32 bits each. */
#define BASE_TIMER 0
#define LO         0x8091a2b3
#define HI         0x44556677
#define INC        0x01020384
/* Priorities of interrupts 40 to 51: four bytes each, of which the high half. */
#define BASE_GIC 1
#define GLO      0x90a010f0
#define GHI      0x40506070
#define GINC     0x20304080
/* UARTIBRD, UARTFBRD, UARTLCR_H. */
#define BASE_UART 2
#define ULO       0x8123
#define UHI       0x2a
#define UINC      0x70

#endif
