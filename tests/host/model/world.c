/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <espalier/faults.h>
#include <espalier/log.h>
#include <espalier/timer.h>
#include <espalier/warn.h>
#include <sys/mman.h>

#include "world.h"

struct world_guest world[GUESTS];
struct world_guest *cur;
static void *channel;
char model_doing[256];
uint64_t model_op;
unsigned means_fail;

/* --- choices ------------------------------------------------------------------------------ */

static struct {
	const uint8_t *data;
	size_t left;
	uint64_t state;
} source;

void choose_from_seed(uint64_t seed)
{
	source.data = NULL;
	source.state = seed * 0x9e3779b97f4a7c15u + 1;
}

void choose_from_bytes(const uint8_t *data, size_t size)
{
	source.data = data;
	source.left = size;
}

bool choose_more(void) { return !source.data || source.left; }

static uint32_t byte(void)
{
	if (!source.left)
		return 0;
	source.left--;
	return *source.data++;
}

uint32_t choose(uint32_t n)
{
	if (source.data) {
		uint32_t v = byte();

		for (uint32_t range = 256; range && range < n; range <<= 8)
			v = v << 8 | byte();
		return v % n;
	}
	source.state ^= source.state << 13;
	source.state ^= source.state >> 7;
	source.state ^= source.state << 17;
	return (uint32_t)(source.state >> 20) % n;
}

unsigned differences;

void differs(const char *fmt, ...)
{
	va_list ap;

	differences++;
	va_start(ap, fmt);
	printf("operation %llu (%s): ", (unsigned long long)model_op, model_doing);
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
}

void violated(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "error: operation %llu (%s): ", (unsigned long long)model_op, model_doing);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	va_end(ap);
	abort();
}

/* --- the rest of the VMM ------------------------------------------------------------------- */

void log_printf(enum log_level l, const char *fmt, ...) {}
void panic(const char *fmt, ...) { violated("the VMM panics: %s", fmt); }
void guest_fault(struct guest *g, const struct fault *f) {}

void guest_killed(struct guest *g, const char *why)
{
	struct world_guest *w = container_of(g, struct world_guest, guest);

	w->killed = why;
}

void guest_warn(struct guest *g, enum warn_kind k, const char *fmt, ...) {}

static const volatile uint32_t no_ticks;
struct timer_counter timer_counter = { &no_ticks, 1 };

/* core/guest/means.c, but for a host whose pointers are wider. */
void *means_take(struct guest *g, enum means_kind k, uint32_t bytes, uint32_t align)
{
	struct means *m = &g->means;
	uint32_t at = ALIGN_UP(m->used[k], align);
	char *p = m->base;

	if (means_fail && !--means_fail)
		return NULL;
	if (at + bytes > m->plan.bytes[k])
		return NULL;
	for (unsigned i = 0; i < k; i++)
		p += m->plan.bytes[i];
	m->used[k] = at + ALIGN_UP(bytes, MEANS_GRAIN);
	memset(p + at, 0, bytes);
	return p + at;
}

static void reserve(struct guest *g)
{
	struct means_plan *m = &g->means.plan;
	void *p;

	means_plan(m, RAM_SIZE + RAM2_SIZE, 1, 0);
	m->bytes[MEANS_FRAMES] *= 2;
	m->bytes[MEANS_STATE] *= 2;
	m->size = 0;
	for (unsigned k = 0; k < MEANS_KINDS; k++)
		m->size += m->bytes[k];
	p = page_alloc(m->size >> PAGE_SHIFT, MEANS_ALIGN, PAGE_MEANS);
	if (!p)
		violated("no means for a guest");
	g->means.base = p;
	memset(p, 0xa5, m->size);
	memset(g->means.used, 0, sizeof(g->means.used));
}

static void release(struct guest *g)
{
	page_free(g->means.base, g->means.plan.size >> PAGE_SHIFT);
	g->means.base = NULL;
}

void cache_sync_code(const void *p, uint32_t size);
void cache_clean(const void *p, uint32_t size);
void cache_sync_code(const void *p, uint32_t size) {}
void cache_clean(const void *p, uint32_t size) {}

/* The device that ref.c has as well. */
static int device_access(struct emul_dev *d, struct mmio *m)
{
	struct world_guest *w = container_of(d, struct world_guest, dev);

	if (m->size != 4 || m->offset / 4 >= REF_DEVICE_WORDS)
		return -ENXIO;
	if (m->write)
		w->device[m->offset / 4] = m->value;
	else
		m->value = w->device[m->offset / 4];
	return 0;
}

static const struct emul_class device_class = { .name = "words", .access = device_access };

/* --- what a guest has ------------------------------------------------------------------------ */

