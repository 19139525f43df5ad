/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest RAM by frame.  A frame is data (writable, never executable) or code
 * (verified, read-only, executable); it changes from one to the other only here,
 * with all its mappings gone (invariants I2, I3).
 */
#include <errno.h>
#include <string.h>

#include <espalier/log.h>

#include "host/cache.h"
#include "vm.h"
#include "words.h"

struct fref frame_find(const struct arch_guest *ag, gpa_t a)
{
	for (unsigned n = 0; n < ag->banks; n++) {
		const struct bank *b = &ag->bank[n];
		uint32_t off = a.v - b->base.v;

		if (off < b->size)
			return (struct fref){
				&b->frames[off >> PAGE_SHIFT],
				hpa_ptr(HPA(b->host.v + ALIGN_DOWN(off, PAGE_SIZE))),
			};
	}
	return (struct fref){ 0 };
}

static void code_changed(struct arch_vcpu *av, struct fref fr)
{
	cache_sync_code(fr.host, PAGE_SIZE);
	sites_forget(av);
}

static void patches_drop(struct arch_vcpu *av, struct gframe *f)
{
	if (f->npatches)
		patch_free(&av->ag->patches[f->user], f->patches, f->npatches);
	f->patches = NULL;
	f->npatches = 0;
}

void frame_quarantine(struct arch_vcpu *av, struct fref fr)
{
	if (fr.f->state == FRAME_CODE)
		frame_to_data(av, fr);
	shadow_drop_frame(av, fr);
	fr.f->state = FRAME_QUARANTINE;
	vm_count(av, QUARANTINED);
}

/*
 * A frame is verified in steps that are short enough for an exit (I7), on a copy.  It stays data
 * meanwhile, and whoever runs may write to it: what was verified counts only if it is still
 * what the frame holds once all of its mappings are gone.
 */
#define STEP_WORDS 256u

struct job {
	const struct gframe *f; /* NULL: none */
	bool user;
	bool ended;
	struct verify_run run;
	struct verify_result res;
	struct verify_patch patches[PATCH_MAX];
	uint32_t copy[VERIFY_PAGE_WORDS];
};
static struct job jobs[CONFIG_MAX_CPUS];

static struct job *job_find(struct fref fr, enum isa isa, bool user)
{
	struct job *j = &jobs[arch_cpu_id()];

	return j->f == fr.f && j->run.isa == isa && j->user == user ? j : NULL;
}

/* The frame has no mappings. */
static struct job *job_begin(struct arch_vcpu *av, struct fref fr, enum isa isa, bool user)
{
	struct job *j = &jobs[arch_cpu_id()];

	j->f = fr.f;
	j->user = user;
	j->ended = false;
	words_copy(j->copy, fr.host, VERIFY_PAGE_WORDS);
	verify_begin(&j->run, &av->ag->dict, j->copy, isa, user ? VERIFY_PL0 : 0, j->patches,
		     PATCH_MAX, &j->res);
	return j;
}

static void jobs_forget(void)
{
	for (unsigned n = 0; n < CONFIG_MAX_CPUS; n++)
		jobs[n].f = NULL;
}

static bool room_for_patches(struct arch_vcpu *av, struct fref fr, const struct job *j)
{
	if (!j->res.npatches)
		return true;
	fr.f->patches = patch_alloc(&av->ag->patches[j->user], j->res.npatches);
	if (!fr.f->patches)
		return false;
	memcpy(fr.f->patches, j->patches, j->res.npatches * sizeof(*j->patches));
	fr.f->npatches = j->res.npatches;
	av->stat[STAT_PATCHED] += j->res.npatches;
	return true;
}

/* The unmapped frame holds what was verified: with the replacements it is the copy. */
static void make_code(struct arch_vcpu *av, struct fref fr, const struct job *j)
{
	if (j->res.verdict != VERIFY_OK || !room_for_patches(av, fr, j)) {
		av->quarantined[j->res.reason]++;
		log_debug("frame at host 0x%08x is stepped: %s at offset 0x%x",
			  (unsigned)ptr_hpa(fr.host).v, verify_reason_name[j->res.reason],
			  j->res.where);
		frame_quarantine(av, fr);
		return;
	}
	verify_repatch(fr.host, j->patches, j->res.npatches);
	fr.f->state = FRAME_CODE;
	fr.f->isa = j->run.isa;
	fr.f->user = j->user;
	code_changed(av, fr);
	vm_count(av, TO_CODE);
}

/* The frame was mapped since its copy was made. */
static void job_commit(struct arch_vcpu *av, struct fref fr, struct job *j)
{
	shadow_drop_frame(av, fr);
	verify_unpatch(j->copy, j->patches, j->res.npatches);
	if (words_equal(j->copy, fr.host, VERIFY_PAGE_WORDS))
		make_code(av, fr, j);
	j->f = NULL;
}

