/* SPDX-License-Identifier: Apache-2.0 */
/* Two guests that share a CPU and a channel, and what they have. */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

#include "model.h"
#include "ref.h"

#define GUESTS 2u

/* Guest-physical addresses. */
#define RAM_GPA     0x60000000u
#define RAM_SIZE    0x00400000u
#define RAM2_GPA    0x70000000u
#define RAM2_SIZE   0x00010000u
#define CHANNEL_GPA 0x50000000u
#define PASS_GPA    0x10009000u
#define EMUL_GPA    0x10010000u
#define ABSENT_GPA  0x10020000u

struct world_guest {
	struct guest guest;
	struct vcpu vcpu;
	struct region region[REF_BLOCKS];
	struct emul_dev dev;
	uint32_t device[REF_DEVICE_WORDS];
	struct ref ref;
	uint8_t ram[RAM_SIZE], ram2[RAM2_SIZE], channel[2 * PAGE_SIZE], pass[PAGE_SIZE];
	const char *killed;
	bool tampered; /* it wrote to the shim, or jumped into it */
	bool alive;    /* created */
};
extern struct world_guest world[GUESTS];
extern struct world_guest *cur; /* the one that operations are about */

/* Host memory for both guests, once. */
void world_init(void);
/* 0, or the error of arch_guest_create() or arch_vcpu_create(). */
int world_create(struct world_guest *w);
void world_destroy(struct world_guest *w);
/* RAM as loaded, registers as after reset. */
void world_boot(struct world_guest *w);

/* The guest's CPU runs from now on, until its slice ends; NULL: the host thread. */
void world_switch(struct world_guest *w);
/* Its registers, whether it runs or not. */
void world_get(struct world_guest *w, struct core *c);
void world_put(struct world_guest *w, const struct core *c);
/* The VMM, or a device, writes a word of the guest's memory. */
void world_write(struct world_guest *w, uint32_t gpa, uint32_t v);
/* The same for many, of a guest whose MMU is off and whose TLB is empty. */
void world_load(struct world_guest *w, uint32_t gpa, const uint32_t *words, unsigned n);
/* The hardware's registers are taken over where there is nothing to compare with. */
void world_resync(struct world_guest *w);
void world_resync_mmu(struct world_guest *w);
void world_resync_memory(struct world_guest *w);
/* A word as the guest finds it; calls fn where that is not what the reference has. */
uint32_t world_word(struct world_guest *w, const struct ref_block *b, uint32_t off);
void world_different(struct world_guest *w,
		     void (*fn)(struct world_guest *, const struct ref_block *, uint32_t off));

/* --- what must hold (check.c) ---------------------------------------------------------- */

/* What can be executed, at every entry to the guest. */
void check_code(void);
/* All live translations against the reference; the guest runs, between operations. */
void check_translations(void);
/* All of its memory is as the guest left it. */
void check_memory(struct world_guest *w);
/* Nothing is known of what was live (another guest's TLB). */
void check_reset(void);

/* --- operations (ops.c) ------------------------------------------------------------------ */

/* A world anew, for a seed or an input. */
void ops_begin(void);
/* One operation, with its checks. */
void ops_step(void);
void ops_report(void);
/* Destroys everything; nothing is left. */
void ops_end(void);

#endif
