/* See settings.h. */
#define _GNU_SOURCE /* strdup, inet_pton */
#include "settings.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "errors.h"
#include "headers.h"
#include "names.h"
#include "version.h"

static const char DEFAULT_BASE_URL[] = "https://api.contactout.com";

/* Bytes of all headers of one layer. */
enum { HEADERS_LIMIT = 64 * 1024 };

/* Refuses a value: the message names the option and the rule. */
#define REFUSE(L, option, ...)                                                 \
  cto_error(L, CTO_INVALID_ARGUMENT, NULL, option, __VA_ARGS__)

/* --- Plain options ---------------------------------------------------------
 */

/* [-0, +0|+1, m] Copies the string option `name` to `out`, NULL if absent. */
static bool read_string(lua_State *L, int options, const char *name, char **out)
{
  lua_getfield(L, options, name);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    return true;
  }
  if (lua_type(L, -1) != LUA_TSTRING)
    return REFUSE(L, name, "%s must be a string", name);
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] < ' ' || text[i] == 127)
      return REFUSE(L, name, "%s has a control character", name);
  *out = strdup(text);
  if (!*out)
    luaL_error(L, "not enough memory");
  lua_pop(L, 1);
  return true;
}

/* [-0, +0|+1, m] Reads a number option above 0, `most` at most; leaves `out` if
 * it is absent.
 */
static bool read_number(lua_State *L, int options, const char *name,
                        double most, double *out)
{
  lua_getfield(L, options, name);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    return true;
  }
  double value = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
  if (!(value > 0 && value <= most))
    return REFUSE(L, name, "%s must be a number above 0, and %d at most", name,
                  (int)most);
  *out = value;
  lua_pop(L, 1);
  return true;
}

/* --- Token and base URL ----------------------------------------------------
 */

static bool check_token(lua_State *L, struct cto_settings *settings)
{
  const char *blanks = " \t";
  char *token = settings->token;
  if (token) {
    size_t begin = strspn(token, blanks);
    size_t length = strlen(token + begin);
    while (length > 0 && strchr(blanks, token[begin + length - 1]))
      length--;
    memmove(token, token + begin, length);
    token[length] = '\0';
  }
  if (!token || !*token)
    return REFUSE(
        L, "token",
        "no token: pass the option token, or set CONTACTOUT_TOKEN (which "
        "nginx keeps from its workers without the directive `env "
        "CONTACTOUT_TOKEN;`)");
  if (strpbrk(token, blanks))
    return REFUSE(L, "token", "token has a blank in it");
  return true;
}

static bool is_loopback(const char *host)
{
  unsigned char address[16];
  static const unsigned char six[16] = {[15] = 1};
  if (strcasecmp(host, "localhost") == 0)
    return true;
  if (inet_pton(AF_INET, host, address) == 1)
    return address[0] == 127;
  char inner[64];
  size_t length = strlen(host);
  if (*host != '[' || length < 3 || length >= sizeof inner)
    return false;
  memcpy(inner, host + 1, length - 2);
  inner[length - 2] = '\0';
  return inet_pton(AF_INET6, inner, address) == 1 &&
         memcmp(address, six, sizeof six) == 0;
}

/* Fills in what the parsed base URL says; a text that tells what is wrong. */
static const char *inspect_url(struct cto_settings *settings, CURLU *url)
{
  char *scheme = NULL, *host = NULL, *user = NULL;
  const char *wrong = NULL;
  if (curl_url_set(url, CURLUPART_URL, settings->base_url, 0) ||
      curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) ||
      curl_url_get(url, CURLUPART_HOST, &host, 0)) {
    wrong = "must be a URL such as https://api.contactout.com";
  } else {
    settings->https = strcmp(scheme, "https") == 0;
    settings->loopback = is_loopback(host);
    if (!settings->https && strcmp(scheme, "http") != 0)
      wrong = "must begin with https://";
    else if (!settings->https && !settings->loopback)
      wrong = "must begin with https:// (plain http shows the token to the "
              "network; it is for a loopback address alone)";
  }
  /* libcurl doesn't tell of an empty query or fragment, behind which the path
   * of an endpoint would vanish. */
  if (!wrong && (strpbrk(settings->base_url, "?#") ||
                 curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK))
    wrong = "can have a host, a port and a path, but no user, query or "
            "fragment";
  curl_free(user);
  curl_free(scheme);
  curl_free(host);
  return wrong;
}

static bool check_base_url(lua_State *L, struct cto_settings *settings)
{
  if (!settings->base_url)
    settings->base_url = strdup(DEFAULT_BASE_URL);
  CURLU *url = curl_url();
  if (!settings->base_url || !url) {
    curl_url_cleanup(url);
    luaL_error(L, "not enough memory");
  }
  const char *wrong = inspect_url(settings, url);
  curl_url_cleanup(url);
  if (wrong)
    return REFUSE(L, "base_url", "base_url %s", wrong);
  size_t length = strlen(settings->base_url);
  while (length > 0 && settings->base_url[length - 1] == '/')
    settings->base_url[--length] = '\0';
  return true;
}

