/*
 * The order in which the server sent a keyed table's members, which a Lua table
 * forgets: a search's ranking. decode.c notes it as a list of the keys in the
 * weak table CTO_UP_ORDER; here is how it is read.
 */
#ifndef CTO_ORDER_H
#define CTO_ORDER_H

#include <stdbool.h>
#include "core.h"

/* [-0, +1|+0, m] Pushes the list of all keys of the table at `index`, in the
 * server's order where that is known, then those that were added since. Pushes
 * nothing and returns false if no order was kept. Never change the list. */
bool cto_push_order(lua_State *L, int index);

/* ordered(map) -> an iterator of key, value in the server's order: by the kept
 * list; for an array of one-key objects by each one's key and value; any other
 * array by position; a map of unknown order as next gives it. */
int cto_ordered(lua_State *L);

#endif
