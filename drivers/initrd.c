/* SPDX-License-Identifier: Apache-2.0 */
/* Where the boot loader put the disk image (Linux' binding of /chosen). */
#include <errno.h>

#include <libfdt.h>

#include <espalier/device.h>
#include <espalier/dt.h>

int initrd_find(const void *fdt, hpa_t *base, uint32_t *size)
{
	int chosen = fdt_path_offset(fdt, "/chosen");
	uint32_t start, end;
	int r;

	if (chosen < 0)
		return -ENOENT;
	r = dt_addr(fdt, chosen, "linux,initrd-start", &start);
	if (r == -ENOENT)
		return r;
	if (r || dt_addr(fdt, chosen, "linux,initrd-end", &end) || end <= start)
		return -EINVAL;
	*base = HPA(start);
	*size = end - start;
	return 0;
}
