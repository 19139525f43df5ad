/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VFP and NEON (ARM ARM A7): VFPv3-D32 with half-precision, no fused multiply.
 * NEON data processing has no core register in it, so a copy that is UNDEFINED
 * by its size or its odd Q register is so wherever it runs: the rows stop at
 * the groups of A7.4.
 */
#include <stddef.h>

#include <espalier/util.h>

#include "step_row.h"

#define OOL STEP_OUT_OF_LINE
#define EMU STEP_EMULATE
#define EXC STEP_EXCEPTION

/* <27:0> of what has coprocessor 101x; D, N, M: the fifth register bits. */
static const struct step_row vfp[] = {
	/* Data processing: A7.5. */
	/* 1110 0D00 nnnn dddd 101z NsM0 mmmm  VMLA VMLS */
	/* 1110 0D01 nnnn dddd 101z NsM0 mmmm  VNMLA VNMLS */
	/* 1110 0D10 nnnn dddd 101z NsM0 mmmm  VMUL VNMUL */
	/* 1110 0D11 nnnn dddd 101z NsM0 mmmm  VADD VSUB */
	{ 0x0f800e10, 0x0e000a00, OOL, NULL },
	/* 1110 1D00 nnnn dddd 101z N0M0 mmmm  VDIV */
	{ 0x0fb00e50, 0x0e800a00, OOL, NULL },
	/* 1110 1D11 iiii dddd 101z (0)0(0)0 iiii  VMOV imm */
	{ 0x0fb00ef0, 0x0eb00a00, OOL, NULL },
	/* 1110 1D11 000o dddd 101z o1M0 mmmm  VMOV VABS VNEG VSQRT */
	{ 0x0fbe0e50, 0x0eb00a40, OOL, NULL },
	/* 1110 1D11 001o dddd 1010 T1M0 mmmm  VCVTB VCVTT */
	{ 0x0fbe0f50, 0x0eb20a40, OOL, NULL },
	/* 1110 1D11 0100 dddd 101z E1M0 mmmm  VCMP */
	{ 0x0fbf0e50, 0x0eb40a40, OOL, NULL },
	/* 1110 1D11 0101 dddd 101z E1(0)0 (0000)  VCMP with 0 */
	{ 0x0fbf0e7f, 0x0eb50a40, OOL, NULL },
	/* 1110 1D11 0111 dddd 101z 11M0 mmmm  VCVT between precisions */
	{ 0x0fbf0ed0, 0x0eb70ac0, OOL, NULL },
	/* 1110 1D11 1000 dddd 101z s1M0 mmmm  VCVT from integer */
	{ 0x0fbf0e50, 0x0eb80a40, OOL, NULL },
	/* 1110 1D11 1oo0 dddd 101z ..  fixed point: 1010, 1011, 1110, 1111 */
	{ 0x0fba0e50, 0x0eba0a40, OOL, NULL },
	/* 1110 1D11 110s dddd 101z r1M0 mmmm  VCVT to integer */
	{ 0x0fbe0e50, 0x0ebc0a40, OOL, NULL },

	/* Transfers of one core register: A7.8. */
	/* 1110 000L nnnn tttt 1010 N(00)1 (0000)  VMOV Rt, Sn */
	{ 0x0fe00f7f, 0x0e000a10, OOL, ".X.." },
	/* 1110 1110 rrrr tttt 1010 (000)1 (0000)  VMSR FPSID, FPSCR, FPEXC */
	{ 0x0ffe0fff, 0x0ee00a10, OOL, ".X.." },
	{ 0x0fff0fff, 0x0ee80a10, OOL, ".X.." },
	/* 1110 1111 0001 1111 1010 (000)1 (0000)  VMRS APSR_nzcv, FPSCR */
	{ 0x0fffffff, 0x0ef1fa10, OOL, NULL },
	/* 1110 1111 rrrr tttt 1010 (000)1 (0000)  VMRS FPSID FPSCR, MVFR1 MVFR0, FPEXC */
	{ 0x0ffe0fff, 0x0ef00a10, OOL, ".X.." },
	{ 0x0ffe0fff, 0x0ef60a10, OOL, ".X.." },
	{ 0x0fff0fff, 0x0ef80a10, OOL, ".X.." },
	/* 1110 U1i1 nnnn tttt 1011 N..1 (0000)  VMOV Rt, Dn[x]: bytes */
	{ 0x0f500f1f, 0x0e500b10, OOL, ".X.." },
	/* 1110 U0i1 nnnn tttt 1011 N.11 (0000)  ... halfwords */
	{ 0x0f500f3f, 0x0e100b30, OOL, ".X.." },
	/* 1110 00i1 nnnn tttt 1011 N001 (0000)  ... words */
	{ 0x0fd00f7f, 0x0e100b10, OOL, ".X.." },
	/* 1110 01i0 dddd tttt 1011 D..1 (0000)  VMOV Dd[x], Rt: bytes */
	{ 0x0fd00f1f, 0x0e400b10, OOL, ".X.." },
	/* 1110 00i0 dddd tttt 1011 D.11 (0000)  ... halfwords */
	{ 0x0fd00f3f, 0x0e000b30, OOL, ".X.." },
	/* 1110 00i0 dddd tttt 1011 D001 (0000)  ... words */
	{ 0x0fd00f7f, 0x0e000b10, OOL, ".X.." },
	/* 1110 1B10 dddd tttt 1011 D0E1 (0000)  VDUP of a quad; B = E = 1 UNDEFINED */
	/* 1110 1B00 dddd tttt 1011 D0E1 (0000)  VDUP of a double */
	{ 0x0fd00f7f, 0x0ec00b30, EXC, NULL },
	{ 0x0f900f5f, 0x0e800b10, OOL, ".X.." },

	/* 1100 010L 2222 tttt 101z 00M1 mmmm  VMOV of two core registers: A7.9 */
	{ 0x0fe00ed0, 0x0c400a10, OOL, "XX.." },

	/* Loads and stores: A7.6. */
	/* 1101 UD0L nnnn dddd 101z iiii iiii  VLDR, VSTR */
	{ 0x0f200e00, 0x0d000a00, OOL, "P..." },
	/* 1100 1DWL nnnn dddd 101z 0000 0000  no register: UNPREDICTABLE */
	{ 0x0fa00eff, 0x0c800a00, EXC, NULL },
	{ 0x0fa00eff, 0x0ca00a00, EXC, NULL },
	/* 1100 1D0L nnnn dddd 101z iiii iiii  VLDMIA, VSTMIA */
	{ 0x0fa00e00, 0x0c800a00, OOL, "P..." },
	/* 1100 1D1L nnnn dddd 101z iiii iiii  VLDMIA, VSTMIA, VPOP */
	{ 0x0fa00e00, 0x0ca00a00, OOL, "X..." },
	/* 1101 0D1L nnnn dddd 101z 0000 0000  no register: UNPREDICTABLE */
	{ 0x0fa00eff, 0x0d200a00, EXC, NULL },
	/* 1101 0D1L nnnn dddd 101z iiii iiii  VLDMDB, VSTMDB, VPUSH */
	{ 0x0fa00e00, 0x0d200a00, OOL, "X..." },
};

