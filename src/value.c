/* See value.h. */
#include "value.h"

#include <math.h>
#include <string.h>

#include "errors.h"
#include "json_write.h"
#include "url.h"

/* --- Closed sets --------------------------------------------------------- */

const char *cto_set_name(const char *set, unsigned n, size_t *length)
{
  while (*set) {
    *length = strcspn(set, " ");
    if (n-- == 0)
      return set;
    set += *length;
    set += strspn(set, " ");
  }
  return NULL;
}

int cto_set_find(const char *set, const char *name, size_t length)
{
  size_t size;
  const char *known;
  for (unsigned n = 0; (known = cto_set_name(set, n, &size)); n++)
    if (size == length && memcmp(known, name, length) == 0)
      return (int)n;
  return -1;
}

/* --- Refusing ------------------------------------------------------------ */

/* Where a value stands, for messages. */
struct place {
  const char *endpoint;
  const struct cto_param *param;
  int element; /* of a list, from 1; 0: the value itself */
};

/* [-0, +2, m] "profiles[2] must be ...". Always false. */
static bool refuse(lua_State *L, const struct place *at, const char *rule)
{
  const char *name = at->param->name;
  if (at->element > 0)
    name = lua_pushfstring(L, "%s[%d]", name, at->element);
  else
    lua_pushstring(L, name);
  return cto_error(L, CTO_INVALID_ARGUMENT, at->endpoint, name, "%s %s", name,
                   rule);
}

/* [-0, +n, m] Always false. */
static bool refuse_type(lua_State *L, const struct place *at, const char *type)
{
  return refuse(
      L, at,
      lua_pushfstring(L, "must be %s, not a %s", type, luaL_typename(L, -1)));
}

/* [-0, +n, m] "must be a, b or c". Always false. */
static bool refuse_choice(lua_State *L, const struct place *at)
{
  size_t length;
  const char *name;
  const char *rule = "must be ";
  for (unsigned n = 0; (name = cto_set_name(at->param->values, n, &length));
       n++) {
    const char *joint = n == 0 ? "" : name[length] ? ", " : " or ";
    lua_pushlstring(L, name, length);
    rule = lua_pushfstring(L, "%s%s%s", rule, joint, lua_tostring(L, -1));
  }
  return refuse(L, at, rule);
}

/* --- Strings ------------------------------------------------------------- */

bool cto_is_utf8(const char *text, size_t length)
{
  const unsigned char *byte = (const unsigned char *)text;
  while (length > 0) {
    size_t sequence = *byte < 0x80 ? 1 : cto_utf8_length(byte, length);
    if (sequence == 0)
      return false;
    byte += sequence;
    length -= sequence;
  }
  return true;
}

static bool is_blank(const char *text, size_t length)
{
  cto_trim(&text, &length);
  return length == 0;
}

/* [-0, +0, -] The string on top as it is sent. */
static const char *to_text(lua_State *L, const struct cto_param *param,
                           size_t *length)
{
  const char *text = lua_tolstring(L, -1, length);
  if (cto_form_is_trimmed(param->form))
    cto_trim(&text, length);
  return text;
}

/* [-0, +0|+n, m] Checks the string on top, all but its closed set. */
static bool check_text(lua_State *L, const struct place *at, const char **text,
                       size_t *length)
{
  if (lua_type(L, -1) != LUA_TSTRING)
    return refuse_type(L, at, "a string");
  *text = to_text(L, at->param, length);
  bool must_be_filled = at->param->required || at->param->type == CTO_LIST;
  if (must_be_filled && is_blank(*text, *length))
    return refuse(L, at, "must not be empty");
  if (!cto_is_utf8(*text, *length))
    return refuse(L, at, "must be UTF-8");
  const char *fault = cto_form_fault(at->param->form, *text, *length);
  return !fault || refuse(L, at, fault);
}

/* [-0, +0|+n, m] */
static bool check_string(lua_State *L, const struct place *at,
                         const char **text, size_t *length)
{
  if (!check_text(L, at, text, length))
    return false;
  const char *set = at->param->values;
  return !set || cto_set_find(set, *text, *length) >= 0 || refuse_choice(L, at);
}

/* --- Lists --------------------------------------------------------------- */

/* [-0, +0|+n, m] How many elements the table on top has. Only numbers may be
 * its keys; that they leave no hole shows when the elements are read. */
static bool count_elements(lua_State *L, const struct place *at, int *count)
{
  int table = lua_gettop(L);
  *count = 0;
  for (lua_pushnil(L); lua_next(L, table); ++*count) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TNUMBER)
      return refuse(L, at, "must be a list, not a table with keys");
  }
  return true;
}

/* [-0, +0|+n, m] Runs `check` on each element of the table on top. */
static bool check_elements(lua_State *L, const struct place *at, int count,
                           struct cto_value *value,
                           bool (*check)(lua_State *L, const struct place *at,
                                         struct cto_value *value))
{
  for (int i = 1; i <= count; i++) {
    struct place element = {at->endpoint, at->param, i};
    lua_rawgeti(L, -1, i);
    if (lua_isnil(L, -1))
      return refuse(L, &element, "is missing: a list must have no hole");
    if (!check(L, &element, value))
      return false;
    lua_pop(L, 1);
  }
  return true;
}

