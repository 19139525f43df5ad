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

/* Verifies the unmapped, unpatched frame.  False: it cannot be code. */
static bool verify(struct arch_vcpu *av, struct fref fr, enum isa isa, bool user)
{
	static struct verify_patch list[CONFIG_MAX_CPUS][PATCH_MAX];
	struct verify_patch *p = list[arch_cpu_id()];
	struct verify_result res;

	if (verify_page(&av->ag->dict, fr.host, isa, user ? VERIFY_PL0 : 0, p, PATCH_MAX, &res) !=
	    VERIFY_OK) {
		av->quarantined[res.reason]++;
		log_debug("frame at host 0x%08x is stepped: %s at offset 0x%x",
			  (unsigned)ptr_hpa(fr.host).v, verify_reason_name[res.reason], res.where);
		return false;
	}
	if (res.npatches) {
		fr.f->patches = patch_alloc(&av->ag->patches[user], res.npatches);
		if (!fr.f->patches) {
			verify_unpatch(fr.host, p, res.npatches);
			return false;
		}
		memcpy(fr.f->patches, p, res.npatches * sizeof(*p));
		fr.f->npatches = res.npatches;
		av->stat[STAT_PATCHED] += res.npatches;
	}
	fr.f->state = FRAME_CODE;
	fr.f->isa = isa;
	fr.f->user = user;
	return true;
}

void frame_to_code(struct arch_vcpu *av, struct fref fr, enum isa isa, bool user)
{
	if (fr.f->state != FRAME_DATA)
		return;
	shadow_drop_frame(av, fr);
	if (verify(av, fr, isa, user)) {
		code_changed(av, fr);
		vm_count(av, TO_CODE);
	} else {
		frame_quarantine(av, fr);
	}
}

void frame_to_data(struct arch_vcpu *av, struct fref fr)
{
	if (fr.f->state != FRAME_CODE)
		return;
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
 * The frame's mappings stay as a rule: they are read-only, and what they show changes
 * from one verified image to another.  Not so if its ends change, which neighbours were
 * compared with: a store anywhere may take a replacement away from there, as with a load
 * of the word that is stored to.
 */
void frame_store(struct arch_vcpu *av, struct fref fr, uint32_t off, unsigned size, uint32_t v)
{
	bool user = fr.f->user, clean = !fr.f->npatches;
	enum isa isa = fr.f->isa;
	uint32_t head = fr.host[0], tail = fr.host[LAST_WORD];

	verify_unpatch(fr.host, fr.f->patches, fr.f->npatches);
	patches_drop(av, fr.f);
	fr.f->state = FRAME_DATA;
	memcpy((char *)fr.host + off, &v, size);
	vm_count(av, STORE_EMUL);
	av->fault_repeat = 0; /* the next fault there is a new one */
	if (!verify(av, fr, isa, user)) {
		frame_quarantine(av, fr);
		return;
	}
	code_changed(av, fr);
	if (fr.host[0] != head || fr.host[LAST_WORD] != tail ||
	    (clean && fr.f->npatches)) /* it may be mapped for data, too */
		shadow_drop_frame(av, fr);
}

void frames_reset(struct arch_guest *ag)
{
	for (unsigned n = 0; n < ARRAY_SIZE(ag->patches); n++)
		patch_pool_reset(&ag->patches[n]);
	for (unsigned n = 0; n < ag->banks; n++)
		memset(ag->bank[n].frames, 0,
		       (ag->bank[n].size >> PAGE_SHIFT) * sizeof(*ag->bank[n].frames));
	ag->code_gen++;
}
