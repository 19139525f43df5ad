/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 as FIPS 180-4 has it; the numbers in brackets are its sections. */
#include <string.h>

#include <espalier/sha256.h>
#include <espalier/util.h>

/* [4.2.2] */
static const uint32_t k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t sha256_rotr(uint32_t x, unsigned n) { return x >> n | x << (32 - n); }

static uint32_t load_be(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static void store_be(uint8_t *p, uint32_t v)
{
	for (int i = 3; i >= 0; i--, v >>= 8)
		p[i] = v;
}

/* [6.2.2], with the eight working variables in s[0 .. 7] */
static void sha256_block(uint32_t h[8], const uint8_t *p)
{
	uint32_t w[64], s[8];

	for (unsigned t = 0; t < 16; t++)
		w[t] = load_be(p + 4 * t);
	for (unsigned t = 16; t < 64; t++) {
		uint32_t a = w[t - 15], b = w[t - 2];

		w[t] = w[t - 16] + w[t - 7] + (sha256_rotr(a, 7) ^ sha256_rotr(a, 18) ^ a >> 3) +
		       (sha256_rotr(b, 17) ^ sha256_rotr(b, 19) ^ b >> 10);
	}
	memcpy(s, h, sizeof(s));
	for (unsigned t = 0; t < 64; t++) {
		uint32_t sum1 =
			sha256_rotr(s[4], 6) ^ sha256_rotr(s[4], 11) ^ sha256_rotr(s[4], 25);
		uint32_t ch = (s[4] & s[5]) ^ (~s[4] & s[6]);
		uint32_t t1 = s[7] + sum1 + ch + k[t] + w[t];
		uint32_t sum0 =
			sha256_rotr(s[0], 2) ^ sha256_rotr(s[0], 13) ^ sha256_rotr(s[0], 22);
		uint32_t maj = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);

		memmove(s + 1, s, 7 * sizeof(s[0]));
		s[4] += t1;
		s[0] = t1 + sum0 + maj;
	}
	for (unsigned i = 0; i < 8; i++)
		h[i] += s[i];
}

void sha256_init(struct sha256 *c)
{
	/* [5.3.3] */
	*c = (struct sha256){ .h = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
				     0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
}

void sha256_update(struct sha256 *c, const void *data, uint32_t n)
{
	const uint8_t *p = data;

	while (n) {
		unsigned at = c->total % sizeof(c->block);
		unsigned some = MIN(n, sizeof(c->block) - at);

		memcpy(c->block + at, p, some);
		c->total += some;
		p += some;
		n -= some;
		if (at + some == sizeof(c->block))
			sha256_block(c->h, c->block);
	}
}

/* [5.1.1]: a one bit, zeros, and the length in bits in the last eight bytes */
void sha256_final(struct sha256 *c, uint8_t out[SHA256_SIZE])
{
	static const uint8_t pad[64] = { 0x80 };
	uint64_t bits = c->total * 8;
	uint8_t length[8];

	store_be(length, bits >> 32);
	store_be(length + 4, bits);
	sha256_update(c, pad, 1 + (119 - c->total % 64) % 64);
	sha256_update(c, length, sizeof(length));
	for (unsigned i = 0; i < 8; i++)
		store_be(out + 4 * i, c->h[i]);
}
