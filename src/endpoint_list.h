/*
 * The table of endpoints (endpoints.h) as Lua sees it.
 */
#ifndef CTO_ENDPOINT_LIST_H
#define CTO_ENDPOINT_LIST_H

#include "core.h"

/* endpoints() -> a new list of all endpoints, each with
 *
 *   name, method, path, summary
 *   params        list of {name, type, required, max, min, values, doc}
 *   requires      which parameters must be there together, in words
 *   rate_class, rate_doubt
 *   costs         whether a repeat may be charged again
 *   credits       list of the kinds of credits a call can cost
 *   credit_rules  list of {kind, least, most, per, when, when_values, unless,
 *                 unless_value}; as struct cto_credit
 *   keyed         member of the reply whose order is kept
 *
 * What is not documented is absent. Nothing can be added to any of its tables.
 * They are plain tables, since before Lua 5.2 a proxy has neither # nor pairs:
 * a field that is overwritten stays so, but the core doesn't read it. */
int cto_endpoints_push(lua_State *L);

/* rates() -> a new table: documented requests per minute, by rate class. */
int cto_rates_push(lua_State *L);

#endif
