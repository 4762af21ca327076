/* See gather.h. */
#include "gather.h"

/* Enough for nearly all containers, while 200 levels of them stay well within
 * the 8000 slots that a C function has in Lua 5.1. */
static int most_gathered(int depth)
{
  return depth <= 6 ? 512 >> (depth - 1) : 8;
}

void cto_gather_open(lua_State *L, struct cto_gather *gather, int depth,
                     bool is_keyed)
{
  lua_pushnil(L);
  *gather = (struct cto_gather){.table = lua_gettop(L),
                                .most = most_gathered(depth),
                                .is_keyed = is_keyed};
}

/* --- Arrays -------------------------------------------------------------- */

void cto_gather_elements(lua_State *L, struct cto_gather *array)
{
  if (array->stored == 0) {
    lua_createtable(L, array->count, 0);
    lua_replace(L, array->table);
    for (int i = array->count; i >= 1; i--)
      lua_rawseti(L, array->table, i);
  } else { /* upwards, or Lua would take its new part for a hash */
    for (int i = 1; i <= array->count; i++) {
      lua_pushvalue(L, array->table + i);
      lua_rawseti(L, array->table, array->stored + i);
    }
    lua_settop(L, array->table);
  }
  array->stored += array->count;
  array->count = 0;
}

/* --- Objects ------------------------------------------------------------- */

/* [-0, +0, m] Makes the table for the members gathered so far. */
static void make_object(lua_State *L, const struct cto_gather *object)
{
  lua_createtable(L, 0, object->count - object->nulls);
  lua_replace(L, object->table);
  if (!object->is_keyed)
    return;
  lua_pushvalue(L, object->table);
  lua_createtable(L, object->count, 0);
  lua_rawset(L, CTO_UPVALUE(ORDER));
}

/* [-0, +0, m] Removes the member whose key lies at `key`; most often there is
 * none, and a key set to nil would take up room. */
static void remove_member(lua_State *L, int table, int key)
{
  lua_pushvalue(L, key);
  lua_rawget(L, table);
  bool is_there = !lua_isnil(L, -1);
  lua_pop(L, 1);
  if (!is_there)
    return;
  lua_pushvalue(L, key);
  lua_pushnil(L);
  lua_rawset(L, table);
}

/* [-0, +0, m] Sets the member whose key and value lie at `key` and behind. */
static void set_member(lua_State *L, int table, int key)
{
  lua_pushvalue(L, key);
  lua_pushvalue(L, key + 1);
  lua_rawset(L, table);
}

/* [-0, +0, m] Lists the key at `key` in the list on top unless it is listed. */
static void list_key(lua_State *L, struct cto_gather *object, int key)
{
  lua_pushvalue(L, key);
  lua_rawget(L, object->table);
  bool is_new = lua_isnil(L, -1);
  lua_pop(L, 1);
  if (!is_new)
    return;
  lua_pushvalue(L, key);
  lua_rawseti(L, -2, ++object->stored);
}

/* [-0, +1, -] The list of a keyed object's keys. */
static void push_list(lua_State *L, const struct cto_gather *object)
{
  lua_pushvalue(L, object->table);
  lua_rawget(L, CTO_UPVALUE(ORDER));
}

void cto_gather_members(lua_State *L, struct cto_gather *object)
{
  int table = object->table, end = table + 2 * object->count;
  if (lua_isnil(L, table))
    make_object(L, object);
  if (object->is_keyed)
    push_list(L, object);
  for (int key = table + 1; key < end; key += 2) {
    if (object->is_keyed)
      list_key(L, object, key);
    if (object->nulls > 0 && lua_isnil(L, key + 1))
      remove_member(L, table, key);
    else
      set_member(L, table, key);
  }
  lua_settop(L, table);
  object->count = 0;
}

/* [-0, +0, m] Takes the null members out of a keyed object and of its list.
 * They were there until now, so that no key was listed twice. */
static void drop_nulls(lua_State *L, const struct cto_gather *object)
{
  int kept = 0;
  push_list(L, object);
  int list = lua_gettop(L);
  for (int i = 1; i <= object->stored; i++) {
    lua_rawgeti(L, list, i);
    lua_pushvalue(L, -1);
    lua_rawget(L, object->table); /* key value */
    bool is_null = lua_islightuserdata(L, -1);
    lua_pop(L, 1);
    lua_pushnil(L);
    lua_rawseti(L, list, i);
    if (is_null) {
      lua_pushnil(L);
      lua_rawset(L, object->table);
    } else {
      lua_rawseti(L, list, ++kept);
    }
  }
  lua_pop(L, 1);
}

void cto_gather_close_object(lua_State *L, struct cto_gather *object)
{
  cto_gather_members(L, object);
  if (object->is_keyed && object->nulls > 0)
    drop_nulls(L, object);
}
