/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold after any verify_page(), checked byte by byte. */
#ifndef VERIFY_CHECK_H
#define VERIFY_CHECK_H

#include "cp15_list.h"
#include "verify/verify.h"

/* NULL, or what is wrong. `page` was `before`; it is not changed. */
const char *verify_check(const struct verify_dict *d, const uint32_t *before, const uint32_t *page,
			 enum isa isa, const struct verify_patch *patches,
			 const struct verify_result *res);

#endif
