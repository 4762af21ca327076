/*
 * What went wrong with a file, as an error of kind `journal` that says what to
 * do. SQLite's codes are many; a person can act on few. Depends on store.h.
 */
#include "store.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* The first %s is the file; the second, where there is one, the system's own
 * words or SQLite's. */
static const struct {
  int code;
  const char *format;
} meanings[] = {
    {SQLITE_BUSY, "%s is in use: let the run that has it end, or close the "
                  "client whose cache it is; each needs a file of its own"},
    {SQLITE_FULL, "no room is left for %s: make some and start again; what it "
                  "has recorded is kept"},
    {SQLITE_NOTADB, "%s is not a journal: name another file"},
    {SQLITE_CORRUPT, "%s is damaged: put a copy in its place, or keep it and "
                     "name another file"},
    {SQLITE_READONLY, "%s can't be written: see who may write it and its "
                      "folder"},
    {SQLITE_PERM, "%s can't be written: see who may write it and its folder"},
    {SQLITE_CANTOPEN, "%s can't be opened: %s"},
    {SQLITE_IOERR, "%s can't be read or written: %s"},
    {SQLITE_MISMATCH, "%s holds a number too large for this Lua: use 5.3 or "
                      "later"},
};

void cto_store_error(lua_State *L, const char *format, ...)
{
  va_list arguments;
  lua_pushvalue(L, lua_upvalueindex(CTO_STORE_UP_ERROR));
  lua_pushliteral(L, "journal");
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  lua_call(L, 2, 1);
}

/* The last failure of a file; 0 if there was none. */
static int errno_of(sqlite3_file *file)
{
  int number = 0;
  if (file && file->pMethods)
    file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number);
  return number;
}

/* The system's error behind a failure. SQLite passes it on where a file can't
 * be opened; of reading and writing the two files know. */
static int find_errno(sqlite3 *handle, int code)
{
  sqlite3_file *file = NULL, *log = NULL;
  if (code == SQLITE_CANTOPEN)
    return sqlite3_system_errno(handle);
  if (code != SQLITE_IOERR)
    return 0;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  int of_log = errno_of(log);
  return of_log != 0 ? of_log : errno_of(file);
}

/* A disk may be full in several ways; SQLite knows one of them. */
static bool is_full(int system_error)
{
  return system_error == ENOSPC || system_error == EDQUOT ||
         system_error == EFBIG;
}

static const char *find_format(int code)
{
  for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
    if (meanings[i].code == code)
      return meanings[i].format;
  }
  return "%s: %s";
}

int cto_store_fail(lua_State *L, sqlite3 *handle, int code)
{
  return cto_store_fail_at(L, handle, sqlite3_db_filename(handle, "main"),
                           code);
}

int cto_store_fail_at(lua_State *L, sqlite3 *handle, const char *path, int code)
{
  int primary = code & 0xff;
  int system_error = find_errno(handle, primary);
  if (primary == SQLITE_NOMEM)
    return luaL_error(L, "not enough memory");
  if (is_full(system_error))
    primary = SQLITE_FULL;
  lua_pushnil(L);
  cto_store_error(L, find_format(primary), path,
                  system_error != 0 ? strerror(system_error)
                                    : sqlite3_errmsg(handle));
  return 2;
}
