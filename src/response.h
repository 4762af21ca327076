/*
 * What came back, before any of it is Lua's: header lines, what a status and a
 * message mean, how long a server asks to wait, and taking a secret out of a
 * text. No Lua and no I/O; of libcurl, only its parser of dates.
 */
#ifndef CTO_RESPONSE_H
#define CTO_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include "buffer.h"
#include "errors.h"

/* How an attempt ended. */
enum cto_end {
  CTO_END_REPLY, /* a whole HTTP reply, whatever its status */
  CTO_END_TIMEOUT,
  CTO_END_CONNECTION, /* no connection, or one that broke */
  CTO_END_TLS,
  CTO_END_UNREADABLE, /* a reply whose encoding is broken */
  CTO_END_TOO_LARGE,
  CTO_END_CANCELLED,
  CTO_END_NO_MEMORY
};

/* One attempt's outcome, in bytes. */
struct cto_response {
  enum cto_end end;
  bool sent;      /* something of the request may have left this machine */
  bool permanent; /* trying again can't help: a certificate, a setting */
  int status;     /* 0 while none came */
  double elapsed; /* seconds */
  struct cto_buffer headers; /* "name: value\0" each, names in lower case */
  struct cto_buffer body;
  char detail[320]; /* what libcurl says of a failure; "" if nothing */
};

/* Takes in one header line as it stands on the wire; a status line begins the
 * list anew (after "100 Continue"). False once the list is full. */
bool cto_header_line(struct cto_buffer *headers, const char *line,
                     size_t length);

/* The value of the first header of that (lower case) name, or NULL. */
const char *cto_header_find(const struct cto_buffer *headers, const char *name);

/* The next header after `position`, starting with 0: its name, of *length
 * bytes, and its value; returns the position to go on from, 0 at the end. */
size_t cto_header_next(const struct cto_buffer *headers, size_t position,
                       const char **name, size_t *length, const char **value);

/* The id by which the server's operators can find the request, or NULL. */
const char *cto_request_id(const struct cto_buffer *headers);

/* Seconds that a retry-after header asks for (a number or a date), or -1 where
 * there is none that makes sense. */
double cto_retry_after(const struct cto_buffer *headers);

/* The kind of error that a status of 300 and more, or below 200, means.
 * `message` is what the server said, NUL-terminated, or "". */
enum cto_kind cto_status_kind(int status, const char *message);

/* Whether a complete reply with this status leaves it open if the server has
 * charged for the request. */
bool cto_status_may_charge(int status, bool asks_to_wait);

/* Copies as much of `text` as fits into `room` bytes at `out`, each occurrence
 * of `secret` replaced, in whatever way its characters are escaped for JSON.
 * Returns the number of bytes; no terminator is written. */
size_t cto_redact(char *out, size_t room, const char *text, size_t length,
                  const char *secret);

#endif
