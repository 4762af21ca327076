/*
 * What the API offers: one static table of its 20 endpoints. Everything that
 * must know a parameter, a limit, a rate class or a price reads it here: the
 * checks, the request, the retry policy, the documentation, the types.
 * No Lua, no I/O.
 */
#ifndef CTO_ENDPOINTS_H
#define CTO_ENDPOINTS_H

#include <stdbool.h>
#include <stddef.h>

enum cto_method { CTO_GET, CTO_POST };

enum cto_type {
  CTO_STRING,
  CTO_BOOLEAN,
  CTO_INTEGER,
  CTO_LIST,  /* of strings */
  CTO_COMMAS /* a string of names with commas between; a list is joined */
};

/* The form a string, or each string of a list, must have. Some of them say
 * what it names, and so which other spellings name the same. */
enum cto_form {
  CTO_ANY_TEXT,
  CTO_EMAIL,        /* any text: the server judges it; blanks are cut */
  CTO_DOMAIN,       /* any text, as it stands: bare, or in a URL */
  CTO_PROFILE_URL,  /* http..., linkedin.com/in/ or /pub/, no Sales Navigator */
  CTO_COMPANY_URL,  /* http..., linkedin.com/company/ */
  CTO_CALLBACK_URL, /* http or https */
  CTO_SEGMENT,      /* one segment of a path: a job's id */
  CTO_MONTH         /* YYYY-MM */
};

struct cto_param {
  const char *name;
  enum cto_type type;
  enum cto_form form;
  bool required;
  bool boolean;       /* takes equations of AND, OR, NOT and brackets */
  int max;            /* most elements of a list; 0: none documented */
  int min;            /* least value of an integer; 0: none documented */
  const char *values; /* closed set, blanks between; NULL: any value */
  const char *alone;  /* the one of them that no other may stand beside */
  const char *live;   /* value that makes the server verify while we wait, "*":
                         any value; NULL: none. Doubles the default time-out */
  const char *doc;    /* one line for the reference */
};

/* Classes of the documented request limits. */
enum cto_rate {
  CTO_RATE_NONE,
  CTO_RATE_SEARCH,
  CTO_RATE_CHECKER,
  CTO_RATE_OTHER
};

/* What one call can cost of one kind of credit: `most` for each unit, a unit
 * being the call, each element of the list parameter `per`, or each record of a
 * page (`per` = "page"). Nothing unless the parameter `when` is true, or holds
 * one of `when_values` where those are named; and nothing where the parameter
 * `unless_name` has the value `unless_value`. */
struct cto_credit {
  const char *kind; /* "email", "phone", "search" or "verifier"; NULL ends */
  int least;
  int most;
  const char *per;
  const char *when;
  const char *when_values; /* blanks between */
  const char *unless_name;
  const char *unless_value;
};

/* Two integers of which the first may not be the greater. */
struct cto_range {
  const char *low;
  const char *high;
};

enum { CTO_MAX_PARAMS = 32, CTO_MAX_CREDITS = 4, CTO_MAX_RANGES = 2 };

struct cto_endpoint {
  const char *name;
  enum cto_method method;
  const char *path; /* may hold one {parameter} */
  const char *summary;
  enum cto_rate rate;
  enum cto_rate doubt; /* class it may belong to instead, by a wide reading of
                          the documentation (after a 429 it is taken to) */
  bool costs;          /* a repeat may be charged again */
  bool lookup;       /* of one person or address: a cache may keep its reply */
  const char *keyed; /* member of the reply whose order is kept, or NULL */
  const char *requires_expr; /* names joined by & | ( ): which must be there */
  const char *requires_text; /* the same for people */
  const char *together[2];   /* each needs the other; NULL: no such pair */
  struct cto_range ranges[CTO_MAX_RANGES];
  struct cto_credit credits[CTO_MAX_CREDITS];
  const struct cto_param *params; /* ends with a NULL name */
};

extern const struct cto_endpoint cto_endpoints[]; /* ends with a NULL name */

/* NULL where there is none of that name. */
const struct cto_endpoint *cto_endpoint_find(const char *name);
const struct cto_param *cto_param_find(const struct cto_endpoint *endpoint,
                                       const char *name);

/* "search", "checker", "other"; NULL for none. */
const char *cto_rate_name(enum cto_rate rate);
int cto_rate_per_minute(enum cto_rate rate); /* documented requests */

/* "string", "boolean", "integer" or "list". */
const char *cto_type_name(enum cto_type type);

/* What a text of this form names: "profile", "company", "email" or "domain";
 * NULL where it is what it is. */
const char *cto_form_name(enum cto_form form);

#endif
