/*
 * What goes out: parameters, held against their endpoint's row, become a
 * method, a target (path and query), a body and extra headers. No I/O; the
 * base URL, the token and the headers of every request are the client's.
 * A request never changes once built, and may be sent any number of times.
 */
#ifndef CTO_REQUEST_H
#define CTO_REQUEST_H

#include "buffer.h"
#include "core.h"
#include "endpoints.h"

struct cto_request {
  const struct cto_endpoint *endpoint; /* NULL: an undocumented path */
  const char *method;                  /* "GET", "POST", ... */
  struct cto_buffer target;            /* NUL-terminated within its length */
  struct cto_buffer body;
  struct cto_buffer headers; /* "Name: value\0" each; "Name\0" leaves one out */
  bool has_body;
  bool costs;     /* a repeat may be charged again */
  bool raw;       /* opts.raw: the caller wants the whole reply */
  double timeout; /* seconds for one attempt: opts.timeout, else 0 */
  bool live;      /* the server verifies while we wait */
};

/* build(name [, params [, opts]]) -> request | nil, err
 * opts: extra, headers, raw, timeout; a name it doesn't know is an error. */
int cto_request_build(lua_State *L);

/* build_path(method, path [, opts]) -> request | nil, err
 * opts: query, json, headers, raw, timeout. */
int cto_request_build_path(lua_State *L);

/* [-0, +1, m] The same for C callers; `params` and `opts` are stack indices, 0
 * for none. Pushes the request, or returns NULL and pushes an error table. */
struct cto_request *cto_request_push(lua_State *L,
                                     const struct cto_endpoint *endpoint,
                                     int params, int opts);

/* [-0, +0, v] The request at `index`, or raises an argument error. */
struct cto_request *cto_request_check(lua_State *L, int index);

/* Metamethods: __gc, and __index for method, target, body, headers (name ->
 * value or false), endpoint, costs, raw, timeout, live. */
int cto_request_gc(lua_State *L);
int cto_request_index(lua_State *L);

#endif
