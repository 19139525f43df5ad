/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only a change of SCR.NS can reach.  Monitor mode, on behalf of the guest
 * whose context is in place (SCR.NS = 1 on entry and on return).
 */
#ifndef ARCH_WORLD_H
#define ARCH_WORLD_H

#include "vm.h"

void world_save_banked(struct banked *b);
void world_load_banked(const struct banked *b);

/* Writes changed banked registers back before the guest goes on. */
void vcpu_regs_flush(struct arch_vcpu *av);

/* monitor.S */
void banked_save(struct banked *b);
void banked_load(const struct banked *b);
void vfp_save(uint64_t d[32], uint32_t sys[2]);
void vfp_load(const uint64_t d[32], const uint32_t sys[2]);
void monitor_init(struct frame *thread);

#endif
