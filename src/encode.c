/*
 * See encode.h. Tables are read raw, so no Lua code runs meanwhile. Where in
 * the value the writer stands is a chain through the C stack, made into words
 * only when something is wrong there.
 */
#include "encode.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "decode.h"
#include "errors.h"
#include "json_write.h"
#include "order.h"

/* A value's place: under `key`, or the `position`-th of an array, in `parent`;
 * at the outermost one `key` is the name by which it is called. */
struct place {
  const struct place *parent;
  const char *key;
  int position;
  int depth;
};

struct encoder {
  lua_State *L;
  struct cto_buffer *out;
};

/* --- Errors -------------------------------------------------------------- */

/* A key that could stand behind a dot in Lua; anything else is quoted. */
static bool is_name(const char *key)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  size_t length = strspn(key, letters);
  return length > 0 && key[length] == '\0' && !(key[0] >= '0' && key[0] <= '9');
}

/* [-0, +1, m] "value.profiles[2]" */
static void push_place(lua_State *L, const struct place *place)
{
  if (!place->parent) {
    lua_pushstring(L, place->key);
    return;
  }
  luaL_checkstack(L, 2, "JSON");
  push_place(L, place->parent);
  const char *parent = lua_tostring(L, -1);
  if (!place->key)
    lua_pushfstring(L, "%s[%d]", parent, place->position);
  else if (is_name(place->key))
    lua_pushfstring(L, "%s.%s", parent, place->key);
  else
    lua_pushfstring(L, "%s[\"%s\"]", parent, place->key);
  lua_remove(L, -2);
}

/* [-0, +1, m] `format` gets the place, then `detail` */
static bool fail(lua_State *L, const struct place *place, const char *format,
                 const char *detail)
{
  push_place(L, place);
  lua_pushfstring(L, format, lua_tostring(L, -1), detail);
  lua_remove(L, -2);
  cto_error_from_string(L, CTO_INVALID_ARGUMENT, NULL, NULL);
  return false;
}

/* [-0, +0|+1, m] Whether all that was written so far found room. */
static bool has_room(lua_State *L, const struct cto_buffer *out)
{
  if (out->state == CTO_BUFFER_NO_MEMORY)
    return luaL_error(L, "not enough memory");
  if (out->state == CTO_BUFFER_FULL)
    return cto_error(L, CTO_INVALID_ARGUMENT, NULL, NULL,
                     "as JSON it is longer than allowed");
  return true;
}

/* --- Numbers and strings ------------------------------------------------- */

/* [-0, +0|+1, m] */
static bool encode_number(const struct encoder *encoder, int index,
                          const struct place *place)
{
  lua_State *L = encoder->L;
  if (lua_isinteger(L, index)) {
    cto_json_integer(encoder->out, (long long)lua_tointeger(L, index));
    return true;
  }
  double value = (double)lua_tonumber(L, index);
  if (isnan(value))
    return fail(L, place, "%s is NaN, which JSON can't hold", "");
  cto_json_number(encoder->out, value);
  return true;
}

/* [-0, +0, -] The string at `index`, which is one: no number is converted. */
static void encode_string(const struct encoder *encoder, int index)
{
  size_t length;
  const char *text = lua_tolstring(encoder->L, index, &length);
  cto_json_string(encoder->out, text, length);
}

/* --- Tables -------------------------------------------------------------- */

static bool encode_value(const struct encoder *encoder, int index,
                         const struct place *place);

struct shape {
  int strings;  /* keys that are strings */
  int integers; /* keys that are 1 or a greater integer */
  int greatest; /* of these */
};

/* [-0, +0, -] Counts the key at `index`; false if JSON has no such keys. */
static bool count_key(lua_State *L, int index, struct shape *shape)
{
  if (lua_type(L, index) == LUA_TSTRING) {
    shape->strings++;
    return true;
  }
  if (lua_type(L, index) != LUA_TNUMBER)
    return false;
  lua_Number key = lua_tonumber(L, index);
  if (key < 1 || key > INT_MAX || key != floor(key))
    return false;
  shape->integers++;
  if ((int)key > shape->greatest)
    shape->greatest = (int)key;
  return true;
}

/* [-0, +0|+1, m] */
static bool measure(lua_State *L, int table, const struct place *place,
                    struct shape *shape)
{
  *shape = (struct shape){0};
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    if (count_key(L, -2, shape))
      continue;
    const char *type = luaL_typename(L, -2);
    lua_pop(L, 2);
    return fail(L, place,
                "%s has a key that is neither a string nor a position (a %s)",
                type);
  }
  if (shape->integers > 0 && shape->strings > 0)
    return fail(L, place, "%s has both string keys and integer keys", "");
  if (shape->greatest > shape->integers)
    return fail(L, place, "%s is a list with holes", "");
  return true;
}

/* [-0, +0, -] */
static bool is_marked_empty_array(lua_State *L, int table)
{
  if (!lua_getmetatable(L, table))
    return false;
  bool is_marked = lua_rawequal(L, -1, CTO_UPVALUE(EMPTY_ARRAY));
  lua_pop(L, 1);
  return is_marked;
}

