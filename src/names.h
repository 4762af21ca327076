/*
 * Names that users give to parameters and options: which known one is meant by
 * a typo, and a table's names in their order, so that the same table always
 * makes the same request.
 */
#ifndef CTO_NAMES_H
#define CTO_NAMES_H

#include <stdbool.h>
#include "core.h"

/* The one of `names` (NULL ends) that a typo most likely stands for, or NULL
 * where none is near. */
const char *cto_nearest(const char *name, const char *const *names);

/* [-0, +1, m] Pushes the error for a key at `index` that is none of `names`;
 * `what` says of what it is a name ("parameter"). Always false. */
bool cto_unknown_name(lua_State *L, const char *endpoint, const char *what,
                      int index, const char *const *names);

/* [-0, +0|+1, m] Whether each key of the table at `index` is one of `names`; if
 * not, pushes the error. */
bool cto_check_names(lua_State *L, const char *endpoint, const char *what,
                     int index, const char *const *names);

/* [-1, +2|+0, -] As lua_next, but in the order of the keys' bytes, for a small
 * table whose keys are strings. */
bool cto_next_sorted(lua_State *L, int index);

/* nearest(name, names) -> string | nil */
int cto_nearest_lua(lua_State *L);

#endif
