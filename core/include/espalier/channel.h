/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channels: memory that two guests share, with a doorbell at each end
 * (docs/channels.md).  A channel exists as long as a guest's tree names it; its
 * pages are zeroed when it comes into being and belong to nobody else.
 */
#ifndef ESPALIER_CHANNEL_H
#define ESPALIER_CHANNEL_H

#include <stdint.h>

#include <espalier/list.h>

struct emul_dev;
struct guest;

#define CHANNEL_NAME_MAX 32 /* NUL included */

struct channel {
	struct list link;
	char name[CHANNEL_NAME_MAX];
	void *memory;
	uint32_t size; /* bytes, whole pages */
	/* The devices that are its ends, NULL: free. */
	struct emul_dev *end[2];
};

/*
 * Joins the channels that g's tree names and puts their memory behind its
 * REGION_CHANNELs.  Before its devices are made.  A negative errno after it was
 * logged why; channel_detach() is due either way.  Host thread.
 */
int channel_attach(struct guest *g);
/* Leaves them; the last to leave frees the memory.  g's devices and mappings are gone. */
void channel_detach(struct guest *g);

/* The channel that d is an end of, and which; NULL if it is none. */
struct channel *channel_of(const struct emul_dev *d, unsigned *end);

#endif
