/* See reply.h. */
#include "reply.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "decode.h"

/* Bytes of a reply that an error carries, and of a message. */
enum { BODY_EXCERPT = 2048, MESSAGE_EXCERPT = 512 };

/* --- Texts of the server, without the token --------------------------------
 */

/* [-0, +1, m] At most `room` (<= BODY_EXCERPT) bytes of the text. */
static void push_redacted(lua_State *L, const struct cto_reply *reply,
                          const char *text, size_t length, size_t room)
{
  char clean[BODY_EXCERPT];
  size_t size = cto_redact(clean, room, text, length, reply->token);
  lua_pushlstring(L, clean, size);
}

/* [-0, +0, m] Sets a field of the table on top to a text of the server. */
static void set_redacted(lua_State *L, const struct cto_reply *reply,
                         const char *field, const char *text)
{
  if (!text)
    return;
  push_redacted(L, reply, text, strlen(text), MESSAGE_EXCERPT);
  lua_setfield(L, -2, field);
}

/* [-1, +1|+0, m] Replaces the value on top by the text in it: itself, its
 * message, or the first thing in it. False, and nothing, where there is none.
 */
static bool dig_for_text(lua_State *L, int depth)
{
  if (lua_type(L, -1) == LUA_TTABLE && depth > 0) {
    lua_getfield(L, -1, "message");
    if (lua_isnil(L, -1)) {
      if (lua_next(L, -2)) /* takes the nil as its key */
        lua_remove(L, -2);
      else
        lua_pushnil(L);
    }
    lua_remove(L, -2);
    return dig_for_text(L, depth - 1);
  }
  if (lua_type(L, -1) == LUA_TSTRING)
    return true;
  lua_pop(L, 1);
  return false;
}

/* [-0, +1, m] What the server says went wrong: the documented `message`, or
 * where else services put it; "" if it says nothing. `body` is its reply,
 * decoded, or nil. */
static void push_message(lua_State *L, const struct cto_reply *reply, int body)
{
  static const char *const fields[] = {"message", "error", "detail", "errors"};
  size_t length;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (!lua_istable(L, body))
      break;
    lua_getfield(L, body, fields[i]);
    if (!dig_for_text(L, 3))
      continue;
    const char *text = lua_tolstring(L, -1, &length);
    push_redacted(L, reply, text, length, MESSAGE_EXCERPT);
    lua_remove(L, -2);
    return;
  }
  lua_pushliteral(L, "");
}

/* --- Errors ----------------------------------------------------------------
 */

/* [-1, +1, m] The message on top becomes an error of this reply's endpoint. */
static void make_error(lua_State *L, const struct cto_reply *reply,
                       enum cto_kind kind)
{
  if (reply->endpoint) {
    cto_error_from_string(L, kind, reply->endpoint->name, NULL);
    return;
  }
  cto_error_from_string(L, kind, NULL, NULL);
  lua_pushlstring(L, reply->path, strcspn(reply->path, "?#"));
  lua_setfield(L, -2, "endpoint");
}

/* [-0, +0, m] What is known of a reply besides its kind, on the error on top.
 * `status` 0: none came. */
static void describe(lua_State *L, const struct cto_reply *reply, int status,
                     bool may_charge)
{
  const struct cto_response *response = reply->response;
  if (status != 0) {
    lua_pushinteger(L, status);
    lua_setfield(L, -2, "status");
    set_redacted(L, reply, "request_id", cto_request_id(&response->headers));
    double seconds = cto_retry_after(&response->headers);
    if (seconds >= 0 && status >= 300) {
      lua_pushnumber(L, seconds);
      lua_setfield(L, -2, "retry_after");
    }
  }
  if (response->body.length > 0) {
    push_redacted(L, reply, response->body.data, response->body.length,
                  BODY_EXCERPT);
    lua_setfield(L, -2, "body");
  }
  if (reply->costs && may_charge) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "maybe_charged");
  }
  if (response->permanent) {
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "retryable");
  }
}

