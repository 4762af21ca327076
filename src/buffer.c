/* See buffer.h. */
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void cto_buffer_init(struct cto_buffer *buffer, size_t limit)
{
  *buffer = (struct cto_buffer){.limit = limit};
}

void cto_buffer_clear(struct cto_buffer *buffer)
{
  buffer->length = 0;
  buffer->state = CTO_BUFFER_OK;
}

void cto_buffer_free(struct cto_buffer *buffer)
{
  free(buffer->data);
  *buffer = (struct cto_buffer){.limit = buffer->limit};
}

/* Doubles, so that appending stays linear, but never past the limit. */
static bool grow(struct cto_buffer *buffer, size_t needed)
{
  size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
  while (capacity < needed)
    capacity = capacity > buffer->limit / 2 ? buffer->limit : capacity * 2;
  char *data = realloc(buffer->data, capacity);
  if (!data) {
    buffer->state = CTO_BUFFER_NO_MEMORY;
    return false;
  }
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}

char *cto_buffer_reserve(struct cto_buffer *buffer, size_t length)
{
  if (buffer->state != CTO_BUFFER_OK)
    return NULL;
  if (length > buffer->limit - buffer->length) {
    buffer->state = CTO_BUFFER_FULL;
    return NULL;
  }
  size_t needed = buffer->length + length;
  if (needed > buffer->capacity && !grow(buffer, needed))
    return NULL;
  return buffer->data + buffer->length;
}

bool cto_buffer_append(struct cto_buffer *buffer, const void *data,
                       size_t length)
{
  if (length == 0)
    return buffer->state == CTO_BUFFER_OK;
  char *room = cto_buffer_reserve(buffer, length);
  if (!room)
    return false;
  memcpy(room, data, length);
  buffer->length += length;
  return true;
}

bool cto_buffer_puts(struct cto_buffer *buffer, const char *text)
{
  return cto_buffer_append(buffer, text, strlen(text));
}

bool cto_buffer_putc(struct cto_buffer *buffer, char byte)
{
  return cto_buffer_append(buffer, &byte, 1);
}
