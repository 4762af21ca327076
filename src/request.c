/* See request.h. */
#include "request.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "encode.h"
#include "errors.h"
#include "headers.h"
#include "names.h"
#include "params.h"
#include "url.h"
#include "wire.h"

enum {
  TARGET_LIMIT = 1024 * 1024,
  BODY_LIMIT = 64 * 1024 * 1024,
  HEADERS_LIMIT = 64 * 1024
};

/* --- The userdata -------------------------------------------------------- */

/* [-0, +1, m] A request that holds nothing yet. */
static struct cto_request *push_request(lua_State *L)
{
  struct cto_request *request = lua_newuserdata(L, sizeof *request);
  *request = (struct cto_request){.method = "GET"};
  cto_buffer_init(&request->target, TARGET_LIMIT);
  cto_buffer_init(&request->body, BODY_LIMIT);
  cto_buffer_init(&request->headers, HEADERS_LIMIT);
  lua_pushvalue(L, CTO_UPVALUE(REQUEST));
  lua_setmetatable(L, -2);
  return request;
}

/* [-0, +0, -] The request at `index`, or NULL if it is none. */
static struct cto_request *to_request(lua_State *L, int index)
{
  struct cto_request *request = lua_touserdata(L, index);
  if (!request || !lua_getmetatable(L, index))
    return NULL;
  bool same = lua_rawequal(L, -1, CTO_UPVALUE(REQUEST));
  lua_pop(L, 1);
  return same ? request : NULL;
}

struct cto_request *cto_request_check(lua_State *L, int index)
{
  struct cto_request *request = to_request(L, index);
  luaL_argcheck(L, request && request->target.data, index,
                "contactout.request expected");
  return request;
}

static void release(struct cto_request *request)
{
  cto_buffer_free(&request->target);
  cto_buffer_free(&request->body);
  cto_buffer_free(&request->headers);
}

int cto_request_gc(lua_State *L)
{
  struct cto_request *request = to_request(L, 1);
  if (request)
    release(request);
  return 0;
}

/* [-0, +1, m] What errors call the endpoint: its name, or else the path. */
static void push_endpoint_name(lua_State *L, const struct cto_request *request)
{
  if (request->endpoint)
    lua_pushstring(L, request->endpoint->name);
  else
    lua_pushlstring(L, request->target.data,
                    strcspn(request->target.data, "?"));
}

/* [-0, +1, m] name -> value, or false for a header that is left out */
static void push_headers(lua_State *L, const struct cto_buffer *headers)
{
  lua_newtable(L);
  for (size_t position = 0; position < headers->length;) {
    const char *entry = headers->data + position;
    size_t length = strcspn(entry, ":");
    position += strlen(entry) + 1;
    lua_pushlstring(L, entry, length);
    if (entry[length])
      lua_pushstring(L, entry + length + 2);
    else
      lua_pushboolean(L, false);
    lua_rawset(L, -3);
  }
}

int cto_request_index(lua_State *L)
{
  const struct cto_request *request = cto_request_check(L, 1);
  const char *name = luaL_checkstring(L, 2);
  if (strcmp(name, "method") == 0)
    lua_pushstring(L, request->method);
  else if (strcmp(name, "target") == 0)
    lua_pushstring(L, request->target.data);
  else if (strcmp(name, "body") == 0 && request->has_body)
    lua_pushlstring(L, request->body.data, request->body.length);
  else if (strcmp(name, "headers") == 0)
    push_headers(L, &request->headers);
  else if (strcmp(name, "endpoint") == 0)
    push_endpoint_name(L, request);
  else if (strcmp(name, "costs") == 0)
    lua_pushboolean(L, request->costs);
  else if (strcmp(name, "raw") == 0)
    lua_pushboolean(L, request->raw);
  else if (strcmp(name, "live") == 0)
    lua_pushboolean(L, request->live);
  else if (strcmp(name, "timeout") == 0 && request->timeout > 0)
    lua_pushnumber(L, request->timeout);
  else
    lua_pushnil(L);
  return 1;
}

/* --- Options ------------------------------------------------------------- */

/* One request while it is being built. */
struct draft {
  struct cto_request *request;
  int self;                  /* its stack index; all above it is scratch */
  int opts;                  /* stack index, 0 for none */
  const char *endpoint_name; /* for errors; NULL while it isn't known */
};

