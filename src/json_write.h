/*
 * JSON text into a buffer: the pieces that request bodies and encode.c share.
 * No Lua. Each returns false once the buffer has failed.
 */
#ifndef CTO_JSON_WRITE_H
#define CTO_JSON_WRITE_H

#include "buffer.h"

/* Quoted and escaped; a byte that is not UTF-8 becomes U+FFFD. */
bool cto_json_string(struct cto_buffer *out, const char *text, size_t length);

bool cto_json_integer(struct cto_buffer *out, long long value);

/* The shortest form that reads back as the same number, integral ones without
 * a point; independent of the locale. Infinities as 1e999 and -1e999; not a
 * number is refused by the caller. */
bool cto_json_number(struct cto_buffer *out, double value);

/* Length of the well-formed UTF-8 sequence at `text`, 0 if there is none. */
size_t cto_utf8_length(const unsigned char *text, size_t available);

#endif
