/* SPDX-License-Identifier: Apache-2.0 */
/* The host's device tree at boot: is it one, and where is the memory. */
#include <errno.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/arch.h>
#include <espalier/block.h>
#include <espalier/device.h>
#include <espalier/dt.h>
#include <espalier/irq.h>
#include <espalier/log.h>
#include <espalier/page.h>
#include <espalier/timer.h>
#include <espalier/vcon.h>

#include "boot.h"

#define DTB_MAX  (1u << 20) /* as Linux maps at least; none is near this size */
#define BANK_MAX (1u << 30) /* the page allocator's map ends here */

/* What a loader leaves in r2 when nobody gave it a tree is no use. */
#define HINT "; is -dtb missing?"

static struct block_mem initrd;

/* True if [a, a + size) and [b, b + size_b) have an address in common. */
static bool boot_overlap(uint32_t a, uint32_t size, uint32_t b, uint32_t size_b)
{
	return size && size_b && a <= b + (size_b - 1) && b <= a + (size - 1);
}

/* --- the tree ------------------------------------------------------------------- */

/* It may be anywhere, or nowhere: map before looking. */
static void map_tree(uint32_t dtb, uint32_t size)
{
	if (dtb + size < dtb)
		panic("no host DTB: 0x%08lx (r2) is at the end of the address space" HINT,
		      (unsigned long)dtb);
	if (arch_host_map(HPA(dtb), size, HOST_MAP_RAM))
		panic("no host DTB: 0x%08lx (r2) is in the VMM's own MiB or a device" HINT,
		      (unsigned long)dtb);
}

const void *boot_tree(uint32_t dtb)
{
	const void *fdt = hpa_ptr(HPA(dtb));
	uint32_t size;
	int r;

	if (!dtb || (dtb & 3))
		panic("no host DTB: r2 is 0x%08lx, want its address" HINT, (unsigned long)dtb);
	map_tree(dtb, sizeof(struct fdt_header));
	if (fdt_magic(fdt) != FDT_MAGIC)
		panic("no host DTB at 0x%08lx (r2): magic 0x%08lx, want 0x%08lx" HINT,
		      (unsigned long)dtb, (unsigned long)fdt_magic(fdt), (unsigned long)FDT_MAGIC);
	size = fdt_totalsize(fdt);
	if (size < sizeof(struct fdt_header) || size > DTB_MAX)
		panic("host DTB at 0x%08lx: totalsize 0x%lx, want at most 0x%lx",
		      (unsigned long)dtb, (unsigned long)size, (unsigned long)DTB_MAX);
	map_tree(dtb, size);
	r = fdt_check_full(fdt, size);
	if (r)
		panic("host DTB at 0x%08lx is corrupted: %s", (unsigned long)dtb, fdt_strerror(r));
	return fdt;
}

/* --- memory ----------------------------------------------------------------------- */

/* Maps a bank around the units that the VMM has for itself. */
static int map_bank(uint32_t base, uint32_t size)
{
	uint32_t end = base + size - 1, vmm_size, vmm_end;
	hpa_t vmm;
	int r = 0;

	arch_vmm_memory(&vmm, &vmm_size);
	vmm_end = vmm.v + vmm_size - 1;
	if (!boot_overlap(base, size, vmm.v, vmm_size))
		return arch_host_map(HPA(base), size, HOST_MAP_RAM);
	if (base < vmm.v)
		r = arch_host_map(HPA(base), vmm.v - base, HOST_MAP_RAM);
	if (!r && end > vmm_end)
		r = arch_host_map(HPA(vmm_end + 1), end - vmm_end, HOST_MAP_RAM);
	return r;
}

static void boot_add_bank(const void *fdt, int node, uint32_t base, uint32_t size)
{
	char path[DT_PATH_MAX] = "?";
	int r;

	dt_path(fdt, node, path, sizeof(path));
	if (size > BANK_MAX || base + (size - 1) < base) {
		log_warn("host DTB: %s: 0x%lx bytes at 0x%08lx; using 0x%lx of them", path,
			 (unsigned long)size, (unsigned long)base, (unsigned long)BANK_MAX);
		size = MIN(BANK_MAX, 0u - base);
	}
	if (map_bank(base, size))
		panic("host DTB: %s: reg: RAM at 0x%08lx overlaps a device", path,
		      (unsigned long)base);
	r = page_add_bank(HPA(base), size);
	if (r == -EEXIST)
		log_warn("host DTB: %s: RAM at 0x%08lx is not used: it overlaps another bank", path,
			 (unsigned long)base);
	else if (r)
		log_warn("host DTB: %s: RAM at 0x%08lx is not used: more than %u banks or 1 GiB",
			 path, (unsigned long)base, CONFIG_MAX_BANKS);
}

