/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <espalier/arch.h>
#include <espalier/channel.h>
#include <espalier/timer.h>
#include <espalier/vcon.h>
#include <espalier/wire.h>

#include "fake_emul.h"

struct guest fake_guest;
struct vcpu fake_vcpus[FAKE_MAX_VCPUS];
const void *fake_fdt;
uint64_t fake_now;
unsigned fake_timer_fires;
bool fake_spi[96];
bool fake_ppi[FAKE_MAX_VCPUS][32];
unsigned fake_line_changes;
char fake_out[65536];
unsigned fake_out_len, fake_out_room, fake_want_input, fake_dropped_input;
struct vserial *fake_vserial;
const char *fake_halt, *fake_reset;

/* --- time: one tick is one nanosecond ------------------------------------------- */

static uint64_t compare;

static uint64_t clock_now(void) { return fake_now; }

static void clock_set_compare(uint64_t tick) { compare = tick; }

static void clock_stop(void) { compare = UINT64_MAX; }

static const struct clock_ops clock_ops = { clock_now, clock_set_compare, clock_stop, NULL };

void fake_pass(uint64_t ns)
{
	uint64_t end = fake_now + ns;

	while (compare <= end) {
		fake_now = MAX(fake_now, compare);
		fake_timer_fires++;
		timer_interrupt();
	}
	fake_now = end;
}

/* --- the guest ---------------------------------------------------------------------- */

void fake_start(unsigned vcpus)
{
	static char tree[256];

	if (!fake_fdt && !fdt_create_empty_tree(tree, sizeof(tree)))
		fake_fdt = tree;
	memset(&fake_guest, 0, sizeof(fake_guest));
	memset(fake_vcpus, 0, sizeof(fake_vcpus));
	memset(fake_spi, 0, sizeof(fake_spi));
	memset(fake_ppi, 0, sizeof(fake_ppi));
	strcpy(fake_guest.name, "guest0");
	fake_guest.vcpus = fake_vcpus;
	fake_guest.nr_vcpus = vcpus;
	fake_line_changes = fake_timer_fires = 0;
	fake_out_len = fake_want_input = fake_dropped_input = 0;
	fake_out_room = sizeof(fake_out);
	fake_vserial = NULL;
	fake_halt = fake_reset = NULL;
	timer_set_clock(&clock_ops, NS_PER_SEC);
}

struct emul_dev *fake_device(const struct emul_class *cls, const void *fdt, int node, unsigned irq0,
			     unsigned irq1)
{
	struct emul_dev *d = calloc(1, sizeof(*d));

	d->cls = cls;
	d->guest = &fake_guest;
	d->path = "/device";
	d->irq[0] = irq0;
	d->irq[1] = irq1;
	d->nr_irqs = (irq0 != 0) + (irq1 != 0);
	d->state = calloc(1, cls->state_size);
	if (cls->create && cls->create(d, fdt ? fdt : fake_fdt, node)) {
		free(d->state);
		free(d);
		return NULL;
	}
	cls->reset(d);
	return d;
}

void fake_destroy(struct emul_dev *d)
{
	if (d->cls->destroy)
		d->cls->destroy(d);
	free(d->state);
	free(d);
}

int fake_access(struct emul_dev *d, unsigned vcpu, unsigned window, uint32_t offset, unsigned size,
		bool write, uint32_t *v)
{
	struct mmio m = {
		.offset = offset,
		.size = (uint8_t)size,
		.write = write,
		.window = (uint8_t)window,
		.vcpu = (uint8_t)vcpu,
		.value = write ? *v : 0,
	};
	int err = d->cls->access(d, &m);

	if (!err && !write)
		*v = m.value;
	return err;
}

uint32_t rd(struct emul_dev *d, uint32_t offset)
{
	uint32_t v = 0;

	if (fake_access(d, 0, 0, offset, 4, false, &v))
		abort();
	return v;
}

void wr(struct emul_dev *d, uint32_t offset, uint32_t v)
{
	if (fake_access(d, 0, 0, offset, 4, true, &v))
		abort();
}

/* --- what devices call ----------------------------------------------------------------- */

void arch_vcpu_irq(struct vcpu *v, bool level)
{
	v->irq = level;
	fake_line_changes++;
}

__attribute__((weak)) void virq_set(struct guest *g, unsigned intid, bool level)
{
	if (intid >= ARRAY_SIZE(fake_spi))
		abort();
	fake_spi[intid] = level;
	fake_line_changes++;
}

__attribute__((weak)) void virq_set_ppi(struct guest *g, unsigned vcpu, unsigned intid, bool level)
{
	if (vcpu >= FAKE_MAX_VCPUS || intid >= 32)
		abort();
	fake_ppi[vcpu][intid] = level;
	fake_line_changes++;
}

void guest_ended(struct guest *g, enum guest_end e, const char *why)
{
	*(e == END_POWER_OFF ? &fake_halt : &fake_reset) = why;
}

void guest_request_halt(struct guest *g, const char *why) { fake_halt = why; }

void guest_request_reset(struct guest *g, const char *why) { fake_reset = why; }

__attribute__((weak)) int vserial_create(struct vserial *s, const char *name, char *rings)
{
	if (fake_vserial && !strcmp(fake_vserial->name, name))
		return -EEXIST;
	strcpy(s->name, name);
	fake_vserial = s;
	return 0;
}

__attribute__((weak)) void vserial_destroy(struct vserial *s)
{
	if (fake_vserial == s)
		fake_vserial = NULL;
}

__attribute__((weak)) unsigned vserial_output(struct vserial *s, const char *buf, unsigned n)
{
	unsigned took = MIN(n, fake_out_room);

	took = MIN(took, (unsigned)sizeof(fake_out) - fake_out_len);
	memcpy(fake_out + fake_out_len, buf, took);
	fake_out_len += took;
	fake_out_room -= took;
	return took;
}

__attribute__((weak)) void vserial_drop_input(struct vserial *s) { fake_dropped_input++; }

__attribute__((weak)) void vserial_want_input(struct vserial *s) { fake_want_input++; }

/* --- no wires and channels, unless the real ones are linked ---------------------------------------- */

__attribute__((weak)) void wire_create(struct wire *w, struct emul_dev *d, struct vserial *line,
				       const char *peer)
{
}

__attribute__((weak)) void wire_destroy(struct wire *w) {}
__attribute__((weak)) bool wire_up(const struct wire *w) { return false; }
__attribute__((weak)) void wire_read(struct wire *w) {}
__attribute__((weak)) void wire_state_changed(struct wire *w) {}

__attribute__((weak)) struct channel *channel_of(const struct emul_dev *d, unsigned *end)
{
	static struct channel alone = { .name = "alone", .size = 0x1000 };

	*end = 0;
	return &alone;
}
