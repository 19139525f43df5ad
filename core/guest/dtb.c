/* SPDX-License-Identifier: Apache-2.0 */
/* The device tree that a guest's kernel gets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "guest_int.h"

#define SLACK 256 /* for /chosen, the two properties of the initrd and their names */

/* The first property of `node` that is ours, or NULL. */
static const char *our_prop(const void *fdt, int node)
{
	int prop;

	fdt_for_each_property_offset(prop, fdt, node) {
		const char *name = NULL;

		if (fdt_getprop_by_offset(fdt, prop, &name, NULL) && name &&
		    !strncmp(name, "espalier,", 9))
			return name;
	}
	return NULL;
}

static int guest_dtb_strip(void *fdt)
{
	for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL)) {
		const char *name;

		/* Nodes keep their offset when a property behind it goes. */
		while ((name = our_prop(fdt, node)))
			if (fdt_delprop(fdt, node, name))
				return -EINVAL;
	}
	return 0;
}

/* Placeholders, so that the size is final before the place of the initrd is known. */
static int make_chosen(void *fdt, bool initrd)
{
	static const char *const props[] = { "linux,initrd-start", "linux,initrd-end" };
	int chosen = fdt_path_offset(fdt, "/chosen");

	if (chosen < 0) /* a tree of somebody else's, by espalier,dtb */
		chosen = fdt_add_subnode(fdt, 0, "chosen");
	if (chosen < 0)
		return -EINVAL;
	for (unsigned i = 0; i < ARRAY_SIZE(props); i++) {
		int err = initrd ? fdt_setprop_u32(fdt, chosen, props[i], 0) :
				   fdt_delprop(fdt, chosen, props[i]);

		if (err && err != -FDT_ERR_NOTFOUND)
			return -EINVAL;
	}
	return 0;
}

int guest_dtb_make(const void *from, bool initrd, void **dtb, uint32_t *size)
{
	uint32_t room = fdt_totalsize(from) + SLACK;
	void *fdt = malloc(room);
	int err;

	if (!fdt)
		return -ENOMEM;
	err = fdt_open_into(from, fdt, (int)room) ? -EINVAL : guest_dtb_strip(fdt);
	if (!err)
		err = make_chosen(fdt, initrd);
	if (!err && fdt_pack(fdt))
		err = -EINVAL;
	if (err) {
		free(fdt);
		return err;
	}
	*dtb = fdt;
	*size = fdt_totalsize(fdt);
	return 0;
}

void guest_dtb_initrd(void *dtb, uint32_t start, uint32_t end)
{
	int chosen = fdt_path_offset(dtb, "/chosen");

	fdt_setprop_inplace_u32(dtb, chosen, "linux,initrd-start", start);
	fdt_setprop_inplace_u32(dtb, chosen, "linux,initrd-end", end);
}
