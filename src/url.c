/* See url.h. */
#include "url.h"

#include <string.h>

/* --- Characters ---------------------------------------------------------- */

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_control(char c)
{
  return (unsigned char)c < ' ' || c == 127;
}

static bool is_unreserved(char c)
{
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         c == '-' || c == '.' || c == '_' || c == '~';
}

char cto_to_lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool cto_url_encode(struct cto_buffer *out, const char *text, size_t length)
{
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < length; i++) {
    char *to = cto_buffer_reserve(out, 3);
    if (!to)
      return false;
    if (is_unreserved(text[i])) {
      to[0] = text[i];
      out->length += 1;
    } else {
      unsigned char byte = (unsigned char)text[i];
      memcpy(to, (char[]){'%', hex[byte >> 4], hex[byte & 15]}, 3);
      out->length += 3;
    }
  }
  return out->state == CTO_BUFFER_OK;
}

void cto_trim(const char **text, size_t *length)
{
  while (*length > 0 && is_blank(**text)) {
    ++*text;
    --*length;
  }
  while (*length > 0 && is_blank((*text)[*length - 1]))
    --*length;
}

/* --- Forms --------------------------------------------------------------- */

/* What is left to read of a text. */
struct rest {
  const char *text;
  size_t length;
};

static bool begins_with(const struct rest *rest, const char *lower)
{
  size_t length = strlen(lower);
  if (rest->length < length)
    return false;
  for (size_t i = 0; i < length; i++)
    if (cto_to_lower(rest->text[i]) != lower[i])
      return false;
  return true;
}

static bool skip(struct rest *rest, const char *lower)
{
  if (!begins_with(rest, lower))
    return false;
  rest->text += strlen(lower);
  rest->length -= strlen(lower);
  return true;
}

static bool skip_scheme(struct rest *rest)
{
  return skip(rest, "http://") || skip(rest, "https://");
}

/* Moves past the host and what may stand before it; returns it alone. */
static struct rest skip_authority(struct rest *rest)
{
  size_t length = 0;
  while (length < rest->length && !strchr("/?#\\", rest->text[length]))
    length++;
  struct rest authority = {rest->text, length};
  rest->text += length;
  rest->length -= length;
  return authority;
}

/* linkedin.com or a subdomain of it, with neither user nor port. */
static bool is_linkedin(struct rest host)
{
  static const char domain[] = "linkedin.com";
  const size_t length = sizeof domain - 1;
  if (host.length < length || memchr(host.text, '@', host.length))
    return false;
  struct rest end = {host.text + host.length - length, length};
  return begins_with(&end, domain) &&
         (host.length == length || end.text[-1] == '.');
}

static bool begins_segment(const struct rest *rest)
{
  return rest->length > 0 && !strchr("/?#", rest->text[0]);
}

static const char *profile_url_fault(struct rest rest)
{
  if (!skip_scheme(&rest))
    return "must begin with http:// or https://";
  if (!is_linkedin(skip_authority(&rest)))
    return "must be a URL of linkedin.com";
  if (begins_with(&rest, "/sales/") || begins_with(&rest, "/talent/") ||
      begins_with(&rest, "/recruiter/"))
    return "is a Sales Navigator or Recruiter URL, which the API does not"
           " take: use the person's own, linkedin.com/in/...";
  if (!skip(&rest, "/in/") && !skip(&rest, "/pub/"))
    return "must contain linkedin.com/in/ or linkedin.com/pub/";
  return begins_segment(&rest) ? NULL : "names nobody after /in/ or /pub/";
}

static const char *company_url_fault(struct rest rest)
{
  if (!skip_scheme(&rest))
    return "must begin with http:// or https://";
  if (!is_linkedin(skip_authority(&rest)) || !skip(&rest, "/company/"))
    return "must contain linkedin.com/company/";
  return begins_segment(&rest) ? NULL : "names no company after /company/";
}

static const char *callback_url_fault(struct rest rest)
{
  if (!skip_scheme(&rest))
    return "must begin with http:// or https://";
  return skip_authority(&rest).length > 0 ? NULL : "must name a host";
}

/* The vendor's ids are UUIDs, but nowhere is that promised. */
static const char *segment_fault(struct rest rest)
{
  if (rest.length == 0)
    return "must not be empty";
  for (size_t i = 0; i < rest.length; i++)
    if (is_control(rest.text[i]) || strchr("/?#%", rest.text[i]))
      return "must be one segment of a path, without / ? # % and control"
             " characters";
  if (rest.text[0] == '.' &&
      (rest.length == 1 || (rest.length == 2 && rest.text[1] == '.')))
    return "must not be . or ..";
  return NULL;
}

static const char *month_fault(struct rest rest)
{
  const char *rule = "must be a month as YYYY-MM";
  if (rest.length != 7 || rest.text[4] != '-')
    return rule;
  for (int i = 0; i < 7; i++)
    if (i != 4 && !is_digit(rest.text[i]))
      return rule;
  int month = (rest.text[5] - '0') * 10 + rest.text[6] - '0';
  return month >= 1 && month <= 12 ? NULL : rule;
}

bool cto_form_is_trimmed(enum cto_form form)
{
  return form != CTO_ANY_TEXT && form != CTO_DOMAIN && form != CTO_MONTH;
}

const char *cto_form_fault(enum cto_form form, const char *text, size_t length)
{
  struct rest rest = {text, length};
  switch (form) {
  case CTO_ANY_TEXT:
  case CTO_EMAIL:
  case CTO_DOMAIN:
    return NULL;
  case CTO_PROFILE_URL:
    return profile_url_fault(rest);
  case CTO_COMPANY_URL:
    return company_url_fault(rest);
  case CTO_CALLBACK_URL:
    return callback_url_fault(rest);
  case CTO_SEGMENT:
    return segment_fault(rest);
  case CTO_MONTH:
    return month_fault(rest);
  }
  return NULL;
}

const char *cto_path_fault(const char *path, size_t length)
{
  if (length < 2 || path[0] != '/' || path[1] == '/')
    return "must begin with one / and name something after it";
  for (size_t i = 0; i < length; i++) {
    if (path[i] == '#')
      return "must have no fragment (#)";
    if (is_control(path[i]) || path[i] == ' ' || (unsigned char)path[i] > 127)
      return "must have blanks, control characters and letters beyond ASCII"
             " percent-encoded";
  }
  return NULL;
}
