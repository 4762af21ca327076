/*
 * SHA-256, for names that tell secrets apart without showing them: a cache that
 * others can read belongs to a token, and must not hold it. No I/O.
 */
#ifndef CTO_DIGEST_H
#define CTO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "core.h"

enum { CTO_DIGEST_BYTES = 32 };

/* FIPS 180-4. */
void cto_digest(const void *data, size_t length, uint8_t out[CTO_DIGEST_BYTES]);

/* digest(text) -> 64 hexadecimal digits */
int cto_digest_text(lua_State *L);

#endif
