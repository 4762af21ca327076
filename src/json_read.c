/* See json_read.h. */
#include "json_read.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_scan.h"
#include "json_write.h"

bool cto_json_fail(struct cto_json_reader *reader, const char *what)
{
  reader->what = what;
  return false;
}

static bool fail_at(struct cto_json_reader *reader, const char *at,
                    const char *what)
{
  reader->at = at;
  return cto_json_fail(reader, what);
}

/* --- Strings ------------------------------------------------------------- */

bool cto_json_read_string(struct cto_json_reader *reader,
                          struct cto_json_text *text)
{
  const char *at = reader->at + 1, *end = reader->end;
  size_t bad_bytes = 0;
  text->start = at;
  text->needs_work = false;
  for (;;) {
    at = cto_skip_plain(at, end);
    if (at == end)
      return fail_at(reader, end, "unfinished string");
    if (*at == '"')
      break;
    if (*at == '\\') {
      text->needs_work = true;
      at += end - at >= 2 ? 2 : 1; /* an escaped quote ends nothing */
      continue;
    }
    size_t sequence =
        cto_utf8_length((const unsigned char *)at, (size_t)(end - at));
    bad_bytes += sequence == 0;
    at += sequence ? sequence : 1;
  }
  text->length = (size_t)(at - text->start);
  text->room = text->length + 2 * bad_bytes; /* three bytes instead of one */
  text->needs_work |= bad_bytes > 0;
  reader->at = at + 1;
  return true;
}

enum { REPLACEMENT = 0xFFFD };

