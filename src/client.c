/* See client.h. */
#include "client.h"

#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "reply.h"
#include "request.h"
#include "settings.h"
#include "worker.h"

struct client {
  struct cto_settings *settings; /* the worker's, once there is one */
  struct cto_worker *worker;     /* NULL: closed */
};

/* One request on its way. It holds its transfer and the worker, but not the
 * client: who forgets a client has closed it. */
struct ticket {
  struct cto_worker *worker;           /* held as long as there is a transfer */
  struct cto_transfer *transfer;       /* NULL once taken */
  const struct cto_settings *settings; /* the worker's */
  const struct cto_endpoint *endpoint;
  cto_id id; /* 0: not submitted, or run to its end at once */
  bool costs;
  bool raw;
  bool sent; /* once it was let go of */
};

/* [-0, +0, v] */
static void *check_userdata(lua_State *L, int index, int metatable,
                            const char *name)
{
  void *data = lua_touserdata(L, index);
  if (data && lua_getmetatable(L, index)) {
    bool same = lua_rawequal(L, -1, metatable);
    lua_pop(L, 1);
    if (same)
      return data;
  }
  luaL_argerror(L, index, name);
  return NULL;
}

static struct client *check_client(lua_State *L)
{
  return check_userdata(L, 1, CTO_UPVALUE(CLIENT),
                        "contactout client expected");
}

static struct ticket *check_ticket(lua_State *L, int index)
{
  return check_userdata(L, index, CTO_UPVALUE(TICKET),
                        "contactout ticket expected");
}

/* [-0, +0|+1, m] Whether a client can be used; else an error table on top. */
static bool is_usable(lua_State *L, const struct client *client)
{
  if (!client->worker)
    return cto_error(L, CTO_CANCELLED, NULL, NULL, "the client is closed");
  if (cto_worker_is_foreign(client->worker))
    return cto_error(L, CTO_UNSUPPORTED, NULL, NULL,
                     "this client was made before a fork: make one in the "
                     "process that uses it");
  return true;
}

/* --- Clients ---------------------------------------------------------------
 */

int cto_client_new(lua_State *L)
{
  lua_settop(L, 1);
  if (lua_isnil(L, 1)) {
    lua_newtable(L);
    lua_replace(L, 1);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!cto_worker_prepare()) {
    cto_error(L, CTO_UNSUPPORTED, NULL, NULL, "libcurl could not be started");
    return cto_fail(L);
  }
  struct client *client = lua_newuserdata(L, sizeof *client);
  *client = (struct client){0};
  lua_pushvalue(L, CTO_UPVALUE(CLIENT));
  lua_setmetatable(L, -2);
  client->settings = calloc(1, sizeof *client->settings);
  if (!client->settings)
    return luaL_error(L, "not enough memory");
  if (!cto_settings_read(L, 1, client->settings))
    return cto_fail(L);
  client->worker = cto_worker_new(client->settings);
  if (client->worker)
    return 1;
  cto_error(L, CTO_UNSUPPORTED, NULL, NULL,
            "no memory or no descriptors are left for a client");
  return cto_fail(L);
}

/* close(client): cancels what is in flight, waits for nothing; safe twice. In a
 * forked child it only forgets: everything is the parent's. */
int cto_client_gc(lua_State *L)
{
  struct client *client = check_client(L);
  struct cto_worker *worker = client->worker;
  struct cto_settings *settings = client->settings;
  *client = (struct client){0};
  if (worker && !cto_worker_is_foreign(worker)) {
    cto_worker_close(worker);
  } else if (settings && !worker) {
    cto_settings_free(settings);
    free(settings);
  }
  return 0;
}

int cto_client_tostring(lua_State *L)
{
  const struct client *client = check_client(L);
  if (client->worker)
    lua_pushfstring(L, "contactout.core client (%s)",
                    client->settings->base_url);
  else
    lua_pushliteral(L, "contactout.core client (closed)");
  return 1;
}

/* base_url(client) -> where its requests go, without a slash at the end | nil:
 * closed */
static int client_base_url(lua_State *L)
{
  const struct client *client = check_client(L);
  if (client->worker)
    lua_pushstring(L, client->settings->base_url);
  else
    lua_pushnil(L);
  return 1;
}

/* fd(client) -> integer | nil, err: readable while next() has something. */
static int client_fd(lua_State *L)
{
  struct client *client = check_client(L);
  if (!is_usable(L, client))
    return cto_fail(L);
  int fd = cto_worker_fd(client->worker);
  if (fd < 0) {
    cto_error(L, CTO_UNSUPPORTED, NULL, NULL, "no descriptors are left");
    return cto_fail(L);
  }
  lua_pushinteger(L, fd);
  return 1;
}

/* listen(client) -> path | nil, err: of a unix socket on which a host may wait
 * for a ticket: it writes the ticket's id and a newline, and gets a byte. */
