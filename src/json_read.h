/*
 * The two pieces of JSON that take work to read: strings and numbers. No Lua
 * and no memory of its own; decode.c puts the pieces together. A number never
 * fails for its size, and a string never for its bytes: what is not UTF-8
 * becomes U+FFFD, one for each byte and for each lone surrogate.
 */
#ifndef CTO_JSON_READ_H
#define CTO_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cto_json_reader {
  const char *at; /* the next byte; after a failure the one that is wrong */
  const char *end;
  const char *what; /* static text: what is wrong there */
};

/* Notes what is wrong at reader->at; always false. */
bool cto_json_fail(struct cto_json_reader *reader, const char *what);

struct cto_json_number {
  bool is_integer; /* written without a point or exponent, and fits */
  int64_t integer;
  double real; /* where it is no integer */
};

/* Reads the number at a minus sign or a digit. */
bool cto_json_read_number(struct cto_json_reader *reader,
                          struct cto_json_number *number);

struct cto_json_text {
  const char *start; /* in the source, between the quotes */
  size_t length;
  size_t room;     /* bytes that cto_json_repair may need */
  bool needs_work; /* has escapes or bad bytes; else the source is the text */
};

/* Measures the string at an opening quote, and moves behind its end. */
bool cto_json_read_string(struct cto_json_reader *reader,
                          struct cto_json_text *text);

/* Writes the text, escapes resolved and bad bytes replaced, to `out` with its
 * `text->room` bytes, and the count of them to `length`. */
bool cto_json_repair(struct cto_json_reader *reader,
                     const struct cto_json_text *text, char *out,
                     size_t *length);

#endif
