/* SPDX-License-Identifier: Apache-2.0 */
/* Which properties of a node the guest's has, and why others are missing. */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "derive.h"

static bool listed(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (!strcmp(*list, name))
			return true;
	return false;
}

/* --- by the kind of the node ------------------------------------------------------------- */

/* dtc makes phandles; what is left out is not there; and ours are made anew. */
static bool never(const char *name)
{
	static const char *const names[] = { "phandle", "linux,phandle", "status", NULL };

	return listed(names, name) || !strncmp(name, "espalier,", 9);
}

/* A vCPU has no clock or supply of its own. */
static const char *const of_cpu[] = { "device_type",     "compatible",       "reg",
				      "clock-frequency", "next-level-cache", NULL };

/* What reaching the devices below takes; the bus's own driver has no registers to drive. */
static const char *const of_bus[] = { "compatible",         "#address-cells",
				      "#size-cells",        "ranges",
				      "dma-ranges",         "#interrupt-cells",
				      "interrupt-parent",   "interrupt-map",
				      "interrupt-map-mask", NULL };

/* "#address-cells" of a node whose children with addresses are left out. */
static bool has_no_use(const struct plan *p, int node, const char *name)
{
	bool children = false, now = false, then = false;
	const struct index *x = p->x;

	if ((strcmp(name, "#address-cells") && strcmp(name, "#size-cells")) || !node ||
	    index_has(x, node, "ranges"))
		return false;
	for (int n = node + 1; n < x->node[node].end; n = x->node[n].end) {
		children |= plan_has(p, n);
		then |= index_has(x, n, "reg");
		now |= plan_has(p, n) && index_has(x, n, "reg");
	}
	return children && then && !now;
}

/* --- by what it refers to ---------------------------------------------------------------- */

/* Properties that say something about the entries of another one. */
static const char *companion(const char *name, const char **of)
{
	static const struct {
		const char *name, *of[3];
	} pairs[] = {
		{ "clock-names", { "clocks" } },
		{ "reset-names", { "resets" } },
		{ "dma-names", { "dmas" } },
		{ "phy-names", { "phys" } },
		{ "pwm-names", { "pwms" } },
		{ "mbox-names", { "mboxes" } },
		{ "pinctrl-names", { "pinctrl-0", "pinctrl-1", "pinctrl-2" } },
		{ "interconnect-names", { "interconnects" } },
		{ "power-domain-names", { "power-domains" } },
		{ "io-channel-names", { "io-channels" } },
		{ "nvmem-cell-names", { "nvmem-cells" } },
		{ "memory-region-names", { "memory-region" } },
		{ "assigned-clocks", { "assigned-clock-parents" } },
		{ "assigned-clock-parents", { "assigned-clocks" } },
		{ "assigned-clock-rates", { "assigned-clocks", "assigned-clock-parents" } },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(pairs); i++)
		if (!strcmp(pairs[i].name, name)) {
			memcpy(of, pairs[i].of, sizeof(pairs[i].of));
			return name;
		}
	return NULL;
}

static const char *why_missing(const struct plan *p, const struct ref *r, int target)
{
	int unit = target < 0 ? -1 : plan_unit(p, target);

	if (target < 0)
		return "no node has that phandle";
	if (!p->x->node[target].enabled)
		return "is disabled";
	if (p->node[unit].excepted)
		return "was excepted";
	if (p->node[unit].left)
		return "could not be given";
	if (r->kind && !strcmp(r->kind->name, "interrupts-extended"))
		return "does not lead to the GIC, or is not the guest's";
	if (r->kind && r->kind->role == DT_REF_SOFT)
		return "was not asked for, and it works without";
	return "is not the guest's";
}

/* The first reference that leads out of the guest's tree, or NULL. */
static const struct ref *leads_out(const struct plan *p, const struct prop *prop)
{
	for (unsigned i = 0; i < prop->nr_refs; i++) {
		const struct ref *r = &p->x->refs[prop->first + i];
		int target = plan_target(p, prop, r);

		if (target < 0 || !plan_has(p, target) || plan_dead_end(p, prop, target))
			return r;
	}
	return NULL;
}

static bool partner_leads_out(const struct plan *p, int node, const char *name)
{
	const char *of[3] = { NULL };

	if (!companion(name, of))
		return false;
	for (unsigned i = 0; i < 3 && of[i]; i++) {
		const struct prop *prop = index_prop(p->x, node, of[i]);

		if (prop && leads_out(p, prop))
			return true;
	}
	return false;
}

/* Is it worth a word in the head of the file? */
static bool worth(const struct plan *p, int node, const char *name)
{
	uint8_t kind = p->node[node].kind;

	return strcmp(name, "interrupt-parent") &&
	       (kind == KIND_GIVE || kind == KIND_INSIDE || (kind == KIND_PLAIN && node));
}