void frame_to_code(struct arch_vcpu *av, struct fref fr, enum isa isa, bool user)
{
	struct job *j = job_find(fr, isa, user);

	if (fr.f->state != FRAME_DATA)
		return;
	av->fault_repeat = 0; /* it gets on */
	if (j && j->ended) {
		job_commit(av, fr, j);
	} else if (j) {
		j->ended = verify_run(&j->run, STEP_WORDS);
	} else {
		shadow_drop_frame(av, fr);
		j = job_begin(av, fr, isa, user);
		if (!verify_run(&j->run, STEP_WORDS))
			return;
		make_code(av, fr, j);
		j->f = NULL;
	}
}

void frame_to_data(struct arch_vcpu *av, struct fref fr)
{
	if (fr.f->state != FRAME_CODE)
		return;
	av->walks += 24; /* takes as long */
	shadow_drop_frame(av, fr);
	verify_unpatch(fr.host, fr.f->patches, fr.f->npatches);
	patches_drop(av, fr.f);
	fr.f->state = FRAME_DATA;
	if (fr.f->flips < UINT16_MAX)
		fr.f->flips++;
	code_changed(av, fr);
	vm_count(av, TO_DATA);
}

#define LAST_WORD (PAGE_SIZE / 4 - 1)

uint32_t frame_load(struct fref fr, uint32_t off, unsigned size)
{
	if (!fr.f->npatches && size == 4 && !(off & 3))
		return fr.host[off / 4];
	return verify_read(fr.host, fr.f->patches, fr.f->npatches, off, size);
}

/*
 * The patches that have to do with the bytes [*first, *end), and how many; the range becomes
 * that of all of their bytes as well.
 */
static struct verify_patch *patches_in(const struct gframe *f, uint32_t *first, uint32_t *end,
				       unsigned *n)
{
	unsigned at = verify_place(f->patches, f->npatches, *first);
	struct verify_patch *q = f->patches + at;

	for (*n = 0; at + *n < f->npatches && q[*n].offset < *end; ++*n)
		*first = MIN(*first, q[*n].offset);
	if (*n)
		*end = MAX(*end, (uint32_t)q[*n - 1].offset + q[*n - 1].size);
	return q;
}

static void patches_remove(struct arch_vcpu *av, struct gframe *f, struct verify_patch *q,
			   unsigned n)
{
	unsigned behind = f->npatches - n - (unsigned)(q - f->patches);

	if (!n)
		return;
	for (unsigned i = 0; i < behind; i++) { /* memmove() goes by bytes */
		q[i] = q[i + n];
		__asm__ volatile("" : : : "memory"); /* the compiler would call it */
	}
	patch_shrink(&av->ag->patches[f->user], f, f->npatches - n);
}

#define AROUND 4u /* words beside those that change, which the look at them takes in */

/*
 * A store into code that leaves no more to do than a look at the words that it changes:
 * they are looked at before they are there.  False: nothing was done.
 */
static bool store_in_place(struct arch_vcpu *av, struct fref fr, uint32_t off, unsigned size,
			   uint32_t v)
{
	static uint32_t page[CONFIG_MAX_CPUS][VERIFY_PAGE_WORDS];
	uint32_t *look = page[arch_cpu_id()], first = off, end = off + size, w0, w1;
	unsigned n;
	struct verify_patch *q = patches_in(fr.f, &first, &end, &n);

	w0 = first / 4;
	w1 = (end - 1) / 4;
	for (uint32_t w = w0 - MIN(w0, AROUND); w <= MIN(w1 + AROUND, LAST_WORD); w++)
		look[w] = fr.host[w];
	verify_unpatch(look, q, n);
	memcpy((char *)look + off, &v, size);
	if (!verify_words(look, fr.f->isa, w0, w1))
		return false;
	patches_remove(av, fr.f, q, n);
	for (uint32_t w = w0; w <= w1; w++)
		fr.host[w] = look[w];
	cache_sync_code(&fr.host[w0], 4 * (w1 - w0 + 1));
	sites_forget(av);
	if (!w0 || w1 == LAST_WORD) /* neighbours were compared with the ends */
		shadow_drop_frame(av, fr);
	return true;
}

/*
 * The frame's mappings stay if it stays code: they are read-only, and what they show changes
 * from one verified image to another.
 */
void frame_store(struct arch_vcpu *av, struct fref fr, uint32_t off, unsigned size, uint32_t v)
{
	vm_count(av, STORE_EMUL);
	av->walks += 4;       /* takes as long */
	av->fault_repeat = 0; /* the next fault there is a new one */
	if (store_in_place(av, fr, off, size, v))
		return;
	frame_to_data(av, fr);
	memcpy((char *)fr.host + off, &v, size);
}

void frames_destroy(void) { jobs_forget(); }

void frames_reset(struct arch_guest *ag)
{
	jobs_forget();
	for (unsigned n = 0; n < ARRAY_SIZE(ag->patches); n++)
		patch_pool_reset(&ag->patches[n]);
	for (unsigned n = 0; n < ag->banks; n++)
		memset(ag->bank[n].frames, 0,
		       (ag->bank[n].size >> PAGE_SHIFT) * sizeof(*ag->bank[n].frames));
	ag->code_gen++;
}
