/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core asks of the architecture.  arch/arm implements it on the
 * Cortex-A9; tests/host/fake_arch.c implements it for host programs.
 */
#ifndef ESPALIER_ARCH_H
#define ESPALIER_ARCH_H

#include <stdbool.h>
#include <stdint.h>

#include <espalier/addr.h>
#include <espalier/util.h>

struct guest;
struct vcpu;

/* --- this CPU ---------------------------------------------------------- */

/* Masks physical interrupts (CPSR.F); returns the state to restore. */
uint32_t arch_irq_save(void);
void arch_irq_restore(uint32_t flags);

void arch_spin_acquire(volatile uint32_t *taken);
void arch_spin_release(volatile uint32_t *taken);

/* Number of the calling CPU, 0 .. CONFIG_MAX_CPUS - 1 (MPIDR.Aff0). */
unsigned arch_cpu_id(void);

/* True in exit context (Monitor mode): no blocking, no malloc() here. */
bool arch_in_exit(void);

/* The main ID register of this CPU (MIDR, ARM ARM B4.1.105). */
uint32_t arch_cpu_midr(void);

/* Registers of an exception in the VMM itself; <arch/frame.h>. */
struct arch_frame;

/* Both print with panic_printf(): the registers, and the call chain from `f` or,
 * with NULL, from here. */
void arch_print_frame(const struct arch_frame *f);
void arch_backtrace(const struct arch_frame *f);

/* Lets interrupts in for the first time; boot only. */
void arch_irq_enable(void);

/* Stops this CPU for ever with interrupts masked. */
__noreturn void arch_halt(void);

/*
 * Makes the calling thread, the boot's, one that Monitor mode can interrupt and
 * resume.  Once, before arch_irq_enable().
 */
void arch_monitor_init(void);

/* --- host memory -------------------------------------------------------- */

enum host_map_kind {
	HOST_MAP_RAM,    /* normal memory, NS=1: shared with the NS world, never executable */
	HOST_MAP_DEVICE, /* device memory, never executable */
};

/*
 * Adds [base, base + size) to the VMM's own 1:1 map, in 1 MiB units (both are
 * rounded outwards).  0; -EEXIST when a unit is already mapped otherwise.
 */
int arch_host_map(hpa_t base, uint32_t size, enum host_map_kind kind);

/*
 * The memory of the VMM's image, stacks and heap, in whole units of 1 MiB: in the
 * map since boot, and Secure, so no guest may ever get a page of it.
 */
void arch_vmm_memory(hpa_t *base, uint32_t *size);

/* True if the VMM has [a, a + size) in its own map (for `memory dump`). */
bool arch_host_mapped(hpa_t a, uint32_t size);

/* --- the VMM's thread ---------------------------------------------------- */

/*
 * Gives the CPU to the scheduler; returns when sched_pick() chooses the
 * calling host thread again.  Thread context only.
 */
void arch_thread_yield(void);

/* --- guests ---------------------------------------------------------------*/

/*
 * Makes the architecture's part of a guest whose trap table is complete:
 * frame table, shadow roots.  0 or -ENOMEM.  Undone by arch_guest_destroy().
 */
int arch_guest_create(struct guest *g);
void arch_guest_destroy(struct guest *g);

/* Forgets every translation and verified page; RAM contents stay. */
void arch_guest_reset(struct guest *g);

/*
 * Makes / frees the architecture's part of a vCPU (vcpu->arch).
 * 0 or -ENOMEM.
 */
int arch_vcpu_create(struct vcpu *v);
void arch_vcpu_destroy(struct vcpu *v);

/*
 * Sets the reset state (ARM ARM B1.9.1: SVC mode, A/I/F masked, MMU off), with
 * PC = entry (bit 0 selects Thumb state) and r0..r2 as given.
 */
void arch_vcpu_reset(struct vcpu *v, uint32_t entry, uint32_t r0, uint32_t r1, uint32_t r2);

/*
 * Drives the vCPU's virtual IRQ input (level).  Called by the emulated GIC on
 * every change; takes effect at once if the vCPU is on this CPU, else when it
 * is switched in.
 */
void arch_vcpu_irq(struct vcpu *v, bool level);

/*
 * To be called before anything but the guest's own CPU writes guest memory
 * [a, a + size): verified code frames in it become data again (invariant I3).
 */
void arch_guest_before_write(struct guest *g, gpa_t a, uint32_t size);

/* A named register of a vCPU that does not run now (`vcpu dumpreg`). */
struct arch_reg {
	const char *name;
	uint32_t value;
};
/* Fills out[0 .. max), returns how many there are. */
unsigned arch_vcpu_regs(struct vcpu *v, struct arch_reg *out, unsigned max);

/* What a vCPU that does not run now is about. */
struct arch_look {
	uint32_t pc;
	bool irq_masked;  /* CPSR.I */
	bool mmu;         /* SCTLR.M */
	uint32_t vectors; /* base of its exception vectors */
	uint64_t exits;   /* of its own doing: interrupts do not count */
	struct {
		uint64_t n;  /* that it took so far */
		uint32_t pc; /* of the last one */
	} data_abort, prefetch_abort, undef;
	uint32_t fault_address; /* of the last data abort */
};
void arch_vcpu_look(struct vcpu *v, struct arch_look *look);

/* Named counters (`vcpu stat`); same convention as arch_vcpu_regs. */
struct arch_stat {
	const char *name; /* e.g. "dabt.hidden", "smc.tlbimva" */
	uint64_t value;
};
unsigned arch_vcpu_stats(struct vcpu *v, struct arch_stat *out, unsigned max);

/* No guest keeps a CPU's interrupts waiting for longer than this, in ns (I7). */
#define ARCH_STAY_BOUND   50000u
#define ARCH_STAY_BUCKETS 33u

/* How long the vCPU's exits took, in ns. */
struct arch_stay {
	uint32_t longest;
	uint32_t pc;                        /* where the guest was at the end of that */
	const char *what;                   /* ... and why it had come */
	uint64_t bucket[ARCH_STAY_BUCKETS]; /* [n]: stays of 2^(n-1) to 2^n - 1 ns */
};
void arch_vcpu_stay(struct vcpu *v, struct arch_stay *out);

/* The last exits of a vCPU: why it came, and where it went on. */
#define ARCH_PAST 16u
struct arch_past {
	const char *what;
	uint32_t pc;
};
/* Fills in out[ARCH_PAST], the oldest first; returns how many there are. */
unsigned arch_vcpu_past(struct vcpu *v, struct arch_past *out);

/* Where the guest's own tables lead a read at `va`.  False: nowhere.  It does not run now. */
bool arch_vcpu_translate(struct vcpu *v, uint32_t va, gpa_t *a);

#endif
