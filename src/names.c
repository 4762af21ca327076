/* See names.h. */
#include "names.h"

#include <string.h>

#include "errors.h"
#include "url.h"

/* --- The nearest name ---------------------------------------------------- */

enum { LONGEST_NAME = 47 }; /* a longer one is no typo of ours */

static size_t least(size_t a, size_t b)
{
  return a < b ? a : b;
}

/* How many letters must be put in, left out, changed or swapped with the next
 * to make one name the other (Levenshtein, and neighbours that changed places);
 * capitals are no change. */
static size_t edit_distance(const char *a, const char *b)
{
  size_t rows[3][LONGEST_NAME + 1]; /* distances to each beginning of b */
  size_t *before = rows[0], *above = rows[1], *row = rows[2];
  size_t width = strlen(b);
  for (size_t j = 0; j <= width; j++)
    row[j] = j;
  for (size_t i = 1; a[i - 1]; i++) {
    size_t *oldest = before;
    before = above;
    above = row;
    row = oldest;
    row[0] = i;
    for (size_t j = 1; j <= width; j++) {
      char x = cto_to_lower(a[i - 1]), y = cto_to_lower(b[j - 1]);
      row[j] = least(above[j - 1] + (x != y), least(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && x == cto_to_lower(b[j - 2]) &&
          y == cto_to_lower(a[i - 2]))
        row[j] = least(row[j], before[j - 2] + 1);
    }
  }
  return row[width];
}

/* From this many wrong letters on, a name means another: a third of them. */
static size_t too_far(const char *name)
{
  return strlen(name) / 3 + 1;
}

/* 0 for the same name, more the less alike, too_far(name) for any other. A name
 * cut short (`linkedin`) or drawn out is always near, if barely. */
static size_t unlikeness(const char *name, const char *known)
{
  size_t far = too_far(name);
  size_t length = strlen(name), other = strlen(known);
  if (length > LONGEST_NAME || other > LONGEST_NAME)
    return far;
  size_t distance = least(edit_distance(name, known), far);
  size_t shorter = least(length, other);
  if (shorter >= 4 && strncmp(name, known, shorter) == 0)
    return least(distance, far - 1);
  return distance;
}

const char *cto_nearest(const char *name, const char *const *names)
{
  const char *nearest = NULL;
  size_t least_distance = too_far(name);
  for (; *names; names++) {
    size_t distance = unlikeness(name, *names);
    if (distance < least_distance) {
      nearest = *names;
      least_distance = distance;
    }
  }
  return nearest;
}

int cto_nearest_lua(lua_State *L)
{
  const char *name = luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_pushnil(L); /* name names nearest */
  size_t least_distance = too_far(name);
  for (int i = 1; lua_rawgeti(L, 2, i), lua_type(L, -1) == LUA_TSTRING; i++) {
    size_t distance = unlikeness(name, lua_tostring(L, -1));
    if (distance < least_distance) {
      lua_replace(L, 3);
      least_distance = distance;
    } else {
      lua_pop(L, 1);
    }
  }
  lua_settop(L, 3);
  return 1;
}

/* --- Names that are not known -------------------------------------------- */

/* [-0, +1, m] "a, b, c" */
static const char *push_joined(lua_State *L, const char *const *names)
{
  luaL_Buffer joined;
  luaL_buffinit(L, &joined);
  for (int i = 0; names[i]; i++) {
    if (i > 0)
      luaL_addstring(&joined, ", ");
    luaL_addstring(&joined, names[i]);
  }
  luaL_pushresult(&joined);
  return lua_tostring(L, -1);
}

/* [-0, +1, m] The error for a key that isn't even a name. */
static bool no_name(lua_State *L, const char *endpoint, const char *what,
                    int index)
{
  const char *key = luaL_typename(L, index);
  if (lua_type(L, index) == LUA_TNUMBER) {
    lua_pushvalue(L, index); /* tostring would change the key itself */
    key = lua_pushfstring(L, "[%s]", lua_tostring(L, -1));
  }
  return cto_error(L, CTO_INVALID_ARGUMENT, endpoint, key,
                   "each %s has a name, and %s is none", what, key);
}

bool cto_unknown_name(lua_State *L, const char *endpoint, const char *what,
                      int index, const char *const *names)
{
  index = lua_absindex(L, index);
  if (lua_type(L, index) != LUA_TSTRING)
    return no_name(L, endpoint, what, index);
  const char *name = lua_tostring(L, index);
  const char *nearest = cto_nearest(name, names);
  if (nearest)
    return cto_error(L, CTO_INVALID_ARGUMENT, endpoint, name,
                     "there is no %s \"%s\"; did you mean \"%s\"?", what, name,
                     nearest);
  return cto_error(L, CTO_INVALID_ARGUMENT, endpoint, name,
                   "there is no %s \"%s\"; known are %s", what, name,
                   push_joined(L, names));
}

/* Whether the key at `index` is one of `names`. */
static bool is_known(lua_State *L, int index, const char *const *names)
{
  size_t length;
  if (lua_type(L, index) != LUA_TSTRING)
    return false;
  const char *name = lua_tolstring(L, index, &length);
  for (; *names; names++)
    if (strlen(*names) == length && memcmp(*names, name, length) == 0)
      return true;
  return false;
}

bool cto_check_names(lua_State *L, const char *endpoint, const char *what,
                     int index, const char *const *names)
{
  index = lua_absindex(L, index);
  for (lua_pushnil(L); lua_next(L, index);) { /* key value */
    lua_pop(L, 1);
    if (!is_known(L, -1, names)) {
      cto_unknown_name(L, endpoint, what, -1, names);
      return false;
    }
  }
  return true;
}

/* --- In order ------------------------------------------------------------ */

/* Whether the string at `a` sorts before that at `b`, by bytes: no locale. */
static bool is_before(lua_State *L, int a, int b)
{
  size_t a_length, b_length;
  const char *a_text = lua_tolstring(L, a, &a_length);
  const char *b_text = lua_tolstring(L, b, &b_length);
  int order = memcmp(a_text, b_text, least(a_length, b_length));
  return order < 0 || (order == 0 && a_length < b_length);
}

/* Each step looks for the next name anew, so nothing need be kept. */
bool cto_next_sorted(lua_State *L, int index)
{
  index = lua_absindex(L, index);
  int previous = lua_gettop(L);
  lua_pushnil(L);
  int next = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, index);) { /* previous next key value */
    lua_pop(L, 1);
    if ((lua_isnil(L, previous) || is_before(L, previous, -1)) &&
        (lua_isnil(L, next) || is_before(L, -1, next))) {
      lua_pushvalue(L, -1);
      lua_replace(L, next);
    }
  }
  lua_remove(L, previous);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    return false;
  }
  lua_pushvalue(L, -1);
  lua_rawget(L, index);
  return true;
}
