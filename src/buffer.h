/*
 * A growing run of bytes with a compulsory maximum, for what libcurl hands over
 * and for what is sent. It knows neither Lua nor libcurl. A buffer that failed
 * stays failed until it is cleared, so a writer may check once, at the end.
 */
#ifndef CTO_BUFFER_H
#define CTO_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

enum cto_buffer_state {
  CTO_BUFFER_OK,
  CTO_BUFFER_FULL, /* the limit was reached; `data` holds what came before */
  CTO_BUFFER_NO_MEMORY
};

struct cto_buffer {
  char *data; /* not terminated; NULL while empty */
  size_t length;
  size_t capacity;
  size_t limit;
  enum cto_buffer_state state;
};

/* An all-zero buffer is valid too, with a limit of nothing. */
void cto_buffer_init(struct cto_buffer *buffer, size_t limit);
void cto_buffer_clear(struct cto_buffer *buffer);
void cto_buffer_free(struct cto_buffer *buffer);

/* Each returns false once the buffer has failed. */
bool cto_buffer_append(struct cto_buffer *buffer, const void *data,
                       size_t length);
bool cto_buffer_puts(struct cto_buffer *buffer, const char *text);
bool cto_buffer_putc(struct cto_buffer *buffer, char byte);

/* Room for `length` more bytes at data + length, which the caller fills and
 * then adds to `length` himself; NULL once the buffer has failed. */
char *cto_buffer_reserve(struct cto_buffer *buffer, size_t length);

#endif
