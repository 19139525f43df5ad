/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ESPALIER_VERSION_H
#define ESPALIER_VERSION_H

/* What git describe said when this was built. */
extern const char espalier_version[];

#endif
