/*
 * What a client is set to: where it sends, as whom, and within which limits.
 * Read once from the options of `new`, checked, and never changed afterwards,
 * so that the worker's thread may read it without a lock.
 */
#ifndef CTO_SETTINGS_H
#define CTO_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <curl/curl.h>
#include "core.h"
#include "request.h"

struct cto_settings {
  char *token;
  char *base_url;             /* without a slash at the end */
  char *ca_file;              /* NULL: libcurl's */
  char *ca_path;              /* NULL: libcurl's, unless a CA file is there */
  char *proxy;                /* NULL: the environment's */
  char *user_agent;           /* NULL: ours */
  struct cto_buffer headers;  /* layers, as headers.h has them: the user's, */
  struct cto_buffer defaults; /* those of every request, */
  struct cto_buffer body_defaults; /* and those of requests with a body */
  struct curl_slist *get_headers;  /* the same as libcurl takes them, for */
  struct curl_slist *post_headers; /* requests without headers of their own */
  double timeout; /* seconds; 0: 60, or 120 where the server verifies live */
  double connect_timeout;
  int max_connections;
  size_t max_response_bytes;
  bool loopback; /* never through a proxy */
  bool https;
};

/* [-0, +0|+1, m] Fills `settings`, which must be zero and hang on something Lua
 * owns, from the table at `options`. False and an error table on top for what
 * breaks a rule. */
bool cto_settings_read(lua_State *L, int options,
                       struct cto_settings *settings);

void cto_settings_free(struct cto_settings *settings);

/* The headers of one request (NULL: one without any of its own), its own put
 * over the client's; the caller frees them. NULL when memory runs out. */
struct curl_slist *cto_settings_headers(const struct cto_settings *settings,
                                        const struct cto_request *request);

#endif
