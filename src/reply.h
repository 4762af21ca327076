/*
 * What came back, as Lua sees it: the bytes of one attempt become a native
 * table, or an error that says what to do. No I/O.
 */
#ifndef CTO_REPLY_H
#define CTO_REPLY_H

#include "endpoints.h"
#include "response.h"

struct cto_reply {
  const struct cto_endpoint *endpoint; /* NULL: an undocumented path */
  const char *path;                    /* which one, up to '?'; else unused */
  bool costs;
  bool raw;                            /* the whole reply is wanted */
  double timeout;                      /* seconds the attempt had */
  const char *token;                   /* to be kept out of errors */
  const struct cto_response *response; /* hangs on something Lua owns */
};

/* [-0, +4, m] Pushes the decoded table (raw: a table about the whole reply) or
 * nil; the error or nil (raw: an HTTP error comes beside the reply); whether
 * something of the request may have left this machine; and HTTP's status, 0 if
 * none came. Returns 4. Runs only inside a closure of this module. */
int cto_reply_push(lua_State *L, const struct cto_reply *reply);

/* read(endpoint or path, {status=, headers=, body= [, raw=]}) -> as above: what
 * the client would make of such a reply. Header names are in lower case. */
int cto_reply_read(lua_State *L);

#endif
