/*
 * One SQL statement: values in, rows out. SQLite itself keeps the list of what
 * has been prepared, so a statement's text is enough to find it again. Nothing
 * of a statement is left open when the call ends, not even by an error.
 *
 * Strings are bound as text, whatever their bytes: NUL and bad UTF-8 come back
 * as they were. A boolean comes back as 1 or 0. Depends on store.h.
 */
#include "store.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum { FIRST_VALUE = 3 };

/* What a number without a type of its own holds exactly. */
#define MAX_EXACT 9007199254740992.0

/* --- Preparing --------------------------------------------------------------
 */

/* One with that text that is not being stepped by a call further up. */
static sqlite3_stmt *find_prepared(sqlite3 *handle, const char *sql)
{
  sqlite3_stmt *statement = NULL;
  while ((statement = sqlite3_next_stmt(handle, statement))) {
    if (!sqlite3_stmt_busy(statement) &&
        strcmp(sqlite3_sql(statement), sql) == 0)
      return statement;
  }
  return NULL;
}

/* [-0, +0, v] Raises where the text is not one statement. */
static int prepare(lua_State *L, sqlite3 *handle, sqlite3_stmt **statement)
{
  const char *sql = lua_tostring(L, 2);
  const char *rest = "";
  *statement = find_prepared(handle, sql);
  if (*statement)
    return SQLITE_OK;
  int code = sqlite3_prepare_v3(handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                statement, &rest);
  bool is_one = code != SQLITE_OK || (*statement && *rest == '\0');
  if (!is_one)
    sqlite3_finalize(*statement);
  luaL_argcheck(L, is_one, 2, "must be one statement");
  return code;
}

/* --- Values in --------------------------------------------------------------
 */

/* [-0, +0, v] Raises for a value that would not come back as it is: SQLite
 * makes NULL of NaN. */
static void check_value(lua_State *L, int index)
{
  int type = lua_type(L, index);
  luaL_argcheck(L,
                type == LUA_TNIL || type == LUA_TBOOLEAN ||
                    type == LUA_TNUMBER || type == LUA_TSTRING,
                index, "can't be stored");
  luaL_argcheck(L, type != LUA_TNUMBER || !isnan(lua_tonumber(L, index)), index,
                "NaN can't be stored");
}

/* A float is stored as an integer only where the Lua has no other ones. */
static int bind_number(lua_State *L, int index, sqlite3_stmt *statement,
                       int place)
{
  double number = lua_tonumber(L, index);
  if (lua_isinteger(L, index))
    return sqlite3_bind_int64(statement, place, lua_tointeger(L, index));
  if (!CTO_LUA_HAS_INTEGERS && floor(number) == number &&
      fabs(number) <= MAX_EXACT)
    return sqlite3_bind_int64(statement, place, (sqlite3_int64)number);
  return sqlite3_bind_double(statement, place, number);
}

/* The strings stay on the stack until the bindings are cleared. */
static int bind(lua_State *L, int index, sqlite3_stmt *statement, int place)
{
  size_t length;
  const char *text;
  switch (lua_type(L, index)) {
  case LUA_TBOOLEAN:
    return sqlite3_bind_int(statement, place, lua_toboolean(L, index));
  case LUA_TNUMBER:
    return bind_number(L, index, statement, place);
  case LUA_TSTRING:
    text = lua_tolstring(L, index, &length);
    return sqlite3_bind_text64(statement, place, text, length, SQLITE_STATIC,
                               SQLITE_UTF8);
  default:
    return sqlite3_bind_null(statement, place);
  }
}

/* [-0, +0, v] How many values follow the statement's text, which is at 2. */
static int count_values(lua_State *L)
{
  luaL_checkstring(L, 2);
  return lua_gettop(L) - (FIRST_VALUE - 1);
}

/* [-0, +0, v] The statement of the text at 2, with the values that follow it.
 */
static int prepare_with_values(lua_State *L, sqlite3 *handle, int count,
                               sqlite3_stmt **statement)
{
  for (int i = 0; i < count; i++)
    check_value(L, FIRST_VALUE + i);
  int code = prepare(L, handle, statement);
  if (code != SQLITE_OK)
    return code;
  int wanted = sqlite3_bind_parameter_count(*statement);
  if (wanted != count)
    return luaL_error(L, "the statement takes %d values, not %d", wanted,
                      count);
  for (int i = 0; i < count && code == SQLITE_OK; i++)
    code = bind(L, FIRST_VALUE + i, *statement, i + 1);
  return code;
}