static int client_listen(lua_State *L)
{
  struct client *client = check_client(L);
  if (!is_usable(L, client))
    return cto_fail(L);
  const char *path = cto_worker_listen(client->worker);
  if (!path) {
    cto_error(L, CTO_UNSUPPORTED, NULL, NULL,
              "no unix socket could be made to wait on: set TMPDIR to a folder "
              "that this process may write to");
    return cto_fail(L);
  }
  lua_pushstring(L, path);
  return 1;
}

/* next(client) -> id of a ticket that has ended, each once | nil */
static int client_next(lua_State *L)
{
  struct client *client = check_client(L);
  bool usable = client->worker && !cto_worker_is_foreign(client->worker);
  cto_id id = usable ? cto_worker_next(client->worker) : 0;
  if (id == 0)
    return 0;
  lua_pushinteger(L, (lua_Integer)id);
  return 1;
}

/* pending(client) -> how many were submitted and have not ended */
static int client_pending(lua_State *L)
{
  struct client *client = check_client(L);
  bool usable = client->worker && !cto_worker_is_foreign(client->worker);
  lua_pushinteger(L, usable ? cto_worker_pending(client->worker) : 0);
  return 1;
}

/* --- Tickets ---------------------------------------------------------------
 */

/* [-0, +1|+2, m] A ticket with a transfer of its own for the request; or NULL,
 * with an error on top. Whether the client can be used is asked after all that
 * allocates: a finalizer that runs there may close it. */
static struct ticket *push_ticket(lua_State *L, const struct client *client,
                                  const struct cto_request *request)
{
  struct ticket *ticket = lua_newuserdata(L, sizeof *ticket);
  *ticket = (struct ticket){0};
  lua_pushvalue(L, CTO_UPVALUE(TICKET));
  lua_setmetatable(L, -2);
  if (!is_usable(L, client))
    return NULL;
  ticket->worker = client->worker;
  ticket->settings = client->settings;
  ticket->endpoint = request->endpoint;
  ticket->costs = request->costs;
  ticket->raw = request->raw;
  ticket->transfer = cto_transfer_new(client->settings, request);
  if (!ticket->transfer)
    luaL_error(L, "not enough memory");
  cto_worker_hold(ticket->worker);
  return ticket;
}

/* Lets go of the transfer: what was submitted may still be under way. */
static void drop(struct ticket *ticket)
{
  struct cto_transfer *transfer = ticket->transfer;
  ticket->transfer = NULL;
  if (!transfer || cto_worker_is_foreign(ticket->worker))
    return;
  if (ticket->id != 0)
    cto_worker_cancel(ticket->worker, transfer);
  ticket->sent = atomic_load(&transfer->sent);
  cto_worker_release(ticket->worker, transfer);
}

int cto_ticket_gc(lua_State *L)
{
  drop(check_ticket(L, 1));
  return 0;
}

/* [-0, +4, m] What has come of the ticket's transfer, which has ended. */
static int push_outcome(lua_State *L, struct ticket *ticket)
{
  const struct cto_transfer *transfer = ticket->transfer;
  struct cto_reply reply = {
      .endpoint = ticket->endpoint,
      .path = transfer->url + strlen(ticket->settings->base_url),
      .costs = ticket->costs,
      .raw = ticket->raw,
      .timeout = transfer->timeout,
      .token = ticket->settings->token,
      .response = &transfer->response,
  };
  int count = cto_reply_push(L, &reply);
  drop(ticket);
  return count;
}

/* [-0, +1, m] The error of a ticket whose client was closed, or which was
 * cancelled before its reply came. */
static void push_cancelled(lua_State *L, const struct ticket *ticket, bool sent)
{
  const char *name = ticket->endpoint ? ticket->endpoint->name : NULL;
  cto_error(L, CTO_CANCELLED, name, NULL, "cancelled before a reply came");
  if (ticket->costs && sent) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "maybe_charged");
  }
}

/* id(ticket) -> the number by which next() names it */
static int ticket_id(lua_State *L)
{
  lua_pushinteger(L, (lua_Integer)check_ticket(L, 1)->id);
  return 1;
}

/* [-0, +3, m] */
static int push_foreign(lua_State *L)
{
  lua_pushnil(L);
  cto_error(L, CTO_UNSUPPORTED, NULL, NULL,
            "this request was sent before a fork, by the parent");
  lua_pushboolean(L, 0);
  return 3;
}

/* take(ticket) -> table|nil, err|nil, sent, status: once. A ticket that has not
 * ended is cancelled: it gives kind cancelled, and a charged request that was
 * sent ends in the background. */
static int ticket_take(lua_State *L)
{
  struct ticket *ticket = check_ticket(L, 1);
  luaL_argcheck(L, ticket->transfer, 1, "this ticket was taken before");
  if (cto_worker_is_foreign(ticket->worker))
    return push_foreign(L);
  if (cto_worker_has_ended(ticket->worker, ticket->transfer))
    return push_outcome(L, ticket);
  cto_worker_cancel(ticket->worker, ticket->transfer);
  bool sent = atomic_load(&ticket->transfer->sent);
  lua_pushnil(L);
  push_cancelled(L, ticket, sent);
  lua_pushboolean(L, sent);
  drop(ticket);
  return 3;
}

