/*
 * The error tables of this module: their kinds, and how one is made. An error
 * table has `kind`, `message`, `endpoint` and what else is known, under one
 * metatable whose __tostring gives a line a person can act on. Depends on
 * core.h alone. What is secret must be out of a text before it comes here.
 */
#ifndef CTO_ERRORS_H
#define CTO_ERRORS_H

#include <stdbool.h>
#include "core.h"

enum cto_kind {
  CTO_INVALID_ARGUMENT,
  CTO_CREDENTIALS,
  CTO_INVALID_REQUEST,
  CTO_OUT_OF_CREDITS,
  CTO_NO_ACCESS,
  CTO_NOT_FOUND,
  CTO_RATE_LIMITED,
  CTO_SERVER,
  CTO_TIMEOUT,
  CTO_CONNECTION,
  CTO_TLS,
  CTO_MALFORMED_RESPONSE,
  CTO_TOO_LARGE,
  CTO_CANCELLED,
  CTO_BUDGET,
  CTO_JOB_FAILED,
  CTO_JOB_TIMEOUT,
  CTO_UNCERTAIN,
  CTO_UNSUPPORTED,
  CTO_JOURNAL,
  CTO_KINDS
};

const char *cto_kind_name(enum cto_kind kind);

/* [-0, +1, m] Pushes an error table; `endpoint` and `param` may be NULL. The
 * format is lua_pushfstring's. Always returns false, so that a check can end in
 * `return cto_error(...)`. Runs only inside a closure of this module. */
bool cto_error(lua_State *L, enum cto_kind kind, const char *endpoint,
               const char *param, const char *format, ...);

/* [-1, +1, m] The string on top becomes the message of a new error table. */
void cto_error_from_string(lua_State *L, enum cto_kind kind,
                           const char *endpoint, const char *param);

/* [-0, +0, -] Whether the value at `index` is an error table of this module. */
bool cto_is_error(lua_State *L, int index);

/* [-1, +2, m] Turns the error table on top into the pair `nil, err`, and
 * returns 2: the last step of a function that Lua calls. */
int cto_fail(lua_State *L);

/* [-0, +1, m] The list of the names of all kinds. */
int cto_kinds_push(lua_State *L);

/* Lua functions: error(kind, message [, fields]) -> err; is_error(x) ->
 * boolean. The metatable's __tostring. */
int cto_error_new(lua_State *L);
int cto_error_is(lua_State *L);
int cto_error_tostring(lua_State *L);

#endif
