/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Call chains by the unwind tables (ARM IHI 0038, .ARM.exidx), since Thumb code
 * keeps no frame pointers.  libgcc interprets the tables.
 */
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

static _Unwind_Reason_Code print_frame(struct _Unwind_Context *ctx, void *arg)
{
	uint32_t pc = _Unwind_GetIP(ctx);
	unsigned *n = arg;

	if (pc < ptr_hpa(image_start).v || pc >= ptr_hpa(text_end).v || (*n)++ >= BACKTRACE_MAX)
		return _URC_END_OF_STACK;
	panic_printf(" %08lx", (unsigned long)(pc & ~1u));
	return _URC_NO_REASON;
}

void arch_backtrace(const struct arch_frame *f)
{
	struct unwind_regs regs = { 0 };
	unsigned n = 0;

	panic_printf("backtrace:");
	if (f) {
		for (unsigned i = 0; i < 13; i++)
			regs.r[i] = f->r[i];
		regs.r[13] = f->sp;
		regs.r[14] = f->lr;
		/* A jump to nowhere has no tables: start at the caller. */
		regs.r[15] = f->pc;
		if (f->pc < ptr_hpa(image_start).v || f->pc >= ptr_hpa(text_end).v)
			regs.r[15] = f->lr & ~1u;
		__gnu_Unwind_Backtrace(print_frame, &n, &regs);
	} else {
		_Unwind_Backtrace(print_frame, &n);
	}
	panic_printf("\n");
}
