/* See clock.h. */
#define _POSIX_C_SOURCE 200809L

#include "clock.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <time.h>

/* The longest single wait: a day fits every integer below, and nobody minds
 * being called back once a day. */
#define LONGEST_WAIT 86400.0

/* [-0, +0, v] A number of seconds; what is longer than a day counts as one. */
static double check_seconds(lua_State *L, int index)
{
  double seconds = luaL_checknumber(L, index);
  luaL_argcheck(L, seconds >= 0, index, "seconds, not below 0, expected");
  return seconds < LONGEST_WAIT ? seconds : LONGEST_WAIT;
}

double cto_now(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* [-0, +1, -] */
int cto_clock_now(lua_State *L)
{
  lua_pushnumber(L, cto_now());
  return 1;
}

/* [-0, +0, v] */
int cto_clock_sleep(lua_State *L)
{
  double seconds = check_seconds(L, 1);
  double whole = floor(seconds);
  struct timespec left = {.tv_sec = (time_t)whole,
                          .tv_nsec = (long)((seconds - whole) * 1e9)};
  while (nanosleep(&left, &left) != 0 && errno == EINTR)
    continue;
  return 0;
}

/* [-0, +1, v] The descriptors in the array at `index`, as poll takes them, in a
 * userdata. */
static struct pollfd *push_descriptors(lua_State *L, int index, size_t n)
{
  struct pollfd *descriptors =
      lua_newuserdata(L, (n + 1) * sizeof *descriptors);
  for (size_t i = 0; i < n; i++) {
    lua_rawgeti(L, index, (int)i + 1);
    lua_Number descriptor = lua_isnumber(L, -1) ? lua_tonumber(L, -1) : -1;
    luaL_argcheck(L, descriptor >= 0 && descriptor <= INT_MAX, index,
                  "file descriptors expected");
    lua_pop(L, 1);
    descriptors[i] = (struct pollfd){.fd = (int)descriptor, .events = POLLIN};
  }
  return descriptors;
}

/* [-0, +1, v] */
int cto_clock_poll(lua_State *L)
{
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  int timeout_ms = -1;
  if (!lua_isnil(L, 2)) /* rounded up: waking too early would be for nothing */
    timeout_ms = (int)ceil(check_seconds(L, 2) * 1e3);
  size_t n = lua_rawlen(L, 1);
  struct pollfd *descriptors = push_descriptors(L, 1, n);
  int ready = poll(descriptors, (nfds_t)n, timeout_ms);
  if (ready < 0 && errno != EINTR)
    return luaL_error(L, "poll: %s", strerror(errno));
  lua_pushboolean(L, ready > 0);
  return 1;
}

/* [-0, +1, -] */
int cto_clock_isyieldable(lua_State *L)
{
  lua_pushboolean(L, lua_isyieldable(L));
  return 1;
}
