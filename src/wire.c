/* See wire.h. */
#include "wire.h"

#include <math.h>
#include <string.h>

#include "errors.h"
#include "json_write.h"
#include "url.h"

/* --- The two styles ------------------------------------------------------ */

/* "?name=" or "&name=": values are encoded, so a ? can only be the first. */
static void query_name(struct cto_buffer *out, const char *text, size_t length)
{
  bool begun = out->length > 0 && memchr(out->data, '?', out->length);
  cto_buffer_putc(out, begun ? '&' : '?');
  cto_url_encode(out, text, length);
  cto_buffer_putc(out, '=');
}

/* `"name":`, after a comma unless the object has just begun. */
static void json_name(struct cto_buffer *out, const char *text, size_t length)
{
  if (out->length > 1)
    cto_buffer_putc(out, ',');
  cto_json_string(out, text, length);
  cto_buffer_putc(out, ':');
}

static bool json_digits(struct cto_buffer *out, const char *text, size_t length)
{
  return cto_buffer_append(out, text, length);
}

/* A list in a query is written as the one that is documented, email_type. A
 * number's digits are encoded, since 1e+300 has a plus. */
const struct cto_style cto_query_style = {
    .name = query_name,
    .string = cto_url_encode,
    .number = cto_url_encode,
    .list_begin = "",
    .comma = "%2C",
    .list_end = "",
    .quote = "",
};

const struct cto_style cto_json_style = {
    .name = json_name,
    .string = cto_json_string,
    .number = json_digits,
    .list_begin = "[",
    .comma = ",",
    .list_end = "]",
    .quote = "\"",
};

static void write_boolean(struct cto_buffer *out, bool value)
{
  cto_buffer_puts(out, value ? "true" : "false");
}

/* --- Documented values --------------------------------------------------- */

/* [-0, +0, e] */
static void write_list(lua_State *L, const struct cto_value *value,
                       const struct cto_style *style, struct cto_buffer *out)
{
  cto_buffer_puts(out, style->list_begin);
  for (int i = 1; i <= value->count; i++) {
    size_t length;
    const char *text = cto_value_element(L, value, i, &length);
    if (i > 1)
      cto_buffer_puts(out, style->comma);
    style->string(out, text, length);
    lua_pop(L, 1);
  }
  cto_buffer_puts(out, style->list_end);
}

/* The names that were chosen, in the order of their set: plain words. */
static void write_choice(const struct cto_value *value,
                         const struct cto_style *style, struct cto_buffer *out)
{
  size_t length;
  const char *name, *comma = "";
  cto_buffer_puts(out, style->quote);
  for (unsigned n = 0; (name = cto_set_name(value->param->values, n, &length));
       n++) {
    if (!(value->chosen >> n & 1))
      continue;
    cto_buffer_puts(out, comma);
    cto_buffer_append(out, name, length);
    comma = style->comma;
  }
  cto_buffer_puts(out, style->quote);
}

/* [-0, +0, e] */
static void write_value(lua_State *L, const struct cto_value *value,
                        const struct cto_style *style, struct cto_buffer *out)
{
  switch (value->param->type) {
  case CTO_STRING:
    style->string(out, value->text, value->length);
    break;
  case CTO_BOOLEAN:
    write_boolean(out, value->boolean);
    break;
  case CTO_INTEGER:
    cto_json_integer(out, value->integer);
    break;
  case CTO_LIST:
    write_list(L, value, style, out);
    break;
  case CTO_COMMAS:
    write_choice(value, style, out);
    break;
  }
}

void cto_wire_path(const struct cto_values *values, struct cto_buffer *out)
{
  const char *path = values->endpoint->path;
  cto_buffer_append(out, path, strcspn(path, "{"));
  for (int i = 0; i < values->count; i++)
    if (values->at[i].param->form == CTO_SEGMENT)
      cto_url_encode(out, values->at[i].text, values->at[i].length);
}

