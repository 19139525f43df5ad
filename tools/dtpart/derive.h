/* SPDX-License-Identifier: Apache-2.0 */
/* A tree on its way from the host's to a guest's. */
#ifndef TOOLS_DTPART_DERIVE_H
#define TOOLS_DTPART_DERIVE_H

#include "dtpart.h"
#include "partition/partition_int.h"

enum kind { KIND_NONE, KIND_PLAIN, KIND_EMULATE, KIND_GIVE };

struct derive {
	struct args *a;
	struct partition *p;
	const void *host;
	uint8_t *kind; /* enum kind, by offset of the host's node */
	char **left;   /* by the same, why it could not be given */
	int memory;    /* node of the host's */
	uint32_t ram_base, ram_size;
	bool changed, failed;
};

/* write.c: the tree as DTS to stdout. */
void derive_write(struct derive *d);

#endif
