/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The partition: which part of the host belongs to whom.  A pure model, made of
 * the host's device tree and those of all guests, and the one set of rules that
 * it must obey.  Guests are built from it; the host program dtpart is made of it.
 */
#ifndef ESPALIER_PARTITION_H
#define ESPALIER_PARTITION_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include <espalier/emul.h>
#include <espalier/means.h>
#include <espalier/traptab.h>
#include <espalier/util.h>

#define PART_VMM          "the VMM"
#define PART_NAME_MAX     32u   /* of a guest, NUL included */
#define PART_MAX_RANGES   1024u /* of one guest */
#define PART_MAX_IRQS     512u  /* of one guest */
#define PART_MAX_DEVS     256u  /* emulated ones of one guest */
#define PART_MAX_RUNS     32u   /* of free RAM */
#define PART_MAX_RESERVED 64u   /* ranges of one guest's RAM; what Linux takes */
#define PART_MAX_CPUS     1u    /* vCPUs, until a guest can start them */

/* --- rules ------------------------------------------------------------------------ */

enum part_severity { PART_ERROR, PART_WARNING };

struct part_rule {
	uint16_t code;     /* 12: P012 */
	uint8_t severity;  /* enum part_severity */
	int8_t err;        /* errno that a violation becomes */
	const char *title; /* what is wrong, in a few words */
	const char *hint;  /* what to do about it */
};

/* In order of code. */
extern const struct part_rule part_rules[];
extern const unsigned nr_part_rules;

struct part_guest;

/* One violation.  All of it is valid during the call of report() only. */
struct part_finding {
	const struct part_rule *rule;
	const struct part_guest *guest;
	const char *path;               /* node; "" for the tree as a whole */
	const char *prop;               /* or NULL */
	const char *text;               /* what is wrong */
	const char *have, *want;        /* both values, where there are such, or NULL */
	const char *owner, *owner_path; /* the other owner and its node, or NULL */
};

/*
 * "file: node: property: what is wrong [P012]" in buf[len], which is returned.  Cut
 * before the code if it is too long.
 */
const char *part_finding_text(const struct part_finding *f, char *buf, unsigned len);

/* --- the model ---------------------------------------------------------------------- */

struct part_range {
	uint32_t base, size; /* guest-physical */
	uint32_t host;       /* REGION_PASS, _RAM, _CHANNEL: where it is, or is planned */
	enum region_kind kind;
	unsigned window;     /* number of the node's `reg` entry */
	int dev;             /* REGION_EMUL, REGION_CHANNEL: number of the device */
	int node, host_node; /* host_node: REGION_PASS */
	const char *path;    /* of the node; lives as long as the guest */
	/* REGION_RAM: how many ranges of devices it lies over, an error, and the first of them. */
	unsigned covers;
	struct part_covered {
		uint32_t base, size;
		int node;
		const char *path;
	} covered;
};

struct part_irq {
	unsigned intid; /* in the guest */
	unsigned host;  /* the host's for it, 0 if it is emulated */
	int dev;        /* number of the emulated device, -1 of a host's */
	int node;
	const char *path;
};

struct part_dev {
	const struct emul_class *cls;
	int node;
	const char *path;
};

/* Memory that the guest's tree keeps from its kernel: a reserved-memory node, /memreserve/. */
struct part_reserved {
	uint32_t base, size; /* guest-physical */
	bool no_map;
	int node;         /* -1: of /memreserve/ */
	int err;          /* why it cannot be read: -EINVAL, -ERANGE, -ENODATA; 0 in a model */
	const char *path; /* "/memreserve/", or in a model that of the node; else NULL */
};

/* The caller sets what stands above the line. */
struct part_guest {
	const char *name;
	const char *file; /* of its tree, for messages */
	const void *fdt;
	uint32_t size; /* of fdt, in bytes */
	bool fresh;    /* to be checked; else it exists, and is what others must spare */
	/* --- */
	bool sound; /* its tree can be read */
	struct part_guest *next;
	struct part_range *ranges; /* sorted by base, none overlap */
	struct part_irq *irqs;
	struct part_dev *devs;
	struct part_reserved *reserved; /* in order of the tree, /memreserve/ first */
	unsigned nr_ranges, nr_irqs, nr_devs, nr_reserved;
	unsigned cpus;
	struct means_plan means; /* what the VMM needs for it ... */
	uint32_t means_host;     /* ... and where it is, or is planned */
	int gic;                 /* number of the emulated interrupt controller, or -1 */
	unsigned errors, warnings;
	struct part_path *paths;
};

struct part_run {
	uint32_t base, size; /* bytes of free RAM */
};

