/*
 * Request headers: what a user may set, and how the layers (the defaults, the
 * client's, the request's own) become the list that libcurl takes. A layer is a
 * buffer of "Name: value\0" entries; "Name\0" leaves that header out.
 */
#ifndef CTO_HEADERS_H
#define CTO_HEADERS_H

#include <curl/curl.h>
#include "buffer.h"
#include "core.h"

/* Adds an entry; a NULL value leaves the header out. */
bool cto_headers_add(struct cto_buffer *layer, const char *name,
                     const char *value);

/* [-0, +0|+1, m] Adds what the table at `index` holds: strings, or false, by
 * name. False and an error table on top for what can't be a header, or is not
 * the user's to set. `endpoint` may be NULL. */
bool cto_headers_read(lua_State *L, int index, struct cto_buffer *layer,
                      const char *endpoint);

/* The layers as one list, each over those before it; NULL when memory runs
 * out. The caller frees it. */
struct curl_slist *cto_headers_list(const struct cto_buffer *const *layers,
                                    int count);

#endif
