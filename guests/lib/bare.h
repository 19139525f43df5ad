/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every bare-metal guest of ours starts from: console, report, exceptions.
 * A guest runs on QEMU's vexpress-a9 natively and under Espalier; its output
 * must be the same in both, so it reports what an ordinary kernel may rely on
 * and nothing that depends on time.
 */
#ifndef BARE_H
#define BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memory of a guest: 16 MiB; the program lies below the scratch area. */
#define RAM_BASE 0x60000000u
#define RAM_SIZE 0x01000000u
#define SCRATCH  0x60400000u /* 8 MiB that belong to the test */

#define MIB           0x100000u
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline uint32_t rd32(uint32_t a) { return *(volatile uint32_t *)a; }
static inline void wr32(uint32_t a, uint32_t v) { *(volatile uint32_t *)a = v; }
static inline void wr16(uint32_t a, uint16_t v) { *(volatile uint16_t *)a = v; }
static inline uint32_t addr_of(const volatile void *p) { return (uint32_t)p; }
/* The address of code without its Thumb bit. */
static inline uint32_t code_addr(const void *p) { return (uint32_t)p & ~1u; }

/* --- uart.c ------------------------------------------------------------- */

#define UART0 0x10009000u

void uart_init(void);
void uart_putc(char c);
void uart_drain(void); /* until the last bit is out */
int uart_getc(void);   /* waits */

/* --- print.c: %s %c %d %u %x (32 bits, any type) with width and zeros, %% -- */

void print(const char *fmt, ...);

/* --- report.c ------------------------------------------------------------- */

/* One line: "ok <what>" or "FAIL <what>". */
bool check(bool good, const char *what);
/* As check(got == want), and a failure shows both. */
bool check_eq(const char *what, uint32_t got, uint32_t want);
/* Prints "DONE <n> ok, <m> failed" and powers the machine off. */
void done(void) __attribute__((noreturn));
/* The program proper; a return from it is done(). */
void guest_main(void);

/* --- exception.c, vectors.S, try.S ---------------------------------------- */

enum exc { EXC_NONE, EXC_UNDEF, EXC_SVC, EXC_PABT, EXC_DABT, EXC_IRQ, EXC_FIQ, EXC_MAX };

/* Saved on the stack of the exception's mode; pc and spsr go back on return. */
struct frame {
	uint32_t spsr;
	uint32_t r[13];
	uint32_t lr; /* as the exception set it */
	uint32_t pc; /* UNDEF, aborts: the instruction; SVC, IRQ: the one to go on with */
};

typedef void (*exc_fn)(struct frame *f);

/* Sets a handler, NULL for none; returns the former one. */
exc_fn exc_set(enum exc kind, exc_fn fn);
const char *exc_name(enum exc kind);

/* What ended a try_call(). */
struct caught {
	enum exc kind; /* EXC_NONE: it returned */
	uint32_t pc, lr, spsr;
	uint32_t fsr, far; /* of aborts; else 0 */
	uint32_t r[13];
};

typedef uint32_t (*try_fn)(uint32_t a, uint32_t b);
/*
 * fn(a, b) until it returns or takes an UNDEF, SVC or abort for which no
 * handler is set; works in any privileged mode, also inside handlers.
 */
uint32_t try_call(struct caught *c, try_fn fn, uint32_t a, uint32_t b);
uint32_t try_read(struct caught *c, uint32_t addr);
void try_write(struct caught *c, uint32_t addr, uint32_t v);
/* The same by LDRT and STRT: with the permissions of PL0. */
uint32_t try_read_user(struct caught *c, uint32_t addr);
void try_write_user(struct caught *c, uint32_t addr, uint32_t v);
/* Branches to addr (bit 0: Thumb) with r0 = a; returns r0. */
uint32_t try_jump(struct caught *c, uint32_t addr, uint32_t a);

/* d0-d31 from and to 256 bytes (vfp.S); VFP has to be on. */
void vfp_load(const void *d);
void vfp_store(void *d);

/* For a handler: ends the innermost try_call() as if it were not set. */
void exc_catch(struct frame *f, enum exc kind);

/* One check: kind, masked FSR and FAR as expected (aborts only). */
bool check_fault(const char *what, const struct caught *c, enum exc kind, uint32_t fsr,
		 uint32_t far);
bool check_no_fault(const char *what, const struct caught *c);

extern const uint32_t vectors[]; /* 8 words, for copies elsewhere */

/* --- code.c ---------------------------------------------------------------- */

/* Makes stores to [a, a + n) visible to instruction fetch. */
void sync_code(const volatile void *a, uint32_t n);
void *copy(void *to, const void *from, uint32_t n);
/* Stores the ARM function "return n" at a (8 bytes) and syncs it. */
void put_return(uint32_t a, uint8_t n);
/*
 * Fills a page from offset `from` (at most 0x800) on with words that cannot be told from
 * data, two of which would have to change before it may be executed: a VMM has to step it.
 */
void put_data(uint32_t page, uint32_t from);

#endif
