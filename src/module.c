/*
 * luaopen_contactout_core: creates the metatables, which are the upvalues of
 * every function handed out (core.h), and registers the functions. No logic.
 */
#include "client.h"
#include "clock.h"
#include "core.h"
#include "decode.h"
#include "digest.h"
#include "encode.h"
#include "endpoint_list.h"
#include "errors.h"
#include "names.h"
#include "order.h"
#include "reply.h"
#include "request.h"
#include "sigpipe.h"
#include "version.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT int luaopen_contactout_core(lua_State *L);

static const luaL_Reg functions[] = {
    {"new", cto_client_new},
    {"error", cto_error_new},
    {"is_error", cto_error_is},
    {"build", cto_request_build},
    {"build_path", cto_request_build_path},
    {"read", cto_reply_read},
    {"decode", cto_decode_lua},
    {"encode", cto_encode_lua},
    {"ordered", cto_ordered},
    {"digest", cto_digest_text},
    {"now", cto_clock_now},
    {"sleep", cto_clock_sleep},
    {"poll", cto_clock_poll},
    {"isyieldable", cto_clock_isyieldable},
    {"nearest", cto_nearest_lua},
    {"ignore_sigpipe", cto_sigpipe_ignore},
    {NULL, NULL},
};

static const luaL_Reg error_metamethods[] = {
    {"__tostring", cto_error_tostring},
    {NULL, NULL},
};

static const luaL_Reg request_metamethods[] = {
    {"__gc", cto_request_gc},
    {"__index", cto_request_index},
    {NULL, NULL},
};

static const luaL_Reg client_metamethods[] = {
    {"__gc", cto_client_gc},
    {"__close", cto_client_gc},
    {"__tostring", cto_client_tostring},
    {NULL, NULL},
};

static const luaL_Reg ticket_metamethods[] = {
    {"__gc", cto_ticket_gc},
    {"__close", cto_ticket_gc},
    {NULL, NULL},
};

static const luaL_Reg buffer_metamethods[] = {
    {"__gc", cto_encode_gc},
    {NULL, NULL},
};

/* [-0, +0, m] Registers `list` in the table at `table`, each function with the
 * shared upvalues, which stand at 1 to CTO_UP_END - 1. */
static void set_functions(lua_State *L, int table, const luaL_Reg *list)
{
  lua_pushvalue(L, table);
  for (int i = 1; i < CTO_UP_END; i++)
    lua_pushvalue(L, i);
  luaL_setfuncs(L, list, CTO_UP_END - 1);
  lua_pop(L, 1);
}

/* [-0, +0, m] Names the metatable at `index` for tostring and for messages. */
static void set_name(lua_State *L, int index, const char *name)
{
  lua_pushstring(L, name);
  lua_setfield(L, index, "__name");
}

/* [-0, +0, m] Gives the metatable at `index` a table of methods. */
static void set_methods(lua_State *L, int index,
                        void (*fill)(lua_State *L, int index))
{
  lua_newtable(L);
  fill(L, lua_gettop(L));
  lua_setfield(L, index, "__index");
}

/* [-0, +1, m] The table in which decode.c keeps the order of keyed tables. */
static void push_weak_table(lua_State *L)
{
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
}

/* [-0, +1, m] What marks an empty array: lua-cjson's own marker where the
 * installed one has it, so that cjson.encode knows our arrays, else ours. */
static void push_empty_array_marker(lua_State *L)
{
  lua_getglobal(L, "require");
  lua_pushliteral(L, "cjson");
  if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_istable(L, -1)) {
    lua_getfield(L, -1, "empty_array_mt");
    lua_remove(L, -2);
    if (lua_istable(L, -1))
      return;
  }
  lua_pop(L, 1);
  lua_newtable(L);
}

int luaopen_contactout_core(lua_State *L)
{
  lua_settop(L, 0);
  for (int i = 1; i < CTO_UP_EMPTY_ARRAY; i++)
    lua_newtable(L);
  push_empty_array_marker(L);
  push_weak_table(L);
  set_functions(L, CTO_UP_ERROR, error_metamethods);
  set_name(L, CTO_UP_ERROR, "contactout.error");
  set_functions(L, CTO_UP_REQUEST, request_metamethods);
  set_name(L, CTO_UP_REQUEST, "contactout.request");
  set_functions(L, CTO_UP_CLIENT, client_metamethods);
  set_name(L, CTO_UP_CLIENT, "contactout.core.client");
  set_methods(L, CTO_UP_CLIENT, cto_client_methods);
  set_functions(L, CTO_UP_TICKET, ticket_metamethods);
  set_name(L, CTO_UP_TICKET, "contactout.core.ticket");
  set_methods(L, CTO_UP_TICKET, cto_ticket_methods);
  set_functions(L, CTO_UP_BUFFER, buffer_metamethods);
  set_name(L, CTO_UP_BUFFER, "contactout.core.buffer");
  lua_newtable(L);
  set_functions(L, CTO_UP_END, functions);
  lua_pushliteral(L, CTO_VERSION);
  lua_setfield(L, -2, "version");
  cto_rates_push(L);
  lua_setfield(L, -2, "rates");
  cto_kinds_push(L);
  lua_setfield(L, -2, "kinds");
  lua_pushcfunction(L, cto_endpoints_push);
  lua_call(L, 0, 1);
  lua_setfield(L, -2, "endpoints");
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
  lua_pushvalue(L, CTO_UP_EMPTY_ARRAY);
  lua_setfield(L, -2, "empty_array_mt");
  return 1;
}