/* In the ARM encoding, 1111 001U ... and 1111 0100 ... */
static const struct step_row neon[] = {
	/* Data processing: A7.4. */
	/* 1111 001U 0Dzz nnnn dddd oooo NQMo mmmm  three registers */
	{ 0xfe800000, 0xf2000000, OOL, NULL },
	/* 1111 001U 1Dii iiii dddd oooo 0QM1 mmmm  modified immediate, shifts */
	{ 0xfe800010, 0xf2800010, OOL, NULL },
	/* 1111 001U 1Dzz nnnn dddd oooo N.M0 mmmm  lengths, scalars: zz = 0., 10 */
	{ 0xfea00010, 0xf2800000, OOL, NULL },
	{ 0xfeb00010, 0xf2a00000, OOL, NULL },
	/* 1111 0010 1D11 nnnn dddd iiii NQM0 mmmm  VEXT */
	{ 0xffb00010, 0xf2b00000, OOL, NULL },
	/* 1111 0011 1D11 zzoo dddd 0ooo oQM0 mmmm  two registers */
	{ 0xffb00810, 0xf3b00000, OOL, NULL },
	/* 1111 0011 1D11 nnnn dddd 10ll NoM0 mmmm  VTBL, VTBX */
	{ 0xffb00c10, 0xf3b00800, OOL, NULL },
	/* 1111 0011 1D11 iiii dddd 1100 0QM0 mmmm  VDUP (scalar) */
	{ 0xffb00f90, 0xf3b00c00, OOL, NULL },

	/* Structures: A7.7.  Rm = 13 and 15 say how to write back. */
	/* 1111 0100 0DL0 nnnn dddd 0ooo zzaa mmmm  VLD1..4, VST1..4 multiple */
	{ 0xff900800, 0xf4000000, OOL, "X..." },
	/* 1111 0100 0DL0 nnnn dddd 100o zzaa mmmm  VLD2, VST2 */
	{ 0xff900e00, 0xf4000800, OOL, "X..." },
	/* 1111 0100 0DL0 nnnn dddd 1010 zzaa mmmm  VLD1, VST1 */
	{ 0xff900f00, 0xf4000a00, OOL, "X..." },
	/* 1111 0100 1D00 nnnn dddd 11.. .... mmmm  a store to all lanes: UNDEFINED */
	{ 0xffb00c00, 0xf4800c00, EXC, NULL },
	/* 1111 0100 1DL0 nnnn dddd zzoo iiii mmmm  VLD1..4, VST1..4 of one lane */
	{ 0xff900000, 0xf4800000, OOL, "X..." },
};

const struct step_table step_vfp = { vfp, ARRAY_SIZE(vfp) };
const struct step_table step_neon = { neon, ARRAY_SIZE(neon) };
