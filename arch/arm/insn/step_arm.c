/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which ARM instructions run anywhere (ARM ARM A5.2..A5.7).  Loads and stores
 * that ldst.c knows are decided there; what has no row is UNDEFINED here: SDIV
 * and UDIV, VFMA, MRS/MSR (banked), ERET and HVC do not exist on a Cortex-A9.
 */
#include <stddef.h>

#include <espalier/util.h>

#include "step_row.h"

#define OOL STEP_OUT_OF_LINE
#define EMU STEP_EMULATE
#define EXC STEP_EXCEPTION
#define RET STEP_EXC_RETURN

static const struct step_row rows[] = {
	/* Data processing, register: A5.2.1. */
	/* cccc 0000 ooo1 nnnn 1111 iiii itt0 mmmm  ANDS..RSCS pc */
	{ 0x0f10f010, 0x0010f000, RET, NULL },
	/* cccc 0001 1o01 nnnn 1111 iiii itt0 mmmm  ORRS, BICS pc */
	{ 0x0fb0f010, 0x0190f000, RET, NULL },
	/* cccc 0001 1o11 (0000) 1111 iiii itt0 mmmm  MOVS, MVNS pc */
	{ 0x0fbff010, 0x01b0f000, RET, NULL },
	/* cccc 0000 oooS nnnn dddd iiii itt0 mmmm  AND EOR SUB RSB ADD ADC SBC RSC */
	{ 0x0f000010, 0x00000000, OOL, "PP.P" },
	/* cccc 0001 0oo1 nnnn (0000) iiii itt0 mmmm  TST TEQ CMP CMN */
	{ 0x0f90f010, 0x01100000, OOL, "P..P" },
	/* cccc 0001 1o0S nnnn dddd iiii itt0 mmmm  ORR BIC */
	{ 0x0fa00010, 0x01800000, OOL, "PP.P" },
	/* cccc 0001 1o1S (0000) dddd iiii itt0 mmmm  MOV and shifts, MVN */
	{ 0x0faf0010, 0x01a00000, OOL, ".P.P" },

	/* Data processing, register-shifted register: A5.2.2. */
	/* cccc 0000 oooS nnnn dddd ssss 0tt1 mmmm  AND EOR SUB RSB ADD ADC SBC RSC */
	{ 0x0f000090, 0x00000010, OOL, "XXXX" },
	/* cccc 0001 0oo1 nnnn (0000) ssss 0tt1 mmmm  TST TEQ CMP CMN */
	{ 0x0f90f090, 0x01100010, OOL, "X.XX" },
	/* cccc 0001 1o0S nnnn dddd ssss 0tt1 mmmm  ORR BIC */
	{ 0x0fa00090, 0x01800010, OOL, "XXXX" },
	/* cccc 0001 1o1S (0000) dddd ssss 0tt1 mmmm  shifts, MVN */
	{ 0x0faf0090, 0x01a00010, OOL, ".XXX" },

	/* Data processing, immediate: A5.2.3. */
	/* cccc 0010 ooo1 nnnn 1111 iiii iiii iiii  ANDS..RSCS pc */
	{ 0x0f10f000, 0x0210f000, RET, NULL },
	/* cccc 0011 1o01 nnnn 1111 iiii iiii iiii  ORRS, BICS pc */
	{ 0x0fb0f000, 0x0390f000, RET, NULL },
	/* cccc 0011 1o11 (0000) 1111 iiii iiii iiii  MOVS, MVNS pc */
	{ 0x0fbff000, 0x03b0f000, RET, NULL },
	/* cccc 0010 oooS nnnn dddd iiii iiii iiii  AND..RSC, ADR */
	{ 0x0f000000, 0x02000000, OOL, "PP.." },
	/* cccc 0011 0oo1 nnnn (0000) iiii iiii iiii  TST TEQ CMP CMN */
	{ 0x0f90f000, 0x03100000, OOL, "P..." },
	/* cccc 0011 1o0S nnnn dddd iiii iiii iiii  ORR BIC */
	{ 0x0fa00000, 0x03800000, OOL, "PP.." },
	/* cccc 0011 1o1S (0000) dddd iiii iiii iiii  MOV MVN */
	{ 0x0faf0000, 0x03a00000, OOL, ".P.." },
	/* cccc 0011 0H00 iiii dddd iiii iiii iiii  MOVW, MOVT */
	{ 0x0fb00000, 0x03000000, OOL, ".X.." },

	/* Multiplies: A5.2.5, A5.2.7. */
	/* cccc 0000 000S dddd (0000) mmmm 1001 nnnn  MUL */
	{ 0x0fe0f0f0, 0x00000090, OOL, "X.XX" },
	/* cccc 0000 001S dddd aaaa mmmm 1001 nnnn  MLA */
	{ 0x0fe000f0, 0x00200090, OOL, "XXXX" },
	/* cccc 0000 0100 hhhh llll mmmm 1001 nnnn  UMAAL */
	{ 0x0ff000f0, 0x00400090, OOL, "XXXX" },
	/* cccc 0000 0110 dddd aaaa mmmm 1001 nnnn  MLS */
	{ 0x0ff000f0, 0x00600090, OOL, "XXXX" },
	/* cccc 0000 1ooS hhhh llll mmmm 1001 nnnn  UMULL UMLAL SMULL SMLAL */
	{ 0x0f8000f0, 0x00800090, OOL, "XXXX" },
	/* cccc 0001 0000 dddd aaaa mmmm 1yx0 nnnn  SMLAxy */
	{ 0x0ff00090, 0x01000080, OOL, "XXXX" },
	/* cccc 0001 0010 dddd aaaa mmmm 1y00 nnnn  SMLAWy */
	{ 0x0ff000b0, 0x01200080, OOL, "XXXX" },
	/* cccc 0001 0010 dddd (0000) mmmm 1y10 nnnn  SMULWy */
	{ 0x0ff0f0b0, 0x012000a0, OOL, "X.XX" },
	/* cccc 0001 0100 hhhh llll mmmm 1yx0 nnnn  SMLALxy */
	{ 0x0ff00090, 0x01400080, OOL, "XXXX" },
	/* cccc 0001 0110 dddd (0000) mmmm 1yx0 nnnn  SMULxy */
	{ 0x0ff0f090, 0x01600080, OOL, "X.XX" },

	/* Exclusives: A5.2.10. */
	/* cccc 0001 1oo0 nnnn dddd (1111) 1001 tttt  STREX, D, B, H */
	{ 0x0f900ff0, 0x01800f90, OOL, "XX.X" },
	/* cccc 0001 1oo1 nnnn tttt (1111) 1001 (1111)  LDREX, D, B, H */
	{ 0x0f900fff, 0x01900f9f, OOL, "XX.." },

	/* Miscellaneous: A5.2.12. */
	/* cccc 0001 0R00 (1111) dddd (0000 0000 0000)  MRS */
	{ 0x0fbf0fff, 0x010f0000, OOL, ".X.." },
	/* cccc 0001 0R10 0000 (1111 0000) 0000 nnnn  MSR of nothing: UNPREDICTABLE */
	{ 0x0fbffff0, 0x0120f000, EXC, NULL },
	/* cccc 0001 0R10 mmmm (1111 0000) 0000 nnnn  MSR reg */
	{ 0x0fb0fff0, 0x0120f000, OOL, "...X" },
	/* cccc 0001 0010 (1111 1111 1111) 0001 mmmm  BX */
	{ 0x0ffffff0, 0x012fff10, EMU, NULL },
	/* cccc 0001 0010 (1111 1111 1111) 0010 mmmm  BXJ */
	{ 0x0ffffff0, 0x012fff20, EMU, "...X" },
	/* cccc 0001 0010 (1111 1111 1111) 0011 mmmm  BLX */
	{ 0x0ffffff0, 0x012fff30, EMU, "...X" },
	/* cccc 0001 0110 (1111) dddd (1111) 0001 mmmm  CLZ */
	{ 0x0fff0ff0, 0x016f0f10, OOL, ".X.X" },
	/* cccc 0001 0oo0 nnnn dddd (0000) 0101 mmmm  QADD QSUB QDADD QDSUB */
	{ 0x0f900ff0, 0x01000050, OOL, "XX.X" },

	/* MSR (immediate) and hints: A5.2.11. */
	/* cccc 0011 0010 0000 (1111 0000) 0000 0011  WFI */
	{ 0x0fffffff, 0x0320f003, STEP_WAIT, NULL },
	/* cccc 0011 0010 0000 (1111 0000) oooo oooo  NOP YIELD WFE SEV DBG */
	{ 0x0fffff00, 0x0320f000, OOL, NULL },
	/* cccc 0011 0110 0000 (1111) iiii iiii iiii  MSR of nothing: UNPREDICTABLE */
	{ 0x0ffff000, 0x0360f000, EXC, NULL },
	/* cccc 0011 0010 0000 (1111) iiii iiii iiii  what is left of the hints */
	{ 0x0ffff000, 0x0320f000, EXC, NULL },
	/* cccc 0011 0R10 mmmm (1111) iiii iiii iiii  MSR imm */
	{ 0x0fb0f000, 0x0320f000, OOL, NULL },

	/* Media: A5.4. */
	/* cccc 0110 0U1o nnnn dddd (1111) 0oo1 mmmm  parallel add, subtract */
	{ 0x0fa00f90, 0x06200f10, OOL, "XX.X" },
	/* cccc 0110 0U01 nnnn dddd (1111) 0oo1 mmmm */
	{ 0x0fb00f90, 0x06100f10, OOL, "XX.X" },
	/* cccc 0110 0U1o nnnn dddd (1111) 1001 mmmm  the same, add of bytes */
	{ 0x0fa00ff0, 0x06200f90, OOL, "XX.X" },
	/* cccc 0110 0U01 nnnn dddd (1111) 1001 mmmm */
	{ 0x0fb00ff0, 0x06100f90, OOL, "XX.X" },
	/* cccc 0110 0U1o nnnn dddd (1111) 1111 mmmm  the same, subtract of bytes */
	{ 0x0fa00ff0, 0x06200ff0, OOL, "XX.X" },
	/* cccc 0110 0U01 nnnn dddd (1111) 1111 mmmm */
	{ 0x0fb00ff0, 0x06100ff0, OOL, "XX.X" },
	/* cccc 0110 1000 nnnn dddd iiii it01 mmmm  PKHBT, PKHTB */
	{ 0x0ff00030, 0x06800010, OOL, "XX.X" },
	/* cccc 0110 1U1i iiii dddd iiii is01 nnnn  SSAT, USAT */
	{ 0x0fa00030, 0x06a00010, OOL, ".X.X" },
	/* cccc 0110 1U10 iiii dddd (1111) 0011 nnnn  SSAT16, USAT16 */
	{ 0x0fb00ff0, 0x06a00f30, OOL, ".X.X" },
	/* cccc 0110 1U00 nnnn dddd rr(00) 0111 mmmm  SXTAB16, UXTAB16; n = 15 no add */
	{ 0x0fb003f0, 0x06800070, OOL, ".X.X" },
	/* cccc 0110 1U1o nnnn dddd rr(00) 0111 mmmm  SXTAB SXTAH UXTAB UXTAH */
	{ 0x0fa003f0, 0x06a00070, OOL, ".X.X" },
	/* cccc 0110 1000 nnnn dddd (1111) 1011 mmmm  SEL */
	{ 0x0ff00ff0, 0x06800fb0, OOL, "XX.X" },
	/* cccc 0110 1o11 (1111) dddd (1111) 0011 mmmm  REV, RBIT */
	{ 0x0fbf0ff0, 0x06bf0f30, OOL, ".X.X" },
	/* cccc 0110 1o11 (1111) dddd (1111) 1011 mmmm  REV16, REVSH */
	{ 0x0fbf0ff0, 0x06bf0fb0, OOL, ".X.X" },
	/* cccc 0111 0000 dddd aaaa mmmm 0oo1 nnnn  SMLAD SMLSD SMUAD SMUSD */
	{ 0x0ff00090, 0x07000010, OOL, "X.XX" },
	/* cccc 0111 0100 hhhh llll mmmm 0oo1 nnnn  SMLALD SMLSLD */
	{ 0x0ff00090, 0x07400010, OOL, "XXXX" },
	/* cccc 0111 0101 dddd aaaa mmmm 00r1 nnnn  SMMLA SMMUL */
	{ 0x0ff000d0, 0x07500010, OOL, "X.XX" },
	/* cccc 0111 0101 dddd aaaa mmmm 11r1 nnnn  SMMLS */
	{ 0x0ff000d0, 0x075000d0, OOL, "XXXX" },
	/* cccc 0111 1000 dddd aaaa mmmm 0001 nnnn  USADA8 USAD8 */
	{ 0x0ff000f0, 0x07800010, OOL, "X.XX" },
	/* cccc 0111 1U1w wwww dddd llll l101 nnnn  SBFX UBFX */
	{ 0x0fa00070, 0x07a00050, OOL, ".X.X" },
	/* cccc 0111 110m mmmm dddd llll l001 nnnn  BFI, n = 15 BFC */
	{ 0x0fe00070, 0x07c00010, OOL, ".X.." },

	/* The user bank: A5.5.  STM with PC must store the right one. */
	/* cccc 100P U10L nnnn 0000 0000 0000 0000  an empty list: UNPREDICTABLE */
	{ 0x0e70ffff, 0x08400000, EXC, NULL },
	{ 0x0e70ffff, 0x08500000, EXC, NULL },
	/* cccc 100P U1W1 nnnn 1lll llll llll llll  LDM (exception return) */
	{ 0x0e508000, 0x08508000, RET, "X..." },
	/* cccc 100P U101 nnnn 0lll llll llll llll  LDM (user registers) */
	{ 0x0e708000, 0x08500000, OOL, "X..." },
	/* cccc 100P U100 nnnn 1lll llll llll llll  STM (user registers) with PC */
	{ 0x0e708000, 0x08408000, EMU, "X..." },
	/* cccc 100P U100 nnnn 0lll llll llll llll  STM (user registers) */
	{ 0x0e708000, 0x08400000, OOL, "X..." },

	/* cccc 101L iiii iiii iiii iiii iiii iiii  B, BL */
	{ 0x0e000000, 0x0a000000, EMU, NULL },

	/* cccc 1100 000. .... .... 111. .... ....  UNDEFINED: A5.6 */
	{ 0x0fe00e00, 0x0c000e00, EXC, NULL },
	/* cccc 110. .... .... .... 111. .... ....  LDC STC MCRR MRRC p14, p15 */
	{ 0x0e000e00, 0x0c000e00, STEP_CP15, NULL },
	/* cccc 1110 .... .... .... 111. .... ....  CDP MCR MRC p14, p15 */
	{ 0x0f000e00, 0x0e000e00, STEP_CP15, NULL },
};

