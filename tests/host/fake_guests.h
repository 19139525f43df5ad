/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAKE_GUESTS_H
#define FAKE_GUESTS_H

#include <espalier/guest.h>

extern struct guest fake_guests[2]; /* guest0, ready; guest1, halted */
extern char fake_did[128];          /* what was done last, "kick guest0" */
extern int fake_result;             /* what the next guest_*() returns */
extern unsigned fake_requests;      /* calls of guest_run_requests() */
extern hpa_t fake_ram;              /* what page_is_ram() knows */
extern uint32_t fake_ram_size;

/* To their first state; `tree` is the DTB of both. */
void fake_guests_make(void *tree);

#endif
