/* See digest.h. The names are those of FIPS 180-4. */
#include "digest.h"

#include <string.h>

enum { BLOCK = 64, ROUNDS = 64, WORDS = 8, LENGTH_AT = BLOCK - 8 };

/* First bits of the fractions of the cube roots of the first primes. */
static const uint32_t K[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* The same of the square roots. */
static const uint32_t START[WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                      0xa54ff53a, 0x510e527f, 0x9b05688c,
                                      0x1f83d9ab, 0x5be0cd19};

static uint32_t rotate(uint32_t x, int n)
{
  return x >> n | x << (32 - n);
}

static uint32_t read_word(const uint8_t *bytes)
{
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
         (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

static void expand(const uint8_t block[BLOCK], uint32_t w[ROUNDS])
{
  for (int t = 0; t < 16; t++)
    w[t] = read_word(block + 4 * t);
  for (int t = 16; t < ROUNDS; t++) {
    uint32_t a = w[t - 15], b = w[t - 2];
    w[t] = w[t - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[t - 7] +
           (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
}

static void add_block(uint32_t hash[WORDS], const uint8_t block[BLOCK])
{
  uint32_t w[ROUNDS];
  uint32_t v[WORDS]; /* a to h */
  expand(block, w);
  memcpy(v, hash, sizeof v);
  for (int t = 0; t < ROUNDS; t++) {
    uint32_t a = v[0], b = v[1], c = v[2], e = v[4], f = v[5], g = v[6];
    uint32_t t1 = v[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                  ((e & f) ^ (~e & g)) + K[t] + w[t];
    uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                  ((a & b) ^ (a & c) ^ (b & c));
    memmove(v + 1, v, (WORDS - 1) * sizeof *v);
    v[4] += t1;
    v[0] = t1 + t2;
  }
  for (int i = 0; i < WORDS; i++)
    hash[i] += v[i];
}

/* The rest of the data, a one bit, zeros, and the length in bits. */
static void add_rest(uint32_t hash[WORDS], const uint8_t *rest, size_t length)
{
  uint8_t block[BLOCK] = {0};
  size_t left = length % BLOCK;
  uint64_t bits = (uint64_t)length * 8;
  memcpy(block, rest, left);
  block[left] = 0x80;
  if (left >= LENGTH_AT) {
    add_block(hash, block);
    memset(block, 0, sizeof block);
  }
  for (int i = 0; i < 8; i++)
    block[LENGTH_AT + i] = (uint8_t)(bits >> (56 - 8 * i));
  add_block(hash, block);
}

void cto_digest(const void *data, size_t length, uint8_t out[CTO_DIGEST_BYTES])
{
  uint32_t hash[WORDS];
  const uint8_t *bytes = data;
  size_t whole = length - length % BLOCK;
  memcpy(hash, START, sizeof hash);
  for (size_t at = 0; at < whole; at += BLOCK)
    add_block(hash, bytes + at);
  add_rest(hash, bytes + whole, length);
  for (int i = 0; i < CTO_DIGEST_BYTES; i++)
    out[i] = (uint8_t)(hash[i / 4] >> (24 - 8 * (i % 4)));
}

/* [-0, +1, v] */
int cto_digest_text(lua_State *L)
{
  static const char digits[] = "0123456789abcdef";
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  uint8_t digest[CTO_DIGEST_BYTES];
  char hex[2 * CTO_DIGEST_BYTES];
  cto_digest(text, length, digest);
  for (int i = 0; i < CTO_DIGEST_BYTES; i++) {
    hex[2 * i] = digits[digest[i] >> 4];
    hex[2 * i + 1] = digits[digest[i] & 15];
  }
  lua_pushlstring(L, hex, sizeof hex);
  return 1;
}
