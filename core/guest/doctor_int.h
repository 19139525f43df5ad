/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the doctor. */
#ifndef CORE_DOCTOR_H
#define CORE_DOCTOR_H

#include <stdbool.h>

struct guest;

/* Checks of the guest's tree (doctor_tree.c); true with what is wrong in buf[len]. */
extern bool (*const doctor_tree_check[])(const struct guest *g, char *buf, unsigned len);
extern const unsigned doctor_tree_checks;

/* Has the guest's tree an enabled timer that something emulates or that can be passed? */
bool doctor_has_timer(const struct guest *g);

#endif
