/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call chains by the unwind tables (ARM IHI 0038, .ARM.exidx), since Thumb code
 * keeps no frame pointers.  libgcc interprets the tables.
 */
#include <stdbool.h>

#include <unwind.h>

#include <arch/frame.h>
#include <espalier/arch.h>
#include <espalier/log.h>

#define BACKTRACE_MAX 24

/* espalier.ld */
extern uint8_t image_start[], text_end[];

/* libgcc's phase2_vrs (unwind-arm-common.inc): where unwinding starts. */
struct unwind_regs {
	uint32_t demand_save_flags;
	uint32_t r[16];
};
_Unwind_Reason_Code __gnu_Unwind_Backtrace(_Unwind_Trace_Fn fn, void *arg,
					   struct unwind_regs *regs);

struct trace {
	const struct arch_frame *from;
	unsigned n;
};

static bool in_text(uint32_t pc)
{
	return pc >= ptr_hpa(image_start).v && pc < ptr_hpa(text_end).v;
}

static _Unwind_Reason_Code print_frame(struct _Unwind_Context *ctx, void *arg)
{
	struct trace *t = arg;
	bool start = t->n == 0 && t->from && in_text(t->from->pc);
	uint32_t pc = start ? t->from->pc : _Unwind_GetIP(ctx);

	if (!in_text(pc) || t->n++ >= BACKTRACE_MAX)
		return _URC_END_OF_STACK;
	panic_printf(" %08lx", (unsigned long)pc);
	/* PC was passed in LR (below): give LR back before this frame is unwound. */
	if (start)
		_Unwind_SetGR(ctx, 14, t->from->lr);
	return _URC_NO_REASON;
}

/*
 * libgcc starts at LR, and looks 2 bytes before it as for any return address.  A
 * jump to nowhere has no tables: then the chain starts at the caller.
 */
static void from_frame(struct trace *t)
{
	struct unwind_regs regs = { 0 };

	for (unsigned i = 0; i < 13; i++)
		regs.r[i] = t->from->r[i];
	regs.r[13] = t->from->sp;
	regs.r[14] = in_text(t->from->pc) ? t->from->pc + 2 : t->from->lr;
	__gnu_Unwind_Backtrace(print_frame, t, &regs);
}

void arch_backtrace(const struct arch_frame *f)
{
	struct trace t = { f, 0 };

	panic_printf("backtrace:");
	if (f)
		from_frame(&t);
	else
		_Unwind_Backtrace(print_frame, &t);
	panic_printf("\n(names: arm-none-eabi-addr2line -fpie espalier.elf ADDRESS...)\n");
}