void cto_wire_values(lua_State *L, const struct cto_values *values,
                     const struct cto_style *style, struct cto_buffer *out)
{
  for (int i = 0; i < values->count; i++) {
    const struct cto_value *value = &values->at[i];
    const struct cto_param *param = value->param;
    if (!value->is_given || param->form == CTO_SEGMENT)
      continue;
    style->name(out, param->name, strlen(param->name));
    write_value(L, value, style, out);
  }
}

/* --- Extras -------------------------------------------------------------- */

/* [-0, +2, m] `rule` goes on from "extra.name ". Always false. */
static bool refuse(lua_State *L, const struct cto_extras *extras,
                   const char *name, const char *rule)
{
  const char *param = lua_pushfstring(L, "%s.%s", extras->option, name);
  return cto_error(L, CTO_INVALID_ARGUMENT, extras->endpoint_name, param,
                   "%s %s", param, rule);
}

/* [-0, +0|+n, m] The names must be strings, and none that is documented. */
static bool check_extra_names(lua_State *L, const struct cto_extras *extras)
{
  for (lua_pushnil(L); lua_next(L, extras->table); lua_pop(L, 1)) {
    size_t length;
    if (lua_type(L, -2) != LUA_TSTRING)
      return cto_error(L, CTO_INVALID_ARGUMENT, extras->endpoint_name,
                       extras->option, "%s must be a table of values by name",
                       extras->option);
    const char *name = lua_tolstring(L, -2, &length);
    if (length == 0 || !cto_is_utf8(name, length))
      return refuse(L, extras, name, "must have a name, in UTF-8");
    if (extras->endpoint && cto_param_find(extras->endpoint, name))
      return refuse(L, extras, name,
                    "is a documented parameter: pass it with the others");
  }
  return true;
}

/* [-0, +0, -] Writes the string or number on top. A text that says what is
 * wrong with it, or NULL. */
static const char *write_scalar(lua_State *L, const struct cto_style *style,
                                struct cto_buffer *out)
{
  size_t length;
  if (lua_type(L, -1) == LUA_TSTRING) {
    const char *text = lua_tolstring(L, -1, &length);
    style->string(out, text, length);
    return cto_is_utf8(text, length) ? NULL : "must be UTF-8";
  }
  if (lua_type(L, -1) != LUA_TNUMBER)
    return "must be a string, a number, true or false, or a list of strings"
           " and numbers";
  char text[48];
  struct cto_buffer digits = {
      .data = text, .capacity = sizeof text, .limit = sizeof text};
  long long integer;
  double number = lua_tonumber(L, -1);
  if (!isfinite(number))
    return "must be finite";
  if (cto_to_integer(L, -1, &integer))
    cto_json_integer(&digits, integer);
  else
    cto_json_number(&digits, number);
  style->number(out, digits.data, digits.length);
  return NULL;
}

/* [-0, +0, -] The same for any value that an extra may have. */
static const char *write_extra(lua_State *L, const struct cto_style *style,
                               struct cto_buffer *out)
{
  if (lua_isboolean(L, -1)) {
    write_boolean(out, lua_toboolean(L, -1));
    return NULL;
  }
  if (!lua_istable(L, -1))
    return write_scalar(L, style, out);
  int list = lua_gettop(L), count = 0;
  for (lua_pushnil(L); lua_next(L, list); lua_pop(L, 1))
    count++;
  const char *fault = NULL;
  cto_buffer_puts(out, style->list_begin);
  for (int i = 1; i <= count && !fault; i++) {
    if (i > 1)
      cto_buffer_puts(out, style->comma);
    lua_rawgeti(L, list, i);
    fault = write_scalar(L, style, out);
    lua_pop(L, 1);
  }
  cto_buffer_puts(out, style->list_end);
  return fault;
}

bool cto_wire_extras(lua_State *L, const struct cto_extras *extras,
                     const struct cto_style *style, struct cto_buffer *out)
{
  if (!check_extra_names(L, extras))
    return false;
  lua_pushnil(L);
  while (cto_next_sorted(L, extras->table)) { /* name value */
    size_t length;
    const char *name = lua_tolstring(L, -2, &length);
    style->name(out, name, length);
    const char *fault = write_extra(L, style, out);
    if (fault)
      return refuse(L, extras, name, fault);
    lua_pop(L, 1);
  }
  return true;
}
