/* SPDX-License-Identifier: Apache-2.0 */
#include <espalier/version.h>

#ifndef VERSION /* the Makefile passes what git describe says */
#define VERSION "unknown"
#endif

const char espalier_version[] = VERSION;
