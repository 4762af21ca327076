/*
 * Time, and waiting for it, for Lua's side: a clock that never goes back, a
 * sleep, and poll(2) over a few descriptors; and whether the running coroutine
 * may yield, which not every Lua tells its own code. Keeps no state.
 */
#ifndef CTO_CLOCK_H
#define CTO_CLOCK_H

#include "core.h"

/* Seconds since some fixed point. */
double cto_now(void);

/* Seconds since some fixed point; never goes back. */
double cto_now(void);

/* now() -> the same, for Lua */
int cto_clock_now(lua_State *L);

/* sleep(seconds): blocks the thread; a signal doesn't shorten it */
int cto_clock_sleep(lua_State *L);

/* poll(descriptors [, seconds]) -> whether one of them can be read, is at its
 * end or is broken; without seconds there is no limit. A signal ends it early
 * with false, so that Lua sees an interrupt from the keyboard: callers look at
 * the clock and wait for the rest. */
int cto_clock_poll(lua_State *L);

/* isyieldable() -> boolean */
int cto_clock_isyieldable(lua_State *L);

#endif
