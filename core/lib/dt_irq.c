/* SPDX-License-Identifier: Apache-2.0 */
/* From a node's `interrupts` to an INTID (Devicetree Specification 2.4). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>
#include <espalier/irq.h>

#define MAX_CELLS 4
#define MAX_HOPS  8
#define MAX_STEPS 64

/* Cells of the GIC binding: type, number, flags. */
enum { GIC_SPI, GIC_PPI };
#define GIC_CELLS   3
#define GIC_MAX_SPI 987 /* INTIDs 32..1019 */
#define GIC_MAX_PPI 15

struct spec {
	int parent; /* node whose #interrupt-cells the cells follow */
	uint32_t n;
	uint32_t cell[MAX_CELLS];
};

static bool dt_irq_has(const void *fdt, int node, const char *prop)
{
	return fdt_getprop(fdt, node, prop, NULL) != NULL;
}

/* Next node up the interrupt tree.  Bounded: phandles can lead in a circle. */
static int irq_parent(const void *fdt, int node)
{
	for (int steps = 0; steps < MAX_STEPS; steps++) {
		uint32_t phandle;

		if (!dt_u32(fdt, node, "interrupt-parent", 0, &phandle))
			node = dt_by_phandle(fdt, phandle);
		else
			node = dt_parent(fdt, node);
		if (node < 0)
			return -EINVAL;
		if (dt_irq_has(fdt, node, "#interrupt-cells"))
			return node;
	}
	return -EINVAL;
}

static int cells_of(const void *fdt, int parent, uint32_t *n)
{
	if (dt_u32(fdt, parent, "#interrupt-cells", 0, n))
		return -EINVAL;
	return *n < 1 || *n > MAX_CELLS ? -EINVAL : 0;
}

static int take_cells(const void *fdt, int node, const char *prop, unsigned first, struct spec *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		int err = dt_u32(fdt, node, prop, first + i, &s->cell[i]);

		if (err)
			return err == -ENOENT && i ? -EINVAL : err;
	}
	return 0;
}

/* Entry `index` of interrupts-extended: each is a phandle and its parent's cells. */
static int extended_spec(const void *fdt, int node, unsigned index, struct spec *s)
{
	for (unsigned pos = 0;; index--) {
		uint32_t phandle;
		int err = dt_u32(fdt, node, "interrupts-extended", pos, &phandle);

		if (err)
			return err;
		s->parent = dt_by_phandle(fdt, phandle);
		if (s->parent < 0 || cells_of(fdt, s->parent, &s->n))
			return -EINVAL;
		if (!index)
			return take_cells(fdt, node, "interrupts-extended", pos + 1, s);
		pos += 1 + s->n;
	}
}

static int first_spec(const void *fdt, int node, unsigned index, struct spec *s)
{
	if (dt_irq_has(fdt, node, "interrupts-extended"))
		return extended_spec(fdt, node, index, s);
	if (!dt_irq_has(fdt, node, "interrupts"))
		return -ENOENT;
	s->parent = irq_parent(fdt, node);
	if (s->parent < 0 || cells_of(fdt, s->parent, &s->n))
		return -EINVAL;
	if (index > UINT32_MAX / MAX_CELLS)
		return -ENOENT;
	return take_cells(fdt, node, "interrupts", index * s->n, s);
}

/* The masked unit address and specifier equal those of the map's row. */
static bool row_matches(const void *fdt, int nexus, unsigned pos, const uint32_t *key, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t mask = UINT32_MAX, v;

		if (dt_u32(fdt, nexus, "interrupt-map", pos + i, &v))
			return false;
		dt_u32(fdt, nexus, "interrupt-map-mask", i, &mask);
		if ((key[i] & mask) != (v & mask))
			return false;
	}
	return true;
}

/*
 * One step through a nexus (Devicetree Specification 2.4.3).  The unit address
 * is what `reg` of the node begins with.
 */
