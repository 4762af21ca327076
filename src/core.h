/*
 * The map of the C core.
 *
 *   module.c        luaopen_contactout_core: hands out the functions below
 *   endpoints.c     the one table of what the API offers, limits and costs
 *     endpoint_list.c  the same as Lua sees it
 *   request.c       parameters -> method, target, body; no I/O
 *     params.c      a table of parameters held against its row
 *     value.c       one value held against its row
 *     names.c       what a misspelt name most likely means
 *     wire.c        checked values as a query or as JSON
 *     url.c         percent-encoding, and the forms of URLs; no Lua
 *   reply.c         status, headers, bytes -> a table or an error; no I/O
 *     response.c    what a status and a header mean; no Lua
 *     decode.c      JSON -> native tables, over json_read.c
 *   encode.c        native tables -> JSON, over json_write.c
 *     order.c       the server's order of keyed tables
 *   errors.c        the error tables
 *   client.c        the handle Lua holds, and the tickets of what is in flight
 *     settings.c    what a client is set to;  headers.c  its headers, in layers
 *     worker.c      who drives the loop: a thread, or who blocks; no Lua
 *     bell.c        where a host waits that can only read sockets; no Lua
 *     sigpipe.c     a signal kept from who blocks; no Lua
 *     transport.c   one client's loop over libcurl; no Lua
 *     transfer.c    one attempt, as libcurl sees it; no Lua
 *   clock.c         time, and waiting for it;  buffer.c  bytes, within a limit
 *   digest.c        names for what must not be shown
 *
 * Every closure of the module carries the same upvalues, so that no function
 * looks a metatable up by name and two Lua states never share one.
 */
#ifndef CTO_CORE_H
#define CTO_CORE_H

#include "compat.h"

enum cto_upvalue {
  CTO_UP_ERROR = 1,   /* metatable of error tables */
  CTO_UP_REQUEST,     /* metatable of requests */
  CTO_UP_CLIENT,      /* metatable of client handles */
  CTO_UP_TICKET,      /* metatable of tickets */
  CTO_UP_BUFFER,      /* metatable of encode's buffers */
  CTO_UP_EMPTY_ARRAY, /* metatable that marks an empty array */
  CTO_UP_ORDER,       /* weak keys: a keyed table -> list of its keys */
  CTO_UP_END          /* where a closure's own upvalues begin */
};

#define CTO_UPVALUE(which) lua_upvalueindex(CTO_UP_##which)

#endif