/* [-0, +1, m] Always false. */
#define REFUSE(L, draft, param, ...)                                           \
  cto_error(L, CTO_INVALID_ARGUMENT, (draft)->endpoint_name, param, __VA_ARGS__)

/* [-0, +1, m] Pushes an option, or nil; whether it is there. */
static bool push_option(lua_State *L, const struct draft *draft,
                        const char *name)
{
  if (!draft->opts) {
    lua_pushnil(L);
    return false;
  }
  lua_pushstring(L, name);
  lua_rawget(L, draft->opts);
  return !lua_isnil(L, -1);
}

/* [-0, +n, m] */
static bool read_timeout(lua_State *L, const struct draft *draft)
{
  if (!push_option(L, draft, "timeout"))
    return true;
  double seconds = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
  if (!(seconds > 0) || !isfinite(seconds))
    return REFUSE(L, draft, "timeout", "timeout must be seconds, above 0");
  draft->request->timeout = seconds;
  return true;
}

/* [-0, +n, m] */
static bool read_raw(lua_State *L, const struct draft *draft)
{
  if (push_option(L, draft, "raw") && !lua_isboolean(L, -1))
    return REFUSE(L, draft, "raw", "raw must be true or false");
  draft->request->raw = lua_toboolean(L, -1);
  return true;
}

/* [-0, +n, m] */
static bool read_headers(lua_State *L, const struct draft *draft)
{
  return !push_option(L, draft, "headers") ||
         cto_headers_read(L, -1, &draft->request->headers,
                          draft->endpoint_name);
}

/* [-0, +n, m] What every request has; `names` are all it may have. */
static bool read_options(lua_State *L, const struct draft *draft,
                         const char *const *names)
{
  return !draft->opts || (cto_check_names(L, draft->endpoint_name, "option",
                                          draft->opts, names) &&
                          read_timeout(L, draft) && read_raw(L, draft) &&
                          read_headers(L, draft));
}

/* [-0, +n, m] Writes the values of the option `name`, a table, if it is there.
 */
static bool write_extras(lua_State *L, const struct draft *draft,
                         const char *name, const struct cto_style *style,
                         struct cto_buffer *out)
{
  if (!push_option(L, draft, name))
    return true;
  if (!lua_istable(L, -1))
    return REFUSE(L, draft, name, "%s must be a table of values by name", name);
  struct cto_extras extras = {lua_gettop(L), name, draft->endpoint_name,
                              draft->request->endpoint};
  return cto_wire_extras(L, &extras, style, out);
}

/* --- Building ------------------------------------------------------------ */

/* [-0, +1, m] Raises an error when the value at `index` is no table, nil or
 * absent. Returns the index, 0 for nil. */
static int check_table(lua_State *L, int index)
{
  if (lua_isnoneornil(L, index))
    return 0;
  luaL_checktype(L, index, LUA_TTABLE);
  return index;
}

/* [-0, +1|+0, m] Ends the target, and looks whether all could be written. */
static bool complete(lua_State *L, const struct draft *draft)
{
  struct cto_request *request = draft->request;
  cto_buffer_putc(&request->target, '\0');
  enum cto_buffer_state target = request->target.state;
  enum cto_buffer_state body = request->body.state;
  if (target == CTO_BUFFER_NO_MEMORY || body == CTO_BUFFER_NO_MEMORY ||
      request->headers.state == CTO_BUFFER_NO_MEMORY)
    luaL_error(L, "not enough memory");
  if (target == CTO_BUFFER_FULL)
    return REFUSE(L, draft, NULL, "the URL would be longer than %d bytes",
                  TARGET_LIMIT);
  if (body == CTO_BUFFER_FULL)
    return REFUSE(L, draft, NULL, "the body would be longer than %d bytes",
                  BODY_LIMIT);
  return true;
}

/* [-n, +1, -] Leaves the request alone on the stack, above what lay below it;
 * or the error table on top, if it couldn't be built. */
static struct cto_request *finish(lua_State *L, const struct draft *draft,
                                  bool is_built)
{
  if (!is_built) {
    release(draft->request);
    lua_replace(L, draft->self);
  }
  lua_settop(L, draft->self);
  return is_built ? draft->request : NULL;
}

