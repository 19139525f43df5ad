/* SPDX-License-Identifier: Apache-2.0 */
/* What a guest costs beside its RAM. */
#include <espalier/addr.h>
#include <espalier/means.h>
#include <espalier/util.h>

#define MIB (1u << 20)

const char *const means_name[MEANS_KINDS] = {
	[MEANS_ROOTS] = "ROOTS",     [MEANS_TABLES] = "TABLES", [MEANS_FRAMES] = "FRAMES",
	[MEANS_PATCHES] = "PATCHES", [MEANS_STATE] = "STATE",   [MEANS_DEVICES] = "DEVICES",
};

unsigned means_roots(uint32_t ram)
{
	unsigned n = MAX(ram / MIB * MEANS_ROOTS_PER_MIB, MEANS_ROOTS_MIN);

	return MIN(n, (unsigned)CONFIG_SHADOW_ROOTS);
}

void means_plan(struct means_plan *m, uint32_t ram, unsigned vcpus, uint32_t devices)
{
	uint32_t frames = ram >> PAGE_SHIFT;

	*m = (struct means_plan){ .bytes = {
					  [MEANS_ROOTS] =
						  vcpus * means_roots(ram) * MEANS_ROOT_BYTES,
					  [MEANS_TABLES] =
						  vcpus * CONFIG_SHADOW_L2 * MEANS_TABLE_BYTES,
					  [MEANS_FRAMES] = frames * MEANS_FRAME_BYTES +
							   MEANS_BANKS * MEANS_GRAIN,
					  [MEANS_PATCHES] =
						  frames * MEANS_PATCH_BYTES + 16 * PAGE_SIZE,
					  [MEANS_STATE] =
						  MEANS_GUEST_BYTES + vcpus * MEANS_VCPU_BYTES,
					  [MEANS_DEVICES] = devices,
				  } };
	for (unsigned k = 0; k < MEANS_KINDS; k++) {
		m->bytes[k] = ALIGN_UP(m->bytes[k], PAGE_SIZE);
		m->size += m->bytes[k];
	}
}
