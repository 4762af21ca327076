/*
 * A file that is opened for one holder alone. The lock is SQLite's, on the file
 * itself, from the opening to the close; the system ends it with the process.
 * (It also ends it if this process opens the file by other means and closes
 * it.) What a file is, is for the caller to find out; until he adopts it,
 * nothing is written to it. Depends on store.h.
 */
#define _POSIX_C_SOURCE 200809L /* O_CLOEXEC */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* [-0, +0, v] */
static struct cto_database *check_database(lua_State *L)
{
  void *data = lua_touserdata(L, 1);
  if (data && lua_getmetatable(L, 1)) {
    bool same =
        lua_rawequal(L, -1, lua_upvalueindex(CTO_STORE_UP_DATABASE)) != 0;
    lua_pop(L, 1);
    if (same)
      return data;
  }
  luaL_argerror(L, 1, "contactout store expected");
  return NULL;
}

static bool is_foreign(const struct cto_database *database)
{
  return database->process != getpid();
}

struct cto_database *cto_store_usable(lua_State *L)
{
  struct cto_database *database = check_database(L);
  if (database->handle && !is_foreign(database))
    return database;
  lua_pushnil(L);
  if (database->handle)
    cto_store_error(L, "this journal was opened before a fork: open it in the "
                       "process that uses it");
  else
    cto_store_error(L, "this journal is closed");
  return NULL;
}

/* --- Closing ----------------------------------------------------------------
 */

/* In a forked child it only forgets: file and lock are the parent's. */
static void shut(struct cto_database *database)
{
  sqlite3 *handle = database->handle;
  sqlite3_stmt *statement;
  database->handle = NULL;
  if (!handle || is_foreign(database))
    return;
  while ((statement = sqlite3_next_stmt(handle, NULL)))
    sqlite3_finalize(statement);
  sqlite3_close(handle);
}

int cto_store_gc(lua_State *L)
{
  shut(check_database(L));
  return 0;
}

/* close(db) -> true | nil, err: undoes an open transaction; safe twice */
int cto_store_close(lua_State *L)
{
  struct cto_database *database = check_database(L);
  if (database->fetching > 0) { /* by a finalizer that runs amid a fetch */
    lua_pushnil(L);
    cto_store_error(L, "this journal is being read: close it afterwards");
    return 2;
  }
  shut(database);
  lua_pushboolean(L, 1);
  return 1;
}

int cto_store_tostring(lua_State *L)
{
  const struct cto_database *database = check_database(L);
  if (database->handle)
    lua_pushfstring(L, "contactout.store (%s)",
                    sqlite3_db_filename(database->handle, "main"));
  else
    lua_pushliteral(L, "contactout.store (closed)");
  return 1;
}

/* --- Opening ----------------------------------------------------------------
 */

/* [-0, +1, v] The path at 1, in a form that means a file and nothing else:
 * SQLite makes databases without one of "" and ":memory:". */
static const char *push_path(lua_State *L)
{
  size_t length;
  const char *path = luaL_checklstring(L, 1, &length);
  luaL_argcheck(L, length > 0, 1, "a file's name must not be empty");
  luaL_argcheck(L, strlen(path) == length, 1, "a file's name has no NUL");
  return lua_pushfstring(L, "%s%s", path[0] == '/' ? "" : "./", path);
}

/* Whether a run that was killed has left changes beside the file. */
static bool has_log(sqlite3 *handle)
{
  struct stat log;
  const char *path = sqlite3_filename_wal(sqlite3_db_filename(handle, "main"));
  return stat(path, &log) == 0 && log.st_size > 0;
}

/* Takes the lock, and leaves the file as it is, also when it is closed again.
 * If it was removed just before, what is locked has no name and is no use. */
static int take(sqlite3 *handle)
{
  int has_moved = 0;
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, has_log(handle),
                    NULL);
  int code = sqlite3_exec(handle,
                          "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; "
                          "SELECT count(*) FROM sqlite_master; COMMIT",
                          NULL, NULL, NULL);
  if (code != SQLITE_OK)
    return code;
  if (sqlite3_db_readonly(handle, "main") == 1)
    return SQLITE_READONLY;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
  return has_moved ? SQLITE_BUSY : SQLITE_OK;
}

