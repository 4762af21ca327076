/*
 * Runs a Lua script in fresh states until nothing more can fail: in the n-th
 * run, the n-th request for memory is refused, whoever makes it, Lua or the
 * core; then again with all that follow refused, too. A run may end in an
 * error, but not in a crash, and its state must leave nothing behind.
 *
 *   failing_allocator script.lua
 *
 * Linked with the core's objects and --wrap for malloc and its kin, so that
 * the core's own requests come here. Prints "ok" at the end, or what leaked.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

int luaopen_contactout_core(lua_State *L);

/* Absent where there is no libsqlite3. */
__attribute__((weak)) int luaopen_contactout_store(lua_State *L);

/* The real ones, and those that the core calls instead. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
char *__wrap_strdup(const char *text);

/* --- Memory that runs out ------------------------------------------------ */

static struct {
  long requests; /* so far in this run */
  long fails_at; /* the first request that is refused, from 1 */
  bool for_good; /* so are all later ones */
  bool watched;  /* whether any is: not while Lua itself starts and ends */
  long blocks;   /* of the core that are not freed */
  long bytes;    /* of Lua that are not freed */
} memory;

static bool is_refused(void)
{
  if (!memory.watched)
    return false;
  memory.requests++;
  return memory.requests == memory.fails_at ||
         (memory.for_good && memory.requests > memory.fails_at);
}

/* Counts a block that the core was given. */
static void *given(void *block)
{
  memory.blocks += block != NULL;
  return block;
}

void *__wrap_malloc(size_t size)
{
  return is_refused() ? NULL : given(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
  return is_refused() ? NULL : given(__real_calloc(count, size));
}

char *__wrap_strdup(const char *text)
{
  return is_refused() ? NULL : given(__real_strdup(text));
}

void *__wrap_realloc(void *block, size_t size)
{
  if (is_refused())
    return NULL;
  return block ? __real_realloc(block, size) : given(__real_malloc(size));
}

void __wrap_free(void *block)
{
  memory.blocks -= block != NULL;
  __real_free(block);
}

/* A lua_Alloc. Lua counts on being able to make a block smaller. */
static void *allocate(void *data, void *block, size_t old_size, size_t new_size)
{
  (void)data;
  if (!block)
    old_size = 0; /* Lua 5.2 and later say there what it is for */
  if (new_size > old_size && is_refused())
    return NULL;
  memory.bytes += (long)new_size - (long)old_size;
  if (new_size > 0)
    return __real_realloc(block, new_size);
  __real_free(block);
  return NULL;
}

/* --- One run ------------------------------------------------------------- */

struct script {
  const char *path;
  char *text;
  size_t length;
};

/* [-1, +0, v] Only the core is to be found, not what else is installed. */
static int run_protected(lua_State *L)
{
  const struct script *script = lua_touserdata(L, 1);
  luaL_openlibs(L);
  lua_getglobal(L, "package");
  lua_pushliteral(L, "");
  lua_setfield(L, -2, "path");
  lua_pushliteral(L, "");
  lua_setfield(L, -2, "cpath");
  lua_getfield(L, -1, "preload");
  lua_pushcfunction(L, luaopen_contactout_core);
  lua_setfield(L, -2, "contactout.core");
  if (luaopen_contactout_store) {
    lua_pushcfunction(L, luaopen_contactout_store);
    lua_setfield(L, -2, "contactout.store");
  }
  memory.watched = true;
  if (luaL_loadbuffer(L, script->text, script->length, script->path) != 0)
    return lua_error(L);
  lua_call(L, 0, 0);
  return 0;
}

/* Pushes nothing that takes memory outside of a protected call. */
static int call_protected(lua_State *L, struct script *script)
{
#if LUA_VERSION_NUM < 502
  return lua_cpcall(L, run_protected, script);
#else
  lua_pushcfunction(L, run_protected);
  lua_pushlightuserdata(L, script);
  return lua_pcall(L, 1, 0, 0);
#endif
}

enum outcome { RAN_TO_ITS_END, RAN_OUT, WENT_WRONG };

static enum outcome run(struct script *script)
{
  memory.requests = memory.blocks = memory.bytes = 0;
  lua_State *L = lua_newstate(allocate, NULL);
  int status = L ? call_protected(L, script) : LUA_ERRMEM;
  bool was_refused = memory.requests >= memory.fails_at;
  memory.watched = false;
  if (L && status != 0 && !was_refused)
    printf("error without a cause: %s\n", lua_tostring(L, -1));
  if (L)
    lua_close(L);
  if (memory.blocks != 0 || memory.bytes != 0) {
    printf("request %ld refused%s: %ld blocks and %ld bytes are left\n",
           memory.fails_at, memory.for_good ? " and all later" : "",
           memory.blocks, memory.bytes);
    return WENT_WRONG;
  }
  if (was_refused)
    return RAN_OUT;
  return status == 0 ? RAN_TO_ITS_END : WENT_WRONG;
}

/* Refuses one request after the other, until none is left to refuse. */
static bool run_all(struct script *script, bool for_good)
{
  enum outcome outcome = RAN_OUT;
  memory.for_good = for_good;
  for (memory.fails_at = 1; outcome == RAN_OUT; memory.fails_at++)
    outcome = run(script);
  if (outcome == RAN_TO_ITS_END)
    printf("%ld requests, each refused once%s\n", memory.fails_at - 2,
           for_good ? ", with all later ones" : "");
  return outcome == RAN_TO_ITS_END;
}

static bool read_script(struct script *script)
{
  enum { MOST = 1 << 16 };
  FILE *file = fopen(script->path, "rb");
  if (!file)
    return false;
  script->text = __real_malloc(MOST);
  if (script->text)
    script->length = fread(script->text, 1, MOST, file);
  fclose(file);
  return script->text != NULL;
}

int main(int count, char **arguments)
{
  struct script script = {.path = count == 2 ? arguments[1] : ""};
  if (!read_script(&script)) {
    fprintf(stderr, "usage: %s script.lua\n", arguments[0]);
    return 2;
  }
  bool is_clean = run_all(&script, false) && run_all(&script, true);
  puts(is_clean ? "ok" : "failed");
  __real_free(script.text);
  return is_clean ? 0 : 1;
}
