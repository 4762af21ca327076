/*
 * A Lua interpreter with a sanitizer linked in: `sanitized_lua SCRIPT ARGS`, or
 * `sanitized_lua -e CHUNK`.
 * Preloading the sanitizer into the system's own Lua would put it into every
 * program that the specs start, too, and some can't bear it. Closes its state,
 * so that what is left over is a leak.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

static int add_traceback(lua_State *L)
{
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

/* arg[-1] is this program, arg[0] the script. */
static void push_arg(lua_State *L, int argc, char **argv)
{
  lua_createtable(L, argc, 1);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - 1);
  }
}

int main(int argc, char **argv)
{
  if (argc < 2) {
    fprintf(stderr, "usage: %s SCRIPT [ARGS]\n", argv[0]);
    return 2;
  }
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  push_arg(L, argc, argv);
  lua_setglobal(L, "arg");
  lua_pushcfunction(L, add_traceback);
  bool is_chunk = strcmp(argv[1], "-e") == 0 && argc == 3;
  int failed = (is_chunk ? luaL_loadstring(L, argv[2])
                         : luaL_loadfile(L, argv[1])) != LUA_OK;
  for (int i = 2; i < argc && !failed; i++)
    lua_pushstring(L, argv[i]);
  failed = failed || lua_pcall(L, argc - 2, 0, 1) != LUA_OK;
  if (failed)
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
  lua_close(L);
  return failed;
}
