/*
 * Tables made at their exact size. What goes into one gathers on the Lua stack,
 * above a slot kept for the table, until its container closes or the stack is
 * used enough. It saves Lua from growing each table again and again, which
 * takes longer than all the parsing. Knows no JSON.
 */
#ifndef CTO_GATHER_H
#define CTO_GATHER_H

#include <stdbool.h>
#include "core.h"

struct cto_gather {
  int table;  /* slot of the table, nil until some of it is made */
  int count;  /* elements, or pairs of key and value, that lie above */
  int most;   /* that may lie there */
  int nulls;  /* members that are null */
  int stored; /* elements in the table already; of a keyed one, keys listed */
  bool is_keyed; /* the order of its keys is kept, in CTO_UP_ORDER */
};

/* [-0, +1, -] Opens one at nesting depth `depth`, from 1. The slot, and those
 * up to the first call of cto_gather_room, come out of the LUA_MINSTACK free
 * ones that it always leaves. */
void cto_gather_open(lua_State *L, struct cto_gather *gather, int depth,
                     bool is_keyed);

/* [-0, +0, v] Makes sure that one more may be pushed. */
static inline void cto_gather_room(lua_State *L,
                                   const struct cto_gather *gather)
{
  enum { STEP = 16 };
  if (gather->count % STEP == 0)
    luaL_checkstack(L, 2 * STEP + LUA_MINSTACK, "nested too deep");
}

/* Whether what lies on the stack must be moved before more is pushed. */
static inline bool cto_gather_is_full(const struct cto_gather *gather)
{
  return gather->count == gather->most;
}

/* [-count, +0, m] Moves what was gathered into the array. */
void cto_gather_elements(lua_State *L, struct cto_gather *array);

/* [-2 * count, +0, m] Moves what was gathered into the object. The last of
 * several members with one key counts, even if it is null: nil, or in a keyed
 * object the NULL light userdata. */
void cto_gather_members(lua_State *L, struct cto_gather *object);

/* [-2 * count, +0, m] The same for the last of them: it is complete now. */
void cto_gather_close_object(lua_State *L, struct cto_gather *object);

#endif
