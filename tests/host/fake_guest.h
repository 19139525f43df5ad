/* SPDX-License-Identifier: Apache-2.0 */
/* What guests need of the rest: arch, scheduler, emulated devices, drivers. */
#ifndef TESTS_FAKE_GUEST_H
#define TESTS_FAKE_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/page.h>

#define FAKE_HOST_RAM (UINT32_C(192) << 20)

struct timer;
struct vcpu;

struct fake {
	/* counts of what is alive */
	int guests, vcpus, devices;
	unsigned resets, host_wakes;
	bool created_before_gic; /* a device was */
	/* failures to inject, 0: none; else the n-th call fails */
	int fail_arch_guest, fail_arch_vcpu, fail_device;
	/* the last arch_vcpu_reset() */
	uint32_t entry, r0, r1, r2;
	uint64_t now;                       /* ns */
	struct timer *timer;                /* the one that is armed, or NULL */
	struct vcpu *work_for, *worked_for; /* now; and the last one */
	uint32_t written;                   /* bytes announced by arch_guest_before_write() */
};
extern struct fake fake;

/* Everything logged since the last fake_log_clear(). */
extern char fake_log[16384];
void fake_log_clear(void);
bool fake_logged(const char *text);

/* Gives the page allocator its host RAM; to be called once. */
void fake_host_ram(void);

#endif
