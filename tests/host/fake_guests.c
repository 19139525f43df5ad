/* SPDX-License-Identifier: Apache-2.0 */
/* Two guests, a host tree and memory for tests of the shell. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/arch.h>
#include <espalier/device.h>
#include <espalier/doctor.h>
#include <espalier/dt.h>
#include <espalier/heap.h>
#include <espalier/irq.h>
#include <espalier/log.h>
#include <espalier/page.h>
#include <espalier/partition.h>
#include <espalier/version.h>

#include "fake_guests.h"

const char espalier_version[] = "1.2.3-test";
char image_start[1], text_end[1], rodata_end[1], load_end[1];
char bss_start[1], bss_end[1], image_end[1];

struct guest fake_guests[2];
char fake_did[128];
int fake_result;
unsigned fake_requests;
hpa_t fake_ram;
uint32_t fake_ram_size;

static struct vcpu vcpus[2];

/* --- guests ------------------------------------------------------------------------ */

static void describe(struct emul_dev *d, char *buf, unsigned len)
{
	snprintf(buf, len, "115200 baud");
}

static const struct emul_class uart_class = { .name = "pl011", .describe = describe };
static const struct emul_class gic_class = { .name = "gic" };
static struct emul_dev devs[] = {
	{ .cls = &gic_class, .path = "/soc/gic@1000" },
	{ .cls = &uart_class, .path = "/soc/uart@9000", .irq = { 37 }, .nr_irqs = 1 },
};
static struct region regions[] = {
	{ .base = { 0x10009000 }, .size = 0x1000, .kind = REGION_EMUL, .path = "/soc/uart@9000" },
	{ .base = { 0x60000000 },
	  .size = 0x4000000,
	  .kind = REGION_RAM,
	  .host = { 0x70000000 },
	  .path = "/memory@60000000" },
};

void fake_guests_make(void *tree)
{
	static const char *const names[] = { "guest0", "guest1" };

	for (unsigned i = 0; i < 2; i++) {
		struct guest *g = &fake_guests[i];

		memset(g, 0, sizeof(*g));
		strcpy(g->name, names[i]);
		g->dtb_path = "/guests/guest.dtb";
		g->dtb = tree;
		vcpus[i] = (struct vcpu){ .guest = g, .run_ns = 1500000000 };
		vcpus[i].sched.params = SCHED_PARAMS_DEFAULT;
		g->vcpus = &vcpus[i];
		g->nr_vcpus = 1;
	}
	fake_guests[0].devs = devs;
	fake_guests[0].nr_devs = 2;
	fake_guests[0].map = (struct traptab){ regions, 2, 2 };
	fake_guests[0].faults = UINT64_C(5000000000);
	fake_guests[1].state = GUEST_HALTED;
	fake_guests[1].halt_reason = "it fell asleep";
	fake_result = 0;
	fake_did[0] = '\0';
}

void guest_for_each(void (*fn)(struct guest *g, void *arg), void *arg)
{
	for (unsigned i = 0; i < 2; i++)
		fn(&fake_guests[i], arg);
}

struct guest *guest_find(const char *name)
{
	for (unsigned i = 0; i < 2; i++)
		if (!strcmp(fake_guests[i].name, name))
			return &fake_guests[i];
	return NULL;
}

bool sched_cpu_online(unsigned cpu) { return cpu == 0; }

int sched_vcpu_set(struct vcpu *v, const struct sched_params *p)
{
	if (!p->weight || p->slice_us < SCHED_SLICE_MIN_US)
		return -ERANGE;
	v->sched.params = *p;
	return 0;
}

unsigned guest_doctor(struct guest *g, doctor_fn fn, void *arg)
{
	if (g != &fake_guests[0])
		return 0;
	fn(arg, "it has a cold");
	return 1;
}

bool faults_row(struct guest *g, unsigned i, struct fault_row *row)
{
	*row = (struct fault_row){ .page = 0x20000000,
				   .count = { 1, 2, UINT64_C(6000000000) },
				   .last = { .a = GPA(0x20000010), .pc = 0x8000 } };
	return g == &fake_guests[0] && (i == 3 || i == FAULT_ROWS);
}

void fault_where(const struct guest *g, const struct fault_row *row, struct fault_place *p)
{
	*p = (struct fault_place){ NULL, "nobody", false };
}

static int did(const char *what, const char *name)
{
	snprintf(fake_did, sizeof(fake_did), "%s %s", what, name);
	if (fake_result)
		log_err("%s: refused", name);
	return fake_result;
}

