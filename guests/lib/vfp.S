/* SPDX-License-Identifier: Apache-2.0 */
/* All VFP registers at once; see bare.h. */
#include "asm.h"

	func	vfp_load			@ d0-d31 from 256 bytes
	vldmia	r0!, {d0-d15}
	vldmia	r0!, {d16-d31}
	bx	lr
	func	vfp_store
	vstmia	r0!, {d0-d15}
	vstmia	r0!, {d16-d31}
	bx	lr
