/* SPDX-License-Identifier: Apache-2.0 */
/* Every class of emulated device there is. */
#include <stddef.h>

#include "classes.h"

const struct emul_class *const emul_classes[] = {
	&gic_class,
	&pl011_class,
	NULL
};
