/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The partition: which part of the host belongs to whom.
 */
#ifndef ESPALIER_PARTITION_H
#define ESPALIER_PARTITION_H

#include <stdbool.h>
#include <stdint.h>

enum part_what { PART_NOTHING, PART_DEVICE, PART_RAM };

#define PART_VMM "the VMM"

/* Who has an address of the host. */
struct part_owner {
	enum part_what what;    /* what is there: no node of the host's, a device, RAM */
	const char *owner;      /* name of the guest, PART_VMM, or NULL: nobody */
	const char *guest_path; /* node of that guest's tree, or NULL */
	const char *driver;     /* the VMM's, or NULL */
	int host_node;          /* of host_fdt; negative if there is none */
};

/*
 * Looks up the host-physical address `a`.  Any context; what *o points to lives
 * as long as the guest.
 */
void partition_find(uint32_t a, struct part_owner *o);

/*
 * The same as text in buf[len], which is returned:
 * "/bus@10000000/serial@b000, which belongs to guest0"
 * "/bus@10000000/serial@9000, which belongs to the VMM"
 * "/bus@10000000/rtc@17000, which belongs to nobody"
 * "RAM of guest0", "RAM of the VMM", "nothing"
 */
const char *partition_owner_of(uint32_t a, char *buf, unsigned len);

#endif