/* [-0, +0|+1, m] */
static bool encode_array(const struct encoder *encoder, int table, int length,
                         const struct place *place)
{
  lua_State *L = encoder->L;
  struct place element = {.parent = place, .depth = place->depth + 1};
  cto_buffer_putc(encoder->out, '[');
  for (int i = 1; i <= length; i++) {
    if (i > 1)
      cto_buffer_putc(encoder->out, ',');
    element.position = i;
    lua_rawgeti(L, table, i);
    int value = lua_gettop(L);
    if (!encode_value(encoder, value, &element))
      return false;
    lua_settop(L, value - 1);
  }
  cto_buffer_putc(encoder->out, ']');
  return true;
}

/* [-0, +0|+1, m] The member whose key and value lie at `key` and behind it. */
static bool encode_member(const struct encoder *encoder, int key, bool is_first,
                          const struct place *place)
{
  struct place member = {.parent = place,
                         .key = lua_tostring(encoder->L, key),
                         .depth = place->depth + 1};
  if (!is_first)
    cto_buffer_putc(encoder->out, ',');
  encode_string(encoder, key);
  cto_buffer_putc(encoder->out, ':');
  return encode_value(encoder, key + 1, &member);
}

/* [-0, +0|+1, m] Members as they come. */
static bool encode_members(const struct encoder *encoder, int table,
                           const struct place *place)
{
  lua_State *L = encoder->L;
  bool is_first = true;
  lua_pushnil(L);
  int key = lua_gettop(L);
  while (lua_next(L, table)) {
    if (!encode_member(encoder, key, is_first, place))
      return false;
    is_first = false;
    lua_settop(L, key);
  }
  return true;
}

/* [-1, +0|+1, m] Members in the order of the list of keys on top. */
static bool encode_ordered(const struct encoder *encoder, int table,
                           const struct place *place)
{
  lua_State *L = encoder->L;
  int list = lua_gettop(L), key = list + 1;
  int length = (int)lua_rawlen(L, list);
  bool is_first = true;
  for (int i = 1; i <= length; i++) {
    lua_rawgeti(L, list, i);
    lua_pushvalue(L, key);
    lua_rawget(L, table);
    if (!lua_isnil(L, -1)) {
      if (!encode_member(encoder, key, is_first, place))
        return false;
      is_first = false;
    }
    lua_settop(L, list);
  }
  lua_settop(L, list - 1);
  return true;
}

/* [-0, +0|+1, m] */
static bool encode_table(const struct encoder *encoder, int table,
                         const struct place *place)
{
  lua_State *L = encoder->L;
  struct shape shape;
  if (place->depth > CTO_MAX_DEPTH)
    return cto_error(L, CTO_INVALID_ARGUMENT, NULL, NULL,
                     "tables are nested over %d deep, or in themselves",
                     CTO_MAX_DEPTH);
  luaL_checkstack(L, LUA_MINSTACK, "JSON");
  if (!has_room(L, encoder->out) || !measure(L, table, place, &shape))
    return false;
  if (shape.integers > 0)
    return encode_array(encoder, table, shape.integers, place);
  if (shape.strings == 0 && is_marked_empty_array(L, table))
    return cto_buffer_puts(encoder->out, "[]");
  cto_buffer_putc(encoder->out, '{');
  bool is_encoded = cto_push_order(L, table)
                        ? encode_ordered(encoder, table, place)
                        : encode_members(encoder, table, place);
  cto_buffer_putc(encoder->out, '}');
  return is_encoded;
}

/* --- Values -------------------------------------------------------------- */

/* [-0, +0|+1, m] `index` is absolute. */
static bool encode_value(const struct encoder *encoder, int index,
                         const struct place *place)
{
  lua_State *L = encoder->L;
  int type = lua_type(L, index);
  switch (type) {
  case LUA_TTABLE:
    return encode_table(encoder, index, place);
  case LUA_TSTRING:
    encode_string(encoder, index);
    return true;
  case LUA_TNUMBER:
    return encode_number(encoder, index, place);
  case LUA_TBOOLEAN:
    cto_buffer_puts(encoder->out, lua_toboolean(L, index) ? "true" : "false");
    return true;
  case LUA_TLIGHTUSERDATA:
    if (!lua_touserdata(L, index)) {
      cto_buffer_puts(encoder->out, "null");
      return true;
    }
    break;
  }
  return fail(L, place, "%s is a %s, which JSON can't hold",
              lua_typename(L, type));
}

bool cto_encode(lua_State *L, int index, struct cto_buffer *out,
                const char *name)
{
  const struct encoder encoder = {.L = L, .out = out};
  const struct place outermost = {.key = name, .depth = 1};
  int top = lua_gettop(L);
  luaL_checkstack(L, LUA_MINSTACK, "JSON");
  if (encode_value(&encoder, lua_absindex(L, index), &outermost) &&
      has_room(L, out))
    return true;
  lua_insert(L, top + 1); /* the error, below what was left there */
  lua_settop(L, top + 1);
  return false;
}

/* --- What Lua calls ------------------------------------------------------ */

int cto_encode_gc(lua_State *L)
{
  cto_buffer_free(lua_touserdata(L, 1));
  return 0;
}

int cto_encode_lua(lua_State *L)
{
  const size_t limit = PTRDIFF_MAX; /* memory is the only one */
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  struct cto_buffer *out = lua_newuserdata(L, sizeof *out);
  cto_buffer_init(out, limit);
  lua_pushvalue(L, CTO_UPVALUE(BUFFER));
  lua_setmetatable(L, -2);
  if (!cto_encode(L, 1, out, "value"))
    return cto_fail(L);
  lua_pushlstring(L, out->data, out->length);
  cto_buffer_free(out);
  return 1;
}
