/*
 * What the specs need of the system that plain Lua lacks: fork, wait, signals,
 * an exit that skips all handlers, a disk that is full. A Lua module, built by
 * native.lua.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <lua.h>
#include <lauxlib.h>

int luaopen_spec_process(lua_State *L);

/* fork() -> the child's pid, or 0 in the child */
static int process_fork(lua_State *L)
{
  lua_pushinteger(L, fork());
  return 1;
}

/* wait(pid) -> its exit code, or 128 and the number of the signal */
static int process_wait(lua_State *L)
{
  int status = 0;
  pid_t pid = (pid_t)luaL_checkinteger(L, 1);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
    continue;
  lua_pushinteger(L, WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                         : WEXITSTATUS(status));
  return 1;
}

/* quit(code): without exit handlers, and without closing the state */
static int process_quit(lua_State *L)
{
  _exit((int)luaL_checkinteger(L, 1));
}

/* restore(signal): who started the specs may have had it ignored */
static int process_restore(lua_State *L)
{
  signal((int)luaL_checkinteger(L, 1), SIG_DFL);
  return 0;
}

/* raise(signal) */
static int process_raise(lua_State *L)
{
  raise((int)luaL_checkinteger(L, 1));
  return 0;
}

/* limit_files([bytes]): no file grows beyond; without a number, any may again */
static int process_limit_files(lua_State *L)
{
  struct rlimit limit;
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = (rlim_t)luaL_optinteger(L, 1, (lua_Integer)limit.rlim_max);
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  return 0;
}

int luaopen_spec_process(lua_State *L)
{
  static const struct {
    const char *name;
    lua_CFunction function;
  } functions[] = {
      {"fork", process_fork},   {"wait", process_wait},
      {"quit", process_quit},   {"restore", process_restore},
      {"raise", process_raise}, {"limit_files", process_limit_files},
  };
  lua_newtable(L);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    lua_pushcfunction(L, functions[i].function);
    lua_setfield(L, -2, functions[i].name);
  }
  return 1;
}
