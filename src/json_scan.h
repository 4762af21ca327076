/*
 * The inner loop of reading and of writing JSON strings: how far a text is
 * plain, that is free of quotes, backslashes, control characters and bytes
 * beyond ASCII. Eight bytes at a time, without alignment or byte order of its
 * own. No Lua, no state.
 */
#ifndef CTO_JSON_SCAN_H
#define CTO_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool cto_is_plain(char byte)
{
  unsigned char c = (unsigned char)byte;
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* The top bit of each of the eight bytes that is not plain; bytes after the
 * first such one, in the order of the arithmetic, may be marked by mistake. */
static inline uint64_t cto_not_plain(uint64_t bytes)
{
  const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t control = bytes - ones * 0x20;
  uint64_t quote = (bytes ^ ones * '"') - ones;
  uint64_t backslash = (bytes ^ ones * '\\') - ones;
  return (bytes | control | quote | backslash) & ones * 0x80;
}

/* The first byte that is not plain, or `end`. */
static inline const char *cto_skip_plain(const char *text, const char *end)
{
  while (end - text >= 8) {
    uint64_t bytes;
    memcpy(&bytes, text, 8);
    uint64_t found = cto_not_plain(bytes);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (found)
      return text + (__builtin_ctzll(found) >> 3);
#else
    if (found)
      break;
#endif
    text += 8;
  }
  while (text < end && cto_is_plain(*text))
    text++;
  return text;
}

#endif
