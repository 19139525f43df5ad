/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to and from another guest: through a channel, as a ring in each direction, or
 * through a wired UART (docs/channels.md).
 */
#ifndef PEER_H
#define PEER_H

#include <stdbool.h>
#include <stdint.h>

#define CHANNEL      0x30000000u /* shared memory */
#define CHANNEL_SIZE 0x4000u
#define DOORBELL     0x30010000u
#define IRQ_CHANNEL  52

/* On purpose not the VMM's header. */
#define CH_ID        (DOORBELL + 0x00)
#define CH_VERSION   (DOORBELL + 0x04)
#define CH_SIZE      (DOORBELL + 0x08)
#define CH_END       (DOORBELL + 0x0c)
#define CH_PEER      (DOORBELL + 0x10)
#define CH_CTRL      (DOORBELL + 0x14)
#define CH_RING      (DOORBELL + 0x18)
#define CH_STATUS    (DOORBELL + 0x1c)
#define CH_ACK       (DOORBELL + 0x20)
#define CH_ENABLE    (DOORBELL + 0x24)
#define CH_PENDING   (DOORBELL + 0x28)
#define PEER_PRESENT 1u
#define PEER_RUNNING 2u
#define PEER_READY   4u
#define CH_CHANGE    (1u << 31)

#define WIRE     0x1000d000u /* the UART that is wired */
#define IRQ_WIRE 53

struct peer {
	const char *name;
	/* Takes up to n bytes without waiting; returns how many. */
	uint32_t (*put)(const char *p, uint32_t n);
	/* The next bytes, at most max. */
	uint32_t (*get)(char *p, uint32_t max);
};
extern const struct peer by_channel, by_wire;

/* Counts interrupts of both: there may be something to get, or room, or another CH_PEER. */
extern volatile uint32_t peer_events;

/* Sets up what there is of both.  After gic_init(), interrupts on. */
void channel_init(void);
void wire_init(void);
/* Waits for room and for bytes, by WFI. */
void peer_send(const struct peer *p, const char *text, uint32_t n);
/* Up to the newline, which is not stored; at most max - 1 characters are, and a 0. */
uint32_t peer_line(const struct peer *p, char *line, uint32_t max);

#endif
