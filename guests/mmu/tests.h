/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of switch.c; each starts and ends with l1_table in TTBR0, MMU on. */
#ifndef TESTS_H
#define TESTS_H

void test_tlb(void);
void test_asid(void);
void test_ttbr1(void);
void test_vectors(void);
void test_access_flag(void);
void test_remap(void);
void test_tables_elsewhere(void);

#endif
