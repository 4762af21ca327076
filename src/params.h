/*
 * A table of parameters held against its endpoint's row: unknown names, each
 * value (value.h), what is required, alone and together, and reversed ranges.
 */
#ifndef CTO_PARAMS_H
#define CTO_PARAMS_H

#include <stdbool.h>
#include "core.h"
#include "endpoints.h"
#include "names.h"
#include "value.h"

/* The checked values, one for each parameter of the endpoint, in its order. */
struct cto_values {
  const struct cto_endpoint *endpoint;
  int count;
  bool live; /* the server verifies something while we wait */
  struct cto_value at[CTO_MAX_PARAMS];
};

/* [-0, +n, m] Checks the table at `params` (0: none given). The values stay on
 * the stack, which must not shrink below them while `values` is used. False at
 * the first broken rule: its error table is on top then. */
bool cto_params_check(lua_State *L, const struct cto_endpoint *endpoint,
                      int params, struct cto_values *values);

#endif