/* [-0, +n, e] */
static bool write_endpoint(lua_State *L, const struct draft *draft, int params)
{
  static const char *const options[] = {"extra", "headers", "raw", "timeout",
                                        NULL};
  struct cto_request *request = draft->request;
  struct cto_values values;
  if (!cto_params_check(L, request->endpoint, params, &values) ||
      !read_options(L, draft, options))
    return false;
  request->live = values.live;
  request->has_body = request->endpoint->method == CTO_POST;
  cto_wire_path(&values, &request->target);
  const struct cto_style *style = &cto_query_style;
  struct cto_buffer *out = &request->target;
  if (request->has_body) {
    style = &cto_json_style;
    out = &request->body;
    cto_buffer_putc(out, '{');
  }
  cto_wire_values(L, &values, style, out);
  if (!write_extras(L, draft, "extra", style, out))
    return false;
  if (request->has_body)
    cto_buffer_putc(out, '}');
  return complete(L, draft);
}

struct cto_request *cto_request_push(lua_State *L,
                                     const struct cto_endpoint *endpoint,
                                     int params, int opts)
{
  params = params ? check_table(L, params) : 0;
  opts = opts ? check_table(L, opts) : 0;
  struct draft draft = {push_request(L), lua_gettop(L), opts, endpoint->name};
  draft.request->endpoint = endpoint;
  draft.request->method = endpoint->method == CTO_POST ? "POST" : "GET";
  draft.request->costs = endpoint->costs;
  return finish(L, &draft, write_endpoint(L, &draft, params));
}

int cto_request_build(lua_State *L)
{
  const struct cto_endpoint *endpoint =
      cto_endpoint_find(luaL_checkstring(L, 1));
  luaL_argcheck(L, endpoint, 1, "no such endpoint");
  lua_settop(L, 3);
  return cto_request_push(L, endpoint, 2, 3) ? 1 : cto_fail(L);
}

/* --- Undocumented paths -------------------------------------------------- */

/* [-0, +0|+1, m] Reads the method at 1, in any case. */
static bool read_method(lua_State *L, const struct draft *draft)
{
  static const char *const methods[] = {"GET", "POST", "PUT", "PATCH",
                                        "DELETE"};
  const char *name = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : "";
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
    if (strcasecmp(name, methods[i]) == 0) {
      draft->request->method = methods[i];
      return true;
    }
  }
  return REFUSE(L, draft, "method",
                "method must be GET, POST, PUT, PATCH or DELETE");
}

/* [-0, +n, m] Reads the path at 2, by which errors call the request from here
 * on. */
static bool read_path(lua_State *L, struct draft *draft)
{
  size_t length;
  if (lua_type(L, 2) != LUA_TSTRING)
    return REFUSE(L, draft, "path", "path must be a string");
  const char *path = lua_tolstring(L, 2, &length);
  const char *fault = cto_path_fault(path, length);
  if (fault)
    return REFUSE(L, draft, "path", "path %s", fault);
  cto_buffer_append(&draft->request->target, path, length);
  lua_pushlstring(L, path, strcspn(path, "?"));
  draft->endpoint_name = lua_tostring(L, -1);
  return true;
}

/* [-0, +n, m] Writes the body, if there is one. */
static bool write_json(lua_State *L, const struct draft *draft)
{
  struct cto_request *request = draft->request;
  if (!push_option(L, draft, "json"))
    return true;
  if (strcmp(request->method, "GET") == 0)
    return REFUSE(L, draft, "json", "json can't be sent with GET");
  request->has_body = true;
  if (cto_encode(L, lua_gettop(L), &request->body, "json"))
    return true;
  lua_pushstring(L, draft->endpoint_name);
  lua_setfield(L, -2, "endpoint");
  lua_pushliteral(L, "json");
  lua_setfield(L, -2, "param");
  return false;
}

/* [-0, +n, e] */
static bool write_path(lua_State *L, struct draft *draft)
{
  static const char *const options[] = {"headers", "json",    "query",
                                        "raw",     "timeout", NULL};
  return read_method(L, draft) && read_path(L, draft) &&
         read_options(L, draft, options) &&
         write_extras(L, draft, "query", &cto_query_style,
                      &draft->request->target) &&
         write_json(L, draft) && complete(L, draft);
}

int cto_request_build_path(lua_State *L)
{
  lua_settop(L, 3);
  int opts = check_table(L, 3);
  struct draft draft = {push_request(L), lua_gettop(L), opts, NULL};
  draft.request->costs = true;
  return finish(L, &draft, write_path(L, &draft)) ? 1 : cto_fail(L);
}