/* libcurl would quote a proxy that it can't read, password and all. */
static bool check_proxy(lua_State *L, const struct cto_settings *settings)
{
  if (!settings->proxy)
    return true;
  CURLU *url = curl_url();
  if (!url)
    luaL_error(L, "not enough memory");
  CURLUcode wrong = curl_url_set(url, CURLUPART_URL, settings->proxy,
                                 CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME);
  curl_url_cleanup(url);
  return !wrong || REFUSE(L, "proxy",
                          "proxy must be a URL such as "
                          "http://proxy.example:3128");
}

/* --- Headers ----------------------------------------------------------------
 */

/* The vendor's documentation shows `authorization: basic` beside the token on
 * some endpoints; it is sent on all, and headers = {authorization = false}
 * leaves it out. */
static bool add_defaults(struct cto_buffer *layer,
                         const struct cto_settings *settings,
                         const char *user_agent)
{
  return cto_headers_add(layer, "token", settings->token) &&
         cto_headers_add(layer, "authorization", "basic") &&
         cto_headers_add(layer, "Accept", "application/json") &&
         cto_headers_add(layer, "User-Agent", user_agent);
}

/* Those of a request with a body. Expect is left out, so that no large body
 * waits a second for a "100 Continue". */
static bool add_body_defaults(struct cto_buffer *layer)
{
  return cto_headers_add(layer, "Content-Type", "application/json") &&
         cto_headers_add(layer, "Expect", NULL);
}

struct curl_slist *cto_settings_headers(const struct cto_settings *settings,
                                        const struct cto_request *request)
{
  static const struct cto_buffer nothing = {0};
  bool has_body = request && request->has_body;
  const struct cto_buffer *layers[] = {
      &settings->defaults,
      has_body ? &settings->body_defaults : &nothing,
      &settings->headers,
      request ? &request->headers : &nothing,
  };
  return cto_headers_list(layers, 4);
}

/* [-0, +0|+1, m] */
static bool read_headers(lua_State *L, int options,
                         struct cto_settings *settings)
{
  lua_getfield(L, options, "headers");
  if (!lua_isnil(L, -1) && !cto_headers_read(L, -1, &settings->headers, NULL))
    return false;
  lua_pop(L, 1);
  const char *user_agent = settings->user_agent ? settings->user_agent
                                                : "contactout-lua/" CTO_VERSION;
  const struct cto_request with_body = {.has_body = true};
  if (add_defaults(&settings->defaults, settings, user_agent) &&
      add_body_defaults(&settings->body_defaults)) {
    settings->get_headers = cto_settings_headers(settings, NULL);
    settings->post_headers = cto_settings_headers(settings, &with_body);
  }
  if (!settings->get_headers || !settings->post_headers)
    luaL_error(L, "not enough memory");
  return true;
}

/* --- All of them ------------------------------------------------------------
 */

static const char *const names[] = {"token",
                                    "base_url",
                                    "ca_file",
                                    "ca_path",
                                    "proxy",
                                    "user_agent",
                                    "headers",
                                    "timeout",
                                    "connect_timeout",
                                    "max_connections",
                                    "max_response_bytes",
                                    NULL};

/* [-0, +0|+1, m] */
static bool read_strings(lua_State *L, int options,
                         struct cto_settings *settings)
{
  const struct {
    const char *name;
    char **out;
  } strings[] = {
      {"token", &settings->token},     {"base_url", &settings->base_url},
      {"ca_file", &settings->ca_file}, {"ca_path", &settings->ca_path},
      {"proxy", &settings->proxy},     {"user_agent", &settings->user_agent},
  };
  for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
    if (!read_string(L, options, strings[i].name, strings[i].out))
      return false;
  return true;
}

/* [-0, +0|+1, m] */
static bool read_numbers(lua_State *L, int options,
                         struct cto_settings *settings)
{
  double connections = 64;
  double bytes = 64.0 * 1024 * 1024;
  settings->connect_timeout = 10;
  if (!read_number(L, options, "timeout", 1e6, &settings->timeout) ||
      !read_number(L, options, "connect_timeout", 1e6,
                   &settings->connect_timeout) ||
      !read_number(L, options, "max_connections", 10000, &connections) ||
      !read_number(L, options, "max_response_bytes", 1 << 30, &bytes))
    return false;
  settings->max_connections = (int)ceil(connections);
  settings->max_response_bytes = (size_t)bytes;
  return true;
}

bool cto_settings_read(lua_State *L, int options, struct cto_settings *settings)
{
  luaL_checkstack(L, 12, "too many options");
  cto_buffer_init(&settings->headers, HEADERS_LIMIT);
  cto_buffer_init(&settings->defaults, HEADERS_LIMIT);
  cto_buffer_init(&settings->body_defaults, HEADERS_LIMIT);
  return cto_check_names(L, NULL, "option", options, names) &&
         read_strings(L, options, settings) &&
         read_numbers(L, options, settings) && check_token(L, settings) &&
         check_base_url(L, settings) && check_proxy(L, settings) &&
         read_headers(L, options, settings);
}

void cto_settings_free(struct cto_settings *settings)
{
  free(settings->token);
  free(settings->base_url);
  free(settings->ca_file);
  free(settings->ca_path);
  free(settings->proxy);
  free(settings->user_agent);
  cto_buffer_free(&settings->headers);
  cto_buffer_free(&settings->defaults);
  cto_buffer_free(&settings->body_defaults);
  curl_slist_free_all(settings->get_headers);
  curl_slist_free_all(settings->post_headers);
}
