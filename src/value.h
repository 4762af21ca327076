/*
 * One value that a user gave for a parameter, held against the parameter's row:
 * its type, its form, its limits, its closed set. What passes is ready to be
 * written. Raw access throughout: no metamethod runs.
 */
#ifndef CTO_VALUE_H
#define CTO_VALUE_H

#include <stdbool.h>
#include "core.h"
#include "endpoints.h"

/* A checked value. Its strings belong to Lua values that stay on the stack. */
struct cto_value {
  const struct cto_param *param;
  bool is_given;
  bool is_empty; /* "", blanks or {}: is sent, but fulfils no requirement */
  bool boolean;
  long long integer;
  const char *text; /* of a string, or of a string that is a list of one */
  size_t length;
  int table;       /* stack index of a list; 0: a list of the one `text` */
  int count;       /* elements of a list */
  unsigned chosen; /* CTO_COMMAS: bit n for the set's n-th value, from 0 */
};

/* [-0, +0|+n, m] Checks what lies at the top, which must stay there as long as
 * `value` is used. False if it breaks a rule: the error table is on top then,
 * and there may be rests beneath it. */
bool cto_value_check(lua_State *L, const char *endpoint,
                     const struct cto_param *param, struct cto_value *value);

/* [-0, +1, e] The text of element `i` of a checked list. */
const char *cto_value_element(lua_State *L, const struct cto_value *value,
                              int i, size_t *length);

/* The n-th name, from 0, of a closed set; NULL past its end. */
const char *cto_set_name(const char *set, unsigned n, size_t *length);

/* Position of a name in a closed set, -1 if it isn't there. */
int cto_set_find(const char *set, const char *name, size_t length);

/* Whether the text is UTF-8. */
bool cto_is_utf8(const char *text, size_t length);

/* [-0, +0, -] Whether the value at `index` is a whole number that fits. */
bool cto_to_integer(lua_State *L, int index, long long *integer);

#endif
