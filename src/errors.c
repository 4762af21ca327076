/* See errors.h. */
#include "errors.h"

#include <stdarg.h>
#include <string.h>

static const char *const kind_names[CTO_KINDS] = {
    [CTO_INVALID_ARGUMENT] = "invalid_argument",
    [CTO_CREDENTIALS] = "credentials",
    [CTO_INVALID_REQUEST] = "invalid_request",
    [CTO_OUT_OF_CREDITS] = "out_of_credits",
    [CTO_NO_ACCESS] = "no_access",
    [CTO_NOT_FOUND] = "not_found",
    [CTO_RATE_LIMITED] = "rate_limited",
    [CTO_SERVER] = "server",
    [CTO_TIMEOUT] = "timeout",
    [CTO_CONNECTION] = "connection",
    [CTO_TLS] = "tls",
    [CTO_MALFORMED_RESPONSE] = "malformed_response",
    [CTO_TOO_LARGE] = "too_large",
    [CTO_CANCELLED] = "cancelled",
    [CTO_BUDGET] = "budget",
    [CTO_JOB_FAILED] = "job_failed",
    [CTO_JOB_TIMEOUT] = "job_timeout",
    [CTO_UNCERTAIN] = "uncertain",
    [CTO_UNSUPPORTED] = "unsupported",
    [CTO_JOURNAL] = "journal",
};

const char *cto_kind_name(enum cto_kind kind)
{
  return kind_names[kind];
}

/* [-0, +0, m] Field `name` of the table on top, unless `value` is NULL. */
static void set_text(lua_State *L, const char *name, const char *value)
{
  if (!value)
    return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

void cto_error_from_string(lua_State *L, enum cto_kind kind,
                           const char *endpoint, const char *param)
{
  lua_createtable(L, 0, 8);
  lua_insert(L, -2);
  lua_setfield(L, -2, "message");
  set_text(L, "kind", kind_names[kind]);
  set_text(L, "endpoint", endpoint);
  set_text(L, "param", param);
  lua_pushvalue(L, CTO_UPVALUE(ERROR));
  lua_setmetatable(L, -2);
}

bool cto_error(lua_State *L, enum cto_kind kind, const char *endpoint,
               const char *param, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  cto_error_from_string(L, kind, endpoint, param);
  return false;
}

bool cto_is_error(lua_State *L, int index)
{
  if (!lua_istable(L, index) || !lua_getmetatable(L, index))
    return false;
  bool same = lua_rawequal(L, -1, CTO_UPVALUE(ERROR));
  lua_pop(L, 1);
  return same;
}

int cto_fail(lua_State *L)
{
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

/* --- What Lua calls ------------------------------------------------------ */

int cto_error_new(lua_State *L)
{
  const char *name = luaL_checkstring(L, 1);
  luaL_checkstring(L, 2);
  int kind = 0;
  while (kind < CTO_KINDS && strcmp(name, kind_names[kind]) != 0)
    kind++;
  luaL_argcheck(L, kind < CTO_KINDS, 1, "no such kind of error");
  lua_pushvalue(L, 2);
  cto_error_from_string(L, (enum cto_kind)kind, NULL, NULL);
  if (lua_isnoneornil(L, 3))
    return 1;
  luaL_checktype(L, 3, LUA_TTABLE);
  for (lua_pushnil(L); lua_next(L, 3);) { /* err key value */
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
  return 1;
}

int cto_kinds_push(lua_State *L)
{
  lua_createtable(L, CTO_KINDS, 0);
  for (int kind = 0; kind < CTO_KINDS; kind++) {
    lua_pushstring(L, kind_names[kind]);
    lua_rawseti(L, -2, kind + 1);
  }
  return 1;
}

int cto_error_is(lua_State *L)
{
  luaL_checkany(L, 1);
  lua_pushboolean(L, cto_is_error(L, 1));
  return 1;
}

/* [-0, +1, m] Field `name` of the error at 1, raw; nil where it is absent. */
static int push_field(lua_State *L, const char *name)
{
  lua_pushstring(L, name);
  lua_rawget(L, 1);
  return lua_type(L, -1);
}

/* [-1, +1, m] Appends `format`, filled with the error's field, to the string on
 * top; leaves it as it is where the field is absent. */
static void append_field(lua_State *L, const char *name, const char *before,
                         const char *after)
{
  int type = push_field(L, name);
  if (type != LUA_TSTRING && type != LUA_TNUMBER) {
    lua_pop(L, 1);
    return;
  }
  lua_pushstring(L, before);
  lua_insert(L, -2);
  lua_pushstring(L, after);
  lua_concat(L, 4);
}

/* "people_enrich: what happened (rate_limited, HTTP 429, retry after 7 s)" on
 * one line, whatever the server wrote. */
int cto_error_tostring(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushliteral(L, "");
  append_field(L, "endpoint", "", ": ");
  append_field(L, "message", "", "");
  append_field(L, "kind", " (", "");
  append_field(L, "status", ", HTTP ", "");
  append_field(L, "retry_after", ", retry after ", " s");
  append_field(L, "request_id", ", request id ", "");
  append_field(L, "job_uuid", ", job ", "");
  lua_pushliteral(L, ")");
  push_field(L, "maybe_charged");
  if (lua_toboolean(L, -1)) {
    lua_pop(L, 2);
    lua_pushliteral(L, ", may have been charged)");
  } else {
    lua_pop(L, 1);
  }
  lua_concat(L, 2);
  luaL_gsub(L, lua_tostring(L, -1), "\r", " ");
  luaL_gsub(L, lua_tostring(L, -1), "\n", " ");
  return 1;
}