/* cancel(ticket): nobody waits for it any more. It can still be taken. */
static int ticket_cancel(lua_State *L)
{
  struct ticket *ticket = check_ticket(L, 1);
  if (ticket->transfer && ticket->id != 0 &&
      !cto_worker_is_foreign(ticket->worker))
    cto_worker_cancel(ticket->worker, ticket->transfer);
  return 0;
}

/* sent(ticket) -> whether something of it may have left this machine, by now or
 * when it was let go of */
static int ticket_sent(lua_State *L)
{
  const struct ticket *ticket = check_ticket(L, 1);
  bool sent =
      ticket->transfer ? atomic_load(&ticket->transfer->sent) : ticket->sent;
  lua_pushboolean(L, sent);
  return 1;
}

/* ended(ticket) -> boolean */
static int ticket_ended(lua_State *L)
{
  const struct ticket *ticket = check_ticket(L, 1);
  bool pending = ticket->transfer && !cto_worker_is_foreign(ticket->worker) &&
                 !cto_worker_has_ended(ticket->worker, ticket->transfer);
  lua_pushboolean(L, !pending);
  return 1;
}

/* --- Sending ----------------------------------------------------------------
 */

/* submit(client, request) -> ticket | nil, err. Never waits. */
static int client_submit(lua_State *L)
{
  struct client *client = check_client(L);
  const struct cto_request *request = cto_request_check(L, 2);
  struct ticket *ticket = push_ticket(L, client, request);
  if (!ticket)
    return cto_fail(L);
  ticket->id = cto_worker_submit(ticket->worker, ticket->transfer);
  if (ticket->id != 0)
    return 1;
  cto_error(L, CTO_UNSUPPORTED, NULL, NULL,
            "no thread could be started, or the process is about to exit");
  return cto_fail(L);
}

/* wait(client, ticket): blocks the thread until the ticket has ended */
static int client_wait(lua_State *L)
{
  check_client(L);
  struct ticket *ticket = check_ticket(L, 2);
  if (ticket->transfer && !cto_worker_is_foreign(ticket->worker))
    cto_worker_await(ticket->worker, ticket->transfer);
  return 0;
}

/* [-0, +2|+4, m] Sends a request and blocks until it has ended. */
static int perform(lua_State *L, struct client *client,
                   const struct cto_request *request)
{
  struct ticket *ticket = push_ticket(L, client, request);
  if (!ticket)
    return cto_fail(L);
  cto_worker_run(ticket->worker, ticket->transfer);
  return push_outcome(L, ticket);
}

/* perform(client, request) -> table|nil, err|nil, sent, status. Blocks. */
static int client_perform(lua_State *L)
{
  struct client *client = check_client(L);
  const struct cto_request *request = cto_request_check(L, 2);
  return perform(L, client, request);
}

/* NAME(client [, params [, opts]]) -> table | nil, err. One attempt; blocks. */
static int client_endpoint(lua_State *L)
{
  struct client *client = check_client(L);
  const struct cto_endpoint *endpoint =
      lua_touserdata(L, lua_upvalueindex(CTO_UP_END));
  lua_settop(L, 3);
  const struct cto_request *request = cto_request_push(
      L, endpoint, lua_isnil(L, 2) ? 0 : 2, lua_isnil(L, 3) ? 0 : 3);
  if (!request)
    return cto_fail(L);
  int count = perform(L, client, request);
  lua_pop(L, count - 2); /* the table, or nil, and the error alone */
  return 2;
}

/* --- Registration -----------------------------------------------------------
 */

static const luaL_Reg client_functions[] = {
    {"submit", client_submit},   {"perform", client_perform},
    {"next", client_next},       {"wait", client_wait},
    {"pending", client_pending}, {"base_url", client_base_url},
    {"fd", client_fd},           {"listen", client_listen},
    {"close", cto_client_gc},    {NULL, NULL},
};

static const luaL_Reg ticket_functions[] = {
    {"id", ticket_id},       {"take", ticket_take}, {"cancel", ticket_cancel},
    {"ended", ticket_ended}, {"sent", ticket_sent}, {NULL, NULL},
};

/* [-0, +0, m] */
static void push_shared(lua_State *L)
{
  luaL_checkstack(L, CTO_UP_END + 2, "too many upvalues");
  for (int i = 1; i < CTO_UP_END; i++)
    lua_pushvalue(L, i);
}

void cto_client_methods(lua_State *L, int index)
{
  lua_pushvalue(L, index);
  push_shared(L);
  luaL_setfuncs(L, client_functions, CTO_UP_END - 1);
  for (const struct cto_endpoint *endpoint = cto_endpoints; endpoint->name;
       endpoint++) {
    push_shared(L);
    lua_pushlightuserdata(L, (void *)endpoint);
    lua_pushcclosure(L, client_endpoint, CTO_UP_END);
    lua_setfield(L, -2, endpoint->name);
  }
  lua_pop(L, 1);
}

void cto_ticket_methods(lua_State *L, int index)
{
  lua_pushvalue(L, index);
  push_shared(L);
  luaL_setfuncs(L, ticket_functions, CTO_UP_END - 1);
  lua_pop(L, 1);
}
