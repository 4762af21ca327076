/*
 * The handle Lua holds on a client, and tickets: what it has in flight. Both
 * are thin: settings.c says what a client is, worker.c moves its requests,
 * reply.c reads what comes back.
 */
#ifndef CTO_CLIENT_H
#define CTO_CLIENT_H

#include "core.h"

/* new(opts) -> client | nil, err */
int cto_client_new(lua_State *L);

/* [-0, +0, m] Adds to the table at `index` the methods of a client (one for
 * each endpoint among them), or of a ticket. The shared upvalues are at 1 to
 * CTO_UP_END - 1. */
void cto_client_methods(lua_State *L, int index);
void cto_ticket_methods(lua_State *L, int index);

/* Metamethods. */
int cto_client_gc(lua_State *L);
int cto_client_tostring(lua_State *L);
int cto_ticket_gc(lua_State *L);

#endif
