/* SPDX-License-Identifier: Apache-2.0 */
/* Rows for the identification registers of an ARM PrimeCell. */
#ifndef EMUL_PRIMECELL_H
#define EMUL_PRIMECELL_H

/* 0xfe0..0xffc: peripheral ID bytes p0..p3, then the PrimeCell ID. */
#define PRIMECELL_ID_ROWS(p0, p1, p2, p3) \
	{ .offset = 0xfe0, .name = "PeriphID0", .value = (p0), .bytes = 1 }, \
		{ .offset = 0xfe4, .name = "PeriphID1", .value = (p1), .bytes = 1 }, \
		{ .offset = 0xfe8, .name = "PeriphID2", .value = (p2), .bytes = 1 }, \
		{ .offset = 0xfec, .name = "PeriphID3", .value = (p3), .bytes = 1 }, \
		{ .offset = 0xff0, .name = "PCellID0", .value = 0x0d, .bytes = 1 }, \
		{ .offset = 0xff4, .name = "PCellID1", .value = 0xf0, .bytes = 1 }, \
		{ .offset = 0xff8, .name = "PCellID2", .value = 0x05, .bytes = 1 }, \
	{ \
		.offset = 0xffc, .name = "PCellID3", .value = 0xb1, .bytes = 1 \
	}

/* Registers from..to (exclusive) that do not exist: read 0, writes ignored. */
#define RESERVED_ROW(from, to) \
	{ \
		.offset = (from), .count = ((to) - (from)) / 4, .name = "reserved", .bytes = 1 \
	}

#endif