static char *put_utf8(char *out, unsigned long code)
{
  if (code < 0x80) {
    *out++ = (char)code;
  } else if (code < 0x800) {
    *out++ = (char)(0xC0 | code >> 6);
    *out++ = (char)(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out++ = (char)(0xE0 | code >> 12);
    *out++ = (char)(0x80 | (code >> 6 & 0x3F));
    *out++ = (char)(0x80 | (code & 0x3F));
  } else {
    *out++ = (char)(0xF0 | code >> 18);
    *out++ = (char)(0x80 | (code >> 12 & 0x3F));
    *out++ = (char)(0x80 | (code >> 6 & 0x3F));
    *out++ = (char)(0x80 | (code & 0x3F));
  }
  return out;
}

/* The code unit of the \uXXXX at `at`, or -1. */
static long read_unit(const char *at, const char *end)
{
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
    return -1;
  long unit = 0;
  for (int i = 2; i < 6; i++) {
    char c = at[i];
    if (c >= '0' && c <= '9')
      unit = unit << 4 | (c - '0');
    else if (c >= 'a' && c <= 'f')
      unit = unit << 4 | (c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      unit = unit << 4 | (c - 'A' + 10);
    else
      return -1;
  }
  return unit;
}

static bool is_high(long unit)
{
  return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(long unit)
{
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Resolves the escape at *at and moves behind it; NULL if it is none. */
static char *resolve_escape(const char **at, const char *end, char *out)
{
  static const char letters[] = {
      ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
      ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
  };
  unsigned char letter = (unsigned char)(*at)[1];
  if (letter < sizeof letters && letters[letter]) {
    *out++ = letters[letter];
    *at += 2;
    return out;
  }
  long unit = read_unit(*at, end);
  if (unit < 0)
    return NULL;
  *at += 6;
  if (is_high(unit)) {
    long low = read_unit(*at, end);
    if (is_low(low)) {
      *at += 6;
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
  }
  if (is_high(unit) || is_low(unit))
    unit = REPLACEMENT;
  return put_utf8(out, (unsigned long)unit);
}

bool cto_json_repair(struct cto_json_reader *reader,
                     const struct cto_json_text *text, char *out,
                     size_t *length)
{
  const char *at = text->start, *end = at + text->length;
  char *start = out;
  while (at < end) {
    size_t run = (size_t)(cto_skip_plain(at, end) - at);
    if (run == 0 && *at == '\\') {
      out = resolve_escape(&at, end, out);
      if (!out)
        return fail_at(reader, at, "invalid escape");
      continue;
    }
    if (run == 0)
      run = cto_utf8_length((const unsigned char *)at, (size_t)(end - at));
    if (run > 0) {
      memcpy(out, at, run);
      out += run;
      at += run;
    } else {
      out = put_utf8(out, REPLACEMENT);
      at++;
    }
  }
  *length = (size_t)(out - start);
  return true;
}

/* --- Numbers ------------------------------------------------------------- */

/* mantissa * 10^exponent, the mantissa being all digits as one integer. */
struct decimal {
  const char *start; /* the first digit */
  const char *end;   /* behind the last one of the mantissa */
  uint64_t mantissa; /* of the first 19 significant digits */
  int significant;   /* digits, leading zeros not counted; stops at 20 */
  bool negative;
  long long exponent;
};

enum { MAX_DIGITS = 19 }; /* that surely fit an uint64_t */

static bool is_digit(const struct cto_json_reader *reader)
{
  return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static bool is_one_of(const struct cto_json_reader *reader, char a, char b)
{
  return reader->at < reader->end && (*reader->at == a || *reader->at == b);
}

static bool read_digits(struct cto_json_reader *reader, struct decimal *decimal)
{
  if (!is_digit(reader))
    return cto_json_fail(reader, "expected a digit");
  for (; is_digit(reader); reader->at++) {
    unsigned digit = (unsigned)(*reader->at - '0');
    if (decimal->significant < MAX_DIGITS)
      decimal->mantissa = decimal->mantissa * 10 + digit;
    if (decimal->significant <= MAX_DIGITS && decimal->mantissa)
      decimal->significant++;
  }
  decimal->end = reader->at;
  return true;
}

/* At a point. */
static bool read_fraction(struct cto_json_reader *reader,
                          struct decimal *decimal)
{
  const char *first = ++reader->at;
  if (!read_digits(reader, decimal))
    return false;
  decimal->exponent = first - decimal->end;
  return true;
}

/* At the letter e. */
static bool read_exponent(struct cto_json_reader *reader,
                          struct decimal *decimal)
{
  reader->at++;
  const long long huge = 1000000000000; /* over any count of digits in memory */
  bool negative = is_one_of(reader, '-', '-');
  if (is_one_of(reader, '-', '+'))
    reader->at++;
  if (!is_digit(reader))
    return cto_json_fail(reader, "expected a digit");
  long long exponent = 0;
  for (; is_digit(reader); reader->at++)
    if (exponent < huge)
      exponent = exponent * 10 + (*reader->at - '0');
  decimal->exponent += negative ? -exponent : exponent;
  return true;
}

/* The value by strtod, which rounds correctly but takes the locale's decimal
 * sign: so it is given an integer and an exponent. No double needs more than
 * 767 digits to be rounded; of those behind, it counts whether one is not 0. */
static double to_double_slowly(const struct decimal *decimal)
{
  enum { MOST = 770 };
  char text[MOST + 32];
  int length = 0;
  long long exponent = decimal->exponent;
  bool more = false;
  for (const char *at = decimal->start; at < decimal->end; at++) {
    if (*at == '.' || (*at == '0' && length == 0))
      continue;
    if (length < MOST) {
      text[length++] = *at;
    } else {
      more |= *at != '0';
      exponent++;
    }
  }
  if (more) {
    text[length++] = '1';
    exponent--;
  }
  const long long limit = 100000;
  exponent = exponent > limit ? limit : exponent;
  exponent = exponent < -limit ? -limit : exponent;
  snprintf(text + length, sizeof text - (size_t)length, "e%lld", exponent);
  return strtod(text, NULL);
}

/* Where mantissa and power of ten are both exact doubles, one multiplication
 * or division rounds as it must. */
static double to_double(const struct decimal *decimal)
{
  static const double powers[] = {
      1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const uint64_t two_to_53 = UINT64_C(1) << 53;
  long long exponent = decimal->exponent;
  if (decimal->mantissa == 0)
    return 0;
  if (FLT_EVAL_METHOD != 0 || decimal->significant > MAX_DIGITS ||
      decimal->mantissa > two_to_53 || exponent < -22 || exponent > 22)
    return to_double_slowly(decimal);
  double mantissa = (double)decimal->mantissa;
  return exponent < 0 ? mantissa / powers[-exponent]
                      : mantissa * powers[exponent];
}

static bool fits_integer(const struct decimal *decimal)
{
  uint64_t most = (uint64_t)INT64_MAX + decimal->negative;
  return decimal->significant <= MAX_DIGITS && decimal->mantissa <= most;
}

/* Negated as an unsigned number, so that the least one is no overflow. */
static int64_t to_integer(const struct decimal *decimal)
{
  uint64_t value = decimal->mantissa;
  return (int64_t)(decimal->negative ? 0 - value : value);
}

/* At the first digit; false in `is_integer` if a point or exponent follows. */
static bool read_decimal(struct cto_json_reader *reader,
                         struct decimal *decimal, bool *is_integer)
{
  decimal->start = reader->at;
  bool zero_first = is_one_of(reader, '0', '0');
  if (!read_digits(reader, decimal))
    return false;
  if (zero_first && decimal->end - decimal->start > 1)
    return fail_at(reader, decimal->start, "leading zero");
  *is_integer = true;
  if (is_one_of(reader, '.', '.')) {
    *is_integer = false;
    if (!read_fraction(reader, decimal))
      return false;
  }
  if (is_one_of(reader, 'e', 'E')) {
    *is_integer = false;
    return read_exponent(reader, decimal);
  }
  return true;
}

bool cto_json_read_number(struct cto_json_reader *reader,
                          struct cto_json_number *number)
{
  struct decimal decimal = {.negative = *reader->at == '-'};
  bool is_integer;
  reader->at += decimal.negative;
  if (!read_decimal(reader, &decimal, &is_integer))
    return false;
  number->is_integer = is_integer && fits_integer(&decimal);
  if (number->is_integer) {
    number->integer = to_integer(&decimal);
  } else {
    double value = to_double(&decimal);
    number->real = decimal.negative ? -value : value;
  }
  return true;
}