/* What a file of the disk image holds; for rules about loading. */
struct part_files {
	/*
	 * Size of the file; *handle, NULL on errors, goes to read() and close().
	 * -EISDIR: it is none; -EFBIG: 4 GiB or more; any other is told by error().
	 */
	int (*open)(const char *path, uint32_t *size, void **handle);
	int (*read)(void *handle, uint32_t off, void *buf, uint32_t n);
	void (*close)(void *handle);
	/* Why the last call failed, with the path; NULL: "no such file". */
	const char *(*error)(void);
};

/* What the rules have to know of the host. */
struct part_host {
	const void *fdt;
	/* Name of the VMM's driver for the node, NULL if it is not the VMM's. */
	const char *(*driver)(const void *fdt, int node);
	/* Who has an interrupt, "guest1: /uart@9000"; NULL if nobody.  May be NULL. */
	const char *(*irq_owner)(unsigned intid);
	bool (*is_ram)(uint32_t base, uint32_t size);
	bool (*cpu_online)(unsigned cpu);
	/* Free RAM, in order of address, at most `max` runs; returns how many. */
	unsigned (*free_ram)(struct part_run *runs, unsigned max);
	const struct emul_class *const *classes; /* NULL-terminated: what can be emulated */
	const struct part_files *files;          /* NULL: files are not looked at */
};

struct partition {
	const struct part_host *host;
	struct part_guest *guests; /* in order of creation */
	/* Called for each violation in turn. */
	void (*report)(void *arg, const struct part_finding *f);
	void *arg;
	bool (*stop)(void); /* asked now and then: is the check to end?  NULL: never */
	bool stopped;       /* out: it was ended, and says nothing */
	unsigned max;       /* violations of a guest that are reported; 0: all */
	int err;            /* out: negative errno of the first error */
};

/* Appends to, or takes out of, the list.  part_remove() also frees what was collected. */
void part_add(struct partition *p, struct part_guest *g);
void part_remove(struct partition *p, struct part_guest *g);

/*
 * Checks all fresh guests of the list against the host and each other, and fills
 * in their models.  Returns the number of errors; warnings are not counted.  A
 * guest that has errors must not be built.
 */
unsigned part_check(struct partition *p);

/* A word of espalier,`prop`, by its place in the binding's list; -1: absent or wrong. */
int part_word(const void *fdt, int node, const char *prop);

/* --- who has what -------------------------------------------------------------------- */

enum part_what { PART_NOTHING, PART_DEVICE, PART_RAM };

struct part_owner {
	enum part_what what;    /* what is there: no node of the host's, a device, RAM */
	const char *owner;      /* name of the guest, PART_VMM, or NULL: nobody */
	const char *guest_path; /* node of that guest's tree, or NULL */
	const char *driver;     /* the VMM's, or NULL */
	int host_node;          /* of the host's tree; negative if there is none */
};

/* Who has the host-physical address `a`. */
void part_find(const struct partition *p, uint32_t a, struct part_owner *o);
/* Who has the host's node, or its interrupt. */
void part_find_node(const struct partition *p, int host_node, struct part_owner *o);
void part_find_irq(const struct partition *p, unsigned intid, struct part_owner *o);

/*
 * As text in buf[len], which is returned:
 * "/bus@10000000/serial@b000, which belongs to guest0"
 * "/bus@10000000/serial@9000, which belongs to the VMM"
 * "/bus@10000000/rtc@17000, which belongs to nobody"
 * "RAM of guest0", "RAM of the VMM", "nothing"
 */
const char *part_owner_text(const struct partition *p, const struct part_owner *o, char *buf,
			    unsigned len);

/* A line of the table of the machine. */
struct part_row {
	uint32_t base, size;
	const char *owner;       /* guest, PART_VMM, or NULL: nobody */
	const char *path;        /* host's node; "RAM" has that of its memory node */
	const char *guest_path;  /* or NULL */
	int irqs[EMUL_MAX_IRQS]; /* of the device's first window, 0: no more */
	bool ram;
};
/* Calls fn for each range of devices and RAM of the host, in order of address. */
void part_map(const struct partition *p, void (*fn)(void *arg, const struct part_row *r),
	      void *arg);

/* --- of the running machine (guest/machine.c) -------------------------------------- */

/* The guests that exist, over the live host. */
struct partition *partition_machine(void);
/* The files of the disk image, for rules about loading. */
extern const struct part_files partition_files;

/* part_find() of the running machine.  Any context. */
void partition_find(uint32_t a, struct part_owner *o);
/* part_owner_text() of it. */
const char *partition_owner_of(uint32_t a, char *buf, unsigned len);

#endif
