/*
 * JSON into native Lua tables, in one pass over the text: integers stay
 * integers, null members are absent, null in an array is the NULL light
 * userdata, an empty array carries the marker metatable (CTO_UP_EMPTY_ARRAY),
 * a lone surrogate or a bad byte becomes U+FFFD. A leading byte order mark and
 * raw control characters in strings pass. Knows nothing of replies.
 */
#ifndef CTO_DECODE_H
#define CTO_DECODE_H

#include <stdbool.h>
#include "core.h"

enum { CTO_MAX_DEPTH = 200 };

struct cto_decode_error {
  const char *what; /* static text, such as "expected a comma" */
  size_t offset;    /* of the byte that is wrong, from 0 */
};

/* [-0, +1|+0, m] Pushes the value and returns true, or pushes nothing and says
 * in `error` what is wrong and where. `text` must stay in place throughout (a
 * Lua call may jump away: hang it on something Lua owns). An object that is a
 * member named in `keyed` (NULL-terminated; NULL: none), at the first or second
 * level, has its keys listed in the server's order in CTO_UP_ORDER; an array of
 * objects there needs no list. Runs only inside a closure of this module. */
bool cto_decode(lua_State *L, const char *text, size_t length,
                const char *const *keyed, struct cto_decode_error *error);

/* decode(text) -> value | nil, err (kind malformed_response, says where);
 * `profiles`, `companies` and `result` keep their order. */
int cto_decode_lua(lua_State *L);

#endif
