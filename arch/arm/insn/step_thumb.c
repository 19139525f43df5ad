/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which Thumb instructions run anywhere (ARM ARM A6.2, A6.3).  As in step_arm.c
 * loads and stores are decided in ldst.c, and what has no row is UNDEFINED.
 * ITSTATE goes with the CPSR, so a copy behaves in an IT block as the original.
 */
#include <stddef.h>

#include <espalier/util.h>

#include "step_row.h"

#define OOL STEP_OUT_OF_LINE
#define EMU STEP_EMULATE
#define EXC STEP_EXCEPTION
#define RET STEP_EXC_RETURN

static const struct step_row rows16[] = {
	/* 00.. .... .... ....  shifts, ADD SUB MOV CMP with low registers */
	{ 0xc000, 0x0000, OOL, NULL },
	/* 0100 00oo oomm mddd  data processing with low registers */
	{ 0xfc00, 0x4000, OOL, NULL },
	/* 0100 0100 1111 1111  ADD pc, pc: UNPREDICTABLE */
	{ 0xffff, 0x44ff, EXC, NULL },
	/* 0100 0100 D111 1ddd  ADD Rd, pc */
	{ 0xff78, 0x4478, EMU, NULL },
	/* 0100 0100 1mmm m111  ADD pc, Rm */
	{ 0xff87, 0x4487, EMU, NULL },
	/* 0100 0100 Dmmm mddd  ADD */
	{ 0xff00, 0x4400, OOL, NULL },
	/* 0100 0101 00mm mnnn  CMP with low registers: UNPREDICTABLE */
	{ 0xffc0, 0x4500, EXC, NULL },
	/* 0100 0101 N111 1nnn  CMP Rn, pc: UNPREDICTABLE */
	{ 0xff78, 0x4578, EXC, NULL },
	/* 0100 0101 1mmm m111  CMP pc, Rm: UNPREDICTABLE */
	{ 0xff87, 0x4587, EXC, NULL },
	/* 0100 0101 Nmmm mnnn  CMP */
	{ 0xff00, 0x4500, OOL, NULL },
	/* 0100 0110 D111 1ddd  MOV Rd, pc */
	{ 0xff78, 0x4678, EMU, NULL },
	/* 0100 0110 1mmm m111  MOV pc, Rm */
	{ 0xff87, 0x4687, EMU, NULL },
	/* 0100 0110 Dmmm mddd  MOV */
	{ 0xff00, 0x4600, OOL, NULL },
	/* 0100 0111 1111 1(000)  BLX pc: UNPREDICTABLE */
	{ 0xffff, 0x47f8, EXC, NULL },
	/* 0100 0111 Lmmm m(000)  BX, BLX */
	{ 0xff07, 0x4700, EMU, NULL },
	/* 1010 0ddd iiii iiii  ADR */
	{ 0xf800, 0xa000, EMU, NULL },
	/* 1010 1ddd iiii iiii  ADD Rd, sp */
	{ 0xf800, 0xa800, OOL, NULL },
	/* 1011 0000 siii iiii  ADD, SUB sp */
	{ 0xff00, 0xb000, OOL, NULL },
	/* 1011 o0i1 iiii innn  CBZ, CBNZ */
	{ 0xf500, 0xb100, EMU, NULL },
	/* 1011 0010 oomm mddd  SXTH SXTB UXTH UXTB */
	{ 0xff00, 0xb200, OOL, NULL },
	/* 1011 0110 0101 E(000)  SETEND; the bit before E is (1) */
	{ 0xfff7, 0xb650, OOL, NULL },
	/* 1011 0110 011m (0)aif  CPS */
	{ 0xffe8, 0xb660, OOL, NULL },
	/* 1011 1010 00mm mddd  REV */
	{ 0xffc0, 0xba00, OOL, NULL },
	/* 1011 1010 01mm mddd  REV16 */
	{ 0xffc0, 0xba40, OOL, NULL },
	/* 1011 1010 11mm mddd  REVSH */
	{ 0xffc0, 0xbac0, OOL, NULL },
	/* 1011 1111 0011 0000  WFI */
	{ 0xffff, 0xbf30, STEP_WAIT, NULL },
	/* 1011 1111 1111 0000  a hint, no IT */
	{ 0xffff, 0xbff0, OOL, NULL },
	/* 1011 1111 oooo 0000  NOP YIELD WFE SEV */
	{ 0xff0f, 0xbf00, OOL, NULL },
	/* 1011 1111 1111 mmmm  IT of a condition that is none: UNPREDICTABLE */
	{ 0xfff0, 0xbff0, EXC, NULL },
	/* 1011 1111 cccc mmmm  IT */
	{ 0xff00, 0xbf00, EMU, NULL },
	/* 1101 111o iiii iiii  UDF, SVC */
	{ 0xfe00, 0xde00, EXC, NULL },
	/* 1101 cccc iiii iiii  B<c> */
	{ 0xf000, 0xd000, EMU, NULL },
	/* 1110 0iii iiii iiii  B */
	{ 0xf800, 0xe000, EMU, NULL },
};

