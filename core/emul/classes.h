/* SPDX-License-Identifier: Apache-2.0 */
/* The classes of emulated devices, each defined in the file of its name. */
#ifndef EMUL_CLASSES_H
#define EMUL_CLASSES_H

#include <espalier/emul.h>

extern const struct emul_class gic_class;
extern const struct emul_class pl011_class;

#endif
