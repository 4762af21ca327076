/*
 * luaopen_contactout_store: creates the metatable of databases, which with the
 * core's way to make an error is an upvalue of every function, and registers
 * the functions. No logic.
 */
#include "store.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT int luaopen_contactout_store(lua_State *L);

static const luaL_Reg functions[] = {
    {"open", cto_store_open},
    {"create", cto_store_create},
    {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__gc", cto_store_gc},
    {"__close", cto_store_gc},
    {"__tostring", cto_store_tostring},
    {NULL, NULL},
};

static const luaL_Reg methods[] = {
    {"exec", cto_store_exec},         {"run", cto_store_run},
    {"first", cto_store_first},       {"rows", cto_store_rows},
    {"begin", cto_store_begin},       {"commit", cto_store_commit},
    {"rollback", cto_store_rollback}, {"adopt", cto_store_adopt},
    {"close", cto_store_close},       {NULL, NULL},
};

/* [-0, +0, m] Registers `list` in the table on top, each function with the
 * shared upvalues, which stand at 1 to CTO_STORE_UP_END - 1. */
static void set_functions(lua_State *L, const luaL_Reg *list)
{
  for (int i = 1; i < CTO_STORE_UP_END; i++)
    lua_pushvalue(L, i);
  luaL_setfuncs(L, list, CTO_STORE_UP_END - 1);
}

int luaopen_contactout_store(lua_State *L)
{
  lua_settop(L, 0);
  lua_newtable(L);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "contactout.core");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "error");
  lua_remove(L, -2); /* metatable error */
  lua_pushvalue(L, CTO_STORE_UP_DATABASE);
  set_functions(L, metamethods);
  lua_pushliteral(L, "contactout.store");
  lua_setfield(L, -2, "__name");
  lua_newtable(L);
  set_functions(L, methods);
  lua_setfield(L, -2, "__index");
  lua_newtable(L);
  set_functions(L, functions);
  return 1;
}