static void finish(sqlite3_stmt *statement)
{
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

/* --- Rows out ---------------------------------------------------------------
 */

/* [-0, +0|+1, m] False if this Lua has no number for the integer. */
static bool push_integer(lua_State *L, sqlite3_int64 integer)
{
  if (CTO_LUA_HAS_INTEGERS)
    lua_pushinteger(L, (lua_Integer)integer);
  else if (fabs((double)integer) < MAX_EXACT)
    lua_pushnumber(L, (lua_Number)integer);
  else
    return false;
  return true;
}

/* [-0, +0|+1, e] The value of a column. */
static bool push_column(lua_State *L, sqlite3_stmt *statement, int column)
{
  const unsigned char *text;
  switch (sqlite3_column_type(statement, column)) {
  case SQLITE_NULL:
    lua_pushnil(L);
    return true;
  case SQLITE_INTEGER:
    return push_integer(L, sqlite3_column_int64(statement, column));
  case SQLITE_FLOAT:
    lua_pushnumber(L, sqlite3_column_double(statement, column));
    return true;
  default:
    text = sqlite3_column_text(statement, column);
    if (!text)
      return luaL_error(L, "not enough memory") != 0;
    lua_pushlstring(L, (const char *)text,
                    (size_t)sqlite3_column_bytes(statement, column));
    return true;
  }
}

struct fetch {
  sqlite3_stmt *statement;
  int most; /* rows */
  int code;
};

/* [-0, +1|+n, e] The row as a table: a column's name -> its value. */
static bool push_row(lua_State *L, sqlite3_stmt *statement)
{
  int count = sqlite3_column_count(statement);
  lua_createtable(L, 0, count);
  for (int i = 0; i < count; i++) {
    lua_pushstring(L, sqlite3_column_name(statement, i));
    if (!push_column(L, statement, i))
      return false;
    lua_rawset(L, -3);
  }
  return true;
}

/* fetch(a struct fetch) -> list of rows. Called protected. */
static int fetch_rows(lua_State *L)
{
  struct fetch *fetch = lua_touserdata(L, 1);
  lua_newtable(L);
  for (int i = 1; i <= fetch->most; i++) {
    fetch->code = sqlite3_step(fetch->statement);
    if (fetch->code != SQLITE_ROW)
      break;
    if (!push_row(L, fetch->statement)) {
      fetch->code = SQLITE_MISMATCH;
      break;
    }
    lua_rawseti(L, 2, i);
  }
  lua_settop(L, 2);
  return 1;
}

/* [-0, +1|+2, e] A list of at most so many rows, or `nil, err`. Whatever stops
 * the making of it, the statement is free afterwards. What allocates comes
 * first: a finalizer that runs there may close the file. */
static int push_rows(lua_State *L, int most)
{
  int count = count_values(L);
  struct fetch fetch = {.most = most};
  lua_pushcfunction(L, fetch_rows);
  lua_pushlightuserdata(L, &fetch);
  struct cto_database *database = cto_store_usable(L);
  if (!database)
    return 2;
  int code = prepare_with_values(L, database->handle, count, &fetch.statement);
  if (code != SQLITE_OK)
    return cto_store_fail(L, database->handle, code);
  database->fetching++;
  int status = lua_pcall(L, 1, 1, 0);
  database->fetching--;
  finish(fetch.statement);
  if (status != LUA_OK)
    return lua_error(L);
  if (fetch.code != SQLITE_ROW && fetch.code != SQLITE_DONE)
    return cto_store_fail(L, database->handle, fetch.code);
  return 1;
}

/* --- What Lua calls ---------------------------------------------------------
 */

/* run(db, sql, ...) -> how many rows it changed | nil, err */
int cto_store_run(lua_State *L)
{
  int count = count_values(L);
  struct cto_database *database = cto_store_usable(L);
  sqlite3_stmt *statement = NULL;
  if (!database)
    return 2;
  int code = prepare_with_values(L, database->handle, count, &statement);
  if (code != SQLITE_OK)
    return cto_store_fail(L, database->handle, code);
  do
    code = sqlite3_step(statement);
  while (code == SQLITE_ROW);
  finish(statement);
  if (code != SQLITE_DONE)
    return cto_store_fail(L, database->handle, code);
  lua_pushinteger(L, sqlite3_changes(database->handle));
  return 1;
}

/* rows(db, sql, ...) -> list of tables | nil, err */
int cto_store_rows(lua_State *L)
{
  return push_rows(L, INT_MAX);
}

/* first(db, sql, ...) -> table, nil if there is no row | nil, err */
int cto_store_first(lua_State *L)
{
  int count = push_rows(L, 1);
  if (count == 1)
    lua_rawgeti(L, -1, 1);
  return count;
}
