/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's half of the oracle.
 *   host gen SEED COUNT cases.bin      random cases that the emulation accepts
 *   host check cases.bin results.bin   compares; prints what differs
 * Three sorts of case: a quarter loads, stores and uses of the PC, then a half that
 * insn_emulate_simple() accepts, both emulated (the result is compared with QEMU's);
 * and pairs that run one STEP_OUT_OF_LINE instruction at two addresses (compared
 * with each other).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "gen"))
		return generate((uint32_t)strtoul(argv[2], NULL, 0),
				(uint32_t)strtoul(argv[3], NULL, 0), argv[4]);
	if (argc == 4 && !strcmp(argv[1], "check"))
		return compare(argv[2], argv[3]);
	fprintf(stderr, "usage: host gen SEED COUNT CASES | host check CASES RESULTS\n");
	return 2;
}
