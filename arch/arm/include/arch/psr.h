/* SPDX-License-Identifier: Apache-2.0 */
/* CPSR and SPSR (ARM ARM B1.3.3), for C and assembly alike. */
#ifndef ARCH_PSR_H
#define ARCH_PSR_H

#ifdef __ASSEMBLER__
#define PSR_BITS(x) x
#else
#define PSR_BITS(x) x##u
#endif

#define PSR_MODE PSR_BITS(0x1f)
#define PSR_T    PSR_BITS(0x20)
#define PSR_F    PSR_BITS(0x40)
#define PSR_I    PSR_BITS(0x80)
#define PSR_A    PSR_BITS(0x100)
#define PSR_E    PSR_BITS(0x200)
#define PSR_J    PSR_BITS(0x01000000)
#define PSR_IT   PSR_BITS(0x0600fc00)

#define MODE_USR PSR_BITS(0x10)
#define MODE_FIQ PSR_BITS(0x11)
#define MODE_IRQ PSR_BITS(0x12)
#define MODE_SVC PSR_BITS(0x13)
#define MODE_MON PSR_BITS(0x16)
#define MODE_ABT PSR_BITS(0x17)
#define MODE_UND PSR_BITS(0x1b)
#define MODE_SYS PSR_BITS(0x1f)

#endif