int guest_create_set(unsigned n, const char *const *names, const char *const *paths)
{
	int rc = did("create", names[0]);

	for (unsigned i = 0; i < n; i++) {
		const char *words[] = { i ? names[i] : "", paths[i] };

		for (unsigned w = 0; w < 2; w++)
			snprintf(fake_did + strlen(fake_did), sizeof(fake_did) - strlen(fake_did),
				 words[w][0] ? " %s" : "%s", words[w]);
	}
	return rc;
}

int guest_check_set(unsigned n, const char *const *names, const char *const *paths,
		    void (*report)(void *arg, const struct part_finding *f), void *arg,
		    bool (*stop)(void))
{
	const struct part_guest g = { .name = names[0], .file = paths[0] };

	for (int i = 0; i < fake_result; i++)
		report(arg, &(struct part_finding){ .rule = &part_rules[0],
						    .guest = &g,
						    .path = "/x",
						    .prop = "reg",
						    .text = "bad",
						    .owner = "guest1",
						    .owner_path = "/y" });
	return fake_result;
}

/* --- the partition: guest0 has the page at 0x17000, the VMM its RAM ---------------------- */

static const char *no_driver(const void *fdt, int node) { return NULL; }
static bool host_ram(uint32_t base, uint32_t size) { return base >> 28 == 6; }
static unsigned no_ram(struct part_run *runs, unsigned max) { return 0; }

struct partition *partition_machine(void)
{
	static struct part_range range = { .base = 0x9000,
					   .size = 0x1000,
					   .host = 0x17000,
					   .kind = REGION_PASS,
					   .path = "/rtc@9000" };
	static struct part_guest g = { .name = "guest0", .ranges = &range, .nr_ranges = 1 };
	static struct part_host host = { .driver = no_driver,
					 .is_ram = host_ram,
					 .free_ram = no_ram };
	static struct partition p = { .host = &host, .guests = &g };

	host.fdt = host_fdt;
	range.host_node = fdt_path_offset(host_fdt, "/bus/rtc@17000");
	return &p;
}

int guest_destroy(struct guest *g) { return did("destroy", g->name); }
int guest_kick(struct guest *g) { return did("kick", g->name); }
int guest_pause(struct guest *g) { return did("pause", g->name); }
int guest_resume(struct guest *g) { return did("resume", g->name); }
int guest_halt(struct guest *g) { return did("halt", g->name); }
int guest_reset(struct guest *g) { return did("reset", g->name); }
void guest_run_requests(void) { fake_requests++; }

const char *guest_state_name(enum guest_state s) { return s == GUEST_HALTED ? "halted" : "reset"; }

const char *vcpu_state_name(enum vcpu_state s) { return s == VCPU_WFI ? "wfi" : "reset"; }

unsigned arch_vcpu_regs(struct vcpu *v, struct arch_reg *out, unsigned max)
{
	static const char *const names[] = { "r0", "r1", "r2", "r3", "pc" };

	for (unsigned i = 0; i < 5 && i < max; i++)
		out[i] = (struct arch_reg){ names[i], 0xabcd0000 + i };
	return 5;
}

unsigned arch_vcpu_stats(struct vcpu *v, struct arch_stat *out, unsigned max)
{
	out[0] = (struct arch_stat){ "dabt.hidden", 7 };
	out[1] = (struct arch_stat){ "smc.tlbimva", UINT64_C(12345678901) };
	return 2;
}

void arch_vcpu_stay(struct vcpu *v, struct arch_stay *out)
{
	*out = (struct arch_stay){ .longest = 4711, .pc = 0x8000, .what = "TLBIALL" };
	out->bucket[13] = 1;
}

void guest_autopsy(const struct guest *g, void (*fn)(const char *line))
{
	if (g->autopsy.why)
		fn(g->autopsy.why);
}

/* --- the host --------------------------------------------------------------------------- */

unsigned page_count(enum page_owner owner) { return 256 * (owner + 1); }

uint32_t heap_in_use(void) { return 12345; }

bool page_is_ram(hpa_t a, uint32_t size)
{
	return size && a.v >= fake_ram.v && size <= fake_ram_size &&
	       a.v - fake_ram.v <= fake_ram_size - size;
}

static unsigned nr_intids(void) { return 96; }

static const struct irqchip_ops chip = { .nr_intids = nr_intids };
const struct irqchip_ops *irqchip = &chip;

bool irq_info(unsigned intid, const char **name, uint64_t *count)
{
	*name = "/soc/uart@9000";
	*count = 42;
	return intid == 37;
}

int initrd_find(const void *fdt, hpa_t *base, uint32_t *size)
{
	*base = HPA(0x68000000);
	*size = 2048;
	return 0;
}

static void board_reset(void) { strcpy(fake_did, "board reset"); }
static const struct power_ops power = { .reset = board_reset };
const struct power_ops *power_ops = &power;