/* [-0, +1, m] The kinds of credit a call can cost: "email and phone". */
static void push_credit_kinds(lua_State *L, const struct cto_reply *reply)
{
  lua_pushliteral(L, "");
  if (!reply->endpoint)
    return;
  const struct cto_credit *credit = reply->endpoint->credits;
  for (int i = 0; i < CTO_MAX_CREDITS && credit[i].kind; i++) {
    lua_pushstring(L, i > 0 ? ", " : "");
    lua_pushstring(L, credit[i].kind);
    lua_concat(L, 3);
  }
}

/* [-0, +1, m] A line that says what happened and what to do about it. `said`
 * is the server's own message. */
static void push_advice(lua_State *L, const struct cto_reply *reply,
                        enum cto_kind kind, int status, const char *said)
{
  const char *location;
  switch (kind) {
  case CTO_CREDENTIALS:
    lua_pushfstring(L,
                    "%s; check the token (option token, or CONTACTOUT_TOKEN) "
                    "and headers of your own; the API answers bad input this "
                    "way too",
                    said);
    break;
  case CTO_OUT_OF_CREDITS:
    push_credit_kinds(L, reply);
    lua_pushfstring(L, "%s; this call draws on these pools: %s (see stats)",
                    said, lua_tostring(L, -1));
    lua_remove(L, -2);
    break;
  case CTO_NO_ACCESS:
    lua_pushfstring(L, "%s; the token's plan may not include this endpoint",
                    said);
    break;
  case CTO_RATE_LIMITED:
    lua_pushfstring(L,
                    "%s; ask less often: lower rate_limits, or share them if "
                    "other processes use this token",
                    said);
    break;
  case CTO_SERVER:
    location = cto_header_find(&reply->response->headers, "location");
    if (status >= 300 && status < 400 && location) {
      push_redacted(L, reply, location, strlen(location), MESSAGE_EXCERPT);
      lua_pushfstring(L,
                      "%s; redirected to %s, which is never followed: check "
                      "base_url",
                      said, lua_tostring(L, -1));
      lua_remove(L, -2);
      break;
    }
    /* fall through */
  default:
    lua_pushstring(L, said);
  }
}

/* [-0, +1, m] The error for a complete reply that is none of success. `body` is
 * the index of its decoded form, or of nil. */
static void push_status_error(lua_State *L, const struct cto_reply *reply,
                              int status, int body)
{
  push_message(L, reply, body);
  const char *said = lua_tostring(L, -1);
  enum cto_kind kind = cto_status_kind(status, said);
  bool asks_to_wait = cto_retry_after(&reply->response->headers) >= 0;
  if (*said == '\0') {
    lua_pushfstring(L, "the server answered HTTP %d and gave no reason",
                    status);
    said = lua_tostring(L, -1);
    lua_remove(L, -2);
  }
  push_advice(L, reply, kind, status, said);
  lua_remove(L, -2);
  make_error(L, reply, kind);
  describe(L, reply, status, cto_status_may_charge(status, asks_to_wait));
}

/* [-0, +1, m] The error for a complete 2xx that holds no usable JSON. */
static void push_malformed(lua_State *L, const struct cto_reply *reply,
                           const struct cto_decode_error *wrong)
{
  const struct cto_response *response = reply->response;
  const char *type = cto_header_find(&response->headers, "content-type");
  push_redacted(L, reply, type ? type : "no content type",
                type ? strlen(type) : 15, MESSAGE_EXCERPT);
  lua_pushfstring(L,
                  "the reply (HTTP %d, %s) is no JSON object: %s at byte %d; "
                  "is base_url right?",
                  response->status, lua_tostring(L, -1), wrong->what,
                  (int)wrong->offset + 1);
  lua_remove(L, -2);
  make_error(L, reply, CTO_MALFORMED_RESPONSE);
  describe(L, reply, response->status, true);
}

