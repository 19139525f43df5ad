/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stddef.h>

#include "step_row.h"

int pc_hint(const struct insn *i, struct insn_env *env)
{
	insn_next(i, env);
	return 0;
}

static const struct pc_row *pc_find_row(const struct insn *i)
{
	const struct pc_table *t = i->isa == ISA_ARM ? &pc_arm :
				   i->size == 2      ? &pc_thumb16 :
						       &pc_thumb32;

	for (unsigned k = 0; k < t->count; k++)
		if ((i->word & t->row[k].mask) == t->row[k].value)
			return &t->row[k];
	return NULL;
}

int insn_emulate_pc(const struct insn *i, struct insn_env *env)
{
	const struct pc_row *row;
	int err;

	if (insn_step_kind(i) != STEP_EMULATE)
		return -ENOTSUP;
	err = insn_emulate_ldst(i, env);
	if (err != -ENOTSUP)
		return err;
	row = pc_find_row(i);
	if (!row)
		return -ENOTSUP;
	if (row->flags & PC_NOT_IN_IT && insn_itstate(env->cpsr))
		return -EINVAL;
	if (row->flags & PC_ENDS_IT && insn_it_not_last(env->cpsr))
		return -EINVAL;
	if (insn_cond_passed(insn_cond(i, env->cpsr), env->cpsr))
		return row->emulate(i, env);
	insn_next(i, env);
	return 0;
}