/* open(path) -> db | nil, err: a file that is there, for this holder alone */
int cto_store_open(lua_State *L)
{
  const char *path = push_path(L);
  struct cto_database *database = lua_newuserdata(L, sizeof *database);
  *database = (struct cto_database){.process = getpid()};
  lua_pushvalue(L, lua_upvalueindex(CTO_STORE_UP_DATABASE));
  lua_setmetatable(L, -2);
  int code = sqlite3_open_v2(path, &database->handle,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (!database->handle)
    return luaL_error(L, "not enough memory");
  if (code == SQLITE_OK)
    code = take(database->handle);
  if (code == SQLITE_OK)
    return 1;
  int count = cto_store_fail_at(L, database->handle, path, code);
  shut(database);
  return count;
}

/* create(path) -> db | nil, err: as open, but makes an empty file if there is
 * none, which only its owner may read; what SQLite puts beside it, likewise. */
int cto_store_create(lua_State *L)
{
  const char *path = push_path(L);
  int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd >= 0) {
    close(fd);
  } else if (errno != EEXIST) {
    const char *reason = strerror(errno);
    lua_pushnil(L);
    cto_store_error(L, "%s can't be created: %s", path, reason);
    return 2;
  }
  lua_pop(L, 1);
  return cto_store_open(L);
}

/* adopt(db) -> true | nil, err: the file is the caller's, who will write to it.
 * Only its owner may read it from now on, and closing it leaves one file. */
int cto_store_adopt(lua_State *L)
{
  struct cto_database *database = cto_store_usable(L);
  if (!database)
    return 2;
  const char *path = sqlite3_db_filename(database->handle, "main");
  if (chmod(path, S_IRUSR | S_IWUSR) != 0) {
    const char *reason = strerror(errno);
    lua_pushnil(L);
    cto_store_error(L, "%s can't be kept from other users: %s", path, reason);
    return 2;
  }
  sqlite3_db_config(database->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0,
                    NULL);
  lua_pushboolean(L, 1);
  return 1;
}

/* --- Statements without values ----------------------------------------------
 */

/* [-0, +1|+2, e] Runs `sql` and pushes `true`, or `nil, err`. */
static int execute(lua_State *L, sqlite3 *handle, const char *sql)
{
  int code = sqlite3_exec(handle, sql, NULL, NULL, NULL);
  if (code != SQLITE_OK)
    return cto_store_fail(L, handle, code);
  lua_pushboolean(L, 1);
  return 1;
}

/* exec(db, sql) -> true | nil, err: any number of statements */
int cto_store_exec(lua_State *L)
{
  const char *sql = luaL_checkstring(L, 2);
  struct cto_database *database = cto_store_usable(L);
  return database ? execute(L, database->handle, sql) : 2;
}

/* begin(db) -> true | nil, err: undoes what an error had left unfinished */
int cto_store_begin(lua_State *L)
{
  struct cto_database *database = cto_store_usable(L);
  if (!database)
    return 2;
  bool is_open = sqlite3_get_autocommit(database->handle) == 0;
  return execute(L, database->handle, is_open ? "ROLLBACK; BEGIN" : "BEGIN");
}

/* commit(db) -> true | nil, err */
int cto_store_commit(lua_State *L)
{
  struct cto_database *database = cto_store_usable(L);
  return database ? execute(L, database->handle, "COMMIT") : 2;
}

/* rollback(db) -> true | nil, err: some failures have undone it all already */
int cto_store_rollback(lua_State *L)
{
  struct cto_database *database = cto_store_usable(L);
  if (!database)
    return 2;
  bool is_open = sqlite3_get_autocommit(database->handle) == 0;
  return execute(L, database->handle, is_open ? "ROLLBACK" : "");
}
