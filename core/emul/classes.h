/* SPDX-License-Identifier: Apache-2.0 */
/* The classes of emulated devices, each defined in the file of its name. */
#ifndef EMUL_CLASSES_H
#define EMUL_CLASSES_H

#include <espalier/emul.h>

extern const struct emul_class gic_class;
extern const struct emul_class twd_class;
extern const struct emul_class twd_wdt_class;
extern const struct emul_class gtimer_class;
extern const struct emul_class scu_class;
extern const struct emul_class l2c310_class;
extern const struct emul_class sysreg_class;
extern const struct emul_class sp804_class;
extern const struct emul_class sp805_class;
extern const struct emul_class sp810_class;
extern const struct emul_class pl031_class;
extern const struct emul_class pl011_class;
extern const struct emul_class doorbell_class;

#endif
