/* SPDX-License-Identifier: Apache-2.0 */
/* Channels: who shares which memory, and the doorbells. */
/*
 * sources: core/guest/channel.c core/guest/ram.c core/guest/traptab.c core/page.c
 * core/emul/rows.c core/emul/doorbell.c core/lib/dt.c core/lib/dt_index.c core/timer.c tests/host/fake_emul.c
 * tests/host/fake_arch.c
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libfdt.h>

#include <espalier/channel.h>
#include <espalier/log.h>
#include <espalier/page.h>
#include <regs/doorbell.h>
#include <sys/mman.h>

#include "emul/classes.h"
#include "fake_emul.h"
#include "fdt_gen.h"
#include "guest/guest_int.h"

#define HOST_PAGES 64u
#define WINDOW     1

static char logged[4096];

void log_printf(enum log_level l, const char *fmt, ...)
{
	size_t n = strlen(logged);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(logged + n, sizeof(logged) - n, fmt, ap);
	va_end(ap);
}

void arch_guest_before_write(struct guest *g, gpa_t a, uint32_t size) {}

/* --- guests of one channel each ------------------------------------------------------- */

struct side {
	struct guest g;
	struct emul_dev dev[1];
	struct part_range ranges[8]; /* where it was planned */
	bool exists;
};
static struct side a, b, c;

static void region(struct guest *g, uint32_t base, uint32_t size, unsigned window)
{
	struct region r = { .base = GPA(base),
			    .size = size,
			    .path = "/ch",
			    .window = window,
			    .kind = window ? REGION_EMUL : REGION_CHANNEL,
			    .dev = g->devs };

	assert_int_equal(traptab_add(&g->map, &r, NULL), 0);
}

static void unmake(struct side *s)
{
	if (!s->exists)
		return;
	if (s->dev->state)
		doorbell_class.destroy(s->dev);
	free(s->dev->state);
	channel_detach(&s->g);
	guest_ram_free(&s->g);
	traptab_free(&s->g.map);
	free(s->g.dtb);
	s->exists = false;
}

/* The first piece that is free, as the checker would plan it. */
static uint32_t place(uint32_t size)
{
	void *p = page_alloc(size >> PAGE_SHIFT, PAGE_SIZE, PAGE_GUEST);

	page_free(p, size >> PAGE_SHIFT);
	return ptr_hpa(p).v;
}

static int make(struct side *s, const char *name, const char *props, uint32_t size,
		unsigned windows, unsigned irq)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->exists = true;
	strcpy(s->g.name, name);
	s->g.dtb_path = name;
	s->g.devs = s->dev;
	s->g.nr_devs = 1;
	s->g.state = GUEST_RUNNING;
	s->g.part.ranges = s->ranges;
	s->ranges[0].host = place(size);
	s->g.dtb = fdt_from_dts("/dts-v1/; / { ch { %s }; };", props);
	*s->dev = (struct emul_dev){
		.cls = &doorbell_class, .guest = &s->g, .path = "/ch", .irq = { irq }, .nr_irqs = 1
	};
	traptab_init(&s->g.map);
	region(&s->g, 0x30000000, size, 0);
	for (unsigned i = 1; i < windows; i++)
		region(&s->g, 0x40000000 + i * 0x1000, 0x1000, i);
	err = channel_attach(&s->g);
	if (!err) {
		s->dev->state = calloc(1, doorbell_class.state_size);
		err = doorbell_class.create(s->dev, s->g.dtb, 0);
		assert_int_equal(err, 0);
		doorbell_class.reset(s->dev);
	} else {
		unmake(s);
	}
	return err;
}

#define END0 "espalier,channel = \"x\"; espalier,end = <0>;"
#define END1 "espalier,channel = \"x\"; espalier,end = <1>;"

static void state(struct side *s, enum guest_state st)
{
	s->g.state = st;
	doorbell_class.state_changed(s->dev);
}

static uint32_t get(struct side *s, uint32_t offset)
{
	uint32_t v = 0;

	assert_int_equal(fake_access(s->dev, 0, WINDOW, offset, 4, false, &v), 0);
	return v;
}

static void set(struct side *s, uint32_t offset, uint32_t v)
{
	assert_int_equal(fake_access(s->dev, 0, WINDOW, offset, 4, true, &v), 0);
}

static uint8_t *memory(struct side *s)
{
	return traptab_memory(&s->g.map, GPA(0x30000000), PAGE_SIZE);
}

