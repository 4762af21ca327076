/* See json_write.h. */
#include "json_write.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_scan.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* --- Strings ------------------------------------------------------------- */

static bool is_between(unsigned char byte, unsigned char low,
                       unsigned char high)
{
  return byte >= low && byte <= high;
}

/* The second byte's range excludes overlong forms, surrogates and what lies
 * over U+10FFFF (table 3-7 of the Unicode standard). */
static bool is_second(unsigned char lead, unsigned char second)
{
  switch (lead) {
  case 0xE0:
    return is_between(second, 0xA0, 0xBF);
  case 0xED:
    return is_between(second, 0x80, 0x9F);
  case 0xF0:
    return is_between(second, 0x90, 0xBF);
  case 0xF4:
    return is_between(second, 0x80, 0x8F);
  default:
    return is_between(second, 0x80, 0xBF);
  }
}

size_t cto_utf8_length(const unsigned char *text, size_t available)
{
  if (available == 0)
    return 0;
  unsigned char lead = text[0];
  if (lead < 0x80)
    return 1;
  if (!is_between(lead, 0xC2, 0xF4))
    return 0;
  size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (available < length || !is_second(lead, text[1]))
    return 0;
  for (size_t i = 2; i < length; i++)
    if (!is_between(text[i], 0x80, 0xBF))
      return 0;
  return length;
}

/* A character below U+0080 that can't stand for itself. */
static bool write_escape(struct cto_buffer *out, unsigned char c)
{
  static const char letters[] = {
      ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
      ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't',
  };
  static const char hex[] = "0123456789abcdef";
  if (c < sizeof letters && letters[c])
    return cto_buffer_append(out, (char[]){'\\', letters[c]}, 2);
  char code[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
  return cto_buffer_append(out, code, sizeof code);
}

bool cto_json_string(struct cto_buffer *out, const char *text, size_t length)
{
  const char *end = text + length;
  cto_buffer_putc(out, '"');
  while (text < end) {
    const char *run = text;
    text = cto_skip_plain(run, end);
    cto_buffer_append(out, run, (size_t)(text - run));
    if (text == end)
      break;
    const unsigned char *byte = (const unsigned char *)text;
    size_t sequence = cto_utf8_length(byte, (size_t)(end - text));
    if (sequence == 0)
      cto_buffer_puts(out, REPLACEMENT);
    else if (sequence == 1)
      write_escape(out, *byte);
    else
      cto_buffer_append(out, text, sequence);
    text += sequence ? sequence : 1;
  }
  return cto_buffer_putc(out, '"');
}

/* --- Numbers ------------------------------------------------------------- */

bool cto_json_integer(struct cto_buffer *out, long long value)
{
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%lld", value);
  return cto_buffer_append(out, digits, (size_t)length);
}

/* Appends what printf wrote, with a point for whatever the locale's decimal
 * sign is, which may be longer than a byte. */
static bool append_with_point(struct cto_buffer *out, const char *text)
{
  size_t whole = strspn(text, "-0123456789");
  cto_buffer_append(out, text, whole);
  text += whole;
  size_t sign = strcspn(text, "0123456789e");
  if (sign > 0)
    cto_buffer_putc(out, '.');
  return cto_buffer_puts(out, text + sign);
}

bool cto_json_number(struct cto_buffer *out, double value)
{
  const double two_to_63 = 9223372036854775808.0;
  if (isinf(value))
    return cto_buffer_puts(out, value > 0 ? "1e999" : "-1e999");
  if (value >= -two_to_63 && value < two_to_63 && value == trunc(value))
    return cto_json_integer(out, (long long)value);
  char text[48];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) /* reads the locale's sign, too */
      break;
  }
  return append_with_point(out, text);
}
