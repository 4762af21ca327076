/*
 * Native Lua values back into JSON: what decode.c made, and plain tables a user
 * made. Empty arrays stay arrays (by their marker, ours or cjson's), integers
 * integers, and a keyed table is written in the server's order.
 */
#ifndef CTO_ENCODE_H
#define CTO_ENCODE_H

#include <stdbool.h>
#include "buffer.h"
#include "core.h"

/* [-0, +0|+1, m] Appends the value at `index` to `out`, which must hang on
 * something Lua owns. False and an error table on top (invalid_argument, says
 * where: "value.profiles[2]") for what JSON can't hold: functions, NaN, keys
 * neither strings nor integers, a table nested over CTO_MAX_DEPTH or in
 * itself. `name` is what the message calls the value. */
bool cto_encode(lua_State *L, int index, struct cto_buffer *out,
                const char *name);

/* encode(value) -> string | nil, err. The metamethod __gc of its buffer. */
int cto_encode_lua(lua_State *L);
int cto_encode_gc(lua_State *L);

#endif
