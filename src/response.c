/* See response.h. */
#include "response.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <curl/curl.h>

#include "url.h"

/* Longer waits than this are as good as for ever. */
static const double LONGEST_WAIT = 1e9;

/* --- Headers ------------------------------------------------------------- */

static bool is_blank(char byte)
{
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

bool cto_header_line(struct cto_buffer *headers, const char *line,
                     size_t length)
{
  if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
    cto_buffer_clear(headers);
    return true;
  }
  const char *colon = memchr(line, ':', length);
  if (!colon)
    return true; /* the empty line at the end, or no header at all */
  for (const char *c = line; c < colon; c++)
    cto_buffer_putc(headers, cto_to_lower(*c));
  cto_buffer_append(headers, ": ", 2);
  const char *begin = colon + 1;
  const char *end = line + length;
  while (begin < end && is_blank(*begin))
    begin++;
  while (end > begin && is_blank(end[-1]))
    end--;
  for (; begin < end; begin++)
    cto_buffer_putc(headers, *begin ? *begin : ' ');
  return cto_buffer_putc(headers, '\0');
}

size_t cto_header_next(const struct cto_buffer *headers, size_t position,
                       const char **name, size_t *length, const char **value)
{
  if (position >= headers->length)
    return 0;
  const char *entry = headers->data + position;
  const char *end = memchr(entry, '\0', headers->length - position);
  const char *colon = end ? memchr(entry, ':', (size_t)(end - entry)) : NULL;
  if (!colon)
    return 0; /* an entry that was cut when the list was full */
  *name = entry;
  *length = (size_t)(colon - entry);
  *value = colon + 2;
  return (size_t)(end - headers->data) + 1;
}

const char *cto_header_find(const struct cto_buffer *headers, const char *name)
{
  const char *found, *value;
  size_t length, position = 0;
  while ((position =
              cto_header_next(headers, position, &found, &length, &value)) != 0)
    if (length == strlen(name) && memcmp(found, name, length) == 0)
      return value;
  return NULL;
}

const char *cto_request_id(const struct cto_buffer *headers)
{
  static const char *const names[] = {"x-request-id", "request-id",
                                      "x-amzn-requestid", "x-correlation-id",
                                      "cf-ray"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *value = cto_header_find(headers, names[i]);
    if (value && *value)
      return value;
  }
  return NULL;
}

/* Digits with at most one point, read apart from the locale; -1 for else. */
static double plain_seconds(const char *text)
{
  double seconds = 0, place = 0;
  if (*text == '\0')
    return -1;
  for (; *text; text++) {
    if (*text == '.' && place == 0) {
      place = 1;
    } else if (isdigit((unsigned char)*text)) {
      seconds = seconds * 10 + (*text - '0');
      place *= 10;
    } else {
      return -1;
    }
  }
  return place > 1 ? seconds / place : seconds;
}

double cto_retry_after(const struct cto_buffer *headers)
{
  const char *value = cto_header_find(headers, "retry-after");
  if (!value)
    return -1;
  double seconds = plain_seconds(value);
  if (seconds < 0) {
    /* curl_getdate takes a bare or a signed number for a date of its own. */
    time_t date =
        isalpha((unsigned char)*value) ? curl_getdate(value, NULL) : (time_t)-1;
    if (date == (time_t)-1)
      return -1;
    seconds = difftime(date, time(NULL));
  }
  if (seconds < 0)
    return 0;
  return seconds < LONGEST_WAIT ? seconds : LONGEST_WAIT;
}

/* --- Status -------------------------------------------------------------- */

/* Whether `text` holds one of `words`, which are in lower case. */
static bool mentions(const char *text, const char *const *words)
{
  for (; *words; words++) {
    size_t length = strlen(*words);
    for (const char *at = text; *at; at++)
      if (curl_strnequal(at, *words, length))
        return true;
  }
  return false;
}

/* The documentation gives 400 to bad credentials and 401 to bad input, against
 * HTTP's own meaning, and servers were seen to do either: words come first. */
static enum cto_kind refusal_kind(int status, const char *message)
{
  static const char *const who[] = {"credential", "token", "header", "unauthor",
                                    NULL};
  static const char *const what[] = {"invalid", "required", "must", "parameter",
                                     NULL};
  if (mentions(message, who))
    return CTO_CREDENTIALS;
  if (mentions(message, what))
    return CTO_INVALID_REQUEST;
  return status == 401 ? CTO_CREDENTIALS : CTO_INVALID_REQUEST;
}

enum cto_kind cto_status_kind(int status, const char *message)
{
  static const char *const credits[] = {"credit", NULL};
  switch (status) {
  case 400:
  case 401:
    return refusal_kind(status, message);
  case 402:
    return CTO_OUT_OF_CREDITS;
  case 403:
    return mentions(message, credits) ? CTO_OUT_OF_CREDITS : CTO_NO_ACCESS;
  case 404:
    return CTO_NOT_FOUND;
  case 413:
  case 414:
  case 422:
    return CTO_INVALID_REQUEST;
  case 429:
    return CTO_RATE_LIMITED;
  default:
    return CTO_SERVER;
  }
}

bool cto_status_may_charge(int status, bool asks_to_wait)
{
  if (status == 503)
    return !asks_to_wait;
  return status >= 500 || status < 200;
}

/* --- Secrets ------------------------------------------------------------- */

static int hex_value(char digit)
{
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  if (digit >= 'a' && digit <= 'f')
    return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F')
    return digit - 'A' + 10;
  return -1;
}

/* Bytes of `text` that stand for the one byte `wanted`: itself, or escaped as
 * "\/" or "\u002f"; 0 if it stands for another. */
static size_t match_byte(const char *text, size_t length, char wanted)
{
  if (length > 0 && *text == wanted)
    return 1;
  if (length < 2 || *text != '\\')
    return 0;
  if (text[1] == wanted)
    return 2;
  if (text[1] != 'u' || length < 6)
    return 0;
  int code = 0;
  for (int i = 2; i < 6; i++) {
    int digit = hex_value(text[i]);
    if (digit < 0)
      return 0;
    code = code * 16 + digit;
  }
  return code == (unsigned char)wanted ? 6 : 0;
}

/* Bytes at the start of `text` that spell the secret, or 0. */
static size_t match_secret(const char *text, size_t length, const char *secret)
{
  size_t taken = 0;
  for (; *secret; secret++) {
    size_t step = match_byte(text + taken, length - taken, *secret);
    if (step == 0)
      return 0;
    taken += step;
  }
  return taken;
}

size_t cto_redact(char *out, size_t room, const char *text, size_t length,
                  const char *secret)
{
  static const char mask[] = "[token]";
  size_t written = 0;
  for (size_t i = 0; i < length;) {
    size_t hidden = match_secret(text + i, length - i, secret);
    const char *piece = hidden > 0 ? mask : text + i;
    size_t size = hidden > 0 ? sizeof mask - 1 : 1;
    if (size > room - written)
      break;
    memcpy(out + written, piece, size);
    written += size;
    i += hidden > 0 ? hidden : 1;
  }
  return written;
}
