/*
 * The Lua versions this module runs on (5.1 to 5.4, LuaJIT), as one interface:
 * the newest API, written in terms of the older ones. The only file that asks
 * which Lua it is compiled for. Depends on Lua's headers alone.
 */
#ifndef CTO_COMPAT_H
#define CTO_COMPAT_H

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#if LUA_VERSION_NUM < 502

#define LUA_OK 0
#define lua_rawlen(L, i) lua_objlen(L, i)

/* [-0, +0, -] */
static inline int lua_absindex(lua_State *L, int i)
{
  return i > 0 || i <= LUA_REGISTRYINDEX ? i : lua_gettop(L) + i + 1;
}

/* Only LuaJIT's luaconf.h has LUA_LJDIR. */
#ifndef LUA_LJDIR
/* [-nup, +0, m] */
static inline void luaL_setfuncs(lua_State *L, const luaL_Reg *l, int nup)
{
  luaL_checkstack(L, nup + 1, "too many upvalues");
  for (; l->name; l++) {
    for (int i = 0; i < nup; i++)
      lua_pushvalue(L, -nup);
    lua_pushcclosure(L, l->func, nup);
    lua_setfield(L, -(nup + 2), l->name);
  }
  lua_pop(L, nup);
}

/* PUC 5.1 can yield from no C boundary and cannot tell; a coroutine there is
 * treated as one that can't yield. */
#define lua_isyieldable(L) ((void)(L), 0)
#endif

#elif LUA_VERSION_NUM == 502

/* 5.2 yields across pcall, but has no way to ask; only the main one can't. */
static inline int lua_isyieldable(lua_State *L)
{
  int is_main = lua_pushthread(L);
  lua_pop(L, 1);
  return !is_main;
}

#elif LUA_VERSION_NUM >= 504

/* No userdata here has a value beside its block. */
#undef lua_newuserdata
#define lua_newuserdata(L, size) lua_newuserdatauv(L, size, 0)

#endif

#if LUA_VERSION_NUM < 503
#define CTO_LUA_HAS_INTEGERS 0
#define lua_isinteger(L, i) ((void)(L), (void)(i), 0)
#else
#define CTO_LUA_HAS_INTEGERS 1
#endif

#endif