static int through_map(const void *fdt, int node, struct spec *s)
{
	uint32_t key[2 + MAX_CELLS] = { 0 }, phandle;
	int nexus = s->parent, ac = fdt_address_cells(fdt, nexus);
	uint32_t n;

	if (ac < 0 || ac > 2)
		return -EINVAL;
	for (int i = 0; i < ac; i++)
		dt_u32(fdt, node, "reg", (unsigned)i, &key[i]);
	memcpy(key + ac, s->cell, s->n * sizeof(key[0]));
	n = (uint32_t)ac + s->n;

	for (unsigned pos = 0;;) {
		bool hit = row_matches(fdt, nexus, pos, key, n);
		uint32_t pac = 0;

		pos += n;
		if (dt_u32(fdt, nexus, "interrupt-map", pos++, &phandle))
			return -EINVAL;
		s->parent = dt_by_phandle(fdt, phandle);
		if (s->parent < 0 || cells_of(fdt, s->parent, &s->n))
			return -EINVAL;
		/* Absent means 0 here, as no row carries cells for such a parent. */
		dt_u32(fdt, s->parent, "#address-cells", 0, &pac);
		if (pac > 2)
			return -EINVAL;
		pos += pac;
		if (hit)
			return take_cells(fdt, nexus, "interrupt-map", pos, s) ? -EINVAL : 0;
		pos += s->n;
	}
}

static int gic_intid(const struct spec *s)
{
	if (s->n != GIC_CELLS)
		return -EINVAL;
	if (s->cell[0] == GIC_SPI && s->cell[1] <= GIC_MAX_SPI)
		return 32 + (int)s->cell[1];
	if (s->cell[0] == GIC_PPI && s->cell[1] <= GIC_MAX_PPI)
		return 16 + (int)s->cell[1];
	return -EINVAL;
}

/* A controller that itself interrupts another: a combiner, GPIOs. */
static bool is_cascaded(const void *fdt, int node)
{
	return dt_irq_has(fdt, node, "interrupts") || dt_irq_has(fdt, node, "interrupts-extended");
}

int irq_from_dt(const void *fdt, int node, unsigned index)
{
	struct spec s = { 0 };
	int err = first_spec(fdt, node, index, &s);

	for (int hops = 0; !err && hops < MAX_HOPS; hops++) {
		if (dt_irq_has(fdt, s.parent, "interrupt-controller"))
			return s.n != GIC_CELLS && is_cascaded(fdt, s.parent) ? -EXDEV :
										gic_intid(&s);
		if (dt_irq_has(fdt, s.parent, "interrupt-map")) {
			err = through_map(fdt, node, &s);
		} else {
			s.parent = irq_parent(fdt, s.parent);
			err = s.parent < 0 ? -EINVAL : 0;
		}
	}
	return err ? err : -EINVAL;
}

/* The specifier was read; what is wrong with where it leads to, or with itself? */
static const char *why_spec(const void *fdt, const struct spec *s, const char *path, char *buf)
{
	if (dt_irq_has(fdt, s->parent, "interrupt-map"))
		snprintf(buf, IRQ_WHY_MAX, "interrupt-map of %.80s has no row that leads it on",
			 path);
	else if (!dt_irq_has(fdt, s->parent, "interrupt-controller"))
		snprintf(buf, IRQ_WHY_MAX,
			 "%.80s, its interrupt-parent, has no property "
			 "interrupt-controller",
			 path);
	else if (s->n != GIC_CELLS)
		snprintf(buf, IRQ_WHY_MAX, "%.80s has #interrupt-cells = <%u>, the GIC's are <3>",
			 path, (unsigned)s->n);
	else
		snprintf(buf, IRQ_WHY_MAX,
			 "<%u %u> is neither an SPI (0, up to %d) nor a PPI (1, up "
			 "to %d)",
			 (unsigned)s->cell[0], (unsigned)s->cell[1], GIC_MAX_SPI, GIC_MAX_PPI);
	return buf;
}

const char *irq_why(const void *fdt, int node, unsigned index, char buf[IRQ_WHY_MAX])
{
	struct spec s = { .parent = -1 };
	int err = first_spec(fdt, node, index, &s);
	char path[DT_PATH_MAX] = "?";

	if (s.parent < 0) {
		snprintf(buf, IRQ_WHY_MAX,
			 "no interrupt-parent leads to a node with "
			 "#interrupt-cells");
		return buf;
	}
	dt_path(fdt, s.parent, path, sizeof(path));
	if (!err)
		return why_spec(fdt, &s, path, buf);
	snprintf(buf, IRQ_WHY_MAX, "malformed: not whole cells as %.80s counts them", path);
	return buf;
}
