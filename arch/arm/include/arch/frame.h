/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of an exception that the VMM itself took (trap_secure.S). */
#ifndef ARCH_FRAME_H
#define ARCH_FRAME_H

#include <stdint.h>

struct arch_frame {
	uint32_t r[13];
	uint32_t sp, lr, pc, cpsr;
};

#endif
