/* See params.h. */
#include "params.h"

#include <string.h>

#include "errors.h"

/* [-0, +1, m] Always false. */
#define REFUSE(L, values, param, ...)                                          \
  cto_error(L, CTO_INVALID_ARGUMENT, (values)->endpoint->name, param,          \
            __VA_ARGS__)

/* --- Values and names ---------------------------------------------------- */

/* [-0, +0, -] */
static int count_keys(lua_State *L, int table)
{
  int count = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1))
    count++;
  return count;
}

/* [-0, +0|+1, m] Finds the name that is no parameter's; pushes its error. */
static bool check_names(lua_State *L, int params,
                        const struct cto_values *values)
{
  const char *names[CTO_MAX_PARAMS + 1];
  for (int i = 0; i < values->count; i++)
    names[i] = values->at[i].param->name;
  names[values->count] = NULL;
  return cto_check_names(L, values->endpoint->name, "parameter", params, names);
}

static bool is_live(const struct cto_value *value)
{
  const char *live = value->param->live;
  if (!live || value->is_empty)
    return false;
  if (strcmp(live, "*") == 0)
    return true;
  int n = cto_set_find(value->param->values, live, strlen(live));
  return n >= 0 && (value->chosen >> n & 1);
}

/* [-0, +n, m] Pushes and checks what the table holds for each parameter. Names
 * it doesn't know are looked for only when keys are left over. */
static bool check_values(lua_State *L, int params, struct cto_values *values)
{
  int left = count_keys(L, params);
  for (int i = 0; i < values->count && left > 0; i++) {
    struct cto_value *value = &values->at[i];
    lua_pushstring(L, value->param->name);
    lua_rawget(L, params);
    if (lua_isnil(L, -1)) {
      lua_pop(L, 1);
      continue;
    }
    left--;
    if (!cto_value_check(L, values->endpoint->name, value->param, value))
      return false;
    values->live |= is_live(value);
  }
  return left == 0 || check_names(L, params, values);
}

/* --- What is required ---------------------------------------------------- */

/* The value of the parameter whose name begins `name` and has `length` bytes.
 */
static const struct cto_value *find(const struct cto_values *values,
                                    const char *name, size_t length)
{
  for (int i = 0; i < values->count; i++) {
    const char *known = values->at[i].param->name;
    if (strncmp(known, name, length) == 0 && known[length] == '\0')
      return &values->at[i];
  }
  return NULL;
}

static bool is_fulfilled(const struct cto_value *value)
{
  return value && value->is_given && !value->is_empty;
}

static void skip_blanks(const char **text)
{
  *text += strspn(*text, " ");
}

static bool any_of(const char **text, const struct cto_values *values);

/* name | ( any_of ) */
static bool operand(const char **text, const struct cto_values *values)
{
  skip_blanks(text);
  if (**text == '(') {
    ++*text;
    bool inner = any_of(text, values);
    ++*text; /* the closing one */
    skip_blanks(text);
    return inner;
  }
  size_t length = strcspn(*text, " &|)");
  const struct cto_value *value = find(values, *text, length);
  *text += length;
  skip_blanks(text);
  return is_fulfilled(value);
}

static bool all_of(const char **text, const struct cto_values *values)
{
  bool result = operand(text, values);
  while (**text == '&') {
    ++*text;
    result &= operand(text, values);
  }
  return result;
}

static bool any_of(const char **text, const struct cto_values *values)
{
  bool result = all_of(text, values);
  while (**text == '|') {
    ++*text;
    result |= all_of(text, values);
  }
  return result;
}

/* [-0, +0|+1, m] */
static bool check_required(lua_State *L, const struct cto_values *values)
{
  for (int i = 0; i < values->count; i++) {
    const struct cto_value *value = &values->at[i];
    if (value->param->required && !value->is_given)
      return REFUSE(L, values, value->param->name, "%s is required",
                    value->param->name);
  }
  return true;
}

/* [-0, +0|+1, m] The error names the one of the two that is missing. */
static bool check_together(lua_State *L, const struct cto_values *values)
{
  const char *const *pair = values->endpoint->together;
  if (!pair[0])
    return true;
  bool first = is_fulfilled(find(values, pair[0], strlen(pair[0])));
  bool second = is_fulfilled(find(values, pair[1], strlen(pair[1])));
  if (first == second)
    return true;
  const char *missing = pair[first ? 1 : 0], *given = pair[first ? 0 : 1];
  return REFUSE(L, values, missing, "%s must come with %s", given, missing);
}

/* [-0, +0|+n, m] The error names the first parameter that would do. */
static bool check_combination(lua_State *L, const struct cto_values *values)
{
  const char *text = values->endpoint->requires_expr;
  if (!text)
    return true;
  const char *rest = text;
  if (any_of(&rest, values))
    return true;
  lua_pushlstring(L, text, strcspn(text, " "));
  return REFUSE(L, values, lua_tostring(L, -1), "required is %s",
                values->endpoint->requires_text);
}

/* [-0, +0|+1, m] */
static bool check_ranges(lua_State *L, const struct cto_values *values)
{
  const struct cto_range *range = values->endpoint->ranges;
  for (size_t i = 0; i < CTO_MAX_RANGES && range[i].low; i++) {
    const struct cto_value *low, *high;
    low = find(values, range[i].low, strlen(range[i].low));
    high = find(values, range[i].high, strlen(range[i].high));
    if (low->is_given && high->is_given && low->integer > high->integer)
      return REFUSE(L, values, range[i].low, "%s must not be greater than %s",
                    range[i].low, range[i].high);
  }
  return true;
}

bool cto_params_check(lua_State *L, const struct cto_endpoint *endpoint,
                      int params, struct cto_values *values)
{
  luaL_checkstack(L, CTO_MAX_PARAMS + LUA_MINSTACK, "too many parameters");
  values->endpoint = endpoint;
  values->live = false;
  values->count = 0;
  for (const struct cto_param *param = endpoint->params; param->name; param++)
    values->at[values->count++] = (struct cto_value){.param = param};
  return (!params || check_values(L, params, values)) &&
         check_required(L, values) && check_together(L, values) &&
         check_combination(L, values) && check_ranges(L, values);
}