/* [-0, +1, m] The error for an attempt that brought no complete reply. */
static void push_broken(lua_State *L, const struct cto_reply *reply)
{
  const struct cto_response *response = reply->response;
  static const enum cto_kind kinds[] = {
      [CTO_END_TIMEOUT] = CTO_TIMEOUT,
      [CTO_END_CONNECTION] = CTO_CONNECTION,
      [CTO_END_TLS] = CTO_TLS,
      [CTO_END_UNREADABLE] = CTO_MALFORMED_RESPONSE,
      [CTO_END_TOO_LARGE] = CTO_TOO_LARGE,
      [CTO_END_CANCELLED] = CTO_CANCELLED,
      [CTO_END_NO_MEMORY] = CTO_TOO_LARGE,
  };
  char seconds[32];
  switch (response->end) {
  case CTO_END_TIMEOUT:
    snprintf(seconds, sizeof seconds, "%.3g",
             response->sent ? reply->timeout : response->elapsed);
    lua_pushfstring(L,
                    response->sent ? "no complete reply within %s s: the "
                                     "server is slow, or timeout too short"
                                   : "no connection within %s s",
                    seconds);
    break;
  case CTO_END_TOO_LARGE:
    lua_pushliteral(L, "the reply is larger than max_response_bytes");
    break;
  case CTO_END_CANCELLED:
    lua_pushliteral(L, "cancelled before a reply came");
    break;
  case CTO_END_NO_MEMORY:
    lua_pushliteral(L, "not enough memory for the request or its reply");
    break;
  case CTO_END_TLS:
    lua_pushfstring(L,
                    "no secure connection: %s (ca_file and ca_path say whom "
                    "to trust)",
                    response->detail);
    break;
  default:
    lua_pushfstring(L, "%s: %s",
                    response->sent ? "the connection broke" : "no connection",
                    response->detail);
  }
  make_error(L, reply, kinds[response->end]);
  describe(L, reply, response->status, response->sent);
}

/* --- Replies ---------------------------------------------------------------
 */

/* Whether a JSON text is an object: it has a brace before any bracket. */
static bool is_object(const struct cto_buffer *text)
{
  const char *brace = memchr(text->data, '{', text->length);
  const char *bracket = memchr(text->data, '[', text->length);
  return brace && (!bracket || brace < bracket);
}

/* [-0, +1, m] Pushes the decoded body, or nil and says what is wrong. A reply
 * is an object; an empty array is an empty one, by the habit of PHP. */
static bool decode_body(lua_State *L, const struct cto_reply *reply,
                        struct cto_decode_error *wrong)
{
  static const char *const any[] = {"profiles", "companies", "result", NULL};
  const struct cto_buffer *body = &reply->response->body;
  const char *own[] = {reply->endpoint ? reply->endpoint->keyed : NULL, NULL};
  const char *text = body->data ? body->data : "";
  if (!cto_decode(L, text, body->length, reply->endpoint ? own : any, wrong)) {
    lua_pushnil(L);
    return false;
  }
  if (lua_istable(L, -1) && (lua_rawlen(L, -1) == 0 || is_object(body)))
    return true;
  wrong->what = "not an object";
  wrong->offset = 0;
  return false;
}

/* [-0, +0, m] The status that counts: HTTP's, or under a 2xx the body's own
 * status_code where that tells of an error. */
static int effective_status(lua_State *L, int body, int status)
{
  if (status < 200 || status > 299 || !lua_istable(L, body))
    return status;
  lua_getfield(L, body, "status_code");
  lua_Number inner = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
  lua_pop(L, 1);
  return inner >= 400 && inner < 1000 ? (int)inner : status;
}

/* [-0, +1, m] A table of the reply's headers. */
static void push_headers(lua_State *L, const struct cto_buffer *headers)
{
  const char *name, *value;
  size_t length, position = 0;
  lua_newtable(L);
  while ((position = cto_header_next(headers, position, &name, &length,
                                     &value)) != 0) {
    lua_pushlstring(L, name, length);
    lua_pushvalue(L, -1);
    lua_rawget(L, -3);
    if (lua_isnil(L, -1)) {
      lua_pop(L, 1);
      lua_pushstring(L, value);
    } else { /* a header that came twice */
      lua_pushliteral(L, ", ");
      lua_pushstring(L, value);
      lua_concat(L, 3);
    }
    lua_rawset(L, -3);
  }
}