static const struct step_row uncond[] = {
	/* 1111 0001 0000 imM0 (0000 000)a ifmm mmmm  CPS */
	{ 0xfff1fe20, 0xf1000000, OOL, NULL },
	/* 1111 0001 0000 (0001 0000 00)E(0) (0000 0000)  SETEND */
	{ 0xfffffdff, 0xf1010000, OOL, NULL },

	/* Preload hints: A5.7.1.  Rn = 15 is the literal form. */
	/* 1111 0100 U101 nnnn (1111) iiii iiii iiii  PLI */
	{ 0xff70f000, 0xf450f000, OOL, "P..." },
	/* 1111 0101 U001 nnnn (1111) iiii iiii iiii  PLDW */
	{ 0xff70f000, 0xf510f000, OOL, "X..." },
	/* 1111 0101 U101 nnnn (1111) iiii iiii iiii  PLD */
	{ 0xff70f000, 0xf550f000, OOL, "P..." },
	/* 1111 0110 U101 nnnn (1111) iiii itt0 mmmm  PLI reg */
	{ 0xff70f010, 0xf650f000, OOL, "P..X" },
	/* 1111 0111 U001 nnnn (1111) iiii itt0 mmmm  PLDW reg */
	{ 0xff70f010, 0xf710f000, OOL, "X..X" },
	/* 1111 0111 U101 nnnn (1111) iiii itt0 mmmm  PLD reg */
	{ 0xff70f010, 0xf750f000, OOL, "P..X" },

	/* 1111 0101 0111 (1111 1111 0000) 0001 (1111)  CLREX */
	{ 0xffffffff, 0xf57ff01f, OOL, NULL },
	/* 1111 0101 0111 (1111 1111 0000) 010o oooo  DSB, DMB */
	{ 0xffffffe0, 0xf57ff040, OOL, NULL },
	/* 1111 0101 0111 (1111 1111 0000) 0110 oooo  ISB */
	{ 0xfffffff0, 0xf57ff060, OOL, NULL },

	/* 1111 100P U1W0 (1101 0000 0101 000)m mmmm  SRS: LR and SPSR, no PC */
	{ 0xfe5fffe0, 0xf84d0500, OOL, NULL },
	/* 1111 100P U0W1 nnnn (0000 1010 0000 0000)  RFE */
	{ 0xfe50ffff, 0xf8100a00, RET, "X..." },
	/* 1111 101H iiii iiii iiii iiii iiii iiii  BLX */
	{ 0xfe000000, 0xfa000000, EMU, NULL },
};

const struct step_table step_arm = { rows, ARRAY_SIZE(rows) };
const struct step_table step_arm_uncond = { uncond, ARRAY_SIZE(uncond) };
