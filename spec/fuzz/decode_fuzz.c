/*
 * A libFuzzer target: any bytes go through decode. What decodes is encoded, and
 * that must decode again, to the same; and lua-cjson must read the same in the
 * text, where it is one that both take (oracle.lua says which). One Lua state
 * serves all inputs, as it would a host. `make fuzz` builds and runs it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core.h"

int luaopen_contactout_core(lua_State *L);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* [-0, +1, e] The function that oracle.lua returns: what is wrong, or nil. */
static lua_State *open_oracle(void)
{
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "preload");
  lua_pushcfunction(L, luaopen_contactout_core);
  lua_setfield(L, -2, "contactout.core");
  lua_settop(L, 0);
  if (luaL_loadfile(L, "spec/fuzz/oracle.lua") || lua_pcall(L, 0, 1, 0)) {
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    exit(2);
  }
  return L;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static lua_State *L;
  if (!L)
    L = open_oracle();
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  lua_pushlstring(L, (const char *)data, size);
  lua_call(L, 1, 1);
  if (lua_isnil(L, -1))
    return 0;
  fprintf(stderr, "%s\n", lua_tostring(L, -1));
  abort();
}
