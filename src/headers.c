/* See headers.h. */
#include "headers.h"

#include <string.h>

#include "errors.h"

/* Bytes of one line for libcurl: a layer's longest entry, and a colon. */
enum { LINE_LIMIT = 64 * 1024 + 1 };

bool cto_headers_add(struct cto_buffer *layer, const char *name,
                     const char *value)
{
  cto_buffer_puts(layer, name);
  if (value) {
    cto_buffer_puts(layer, ": ");
    cto_buffer_puts(layer, value);
  }
  return cto_buffer_putc(layer, '\0');
}

/* --- From Lua ----------------------------------------------------------------
 */

/* A token of RFC 9110, whatever the locale. */
static bool is_name(const char *text, size_t length)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789!#$%&'*+-.^_`|~";
  return length > 0 && strspn(text, allowed) == length;
}

static bool has_control(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++)
    if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 127)
      return true;
  return false;
}

/* Those that the client sets itself, or that libcurl does; like libcurl, by
 * ASCII's case alone: in Turkish an i is no small I. */
static bool is_reserved(const char *name)
{
  static const char *const names[] = {"token", "host", "content-length",
                                      "transfer-encoding", "connection"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (curl_strequal(name, names[i]))
      return true;
  return false;
}

/* [-0, +0|+1, m] Checks and adds the header whose name and value are on top. */
static bool add_pair(lua_State *L, struct cto_buffer *layer,
                     const char *endpoint)
{
  size_t length;
  if (lua_type(L, -2) != LUA_TSTRING)
    return cto_error(L, CTO_INVALID_ARGUMENT, endpoint, "headers",
                     "headers must be a table of strings by name");
  const char *name = lua_tolstring(L, -2, &length);
  lua_pushfstring(L, "headers.%s", name);
  const char *param = lua_tostring(L, -1);
  if (!is_name(name, length))
    return cto_error(L, CTO_INVALID_ARGUMENT, endpoint, param,
                     "%s is not the name of a header", param);
  if (is_reserved(name))
    return cto_error(L, CTO_INVALID_ARGUMENT, endpoint, param,
                     "%s is set by the client itself", param);
  bool leave_out = lua_isboolean(L, -2) && !lua_toboolean(L, -2);
  if (!leave_out && lua_type(L, -2) != LUA_TSTRING)
    return cto_error(L, CTO_INVALID_ARGUMENT, endpoint, param,
                     "%s must be a string, or false to leave it out", param);
  const char *value = leave_out ? NULL : lua_tolstring(L, -2, &length);
  if (value && has_control(value, length))
    return cto_error(L, CTO_INVALID_ARGUMENT, endpoint, param,
                     "%s has a control character in it", param);
  if (!cto_headers_add(layer, name, value)) {
    if (layer->state == CTO_BUFFER_NO_MEMORY)
      luaL_error(L, "not enough memory");
    return cto_error(L, CTO_INVALID_ARGUMENT, endpoint, param,
                     "headers are too long");
  }
  lua_pop(L, 1);
  return true;
}

bool cto_headers_read(lua_State *L, int index, struct cto_buffer *layer,
                      const char *endpoint)
{
  index = lua_absindex(L, index);
  if (!lua_istable(L, index))
    return cto_error(L, CTO_INVALID_ARGUMENT, endpoint, "headers",
                     "headers must be a table of strings by name");
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
    if (!add_pair(L, layer, endpoint))
      return false;
  return true;
}

/* --- For libcurl
 * -------------------------------------------------------------- */

/* Whether an entry of the layer has the name (case aside) of `length` bytes. */
static bool is_set_in(const struct cto_buffer *layer, const char *name,
                      size_t length)
{
  if (layer->length == 0)
    return false;
  const char *end = layer->data + layer->length;
  for (const char *entry = layer->data; entry < end; entry += strlen(entry) + 1)
    if (strcspn(entry, ":") == length && curl_strnequal(entry, name, length))
      return true;
  return false;
}

/* Writes an entry as libcurl takes it: "Name:" leaves a header out, and "Name;"
 * sends an empty one. */
static bool write_line(struct cto_buffer *line, const char *entry)
{
  size_t length = strcspn(entry, ":");
  cto_buffer_clear(line);
  if (entry[length] == '\0') {
    cto_buffer_puts(line, entry);
    cto_buffer_putc(line, ':');
  } else if (strcmp(entry + length, ": ") == 0) {
    cto_buffer_append(line, entry, length);
    cto_buffer_putc(line, ';');
  } else {
    cto_buffer_puts(line, entry);
  }
  return cto_buffer_putc(line, '\0');
}

/* Adds the entries of layer `which` that no later layer sets. */
static bool add_layer(struct curl_slist **list, struct cto_buffer *line,
                      const struct cto_buffer *const *layers, int which,
                      int count)
{
  const struct cto_buffer *layer = layers[which];
  const char *end = layer->data + layer->length;
  for (const char *entry = layer->data; entry < end;
       entry += strlen(entry) + 1) {
    bool overruled = false;
    for (int i = which + 1; i < count; i++)
      overruled |= is_set_in(layers[i], entry, strcspn(entry, ":"));
    if (overruled)
      continue;
    if (!write_line(line, entry))
      return false;
    struct curl_slist *longer = curl_slist_append(*list, line->data);
    if (!longer)
      return false;
    *list = longer;
  }
  return true;
}

struct curl_slist *cto_headers_list(const struct cto_buffer *const *layers,
                                    int count)
{
  struct curl_slist *list = NULL;
  struct cto_buffer line;
  bool done = true;
  cto_buffer_init(&line, LINE_LIMIT);
  for (int i = 0; i < count && done; i++)
    if (layers[i]->length > 0)
      done = add_layer(&list, &line, layers, i, count);
  cto_buffer_free(&line);
  if (done)
    return list;
  curl_slist_free_all(list);
  return NULL;
}