static int group_setup(void **st)
{
	void *p = mmap(NULL, HOST_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	memset(p, 0xa5, HOST_PAGES * PAGE_SIZE);
	return p == MAP_FAILED || page_add_bank(HPA((uintptr_t)p), HOST_PAGES * PAGE_SIZE);
}

static int setup(void **st)
{
	fake_start(1);
	logged[0] = '\0';
	return 0;
}

/* All memory is given back. */
static int teardown(void **st)
{
	unmake(&a);
	unmake(&b);
	unmake(&c);
	assert_int_equal(page_count(PAGE_FREE), HOST_PAGES);
	return 0;
}

static void pair(void)
{
	assert_int_equal(make(&a, "a", END0, 0x3000, 2, 40), 0);
	assert_int_equal(make(&b, "b", END1, 0x3000, 2, 41), 0);
}

/* --- memory ------------------------------------------------------------------------------ */

static void shared(void **st)
{
	uint32_t word = 0;

	pair();
	assert_int_equal(page_count(PAGE_GUEST), 3);
	assert_ptr_equal(memory(&a), memory(&b));
	for (unsigned i = 0; i < 0x3000; i++)
		assert_int_equal(memory(&a)[i], 0);
	memory(&a)[5] = 7;
	/* It stays while one guest has it, and is new after that. */
	unmake(&a);
	assert_int_equal(memory(&b)[5], 7);
	assert_int_equal(make(&a, "a", END0, 0x3000, 2, 40), 0);
	assert_int_equal(memory(&a)[5], 7);
	unmake(&a);
	unmake(&b);
	assert_int_equal(page_count(PAGE_FREE), HOST_PAGES);
	pair();
	assert_int_equal(memory(&a)[5], 0);
	/* As memory of the guest, but no RAM of its. */
	assert_int_equal(guest_write(&a.g, GPA(0x30002ffc), "abcd", 4), 0);
	assert_int_equal(guest_read(&b.g, GPA(0x30002ffc), &word, 4), 0);
	assert_memory_equal(&word, "abcd", 4);
	assert_int_equal(guest_write(&a.g, GPA(0x30002ffd), "abcd", 4), -EFAULT);
	assert_int_equal(guest_read(&a.g, GPA(0x40001000), &word, 4), -EFAULT);
	assert_null(traptab_ram(&a.g.map, GPA(0x30000000), 4));
	assert_null(guest_ram_writable(&a.g, GPA(0x30000000), 4));
}

/* Two channels of two pairs have nothing in common. */
static void apart(void **st)
{
	pair();
	assert_int_equal(make(&c, "c", "espalier,channel = \"y\"; espalier,end = <0>;", 0x3000, 2,
			      42),
			 0);
	assert_ptr_not_equal(memory(&c), memory(&a));
	assert_int_equal(get(&c, CH_PEER), 0);
	set(&c, CH_RING, 0xffff);
	assert_int_equal(get(&a, CH_STATUS) & CH_BELLS, 0);
	assert_int_equal(get(&b, CH_STATUS) & CH_BELLS, 0);
}

/* The rules refuse it; if it came to that, nobody would get hold of others' memory. */
static void mismatches(void **st)
{
	pair();
	assert_int_not_equal(make(&c, "c", END0, 0x3000, 2, 42), 0);
	unmake(&a);
	assert_int_not_equal(make(&c, "c", END0, 0x2000, 2, 42), 0);
	assert_int_not_equal(make(&c, "c", "espalier,channel = \"x\";", 0x3000, 2, 42), 0);
	assert_int_not_equal(make(&c, "c", "espalier,end = <0>;", 0x3000, 2, 42), 0);
	assert_int_equal(make(&c, "c", END0, 0x3000, 2, 42), 0);
	unmake(&b);
	unmake(&c);
	logged[0] = '\0';
	assert_int_not_equal(make(&c, "c", END0, HOST_PAGES * PAGE_SIZE * 2, 2, 42), 0);
	assert_non_null(strstr(logged, "c: /ch: the host's memory at 0x00000000 is taken"));
}

/* --- doorbell ------------------------------------------------------------------------------ */

static void registers(void **st)
{
	uint32_t v = 0;

	pair();
	assert_int_equal(get(&a, CH_ID), CH_ID_VALUE);
	assert_int_equal(get(&a, CH_VERSION), 1);
	assert_int_equal(get(&a, CH_SIZE), 0x3000);
	assert_int_equal(get(&a, CH_END), 0);
	assert_int_equal(get(&b, CH_END), 1);
	set(&a, CH_ID, 0); /* read-only */
	assert_int_equal(get(&a, CH_ID), CH_ID_VALUE);
	set(&a, CH_ENABLE, 0xffffffff);
	assert_int_equal(get(&a, CH_ENABLE), CH_BELLS | CH_CHANGE);
	set(&a, CH_CTRL, 0xffffffff);
	assert_int_equal(get(&a, CH_CTRL), CH_CTRL_READY);
	assert_int_equal(get(&a, CH_RING), 0);
	assert_int_equal(get(&a, 0xffc), 0);
	set(&a, 0x2c, 1);
	/* Words only, in the second window only. */
	assert_int_equal(fake_access(a.dev, 0, WINDOW, CH_STATUS, 1, false, &v), -ENXIO);
	assert_int_equal(fake_access(a.dev, 0, WINDOW, CH_STATUS, 2, true, &v), -ENXIO);
	assert_int_equal(fake_access(a.dev, 0, WINDOW, 0x1000, 4, false, &v), -ENXIO);
	assert_int_equal(fake_access(a.dev, 0, 0, CH_STATUS, 4, false, &v), -ENXIO);
	assert_int_equal(fake_access(a.dev, 0, 2, CH_STATUS, 4, false, &v), -ENXIO);
}

static void bells(void **st)
{
	pair();
	set(&b, CH_ACK, 0xffffffff);
	set(&a, CH_RING, BIT(3) | BIT(16) | BIT(31)); /* 16 bells, no more */
	assert_int_equal(get(&b, CH_STATUS), BIT(3));
	assert_int_equal(get(&b, CH_PENDING), 0);
	assert_false(fake_spi[41]);
	set(&b, CH_ENABLE, BIT(3));
	assert_true(fake_spi[41]);
	assert_int_equal(get(&b, CH_PENDING), BIT(3));
	set(&a, CH_RING, BIT(0) | BIT(3));
	assert_int_equal(get(&b, CH_STATUS), BIT(3) | BIT(0));
	set(&b, CH_ACK, BIT(3));
	assert_false(fake_spi[41]);
	assert_int_equal(get(&b, CH_STATUS), BIT(0));
	assert_int_equal(get(&a, CH_STATUS) & CH_BELLS, 0); /* not the ringer's */
	assert_false(fake_spi[40]);
	set(&b, CH_ENABLE, CH_BELLS);
	assert_true(fake_spi[41]);
	set(&b, CH_ENABLE, 0);
	assert_false(fake_spi[41]);
	/* A bell that rings for the same thing twice is one. */
	fake_line_changes = 0;
	set(&b, CH_ENABLE, BIT(5));
	for (unsigned i = 0; i < 1000; i++)
		set(&a, CH_RING, BIT(5));
	assert_int_equal(fake_line_changes, 1);
	doorbell_class.reset(b.dev);
	assert_false(fake_spi[41]);
	assert_int_equal(get(&b, CH_STATUS) | get(&b, CH_ENABLE) | get(&b, CH_CTRL), 0);
}

#define ALL (CH_PEER_PRESENT | CH_PEER_RUNNING | CH_PEER_READY)

/* The peer's state is now `bits`, and b was told if it is another. */
static void sees(uint32_t bits, bool told)
{
	assert_int_equal(get(&b, CH_PEER), bits);
	assert_int_equal(fake_spi[41], told);
	assert_int_equal(get(&b, CH_STATUS), told ? CH_CHANGE : 0);
	set(&b, CH_ACK, CH_CHANGE);
	assert_false(fake_spi[41]);
}

static void peer_state(void **st)
{
	assert_int_equal(make(&b, "b", END1, 0x3000, 2, 41), 0);
	set(&b, CH_ENABLE, CH_CHANGE);
	sees(0, false);
	set(&b, CH_RING, 1); /* nobody hears it */
	assert_int_equal(make(&a, "a", END0, 0x3000, 2, 40), 0);
	sees(CH_PEER_PRESENT | CH_PEER_RUNNING, true);
	assert_int_equal(get(&a, CH_STATUS), 0);
	set(&a, CH_CTRL, CH_CTRL_READY);
	sees(ALL, true);
	set(&a, CH_CTRL, CH_CTRL_READY);
	sees(ALL, false);
	state(&a, GUEST_PAUSED);
	sees(CH_PEER_PRESENT | CH_PEER_READY, true);
	state(&a, GUEST_RUNNING);
	sees(ALL, true);
	state(&a, GUEST_HALTED);
	sees(CH_PEER_PRESENT | CH_PEER_READY, true);
	a.g.state = GUEST_RESET;
	doorbell_class.reset(a.dev);
	sees(CH_PEER_PRESENT, true);
	set(&b, CH_RING, 2); /* waits for it */
	state(&a, GUEST_RUNNING);
	sees(CH_PEER_PRESENT | CH_PEER_RUNNING, true);
	assert_int_equal(get(&a, CH_STATUS), 2);
	unmake(&a);
	sees(0, true);
	set(&b, CH_RING, 1);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(shared), T(apart), T(mismatches), T(registers), T(bells), T(peer_state),
	};
	return cmocka_run_group_tests(tests, group_setup, NULL);
}
