/*
 * A libFuzzer target: any bytes go through decode; what decodes is encoded, and
 * that must decode again. One Lua state serves all inputs, as it would a host.
 * Linked with the core's sources by clang -fsanitize=fuzzer,address,undefined.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core.h"

int luaopen_contactout_core(lua_State *L);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { DECODE = 1, ENCODE };

static lua_State *open_core(void)
{
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  lua_pushcfunction(L, luaopen_contactout_core);
  lua_call(L, 0, 1);
  lua_getfield(L, 1, "decode");
  lua_getfield(L, 1, "encode");
  lua_remove(L, 1);
  return L;
}

/* [-1, +1, e] The first result of the function at `which` for the value on top;
 * nil is a failure. */
static int passes(lua_State *L, int which)
{
  lua_pushvalue(L, which);
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  return !lua_isnil(L, -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static lua_State *L;
  if (!L)
    L = open_core();
  lua_settop(L, ENCODE);
  lua_pushlstring(L, (const char *)data, size);
  if (passes(L, DECODE) && !(passes(L, ENCODE) && passes(L, DECODE)))
    abort();
  return 0;
}