unsigned plan_length(const struct plan *p, const struct prop *prop)
{
	const struct ref *r = leads_out(p, prop);

	if (!r || strcmp(prop->name, "interrupts-extended"))
		return (unsigned)prop->len;
	return 4 * r->cell;
}

bool plan_keeps(const struct plan *p, int node, const struct prop *prop, char **why)
{
	uint8_t kind = p->node[node].kind;
	const struct ref *r;
	int target;

	*why = NULL;
	if (never(prop->name) || (kind == KIND_CPU && !listed(of_cpu, prop->name)) ||
	    (kind == KIND_BUS && !listed(of_bus, prop->name)) || has_no_use(p, node, prop->name))
		return false;
	r = leads_out(p, prop);
	if (!r)
		return !partner_leads_out(p, node, prop->name);
	target = plan_target(p, prop, r);
	if (worth(p, node, prop->name))
		*why = format("%s of %s: %s %s", prop->name, p->x->node[node].path,
			      target < 0 ? "" : p->x->node[target].path, why_missing(p, r, target));
	return !strcmp(prop->name, "interrupts-extended") && r->cell;
}

/* --- numbers -------------------------------------------------------------------------------- */

/* Common bindings whose cells are numbers, and the units that names end with in all. */
bool plan_is_number(const char *name)
{
	/* clang-format off */
	static const char *const names[] = {
		"reg", "ranges", "dma-ranges", "interrupts", "interrupt-map-mask", "bus-range",
		"assigned-addresses", "clock-latency", "clock-indices", "bit-shift", "offset",
		"mask", "value", "linux,code", "linux,keymap", "linux,keycodes",
		"linux,input-type", "ngpios", "gpios", "speed", "steps", "brightness-levels",
		"default-brightness-level", "operating-points", "states", "arm,data-latency",
		"arm,tag-latency", "arm,filter-ranges", "gpios-states", "temperature",
		"hysteresis", "alignment", "size", "alloc-ranges", "priority", "cache-level",
		"cache-sets", "fsl,pins", "pinctrl-single,pins", "prefetch-data",
		"prefetch-instr", "arm,double-linefill", "arm,double-linefill-wrap",
		"arm,prefetch-drop", "arm,double-linefill-incr", "tx-burst-size-dword",
		"rx-burst-size-dword", "anatop-min-bit-val", "mux-reg-masks", "mux-int-port",
		"mux-ext-port", "fsl,audmux-port", "pagesize", "hsync-len", "vsync-len",
		"hback-porch", "vback-porch", "hfront-porch", "vfront-porch", "hactive",
		"vactive", "hsync-active", "vsync-active", "de-active", "pixelclk-active",
		"phy-reset-duration", "data-lanes", "clock-lanes", "lane-polarities", "color",
		"div-reg", "fixed-divider", "clk-gate", "samsung,combiner-nr",
		"samsung,pin-function", "samsung,pin-pud", "samsung,pin-drv",
		"samsung,pin-con-pdn", "samsung,pin-pud-pdn", "bm,pool-short", "bm,pool-long",
		"dma-requests", "dma-channels", "multipoint", "interface-type", "mode", "power",
		"phy-type", "ti,sysc-sidle", "ti,sysc-midle", "ti,mbox-tx", "ti,mbox-rx",
		"snps,blen", "voltage-table", "led-sources", "irq-trigger", "nand-ecc-strength",
		"marvell,reg-init", NULL
	};
	/* clang-format on */
	static const char *const ends[] = {
		"-cells",     "-width",        "-shift",  "-frequency",  "-frequencies",
		"-size",      "-hz",           "-mhz",    "-khz",        "-microvolt",
		"-microamp",  "-microwatt",    "-ohms",   "-micro-ohms", "-us",
		"-millivolt", "-milliamp",     "-ms",     "-ns",         "-ps",
		"-sec",       "-bits",         "-kBps",   "-bp",         "-percent",
		"-celsius",   "-millicelsius", "-mm",     "-delay",      "-delays",
		"-div",       "-mult",         "-offset", "-id",         "-rate",
		"-rates",     "-interval",     "-level",  "-channels",   "-mask",
		"-num",       "-count",        "-depth",  "-index",      "-max",
		"-min",       "-latency",      NULL,
	};
	static const char *const begins[] = { "#", "max-", "min-", "num-", "nr-", "reg-", NULL };
	size_t n = strlen(name);

	if (listed(names, name))
		return true;
	for (unsigned i = 0; ends[i]; i++)
		if (n > strlen(ends[i]) && !strcmp(name + n - strlen(ends[i]), ends[i]))
			return true;
	for (unsigned i = 0; begins[i]; i++)
		if (!strncmp(name, begins[i], strlen(begins[i])))
			return true;
	return false;
}
