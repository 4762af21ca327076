/* See order.h. */
#include "order.h"

/* --- The kept list ------------------------------------------------------- */

/* [-0, +0, m] How many keys the table at `map` has. */
static lua_Integer count_keys(lua_State *L, int map)
{
  lua_Integer count = 0;
  for (lua_pushnil(L); lua_next(L, map); lua_pop(L, 1))
    count++;
  return count;
}

/* [-0, +0, m] How many keys of the list at `order` it has still. */
static lua_Integer count_listed(lua_State *L, int map, int order)
{
  lua_Integer count = 0;
  int length = (int)lua_rawlen(L, order);
  for (int i = 1; i <= length; i++) {
    lua_rawgeti(L, order, i);
    lua_rawget(L, map);
    count += !lua_isnil(L, -1);
    lua_pop(L, 1);
  }
  return count;
}

/* [-0, +1, m] A copy of the list at `order`, followed by the other keys of the
 * table at `map`. */
static void push_completed(lua_State *L, int map, int order)
{
  int length = (int)lua_rawlen(L, order);
  lua_createtable(L, length, 0);
  lua_createtable(L, 0, length);
  int list = lua_gettop(L) - 1, listed = lua_gettop(L);
  for (int i = 1; i <= length; i++) {
    lua_rawgeti(L, order, i);
    lua_pushvalue(L, -1);
    lua_rawseti(L, list, i);
    lua_pushboolean(L, 1);
    lua_rawset(L, listed);
  }
  for (lua_pushnil(L); lua_next(L, map); lua_pop(L, 1)) { /* key value */
    lua_pushvalue(L, -2);
    lua_rawget(L, listed);
    if (lua_isnil(L, -1)) {
      lua_pushvalue(L, -3);
      lua_rawseti(L, list, ++length);
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

bool cto_push_order(lua_State *L, int index)
{
  int map = lua_absindex(L, index);
  lua_pushvalue(L, map);
  lua_rawget(L, CTO_UPVALUE(ORDER));
  if (!lua_istable(L, -1)) {
    lua_pop(L, 1);
    return false;
  }
  int order = lua_gettop(L);
  if (count_keys(L, map) > count_listed(L, map, order)) {
    push_completed(L, map, order);
    lua_replace(L, order);
  }
  return true;
}

/* --- What Lua calls ------------------------------------------------------ */

/* Upvalues of the iterators: what they walk, a list of keys, the position. */
enum { WALKED = 1, KEYS, POSITION };

/* [-0, +1, -] Moves the iterator on and pushes its new position. */
static int push_position(lua_State *L)
{
  int position = (int)lua_tointeger(L, lua_upvalueindex(POSITION)) + 1;
  lua_pushinteger(L, position);
  lua_pushvalue(L, -1);
  lua_replace(L, lua_upvalueindex(POSITION));
  return position;
}

/* A listed key and its value; those that were removed since are passed over. */
static int next_listed(lua_State *L)
{
  for (;;) {
    lua_settop(L, 0);
    lua_rawgeti(L, lua_upvalueindex(KEYS), push_position(L));
    if (lua_isnil(L, -1))
      return 1;
    lua_pushvalue(L, -1);
    lua_rawget(L, lua_upvalueindex(WALKED));
    if (!lua_isnil(L, -1))
      return 2;
  }
}

static int next_element(lua_State *L)
{
  int position = push_position(L);
  lua_rawgeti(L, lua_upvalueindex(WALKED), position);
  return lua_isnil(L, -1) ? 1 : 2;
}

/* The key and value of the next element, an object of one key. */
static int next_pair(lua_State *L)
{
  lua_rawgeti(L, lua_upvalueindex(WALKED), push_position(L));
  if (!lua_istable(L, -1))
    return 0;
  lua_pushnil(L);
  return lua_next(L, -2) ? 2 : 0;
}

static int next_any(lua_State *L)
{
  lua_settop(L, 2);
  return lua_next(L, 1) ? 2 : 0;
}

/* [-0, +0, m] Whether the value on top is a table of one key, a string. */
static bool is_one_pair(lua_State *L)
{
  if (!lua_istable(L, -1))
    return false;
  int object = lua_gettop(L);
  lua_pushnil(L);
  bool is_pair = lua_next(L, object) && lua_type(L, -2) == LUA_TSTRING;
  if (is_pair) {
    lua_pop(L, 1);
    is_pair = !lua_next(L, object);
  }
  lua_settop(L, object);
  return is_pair;
}

/* [-0, +0, m] Whether all elements of the array at 1 are objects of one key. */
static bool is_list_of_pairs(lua_State *L)
{
  int length = (int)lua_rawlen(L, 1);
  for (int i = 1; i <= length; i++) {
    lua_rawgeti(L, 1, i);
    bool is_pair = is_one_pair(L);
    lua_pop(L, 1);
    if (!is_pair)
      return false;
  }
  return true;
}

int cto_ordered(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  if (cto_push_order(L, 1)) { /* map keys */
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_listed, POSITION);
    return 1;
  }
  if (lua_rawlen(L, 1) == 0) {
    lua_pushcfunction(L, next_any);
    lua_insert(L, 1);
    return 2;
  }
  lua_CFunction next = is_list_of_pairs(L) ? next_pair : next_element;
  lua_pushnil(L); /* no keys */
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, next, POSITION);
  return 1;
}
