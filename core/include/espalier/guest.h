/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest: one device tree, what was built from it, and its life.
 * Guests are created, started and destroyed by the host thread only.
 */
#ifndef ESPALIER_GUEST_H
#define ESPALIER_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/addr.h>
#include <espalier/autopsy.h>
#include <espalier/emul.h>
#include <espalier/faults.h>
#include <espalier/list.h>
#include <espalier/means.h>
#include <espalier/partition.h>
#include <espalier/restart.h>
#include <espalier/traptab.h>
#include <espalier/vcpu.h>
#include <espalier/warn.h>

#define GUEST_NAME_MAX  PART_NAME_MAX
#define GUEST_MAX_VCPUS PART_MAX_CPUS

struct arch_guest;

enum guest_state { GUEST_RESET, GUEST_RUNNING, GUEST_PAUSED, GUEST_HALTED };

/* What an access to a hole of the map does (espalier,hole). */
enum hole_policy {
	HOLE_DEFAULT, /* RAM window: reads 0, ignores writes; else external abort */
	HOLE_ABORT,
	HOLE_ZERO,
};

/* What was put into a guest's RAM, to compare with later. */
struct guest_loaded {
	uint32_t entry;                           /* bit 0: Thumb */
	uint32_t entry_word;                      /* what was there */
	uint32_t initrd, initrd_size, initrd_sum; /* size 0: none; guest_ram_sum() */
};

struct guest {
	struct list link;
	char name[GUEST_NAME_MAX];
	enum guest_state state;
	const char *dtb_path;   /* file that it was created from */
	void *dtb;              /* its tree, with the espalier, properties */
	struct part_guest part; /* what the tree says; lives in the machine's partition */
	struct traptab map;
	struct means means; /* what the VMM has for it */
	struct emul_dev *devs;
	unsigned nr_devs;
	struct emul_dev *gic;    /* the one that virq_set() drives, or NULL */
	struct virq_hw *hw_irqs; /* its inputs with interrupts of the host behind them */
	struct vcpu *vcpus;
	unsigned nr_vcpus;
	enum hole_policy hole;
	bool lazy_domains;              /* espalier,lazy-domains */
	struct sched_params sched;      /* what its vCPUs begin with */
	uint64_t faults;                /* accesses outside the map */
	struct fault_table fault_table; /* ... and where */
	struct autopsy autopsy;
	struct warn warn[WARN_KINDS];
	struct restart restart;     /* what follows when it ends by itself */
	struct guest_loaded loaded; /* by the last kick */
	const char *halt_reason;    /* why it is GUEST_HALTED, static text */
	struct arch_guest *arch;
	/* private to core/guest */
	enum guest_end end; /* to be dealt with by the host thread */
	bool ram_dirty;     /* its RAM must be zeroed before it runs */
};

/* Calls fn for each guest in order of creation. */
void guest_for_each(void (*fn)(struct guest *g, void *arg), void *arg);
struct guest *guest_find(const char *name);

/*
 * Reads the DTB file `path` from the disk image and builds the guest `name`
 * (letters, digits, '-' and '_').  Every error is logged with file, node and
 * property before a negative errno is returned; nothing is left behind then.
 * -EEXIST: the name is in use.
 */
int guest_create(const char *name, const char *path);

/*
 * The same for n guests that are checked against each other as well: all of them
 * are created, or none.
 */
int guest_create_set(unsigned n, const char *const *names, const char *const *paths);

/*
 * Only checks them, the files that they load too; `report` is told of everything.
 * `stop` is asked now and then, and ends the check if it says so: -EINTR.  Returns the number
 * of errors, or a negative errno, logged.
 */
int guest_check_set(unsigned n, const char *const *names, const char *const *paths,
		    void (*report)(void *arg, const struct part_finding *f), void *arg,
		    bool (*stop)(void));

/*
 * The calls below log why before they return a negative errno; -EBUSY is for a
 * guest whose state does not allow it.
 */
int guest_destroy(struct guest *g);

/* Loads kernel, initrd and DTB into its RAM and starts vCPU 0.  RESET only. */
int guest_kick(struct guest *g);
int guest_pause(struct guest *g);  /* RUNNING only */
int guest_resume(struct guest *g); /* PAUSED only */
/* RUNNING, PAUSED, or waiting for its restart. */
int guest_halt(struct guest *g);
/*
 * Back to RESET: devices, vCPUs and translations as after creation.  RAM is
 * zeroed and loaded anew by the next kick.
 */
int guest_reset(struct guest *g);

/* --- for exit context ------------------------------------------------------- */

/*
 * The guest's end; `why` is static.  Its vCPUs are halted at once; the host thread tells it,
 * and starts the guest again if its restart policy says so.  Ignored unless it runs or is
 * paused.
 */
void guest_ended(struct guest *g, enum guest_end e, const char *why);
/* By power-off, by reboot; and by a fault that the caller has logged, and where it was. */
void guest_request_halt(struct guest *g, const char *why);
void guest_request_reset(struct guest *g, const char *why);
void guest_killed(struct guest *g, const char *why);
/* Carries out what follows from that; host thread only. */
void guest_run_requests(void);

const char *guest_state_name(enum guest_state s);

/*
 * Copies between guest memory and the VMM; the range must lie in one region of RAM
 * or in one channel.  0 or -EFAULT (nothing copied).  Writes respect verified code
 * (I3).
 */
int guest_write(struct guest *g, gpa_t a, const void *buf, uint32_t n);
int guest_read(struct guest *g, gpa_t a, void *buf, uint32_t n);

/* A checksum of RAM [a, a + n) in whole words, to see that it changed; 0 if it is not RAM. */
uint32_t guest_ram_sum(const struct guest *g, gpa_t a, uint32_t n);

#endif