static const struct step_row rows32[] = {
	/* SRS, RFE: A6.3.5. */
	/* 1110 1000 00W0 (1101 1100 0000 000)m mmmm  SRSDB */
	{ 0xffdfffe0, 0xe80dc000, OOL, NULL },
	/* 1110 1001 10W0 (1101 1100 0000 000)m mmmm  SRSIA */
	{ 0xffdfffe0, 0xe98dc000, OOL, NULL },
	/* 1110 1000 00W1 nnnn (1100 0000 0000 0000)  RFEDB */
	{ 0xffd0ffff, 0xe810c000, RET, "X..." },
	/* 1110 1001 10W1 nnnn (1100 0000 0000 0000)  RFEIA */
	{ 0xffd0ffff, 0xe990c000, RET, "X..." },

	/* Exclusives and table branches: A6.3.6. */
	/* 1110 1000 0100 nnnn tttt dddd iiii iiii  STREX */
	{ 0xfff00000, 0xe8400000, OOL, "XXX." },
	/* 1110 1000 0101 nnnn tttt (1111) iiii iiii  LDREX */
	{ 0xfff00f00, 0xe8500f00, OOL, "XX.." },
	/* 1110 1000 1100 nnnn tttt (1111) 010H dddd  STREXB, STREXH */
	{ 0xfff00fe0, 0xe8c00f40, OOL, "XX.X" },
	/* 1110 1000 1100 nnnn tttt 2222 0111 dddd  STREXD */
	{ 0xfff000f0, 0xe8c00070, OOL, "XXXX" },
	/* 1110 1000 1101 nnnn tttt (1111) 010H (1111)  LDREXB, LDREXH */
	{ 0xfff00fef, 0xe8d00f4f, OOL, "XX.." },
	/* 1110 1000 1101 nnnn tttt 2222 0111 (1111)  LDREXD */
	{ 0xfff000ff, 0xe8d0007f, OOL, "XXX." },
	/* 1110 1000 1101 nnnn (1111 0000) 000H mmmm  TBB, TBH */
	{ 0xfff0ffe0, 0xe8d0f000, EMU, "...X" },

	/* Data processing, shifted register: A6.3.11.  Rn = 15 in ORR and ORN is
	 * MOV and MVN; Rd = 15 with S set is a test. */
	/* 1110 1010 0001 nnnn (0)iii 1111 iitt mmmm  TST */
	{ 0xfff08f00, 0xea100f00, OOL, "X..X" },
	/* 1110 1010 1001 nnnn (0)iii 1111 iitt mmmm  TEQ */
	{ 0xfff08f00, 0xea900f00, OOL, "X..X" },
	/* 1110 1011 0001 nnnn (0)iii 1111 iitt mmmm  CMN */
	{ 0xfff08f00, 0xeb100f00, OOL, "X..X" },
	/* 1110 1011 1011 nnnn (0)iii 1111 iitt mmmm  CMP */
	{ 0xfff08f00, 0xebb00f00, OOL, "X..X" },
	/* 1110 1010 000S nnnn (0)iii dddd iitt mmmm  AND */
	{ 0xffe08000, 0xea000000, OOL, "X.XX" },
	/* 1110 1010 001S nnnn (0)iii dddd iitt mmmm  BIC */
	{ 0xffe08000, 0xea200000, OOL, "X.XX" },
	/* 1110 1010 01nS nnnn (0)iii dddd iitt mmmm  ORR MOV, ORN MVN */
	{ 0xffc08000, 0xea400000, OOL, "..XX" },
	/* 1110 1010 100S nnnn (0)iii dddd iitt mmmm  EOR */
	{ 0xffe08000, 0xea800000, OOL, "X.XX" },
	/* 1110 1010 1100 nnnn (0)iii dddd iit0 mmmm  PKH */
	{ 0xfff08010, 0xeac00000, OOL, "X.XX" },
	/* 1110 1011 000S nnnn (0)iii dddd iitt mmmm  ADD */
	{ 0xffe08000, 0xeb000000, OOL, "X.XX" },
	/* 1110 1011 010S nnnn (0)iii dddd iitt mmmm  ADC */
	{ 0xffe08000, 0xeb400000, OOL, "X.XX" },
	/* 1110 1011 011S nnnn (0)iii dddd iitt mmmm  SBC */
	{ 0xffe08000, 0xeb600000, OOL, "X.XX" },
	/* 1110 1011 101S nnnn (0)iii dddd iitt mmmm  SUB */
	{ 0xffe08000, 0xeba00000, OOL, "X.XX" },
	/* 1110 1011 110S nnnn (0)iii dddd iitt mmmm  RSB */
	{ 0xffe08000, 0xebc00000, OOL, "X.XX" },

	/* Data processing, modified immediate: A6.3.1. */
	/* 1111 0i00 0001 nnnn 0iii 1111 iiii iiii  TST */
	{ 0xfbf08f00, 0xf0100f00, OOL, "X..." },
	/* 1111 0i00 1001 nnnn 0iii 1111 iiii iiii  TEQ */
	{ 0xfbf08f00, 0xf0900f00, OOL, "X..." },
	/* 1111 0i01 0001 nnnn 0iii 1111 iiii iiii  CMN */
	{ 0xfbf08f00, 0xf1100f00, OOL, "X..." },
	/* 1111 0i01 1011 nnnn 0iii 1111 iiii iiii  CMP */
	{ 0xfbf08f00, 0xf1b00f00, OOL, "X..." },
	/* 1111 0i00 000S nnnn 0iii dddd iiii iiii  AND */
	{ 0xfbe08000, 0xf0000000, OOL, "X.X." },
	/* 1111 0i00 001S nnnn 0iii dddd iiii iiii  BIC */
	{ 0xfbe08000, 0xf0200000, OOL, "X.X." },
	/* 1111 0i00 01nS nnnn 0iii dddd iiii iiii  ORR MOV, ORN MVN */
	{ 0xfbc08000, 0xf0400000, OOL, "..X." },
	/* 1111 0i00 100S nnnn 0iii dddd iiii iiii  EOR */
	{ 0xfbe08000, 0xf0800000, OOL, "X.X." },
	/* 1111 0i01 000S nnnn 0iii dddd iiii iiii  ADD */
	{ 0xfbe08000, 0xf1000000, OOL, "X.X." },
	/* 1111 0i01 010S nnnn 0iii dddd iiii iiii  ADC */
	{ 0xfbe08000, 0xf1400000, OOL, "X.X." },
	/* 1111 0i01 011S nnnn 0iii dddd iiii iiii  SBC */
	{ 0xfbe08000, 0xf1600000, OOL, "X.X." },
	/* 1111 0i01 101S nnnn 0iii dddd iiii iiii  SUB */
	{ 0xfbe08000, 0xf1a00000, OOL, "X.X." },
	/* 1111 0i01 110S nnnn 0iii dddd iiii iiii  RSB */
	{ 0xfbe08000, 0xf1c00000, OOL, "X.X." },

	/* Data processing, plain immediate: A6.3.3. */
	/* 1111 0i10 0000 nnnn 0iii dddd iiii iiii  ADDW, ADR */
	{ 0xfbf08000, 0xf2000000, OOL, "P.X." },
	/* 1111 0i10 0100 iiii 0iii dddd iiii iiii  MOVW */
	{ 0xfbf08000, 0xf2400000, OOL, "..X." },
	/* 1111 0i10 1010 nnnn 0iii dddd iiii iiii  SUBW, ADR */
	{ 0xfbf08000, 0xf2a00000, OOL, "P.X." },
	/* 1111 0i10 1100 iiii 0iii dddd iiii iiii  MOVT */
	{ 0xfbf08000, 0xf2c00000, OOL, "..X." },
	/* 1111 0(0)11 U010 nnnn 0000 dddd 00(0)i iiii  SSAT16, USAT16; ASR #0 else */
	{ 0xff70f0f0, 0xf3200000, OOL, "X.X." },
	/* 1111 0(0)11 U010 nnnn 0000 dddd 00(0). ....  what is left of those */
	{ 0xff70f0e0, 0xf3200000, EXC, NULL },
	/* 1111 0(0)11 U0s0 nnnn 0iii dddd ii(0)s ssss  SSAT, USAT */
	{ 0xff508020, 0xf3000000, OOL, "X.X." },
	/* 1111 0(0)11 U100 nnnn 0iii dddd ii(0)w wwww  SBFX, UBFX */
	{ 0xff708020, 0xf3400000, OOL, "X.X." },
	/* 1111 0(0)11 0110 nnnn 0iii dddd ii(0)m mmmm  BFI, n = 15 BFC */
	{ 0xfff08020, 0xf3600000, OOL, "..X." },

	/* Branches and miscellaneous control: A6.3.4. */
	/* 1111 0011 100R nnnn 10(0)0 0000 (0000 0000)  MSR of nothing: UNPREDICTABLE */
	{ 0xffe0ffff, 0xf3808000, EXC, NULL },
	/* 1111 0011 100R nnnn 10(0)0 mmmm (0000 0000)  MSR */
	{ 0xffe0f0ff, 0xf3808000, OOL, "X..." },
	/* 1111 0011 1010 (1111) 10(0)0 (0)000 0000 0011  WFI */
	{ 0xffffffff, 0xf3af8003, STEP_WAIT, NULL },
	/* 1111 0011 1010 (1111) 10(0)0 (0)iiM aifm mmmm  CPS, NOP YIELD WFE SEV DBG */
	{ 0xfffff800, 0xf3af8000, OOL, NULL },
	/* 1111 0011 1011 (1111) 10(0)0 (1111) 0010 (1111)  CLREX */
	{ 0xffffffff, 0xf3bf8f2f, OOL, NULL },
	/* 1111 0011 1011 (1111) 10(0)0 (1111) 010o oooo  DSB, DMB */
	{ 0xffffffe0, 0xf3bf8f40, OOL, NULL },
	/* 1111 0011 1011 (1111) 10(0)0 (1111) 0110 oooo  ISB */
	{ 0xfffffff0, 0xf3bf8f60, OOL, NULL },
	/* 1111 0011 1100 mmmm 10(0)0 (1111 0000 0000)  BXJ */
	{ 0xfff0ffff, 0xf3c08f00, EMU, "X..." },
	/* 1111 0011 1101 (1110) 10(0)0 (1111) iiii iiii  SUBS pc, lr */
	{ 0xffffff00, 0xf3de8f00, RET, NULL },
	/* 1111 0011 111R (1111) 10(0)0 dddd (0000 0000)  MRS */
	{ 0xffeff0ff, 0xf3ef8000, OOL, "..X." },
	/* 1111 0.11 1... .... 10.0 .... .... ....  SMC, HVC, UDF and the rest */
	{ 0xfb80d000, 0xf3808000, EXC, NULL },
	/* 1111 0Scc ccii iiii 10J0 Jiii iiii iiii  B<c> */
	{ 0xf800d000, 0xf0008000, EMU, NULL },
	/* 1111 0Sii iiii iiii 10J1 Jiii iiii iiii  B */
	{ 0xf800d000, 0xf0009000, EMU, NULL },
	/* 1111 0Sii iiii iiii 11J1 Jiii iiii iiii  BL */
	{ 0xf800d000, 0xf000d000, EMU, NULL },
	/* 1111 0Sii iiii iiii 11J0 Jiii iiii iii0  BLX */
	{ 0xf800d001, 0xf000c000, EMU, NULL },

	/*
	 * Hints among the loads of bytes and halfwords: A6.3.8, A6.3.9.  Their Rt is 15, and
	 * some may be loads to the PC on another core: they do nothing, and are never copied.
	 */
	/* 1111 1000 U0W1 1111 1111 iiii iiii iiii  PLD (literal) */
	{ 0xff5ff000, 0xf81ff000, EMU, NULL },
	/* 1111 1001 U0h1 1111 1111 iiii iiii iiii  PLI (literal), NOP */
	{ 0xff5ff000, 0xf91ff000, EMU, NULL },
	/* 1111 100S 10W1 nnnn 1111 iiii iiii iiii  PLD PLDW PLI, NOP */
	{ 0xfed0f000, 0xf890f000, EMU, NULL },
	/* 1111 100S 00W1 nnnn 1111 1100 iiii iiii  PLD PLDW PLI, NOP */
	{ 0xfed0ff00, 0xf810fc00, EMU, NULL },
	/* 1111 100S 00W1 nnnn 1111 0000 00ii mmmm  PLD PLDW PLI, NOP */
	{ 0xfed0ffc0, 0xf810f000, EMU, NULL },

	/* Data processing, register: A6.3.12..A6.3.15.  Rn = 15 is the plain SXTH. */
	/* 1111 1010 0ttS nnnn 1111 dddd 0000 mmmm  LSL LSR ASR ROR */
	{ 0xff80f0f0, 0xfa00f000, OOL, "X.XX" },
	/* 1111 1010 00oU nnnn 1111 dddd 1(0)rr mmmm  SXTAH UXTAH SXTAB16 UXTAB16 */
	{ 0xffc0f0c0, 0xfa00f080, OOL, "..XX" },
	/* 1111 1010 010U nnnn 1111 dddd 1(0)rr mmmm  SXTAB UXTAB */
	{ 0xffe0f0c0, 0xfa40f080, OOL, "..XX" },
	/* 1111 1010 1s00 nnnn 1111 dddd 0U00 mmmm  parallel add, subtract of bytes */
	{ 0xffb0f0b0, 0xfa80f000, OOL, "X.XX" },
	/* 1111 1010 1s01 nnnn 1111 dddd 0U00 mmmm  ... of halfwords */
	{ 0xffb0f0b0, 0xfa90f000, OOL, "X.XX" },
	/* 1111 1010 1s10 nnnn 1111 dddd 0U00 mmmm  ... exchanged */
	{ 0xffb0f0b0, 0xfaa0f000, OOL, "X.XX" },
	/* 1111 1010 1s00 nnnn 1111 dddd 0U01 mmmm  the same, saturating */
	{ 0xffb0f0b0, 0xfa80f010, OOL, "X.XX" },
	/* 1111 1010 1s01 nnnn 1111 dddd 0U01 mmmm */
	{ 0xffb0f0b0, 0xfa90f010, OOL, "X.XX" },
	/* 1111 1010 1s10 nnnn 1111 dddd 0U01 mmmm */
	{ 0xffb0f0b0, 0xfaa0f010, OOL, "X.XX" },
	/* 1111 1010 1s00 nnnn 1111 dddd 0U10 mmmm  the same, halving */
	{ 0xffb0f0b0, 0xfa80f020, OOL, "X.XX" },
	/* 1111 1010 1s01 nnnn 1111 dddd 0U10 mmmm */
	{ 0xffb0f0b0, 0xfa90f020, OOL, "X.XX" },
	/* 1111 1010 1s10 nnnn 1111 dddd 0U10 mmmm */
	{ 0xffb0f0b0, 0xfaa0f020, OOL, "X.XX" },
	/* 1111 1010 100o nnnn 1111 dddd 10oo mmmm  QADD.., REV RBIT REVSH (n = m) */
	{ 0xffe0f0c0, 0xfa80f080, OOL, "X.XX" },
	/* 1111 1010 101o nnnn 1111 dddd 1000 mmmm  SEL, CLZ (n = m) */
	{ 0xffe0f0f0, 0xfaa0f080, OOL, "X.XX" },

	/* Multiplies: A6.3.16, A6.3.17.  Ra = 15 is the form without a sum. */
	/* 1111 1011 0000 nnnn aaaa dddd 0000 mmmm  MLA MUL */
	{ 0xfff000f0, 0xfb000000, OOL, "X.XX" },
	/* 1111 1011 0000 nnnn aaaa dddd 0001 mmmm  MLS */
	{ 0xfff000f0, 0xfb000010, OOL, "XXXX" },
	/* 1111 1011 0001 nnnn aaaa dddd 00xy mmmm  SMLAxy SMULxy */
	{ 0xfff000c0, 0xfb100000, OOL, "X.XX" },
	/* 1111 1011 001o nnnn aaaa dddd 000x mmmm  SMLAD SMUAD SMLAWy SMULWy */
	{ 0xffe000e0, 0xfb200000, OOL, "X.XX" },
	/* 1111 1011 010o nnnn aaaa dddd 000x mmmm  SMLSD SMUSD SMMLA SMMUL */
	{ 0xffe000e0, 0xfb400000, OOL, "X.XX" },
	/* 1111 1011 0110 nnnn aaaa dddd 000r mmmm  SMMLS */
	{ 0xfff000e0, 0xfb600000, OOL, "XXXX" },
	/* 1111 1011 0111 nnnn aaaa dddd 0000 mmmm  USADA8 USAD8 */
	{ 0xfff000f0, 0xfb700000, OOL, "X.XX" },
	/* 1111 1011 10o0 nnnn llll hhhh 0000 mmmm  SMULL UMULL */
	{ 0xffd000f0, 0xfb800000, OOL, "XXXX" },
	/* 1111 1011 11o0 nnnn llll hhhh 0000 mmmm  SMLAL UMLAL */
	{ 0xffd000f0, 0xfbc00000, OOL, "XXXX" },
	/* 1111 1011 1100 nnnn llll hhhh 10xy mmmm  SMLALxy */
	{ 0xfff000c0, 0xfbc00080, OOL, "XXXX" },
	/* 1111 1011 110o nnnn llll hhhh 110x mmmm  SMLALD SMLSLD */
	{ 0xffe000e0, 0xfbc000c0, OOL, "XXXX" },
	/* 1111 1011 1110 nnnn llll hhhh 0110 mmmm  UMAAL */
	{ 0xfff000f0, 0xfbe00060, OOL, "XXXX" },

	/* 1110 1100 000. .... .... 111. .... ....  UNDEFINED: A6.3.18 */
	{ 0xffe00e00, 0xec000e00, EXC, NULL },
	/* 1110 110. .... .... .... 111. .... ....  LDC STC MCRR MRRC p14, p15 */
	{ 0xfe000e00, 0xec000e00, STEP_CP15, NULL },
	/* 1110 1110 .... .... .... 111. .... ....  CDP MCR MRC p14, p15 */
	{ 0xff000e00, 0xee000e00, STEP_CP15, NULL },
};

const struct step_table step_thumb16 = { rows16, ARRAY_SIZE(rows16) };
const struct step_table step_thumb32 = { rows32, ARRAY_SIZE(rows32) };