/* [-0, +0|+n, m] */
static bool check_element(lua_State *L, const struct place *at,
                          struct cto_value *value)
{
  const char *text;
  size_t length;
  (void)value;
  return check_string(L, at, &text, &length);
}

/* [-0, +0|+n, m] A string is a list of one. */
static bool check_list(lua_State *L, const struct place *at,
                       struct cto_value *value)
{
  if (lua_type(L, -1) == LUA_TSTRING) {
    value->count = 1;
    return check_string(L, at, &value->text, &value->length);
  }
  if (!lua_istable(L, -1))
    return refuse_type(L, at, "a list of strings");
  value->table = lua_gettop(L);
  if (!count_elements(L, at, &value->count))
    return false;
  value->is_empty = value->count == 0;
  if (value->is_empty && at->param->required)
    return refuse(L, at, "must not be empty");
  int max = at->param->max;
  if (max > 0 && value->count > max)
    return refuse(
        L, at,
        lua_pushfstring(L, "takes at most %d, not %d", max, value->count));
  return check_elements(L, at, value->count, value, check_element);
}

const char *cto_value_element(lua_State *L, const struct cto_value *value,
                              int i, size_t *length)
{
  if (value->table == 0) {
    *length = value->length;
    lua_pushnil(L);
    return value->text;
  }
  lua_rawgeti(L, value->table, i);
  if (lua_type(L, -1) != LUA_TSTRING) /* a finalizer ran, and changed it */
    luaL_error(L, "%s changed while it was read", value->param->name);
  return to_text(L, value->param, length);
}

/* --- Names with commas between ------------------------------------------- */

/* [-0, +0|+n, m] Marks what the string on top names. */
static bool check_commas(lua_State *L, const struct place *at,
                         struct cto_value *value)
{
  const char *text;
  size_t length;
  if (!check_text(L, at, &text, &length))
    return false;
  for (const char *end = text + length;; text++) {
    const char *comma = memchr(text, ',', (size_t)(end - text));
    const char *name = text;
    size_t size = (size_t)((comma ? comma : end) - text);
    cto_trim(&name, &size);
    int n = cto_set_find(at->param->values, name, size);
    if (n < 0)
      return refuse_choice(L, at);
    value->chosen |= 1u << n;
    if (!comma)
      return true;
    text = comma;
  }
}

/* [-0, +0|+n, m] A string with commas, or a list. */
static bool check_choice(lua_State *L, const struct place *at,
                         struct cto_value *value)
{
  if (lua_istable(L, -1)) {
    if (!count_elements(L, at, &value->count) ||
        !check_elements(L, at, value->count, value, check_commas))
      return false;
    if (value->count == 0)
      return refuse_choice(L, at);
  } else if (!check_commas(L, at, value)) {
    return false;
  }
  const char *alone = at->param->alone;
  if (!alone)
    return true;
  unsigned bit = 1u << cto_set_find(at->param->values, alone, strlen(alone));
  if ((value->chosen & bit) && value->chosen != bit)
    return refuse(L, at,
                  lua_pushfstring(L, "can have nothing beside %s", alone));
  return true;
}

/* --- Numbers and booleans ------------------------------------------------ */

bool cto_to_integer(lua_State *L, int index, long long *integer)
{
  const double two_to_63 = 9223372036854775808.0;
  if (lua_isinteger(L, index)) {
    *integer = lua_tointeger(L, index);
    return true;
  }
  double number = lua_tonumber(L, index);
  if (number != floor(number) || number < -two_to_63 || number >= two_to_63)
    return false;
  *integer = (long long)number;
  return true;
}

/* [-0, +0|+n, m] */
static bool check_integer(lua_State *L, const struct place *at,
                          struct cto_value *value)
{
  if (lua_type(L, -1) != LUA_TNUMBER)
    return refuse_type(L, at, "a whole number");
  if (!cto_to_integer(L, -1, &value->integer))
    return refuse(L, at, "must be a whole number");
  int min = at->param->min;
  if (min != 0 && value->integer < min)
    return refuse(L, at, lua_pushfstring(L, "must be at least %d", min));
  return true;
}

/* --- Any value ----------------------------------------------------------- */

bool cto_value_check(lua_State *L, const char *endpoint,
                     const struct cto_param *param, struct cto_value *value)
{
  struct place at = {endpoint, param, 0};
  *value = (struct cto_value){.param = param, .is_given = true};
  switch (param->type) {
  case CTO_STRING:
    if (!check_string(L, &at, &value->text, &value->length))
      return false;
    value->is_empty = is_blank(value->text, value->length);
    return true;
  case CTO_BOOLEAN:
    value->boolean = lua_toboolean(L, -1);
    return lua_isboolean(L, -1) || refuse_type(L, &at, "true or false");
  case CTO_INTEGER:
    return check_integer(L, &at, value);
  case CTO_LIST:
    return check_list(L, &at, value);
  case CTO_COMMAS:
    return check_choice(L, &at, value);
  }
  return false;
}
