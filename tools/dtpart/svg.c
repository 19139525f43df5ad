/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The partition as a drawing: on the left the address space, from low to high, each
 * range in the colour of its owner and higher the bigger it is; on the right the
 * device tree of the host.
 */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/dt.h>

#include "dtpart.h"

#define LINE   16 /* height of a line of text */
#define LEFT   20
#define BAR    170 /* x of the bar of the address space, and its width */
#define BAR_W  90
#define TREE   640 /* x of the device tree */
#define INDENT 14
#define TOP    70
#define WIDTH  1180

static const char *const colours[] = {
	"#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2", "#edc948", "#b07aa1", "#ff9da7",
};
#define VMM_COLOUR "#555555"
#define NOBODY     "#e4e4e4"

struct drawing {
	const struct partition *p;
	unsigned y;
};

static const char *colour(const struct partition *p, const char *owner)
{
	unsigned i = 0;

	if (!owner)
		return NOBODY;
	for (const struct part_guest *g = p->guests; g; g = g->next, i++)
		if (!strcmp(g->name, owner))
			return colours[i % ARRAY_SIZE(colours)];
	return VMM_COLOUR;
}

/* Names of nodes may hold anything a DTB can. */
static void escaped(const char *s)
{
	for (; *s; s++) {
		if (strchr("<>&\"'", *s) || (unsigned char)*s < ' ' || (unsigned char)*s > '~')
			printf("&#%u;", (unsigned char)*s < ' ' ? '?' : (unsigned char)*s);
		else
			putchar(*s);
	}
}

static void text(unsigned x, unsigned y, const char *s)
{
	printf("<text x=\"%u\" y=\"%u\">", x, y);
	escaped(s);
	printf("</text>\n");
}

static void box(unsigned x, unsigned y, unsigned w, unsigned h, const char *fill)
{
	printf("<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" fill=\"%s\" stroke=\"#fff\"/>\n",
	       x, y, w, h, fill);
}

/* A line for a page, and half a line more for each factor of 16. */
static unsigned height(uint32_t size)
{
	unsigned h = LINE;

	for (; size > 0x1000; size >>= 4)
		h += LINE / 2;
	return h;
}

static void range(void *arg, const struct part_row *r)
{
	struct drawing *d = arg;
	unsigned h = height(r->size);
	char label[64];

	box(BAR, d->y, BAR_W, h, colour(d->p, r->owner));
	snprintf(label, sizeof(label), "%08x-%08x", r->base, r->base + (r->size - 1));
	text(LEFT, d->y + LINE - 4, label);
	text(BAR + BAR_W + 8, d->y + LINE - 4, r->path);
	d->y += h;
}

static void tree(struct drawing *d)
{
	const void *fdt = d->p->host->fdt;
	int depth = 0;

	for (int n = 0; n >= 0 && depth >= 0; n = fdt_next_node(fdt, n, &depth)) {
		const char *name = fdt_get_name(fdt, n, NULL);
		struct part_owner o;
		uint32_t base, size;

		if (!dt_reg(fdt, n, 0, &base, &size) && dt_enabled(fdt, n) && size) {
			part_find(d->p, base, &o);
			if (o.host_node != n)
				part_find_node(d->p, n, &o);
			box(TREE + (unsigned)depth * INDENT, d->y + 3, 10, 10,
			    colour(d->p, o.owner));
		}
		text(TREE + (unsigned)depth * INDENT + 15, d->y + LINE - 4,
		     name && *name ? name : "/");
		d->y += LINE;
	}
}

static void legend(const struct partition *p)
{
	unsigned x = LEFT;

	for (const struct part_guest *g = p->guests; g; g = g->next, x += 140) {
		box(x, 40, 14, 14, colour(p, g->name));
		text(x + 20, 52, g->name);
	}
	box(x, 40, 14, 14, VMM_COLOUR);
	text(x + 20, 52, PART_VMM);
	box(x + 140, 40, 14, 14, NOBODY);
	text(x + 160, 52, "nobody, free");
}

static void measure(void *arg, const struct part_row *r) { *(unsigned *)arg += height(r->size); }

void map_svg(const struct partition *p)
{
	const char *model = dt_str(p->host->fdt, 0, "model");
	unsigned left = TOP, right = TOP;

	part_map(p, measure, &left);
	for (int n = 0; n >= 0; n = fdt_next_node(p->host->fdt, n, NULL))
		right += LINE;
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" "
	       "font-family=\"monospace\" font-size=\"11\">\n",
	       WIDTH, MAX(left, right) + 20);
	printf("<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n");
	printf("<g font-size=\"16\">\n");
	text(LEFT, 26, model ? model : "host");
	printf("</g>\n");
	legend(p);
	part_map(p, range, &(struct drawing){ p, TOP });
	tree(&(struct drawing){ p, TOP });
	printf("</svg>\n");
}
