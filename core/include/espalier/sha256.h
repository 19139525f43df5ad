/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4), to compare files of the disk image with their originals. */
#ifndef ESPALIER_SHA256_H
#define ESPALIER_SHA256_H

#include <stdint.h>

#define SHA256_SIZE 32

struct sha256 {
	uint32_t h[8];
	uint64_t total;    /* bytes so far */
	uint8_t block[64]; /* the last total % 64 of them */
};

void sha256_init(struct sha256 *c);
void sha256_update(struct sha256 *c, const void *data, uint32_t n);
/* Ends it; *c cannot be used any further. */
void sha256_final(struct sha256 *c, uint8_t out[SHA256_SIZE]);

#endif
