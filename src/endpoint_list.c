/* See endpoint_list.h. */
#include "endpoint_list.h"

#include <string.h>

#include "endpoints.h"
#include "value.h"

/* While the list is built, this stack index holds the metatable of all its
 * tables. */
enum { READ_ONLY = 1 };

static int refuse_assignment(lua_State *L)
{
  return luaL_error(L, "contactout.endpoints is read-only");
}

/* [-0, +1, m] */
static void push_read_only(lua_State *L)
{
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, refuse_assignment);
  lua_setfield(L, -2, "__newindex");
  lua_pushboolean(L, false);
  lua_setfield(L, -2, "__metatable");
}

/* --- Fields of the table on top: [-0, +0, m] ----------------------------- */

static void set_text(lua_State *L, const char *name, const char *text)
{
  if (!text)
    return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

static void set_boolean(lua_State *L, const char *name, bool value)
{
  lua_pushboolean(L, value);
  lua_setfield(L, -2, name);
}

static void set_integer(lua_State *L, const char *name, int value)
{
  lua_pushinteger(L, value);
  lua_setfield(L, -2, name);
}

/* Only what is documented, which isn't 0. */
static void set_limit(lua_State *L, const char *name, int value)
{
  if (value != 0)
    set_integer(L, name, value);
}

/* The names of a closed set, as a list. */
static void set_names(lua_State *L, const char *name, const char *set)
{
  if (!set)
    return;
  size_t length;
  const char *text;
  lua_newtable(L);
  for (unsigned n = 0; (text = cto_set_name(set, n, &length)); n++) {
    lua_pushlstring(L, text, length);
    lua_rawseti(L, -2, (int)n + 1);
  }
  lua_pushvalue(L, READ_ONLY);
  lua_setmetatable(L, -2);
  lua_setfield(L, -2, name);
}

/* [-1, +0, m] Closes the table on top and appends it to the one below. */
static void append(lua_State *L, int position)
{
  lua_pushvalue(L, READ_ONLY);
  lua_setmetatable(L, -2);
  lua_rawseti(L, -2, position);
}

/* [-1, +0, m] Closes the list on top, a field of the table below. */
static void set_list(lua_State *L, const char *name)
{
  lua_pushvalue(L, READ_ONLY);
  lua_setmetatable(L, -2);
  lua_setfield(L, -2, name);
}

/* --- The parts of an endpoint: [-0, +0, m] ------------------------------- */

static void set_params(lua_State *L, const struct cto_endpoint *endpoint)
{
  lua_newtable(L);
  for (int i = 0; endpoint->params[i].name; i++) {
    const struct cto_param *param = &endpoint->params[i];
    lua_createtable(L, 0, 9);
    set_text(L, "name", param->name);
    set_text(L, "type", cto_type_name(param->type));
    set_text(L, "form", cto_form_name(param->form));
    set_boolean(L, "required", param->required);
    set_boolean(L, "boolean", param->boolean);
    set_limit(L, "max", param->max);
    set_limit(L, "min", param->min);
    set_names(L, "values", param->values);
    set_text(L, "doc", param->doc);
    append(L, i + 1);
  }
  set_list(L, "params");
}

static void set_credits(lua_State *L, const struct cto_endpoint *endpoint)
{
  lua_newtable(L);
  for (int i = 0; endpoint->credits[i].kind; i++) {
    lua_pushstring(L, endpoint->credits[i].kind);
    lua_rawseti(L, -2, i + 1);
  }
  set_list(L, "credits");
}

static void set_credit_rules(lua_State *L, const struct cto_endpoint *endpoint)
{
  lua_newtable(L);
  for (int i = 0; endpoint->credits[i].kind; i++) {
    const struct cto_credit *credit = &endpoint->credits[i];
    lua_createtable(L, 0, 8);
    set_text(L, "kind", credit->kind);
    set_integer(L, "least", credit->least);
    set_integer(L, "most", credit->most);
    set_text(L, "per", credit->per);
    set_text(L, "when", credit->when);
    set_names(L, "when_values", credit->when_values);
    set_text(L, "unless", credit->unless_name);
    set_text(L, "unless_value", credit->unless_value);
    append(L, i + 1);
  }
  set_list(L, "credit_rules");
}

int cto_endpoints_push(lua_State *L)
{
  lua_settop(L, 0);
  push_read_only(L);
  lua_newtable(L);
  for (int i = 0; cto_endpoints[i].name; i++) {
    const struct cto_endpoint *endpoint = &cto_endpoints[i];
    lua_createtable(L, 0, 13);
    set_text(L, "name", endpoint->name);
    set_text(L, "method", endpoint->method == CTO_GET ? "GET" : "POST");
    set_text(L, "path", endpoint->path);
    set_text(L, "summary", endpoint->summary);
    set_params(L, endpoint);
    set_text(L, "requires", endpoint->requires_text);
    set_text(L, "rate_class", cto_rate_name(endpoint->rate));
    set_text(L, "rate_doubt", cto_rate_name(endpoint->doubt));
    set_boolean(L, "costs", endpoint->costs);
    set_boolean(L, "lookup", endpoint->lookup);
    set_credits(L, endpoint);
    set_credit_rules(L, endpoint);
    set_text(L, "keyed", endpoint->keyed);
    append(L, i + 1);
  }
  lua_pushvalue(L, READ_ONLY);
  lua_setmetatable(L, -2);
  return 1;
}

int cto_rates_push(lua_State *L)
{
  lua_newtable(L);
  for (enum cto_rate rate = CTO_RATE_SEARCH; rate <= CTO_RATE_OTHER; rate++)
    set_integer(L, cto_rate_name(rate), cto_rate_per_minute(rate));
  return 1;
}
