/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCH_VCP15_H
#define ARCH_VCP15_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/cp15.h>

#include "insn/cpaccess.h"
#include "insn/insn.h"

struct arch_vcpu;

#define CPACR_D32DIS (1u << 30) /* ARM ARM B4.1.40 */
#define CPACR_ASEDIS (1u << 31)
#define MPIDR_M      (1u << 31) /* ARM ARM B4.1.106 */
#define PAR_NOS      (1u << 10) /* ARM ARM B4.1.112 */

struct vcp15_row {
	uint32_t (*get)(struct arch_vcpu *av);
	void (*set)(struct arch_vcpu *av, uint32_t v);
};

/* One decoded access. */
struct vcp15_op {
	const struct vcp15_row *row;
	uint8_t rt;
	bool read;
};

/* False: not a CP15 access that is emulated, so UNDEF to the guest. */
bool vcp15_decode(const struct insn *i, struct vcp15_op *op);

/* Is it DACR that is accessed? */
bool vcp15_is_dacr(const struct vcp15_op *op);

/* Carries it out for the guest on this CPU; the PC does not move. */
void vcp15_perform(struct arch_vcpu *av, const struct vcp15_op *op);

/* Reset values (ARM ARM B4.1, Cortex-A9 TRM 4.2). */
void vcp15_reset(struct arch_vcpu *av);

/* Where the guest's exception vectors are: SCTLR.V, VBAR. */
uint32_t vcp15_vector_base(const struct arch_vcpu *av);

#endif