void arena_init(void)
{
	static bool done;
	void *p;

	if (done)
		return;
	done = true;
	p = mmap((void *)(uintptr_t)ARENA_BASE, ARENA_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (p != (void *)(uintptr_t)ARENA_BASE || page_add_bank(HPA(ARENA_BASE), ARENA_SIZE))
		violated("no host memory at 0x%08x", ARENA_BASE);
}

static void add_region(struct world_guest *w, enum region_kind kind, uint32_t gpa, uint32_t size,
		       void *host, uint8_t *copy)
{
	struct region r = { GPA(gpa), size, kind, ptr_hpa(host), NULL, 0, "" };
	struct traptab *map = &w->guest.map;

	r.dev = kind == REGION_EMUL ? &w->dev : NULL;
	if (traptab_add(map, &r, NULL))
		violated("a region that cannot be");
	w->ref.block[w->ref.blocks++] = (struct ref_block){ gpa, size, r.host.v, copy, kind };
}

static void *guest_pages(uint32_t size, uint32_t align)
{
	void *p = page_alloc(size >> PAGE_SHIFT, align, PAGE_GUEST);

	if (!p)
		violated("no host memory for a guest");
	return p;
}

/* In honest code, entered in the state that it is for, a replacement acts as the original. */
static bool foreign_code(struct ref *r, uint32_t gpa)
{
	struct fref fr = frame_find(container_of(r, struct world_guest, ref)->guest.arch, GPA(gpa));
	const struct verify_patch *p;

	if (!fr.f || fr.f->isa != (r->core.cpsr & PSR_T ? ISA_THUMB : ISA_ARM))
		return true;
	p = verify_lookup(fr.f->patches, fr.f->npatches, gpa & PAGE_MASK);
	return p && (p->kind == VERIFY_LITERAL || ((r->core.pc ^ p->offset) & PAGE_MASK));
}

static void give(struct world_guest *w)
{
	w->ref.foreign_code = foreign_code;
	traptab_init(&w->guest.map);
	add_region(w, REGION_RAM, RAM_GPA, RAM_SIZE, guest_pages(RAM_SIZE, 1 << 20), w->ram);
	add_region(w, REGION_RAM, RAM2_GPA, RAM2_SIZE, guest_pages(RAM2_SIZE, PAGE_SIZE), w->ram2);
	add_region(w, REGION_CHANNEL, CHANNEL_GPA, 2 * PAGE_SIZE, channel, w->channel);
	add_region(w, REGION_PASS, PASS_GPA, PAGE_SIZE, guest_pages(PAGE_SIZE, PAGE_SIZE), w->pass);
	add_region(w, REGION_EMUL, EMUL_GPA, PAGE_SIZE, NULL, NULL);
	add_region(w, REGION_ABSENT, ABSENT_GPA, PAGE_SIZE, NULL, NULL);
	w->ref.ram_base = RAM_GPA;
	w->dev = (struct emul_dev){ .cls = &device_class, .guest = &w->guest, .path = "/words" };
	snprintf(w->guest.name, sizeof(w->guest.name), "guest%u", (unsigned)(w - world));
}

void world_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	arena_init();
	hw_init();
	channel = guest_pages(2 * PAGE_SIZE, PAGE_SIZE);
	for (unsigned n = 0; n < GUESTS; n++)
		give(&world[n]);
}

int world_create(struct world_guest *w)
{
	int err;

	w->vcpu = (struct vcpu){ .guest = &w->guest, .state = VCPU_RESET };
	w->guest.vcpus = &w->vcpu;
	w->guest.nr_vcpus = 1;
	reserve(&w->guest);
	err = arch_guest_create(&w->guest);
	if (!err)
		err = arch_vcpu_create(&w->vcpu);
	w->alive = true;
	if (err)
		world_destroy(w);
	return err;
}

void world_destroy(struct world_guest *w)
{
	if (!w->alive)
		return;
	if (cur == w && hw_in_guest())
		world_switch(NULL);
	arch_vcpu_destroy(&w->vcpu);
	arch_guest_destroy(&w->guest);
	release(&w->guest);
	w->alive = false;
}

void world_boot(struct world_guest *w)
{
	arch_guest_reset(&w->guest);
	arch_vcpu_reset(&w->vcpu, RAM_GPA, 0, 0, 0);
	w->vcpu.state = VCPU_READY;
	w->killed = NULL;
	w->tampered = false;
	memset(w->device, 0, sizeof(w->device));
	ref_reset(&w->ref);
	world_resync_memory(w);
}

void world_switch(struct world_guest *w)
{
	hw_pick = w ? &w->vcpu : NULL;
	hw_fiq();
	cur = w ? w : cur;
	memcpy(cur->channel, channel, sizeof(cur->channel)); /* what the other guest wrote */
}

