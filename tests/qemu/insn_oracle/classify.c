/* SPDX-License-Identifier: Apache-2.0 */
/* Reads "a|t|w WORD" lines (ARM, 16-bit and 32-bit Thumb), prints what we make of each. */
#include <errno.h>
#include <stdio.h>

#include <insn/insn.h>
#include <insn/ldst.h>

static uint32_t get_reg(void *ctx, unsigned r) { return r; }

static void set_reg(void *ctx, unsigned r, uint32_t v) {}

static bool is_simple(const struct insn *i)
{
	struct insn_env env = { .get_reg = get_reg, .set_reg = set_reg };

	return insn_emulate_simple(i, &env) == 0;
}

int main(void)
{
	static const char *const kinds[] = {
		[STEP_OUT_OF_LINE] = "copy",    [STEP_EMULATE] = "emulate",
		[STEP_EXCEPTION] = "exception", [STEP_EXC_RETURN] = "return",
		[STEP_CP15] = "cp15",           [STEP_WAIT] = "wait",
	};
	char isa;
	unsigned word;

	while (scanf(" %c %x", &isa, &word) == 2) {
		struct insn i = { isa == 'a' ? ISA_ARM : ISA_THUMB, isa == 't' ? 2 : 4, word };
		struct ldst l;
		int err = ldst_decode(&i, &l);

		printf("%s %s %s\n",
		       err == -ENOTSUP ? "no" :
		       err             ? "unpredictable" :
					 "yes",
		       kinds[insn_step_kind(&i)], is_simple(&i) ? "yes" : "no");
	}
	return 0;
}
