/*
 * Checked values as they go over the wire: as the query of a URL, or as the
 * members of a JSON object. And the same for values the caller adds that no
 * documentation knows, which are checked here. No I/O.
 */
#ifndef CTO_WIRE_H
#define CTO_WIRE_H

#include <stdbool.h>
#include "buffer.h"
#include "core.h"
#include "params.h"

/* How each piece is written: the query's way, or JSON's. */
struct cto_style {
  void (*name)(struct cto_buffer *out, const char *text, size_t length);
  bool (*string)(struct cto_buffer *out, const char *text, size_t length);
  bool (*number)(struct cto_buffer *out, const char *text, size_t length);
  const char *list_begin, *comma, *list_end;
  const char *quote;
};

extern const struct cto_style cto_query_style; /* ?name=value&name=value */
extern const struct cto_style cto_json_style;  /* what follows a { */

/* Values by undocumented names: strings, numbers, booleans, and lists of
 * strings and numbers. They are written in the order of their names. */
struct cto_extras {
  int table;                           /* stack index */
  const char *option;                  /* "extra" or "query", for messages */
  const char *endpoint_name;           /* for messages; may be NULL */
  const struct cto_endpoint *endpoint; /* whose parameters they must not be */
};

/* The endpoint's path, with what its {parameter} stands for. */
void cto_wire_path(const struct cto_values *values, struct cto_buffer *out);

/* [-0, +0, e] All values but the path's. */
void cto_wire_values(lua_State *L, const struct cto_values *values,
                     const struct cto_style *style, struct cto_buffer *out);

/* [-0, +0|+n, m] False if one can't be sent; its error table is on top then. */
bool cto_wire_extras(lua_State *L, const struct cto_extras *extras,
                     const struct cto_style *style, struct cto_buffer *out);

#endif
