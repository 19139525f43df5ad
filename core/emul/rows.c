/* SPDX-License-Identifier: Apache-2.0 */
/* Register models as tables: finds the row of an access and calls it. */
#include <errno.h>

#include <espalier/emul.h>

static uint32_t row_bytes(const struct reg_row *r) { return 4 * MAX(r->count, 1); }

static const struct reg_row *rows_find_row(const struct reg_row *rows, unsigned n, uint32_t off)
{
	unsigned lo = 0, hi = n, guess = off / 4;

	/* Hot registers lie in the dense beginning of their tables. */
	if (guess < n && off - rows[guess].offset < 4)
		return &rows[guess];
	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;

		if (rows[mid].offset <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || off - rows[lo - 1].offset >= row_bytes(&rows[lo - 1]))
		return NULL;
	return &rows[lo - 1];
}

/* Bits of the word that the access covers. */
static uint32_t rows_lanes(const struct mmio *m)
{
	uint32_t mask = m->size == 4 ? UINT32_MAX : BIT(8 * m->size) - 1;

	return mask << (8 * (m->offset & 3));
}

uint32_t mmio_merge(const struct mmio *m, uint32_t old, uint32_t v)
{
	return (old & ~rows_lanes(m)) | (v & rows_lanes(m));
}

int reg_rows_access(struct emul_dev *d, struct mmio *m, const struct reg_row *rows, unsigned n)
{
	const struct reg_row *r = rows_find_row(rows, n, m->offset);
	unsigned index, shift = 8 * (m->offset & 3);

	if (!r || (m->offset & (m->size - 1u)))
		return -ENXIO;
	if (m->size != 4 && !(r->bytes && (m->size == 1 || m->size == 2)))
		return -ENXIO;
	index = (m->offset - r->offset) / 4;
	if (m->write) {
		if (r->set)
			r->set(d, m, index, (m->value << shift) & rows_lanes(m));
		return 0;
	}
	m->value = ((r->get ? r->get(d, m, index) : r->value) & rows_lanes(m)) >> shift;
	return 0;
}

int emul_rows_access(struct emul_dev *d, struct mmio *m)
{
	const struct reg_map *map;

	map = m->window < EMUL_MAX_WINDOWS ? d->cls->maps[m->window] : NULL;
	if (!map)
		return -ENXIO;
	return reg_rows_access(d, m, map->rows, map->n);
}

const struct reg_row *emul_find_row(const struct emul_dev *d, const struct mmio *m, unsigned *index)
{
	const struct reg_map *map;
	const struct reg_row *r;

	if (d->cls->access != emul_rows_access || m->window >= EMUL_MAX_WINDOWS || m->offset & 3)
		return NULL;
	map = d->cls->maps[m->window];
	r = map ? rows_find_row(map->rows, map->n, m->offset) : NULL;
	if (r)
		*index = (m->offset - r->offset) / 4;
	return r;
}
