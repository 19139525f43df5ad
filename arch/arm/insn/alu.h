/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCH_INSN_ALU_H
#define ARCH_INSN_ALU_H

#include <stdbool.h>
#include <stdint.h>

/*
 * ARM data processing (ARM ARM A5.2.1), opcode <24:21> of the encoding.  n, m:
 * operands, m after its shift; shifter: the carry out of that.  Takes C and V
 * from *cpsr and leaves NZCV there as the S form would.  Returns the result.
 */
uint32_t alu_op(unsigned opcode, uint32_t n, uint32_t m, bool shifter, uint32_t *cpsr);

/* TST, TEQ, CMP and CMN have no destination. */
static inline bool alu_is_test(unsigned opcode) { return (opcode & 12) == 8; }

#endif
