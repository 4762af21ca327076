/*
 * One attempt of one request, as libcurl sees it: the easy handle's settings,
 * the callbacks that fill in the response, and what a result code means. No
 * Lua, and no waiting: transport.c moves it on.
 */
#ifndef CTO_TRANSFER_H
#define CTO_TRANSFER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <curl/curl.h>
#include "request.h"
#include "response.h"
#include "settings.h"

struct cto_caller;

/* One attempt of one request. It copies what it needs of the request, so the
 * two live and die apart. */
struct cto_transfer {
  struct cto_transfer *next; /* in whichever list it stands */
  char *url;
  const char *method; /* static text */
  struct cto_buffer body;
  bool has_body;
  bool costs;
  double timeout;                 /* seconds */
  struct curl_slist *own_headers; /* NULL: the client's own list serves */
  const struct curl_slist *headers;
  size_t max_response_bytes;

  CURL *easy;               /* while it is under way */
  double started, deadline; /* cto_now() */
  int sendings;             /* times libcurl was about to send it */
  bool headers_full, body_full;
  atomic_bool sent;      /* read by the client's thread, too */
  atomic_bool cancelled; /* set by the client's thread */
  char error_text[CURL_ERROR_SIZE];
  struct cto_response response; /* valid once it has ended */

  struct cto_caller *caller; /* bell.c's: who waits for it there, or NULL */

  unsigned long long id; /* the rest is worker.c's, under its lock */
  bool quiet;            /* somebody blocks for it: not to be named */
  bool ended;
  bool named;
  bool released;
};

/* A transfer of `request`, ready to be begun; NULL when memory runs out. */
struct cto_transfer *cto_transfer_new(const struct cto_settings *settings,
                                      const struct cto_request *request);
void cto_transfer_free(struct cto_transfer *transfer);

/* Marks a transfer that was not begun, or is no longer under way, as ended. */
void cto_transfer_end(struct cto_transfer *transfer, enum cto_end end);

/* An easy handle with what is the same for all transfers of a client, or NULL;
 * and what is a transfer's own, set before each. */
CURL *cto_easy_new(const struct cto_settings *settings);
CURLcode cto_easy_set(CURL *easy, struct cto_transfer *transfer);

/* Brings `sent` up to date, before a transfer under way is stopped. */
void cto_transfer_note_sending(struct cto_transfer *transfer);

/* Fills in the response of a transfer that libcurl has done with. */
void cto_transfer_conclude(struct cto_transfer *transfer, CURLcode rc);

#endif
