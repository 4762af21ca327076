/*
 * contactout.store: SQLite files as the journal needs them, a module of its own
 * so that the core works without libsqlite3. One file has one holder, nothing
 * is shared, and no cursor outlives the call that opened it.
 *
 *   module.c     luaopen_contactout_store: the metatable and the functions
 *   database.c   a file: opened and locked, transactions, closed
 *   statement.c  a statement: values in, rows out
 *   failure.c    what a result code of SQLite's means to a person
 *
 * Every closure of the module carries the same upvalues.
 */
#ifndef CTO_STORE_H
#define CTO_STORE_H

#include <stdbool.h>
#include <sqlite3.h>
#include <sys/types.h>

#include "../compat.h"

enum cto_store_upvalue {
  CTO_STORE_UP_DATABASE = 1, /* metatable of databases */
  CTO_STORE_UP_ERROR,        /* the core's function that makes an error */
  CTO_STORE_UP_END
};

/* What Lua holds. Its prepared statements are in SQLite's own list of them. */
struct cto_database {
  sqlite3 *handle; /* NULL: closed */
  pid_t process;   /* which opened it: no other one may touch it */
  int fetching;    /* calls that are stepping a statement: no closing then */
};

/* [-0, +1, m] An error of kind `journal`; the format is lua_pushfstring's. */
void cto_store_error(lua_State *L, const char *format, ...);

/* [-0, +2, e] `nil, err` for a result code that SQLite has just given; raises
 * only if memory ran out. */
int cto_store_fail(lua_State *L, sqlite3 *handle, int code);

/* The same for a file that may not have been opened. */
int cto_store_fail_at(lua_State *L, sqlite3 *handle, const char *path,
                      int code);

/* [-0, +0|+2, e] The database at 1. NULL if it can't be used: `nil, err` is on
 * top then. Raises if there is none. */
struct cto_database *cto_store_usable(lua_State *L);

/* Lua functions of databases: see statement.c. */
int cto_store_run(lua_State *L);
int cto_store_first(lua_State *L);
int cto_store_rows(lua_State *L);

/* Lua functions of databases, and of the module: see database.c. */
int cto_store_open(lua_State *L);
int cto_store_create(lua_State *L);
int cto_store_exec(lua_State *L);
int cto_store_begin(lua_State *L);
int cto_store_commit(lua_State *L);
int cto_store_rollback(lua_State *L);
int cto_store_adopt(lua_State *L);
int cto_store_close(lua_State *L);
int cto_store_gc(lua_State *L);
int cto_store_tostring(lua_State *L);

#endif
