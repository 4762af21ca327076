/*
 * What a text must look like to stand in a URL: percent-encoding, and the forms
 * that the API asks of URLs, months and job ids. No Lua, no I/O.
 */
#ifndef CTO_URL_H
#define CTO_URL_H

#include <stdbool.h>
#include <stddef.h>
#include "buffer.h"
#include "endpoints.h"

/* Appends the text, all but RFC 3986's unreserved characters as %XX. */
bool cto_url_encode(struct cto_buffer *out, const char *text, size_t length);

/* A letter of ASCII in lower case, whatever the locale; else the byte. */
char cto_to_lower(char c);

/* Cuts the blanks and line ends around a text. */
void cto_trim(const char **text, size_t *length);

/* Whether a value of this form is sent without the blanks around it. */
bool cto_form_is_trimmed(enum cto_form form);

/* The rule of its form that the text breaks, as what follows the parameter's
 * name in a message ("must be a month as YYYY-MM"); NULL: none. */
const char *cto_form_fault(enum cto_form form, const char *text, size_t length);

/* The same for the path of a request; it may carry a query of its own. */
const char *cto_path_fault(const char *path, size_t length);

#endif
