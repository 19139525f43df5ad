/* SPDX-License-Identifier: Apache-2.0 */
/* Every class of emulated device there is. */
#include <stddef.h>

#include "classes.h"

const struct emul_class *const emul_classes[] = {
	&gic_class,    &twd_class,    &twd_wdt_class,  &gtimer_class, &scu_class,
	&l2c310_class, &sysreg_class, &sp804_class,    &sp805_class,  &sp810_class,
	&pl031_class,  &pl011_class,  &doorbell_class, NULL,
};