/* The vCPU's registers: in the hardware, or where a switch has put them. */
void world_get(struct world_guest *w, struct core *c)
{
	const struct arch_vcpu *av = w->vcpu.arch;

	*c = hw;
	if (hw_in_guest())
		return;
	memcpy(c->r, av->frame.r, sizeof(c->r));
	c->pc = av->frame.pc;
	c->cpsr = av->frame.cpsr;
	c->bank = av->banked;
}

void world_put(struct world_guest *w, const struct core *c)
{
	struct arch_vcpu *av = w->vcpu.arch;

	if (hw_in_guest()) {
		hw = *c;
		return;
	}
	memcpy(av->frame.r, c->r, sizeof(c->r));
	av->frame.pc = c->pc;
	av->frame.cpsr = c->cpsr;
	av->banked = c->bank;
}

static void write_copy(struct world_guest *w, uint32_t gpa, uint32_t v)
{
	ref_store(&w->ref, gpa, 4, v);
}

void world_write(struct world_guest *w, uint32_t gpa, uint32_t v)
{
	void *p = traptab_memory(&w->guest.map, GPA(gpa), 4);

	arch_guest_before_write(&w->guest, GPA(gpa), 4);
	memcpy(p, &v, 4);
	write_copy(w, gpa, v);
}

void world_load(struct world_guest *w, uint32_t gpa, const uint32_t *words, unsigned n)
{
	const struct ref_block *b = ref_block(&w->ref, gpa);

	arch_guest_before_write(&w->guest, GPA(gpa), 4 * n);
	memcpy(hpa_ptr(HPA(b->host + (gpa - b->gpa))), words, 4 * n);
	memcpy(b->copy + (gpa - b->gpa), words, 4 * n);
}

void world_resync(struct world_guest *w)
{
	struct ref *r = &w->ref;
	struct core c;

	world_get(w, &c);
	memcpy(r->core.r, c.r, sizeof(c.r));
	memcpy(r->core.s, c.s, sizeof(c.s));
	r->core.pc = c.pc;
	r->core.cpsr = c.cpsr;
	r->core.bank = c.bank;
	r->core.unpredictable = false;
	r->core.entered = 0;
	r->dfsr = hw_reg(CP15_OF(DFSR));
	r->dfar = hw_reg(CP15_OF(DFAR));
	r->ifsr = hw_reg(CP15_OF(IFSR));
	r->ifar = hw_reg(CP15_OF(IFAR));
}

void world_resync_mmu(struct world_guest *w)
{
	struct arch_vcpu *av = w->vcpu.arch;
	const struct gwalk_regs *m = &av->mmu;

	ref_registers(&w->ref, &(struct ref_mmu){ m->sctlr, m->ttbr0, m->ttbr1, m->ttbcr, m->dacr,
						  av->contextidr });
	w->ref.vbar = av->vbar;
	/* What a jump around the shim's exits has hidden from the VMM. */
	av->ns.dfsr = w->ref.dfsr;
	av->ns.dfar = w->ref.dfar;
	av->ns.ifsr = w->ref.ifsr;
	av->ns.ifar = w->ref.ifar;
	memcpy(w->ref.device, w->device, sizeof(w->device));
}

uint32_t world_word(struct world_guest *w, const struct ref_block *b, uint32_t off)
{
	uint32_t v;

	if (b->kind != REGION_RAM || vm_read32(w->guest.arch, b->gpa + off, &v))
		v = *(uint32_t *)hpa_ptr(HPA(b->host + off));
	return v;
}

void world_different(struct world_guest *w,
		     void (*fn)(struct world_guest *, const struct ref_block *, uint32_t off))
{
	for (unsigned n = 0; n < w->ref.blocks; n++) {
		const struct ref_block *b = &w->ref.block[n];

		for (uint32_t page = 0; b->copy && page < b->size; page += PAGE_SIZE) {
			if (!memcmp(hpa_ptr(HPA(b->host + page)), b->copy + page, PAGE_SIZE))
				continue;
			for (uint32_t off = page; off < page + PAGE_SIZE; off += 4) {
				uint32_t v = world_word(w, b, off);

				if (memcmp(&v, b->copy + off, 4))
					fn(w, b, off);
			}
		}
	}
}

static void take(struct world_guest *w, const struct ref_block *b, uint32_t off)
{
	if (ref_full(&w->ref) && !(w->ref.mmu.sctlr & SCTLR_M)) /* its TLB is empty as well */
		ref_forget(&w->ref);
	write_copy(w, b->gpa + off, world_word(w, b, off));
}

void world_resync_memory(struct world_guest *w) { world_different(w, take); }