/* [-0, +1, m] The whole reply; `body` is the index of its decoded form. */
static void push_raw(lua_State *L, const struct cto_reply *reply, int body)
{
  const struct cto_response *response = reply->response;
  lua_createtable(L, 0, 6);
  lua_pushinteger(L, response->status);
  lua_setfield(L, -2, "status");
  push_headers(L, &response->headers);
  lua_setfield(L, -2, "headers");
  lua_pushlstring(L, response->body.data ? response->body.data : "",
                  response->body.length);
  lua_setfield(L, -2, "body");
  lua_pushvalue(L, body);
  lua_setfield(L, -2, "data");
  lua_pushnumber(L, response->elapsed);
  lua_setfield(L, -2, "elapsed");
}

/* [-0, +2, m] Value and error of a complete reply. */
static void push_complete(lua_State *L, const struct cto_reply *reply)
{
  struct cto_decode_error wrong;
  bool usable = decode_body(L, reply, &wrong);
  int body = lua_gettop(L);
  int status = effective_status(L, body, reply->response->status);
  if (status < 200 || status > 299)
    push_status_error(L, reply, status, body);
  else if (!usable)
    push_malformed(L, reply, &wrong);
  else
    lua_pushnil(L);
  if (reply->raw)
    push_raw(L, reply, body);
  else if (lua_isnil(L, -1))
    lua_pushvalue(L, body);
  else
    lua_pushnil(L);
  lua_insert(L, -2); /* body value error */
  lua_remove(L, body);
}

/* A reply too large to take whole still has its status, if that is an error. */
static bool is_cut_error(const struct cto_response *response)
{
  return response->end == CTO_END_TOO_LARGE && response->status >= 300;
}

int cto_reply_push(lua_State *L, const struct cto_reply *reply)
{
  luaL_checkstack(L, 16, "too many values to read a reply");
  if (reply->response->end == CTO_END_REPLY) {
    push_complete(L, reply);
  } else {
    lua_pushnil(L);
    if (is_cut_error(reply->response))
      push_status_error(L, reply, reply->response->status, lua_gettop(L));
    else
      push_broken(L, reply);
  }
  lua_pushboolean(L, reply->response->sent);
  lua_pushinteger(L, reply->response->status);
  return 4;
}

/* --- The same from Lua ------------------------------------------------------
 */

/* [-0, +1, e] The header table at `index` as struct cto_response holds it: a
 * string that `headers` then points into, though nobody may write there. */
static void push_header_list(lua_State *L, int index,
                             struct cto_buffer *headers)
{
  size_t length;
  lua_pushliteral(L, "");
  for (lua_pushnil(L); lua_next(L, index);) { /* list key value */
    luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING && lua_isstring(L, -1), 2,
                  "headers must be strings by name");
    lua_pushfstring(L, "%s: %s", lua_tostring(L, -2), lua_tostring(L, -1));
    lua_replace(L, -2); /* list key entry */
    lua_pushvalue(L, -3);
    lua_insert(L, -2); /* list key list entry */
    lua_pushlstring(L, "", 1);
    lua_concat(L, 3); /* list key list' */
    lua_replace(L, -3);
  }
  headers->data = (char *)lua_tolstring(L, -1, &length);
  headers->length = length;
}

int cto_reply_read(lua_State *L)
{
  const char *name = luaL_checkstring(L, 1);
  struct cto_response response = {.end = CTO_END_REPLY, .sent = true};
  struct cto_reply reply = {.endpoint = cto_endpoint_find(name),
                            .path = name,
                            .token = "",
                            .response = &response};
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  lua_getfield(L, 2, "raw");
  reply.raw = lua_toboolean(L, -1);
  lua_getfield(L, 2, "status");
  response.status = (int)luaL_optinteger(L, -1, 200);
  reply.costs = !reply.endpoint || reply.endpoint->costs;
  lua_getfield(L, 2, "headers");
  if (lua_istable(L, -1))
    push_header_list(L, lua_gettop(L), &response.headers);
  lua_getfield(L, 2, "body");
  response.body.data = /* to be read alone, too */
      (char *)luaL_optlstring(L, -1, "", &response.body.length);
  return cto_reply_push(L, &reply);
}
