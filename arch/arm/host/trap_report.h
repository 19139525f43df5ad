/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCH_TRAP_REPORT_H
#define ARCH_TRAP_REPORT_H

#include <espalier/util.h>

struct arch_frame;

/* Called by trap_secure.S; `vector` counts from 0 (ARM ARM table B1-3). */
__noreturn void trap_report(unsigned vector, const struct arch_frame *f);

#endif