static unsigned add_banks(const void *fdt)
{
	unsigned n = 0;

	for (int node = fdt_next_node(fdt, -1, NULL); node >= 0;
	     node = fdt_next_node(fdt, node, NULL)) {
		uint32_t base, size;

		if (!dt_is_memory(fdt, node) || !dt_enabled(fdt, node))
			continue;
		for (unsigned i = 0; !dt_reg(fdt, node, i, &base, &size); i++) {
			if (!size)
				continue;
			boot_add_bank(fdt, node, base, size);
			n++;
		}
	}
	return n;
}

/* /memreserve/ and the children of /reserved-memory. */
static void reserve_by_tree(const void *fdt)
{
	int parent = fdt_path_offset(fdt, "/reserved-memory"), child;
	uint64_t a, n;
	uint32_t base, size;

	for (int i = 0; i < fdt_num_mem_rsv(fdt); i++)
		if (!fdt_get_mem_rsv(fdt, i, &a, &n) && a <= UINT32_MAX)
			page_reserve(HPA(a), MIN(n, UINT32_MAX - a), PAGE_VMM);
	if (parent < 0)
		return;
	fdt_for_each_subnode(child, fdt, parent)
		for (unsigned i = 0; !dt_reg(fdt, child, i, &base, &size); i++)
			page_reserve(HPA(base), size, PAGE_VMM);
}

void boot_memory(const void *fdt, uint32_t dtb)
{
	uint32_t size;
	hpa_t base;

	if (!add_banks(fdt))
		panic("host DTB: no memory: no node with device_type = \"memory\" and a reg");
	arch_vmm_memory(&base, &size);
	if (!page_is_ram(base, size))
		panic("host DTB: no memory at 0x%08lx, where the VMM is", (unsigned long)base.v);
	page_reserve(base, size, PAGE_VMM);
	page_reserve(HPA(dtb), fdt_totalsize(fdt), PAGE_INITRD);
	reserve_by_tree(fdt);
	if (!initrd_find(fdt, &base, &size))
		page_reserve(base, size, PAGE_INITRD);
}

struct block *boot_initrd(const void *fdt)
{
	uint32_t size, vmm_size;
	hpa_t base, vmm;
	int r = initrd_find(fdt, &base, &size);

	if (r == -ENOENT) {
		log_warn("host DTB: /chosen: no linux,initrd-start: there is no disk image");
		return NULL;
	}
	if (r) {
		log_err("host DTB: /chosen: linux,initrd-start and -end make no range");
		return NULL;
	}
	arch_vmm_memory(&vmm, &vmm_size);
	if (!page_is_ram(base, size) || boot_overlap(base.v, size, vmm.v, vmm_size)) {
		log_err("host DTB: /chosen: the disk image at 0x%08lx, 0x%lx bytes, is %s",
			(unsigned long)base.v, (unsigned long)size,
			page_is_ram(base, size) ? "where the VMM is" : "not in RAM");
		return NULL;
	}
	block_mem_init(&initrd, hpa_ptr(base), size);
	return &initrd.block;
}

/* --- the rest --------------------------------------------------------------------- */

__noreturn void boot_no_driver(enum driver_order order, const char *what)
{
	char known[128];

	device_known(order, known, sizeof(known));
	panic("host DTB: %s: no working node is compatible with %s", what, known);
}

static unsigned count_cpus(const void *fdt)
{
	int parent = fdt_path_offset(fdt, "/cpus"), child;
	unsigned n = 0;

	if (parent < 0)
		return 0;
	fdt_for_each_subnode(child, fdt, parent)
		n += dt_is_cpu(fdt, child);
	return n;
}

void boot_summary(const void *fdt)
{
	const char *model = dt_str(fdt, 0, "model");
	unsigned pages = 0;

	for (unsigned o = 0; o < PAGE_OWNERS; o++)
		pages += page_count(o);
	log_info("%s: %u MiB of RAM, %u CPUs (1 in use), %u interrupts", model ? model : "host",
		 pages >> (20 - PAGE_SHIFT), count_cpus(fdt), irqchip->nr_intids());
}
