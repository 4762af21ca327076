/* See transport.h. */
#include "transport.h"

#include <math.h>
#include <poll.h>
#include <stdlib.h>

#include "clock.h"

/* Milliseconds to wait for when nothing has a deadline, and where waiting is
 * impossible. */
enum { LONG_WAIT = 60 * 60 * 1000, NAP = 10 };

struct cto_transport {
  const struct cto_settings *settings;
  CURLM *multi;
  struct cto_transfer *running;      /* handed to libcurl */
  struct cto_transfer *waiting;      /* for a free connection; first in, */
  struct cto_transfer **waiting_end; /* first out */
  struct cto_transfer *ended;        /* not yet given back by a turn */
  int running_count, waiting_count;
  CURL **idle; /* easy handles to use again */
  int idle_count;
};

/* As many connections as transfers, those that idle included: one that must be
 * new takes the place of an idle one. */
static bool limit_connections(CURLM *multi, long most)
{
  return curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, most) == CURLM_OK &&
         curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most) ==
             CURLM_OK;
}

/* libcurl makes a handle even if no descriptors are left for what wakes it. The
 * waking itself does no harm: the first wait is none. */
static bool can_be_woken(CURLM *multi)
{
  return curl_multi_wakeup(multi) == CURLM_OK;
}

struct cto_transport *cto_transport_new(const struct cto_settings *settings)
{
  struct cto_transport *transport = calloc(1, sizeof *transport);
  if (!transport)
    return NULL;
  transport->settings = settings;
  transport->waiting_end = &transport->waiting;
  transport->idle =
      calloc((size_t)settings->max_connections, sizeof *transport->idle);
  transport->multi = curl_multi_init();
  if (transport->idle && transport->multi &&
      limit_connections(transport->multi, settings->max_connections) &&
      can_be_woken(transport->multi))
    return transport;
  cto_transport_free(transport);
  return NULL;
}

static CURL *take_easy(struct cto_transport *transport)
{
  if (transport->idle_count > 0)
    return transport->idle[--transport->idle_count];
  return cto_easy_new(transport->settings);
}

/* An easy handle keeps its TLS session, so a used one is worth keeping. */
static void give_back_easy(struct cto_transport *transport, CURL *easy)
{
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
  if (transport->idle_count < transport->settings->max_connections)
    transport->idle[transport->idle_count++] = easy;
  else
    curl_easy_cleanup(easy);
}

static void stop(struct cto_transport *transport, struct cto_transfer *transfer)
{
  curl_multi_remove_handle(transport->multi, transfer->easy);
  give_back_easy(transport, transfer->easy);
  transfer->easy = NULL;
}

void cto_transport_free(struct cto_transport *transport)
{
  if (!transport)
    return;
  for (int i = 0; i < transport->idle_count; i++)
    curl_easy_cleanup(transport->idle[i]);
  if (transport->multi)
    curl_multi_cleanup(transport->multi);
  free(transport->idle);
  free(transport);
}

int cto_transport_count(const struct cto_transport *transport)
{
  return transport->running_count + transport->waiting_count;
}

static void put_ended(struct cto_transport *transport,
                      struct cto_transfer *transfer)
{
  transfer->next = transport->ended;
  transport->ended = transfer;
}

static void start(struct cto_transport *transport,
                  struct cto_transfer *transfer)
{
  transfer->started = cto_now();
  transfer->deadline = transfer->started + transfer->timeout;
  transfer->easy = take_easy(transport);
  if (!transfer->easy || cto_easy_set(transfer->easy, transfer) != CURLE_OK ||
      curl_multi_add_handle(transport->multi, transfer->easy) != CURLM_OK) {
    if (transfer->easy)
      give_back_easy(transport, transfer->easy);
    transfer->easy = NULL;
    cto_transfer_end(transfer, CTO_END_NO_MEMORY);
    put_ended(transport, transfer);
    return;
  }
  transfer->next = transport->running;
  transport->running = transfer;
  transport->running_count++;
}

void cto_transport_begin(struct cto_transport *transport,
                         struct cto_transfer *transfer)
{
  transfer->next = NULL;
  *transport->waiting_end = transfer;
  transport->waiting_end = &transfer->next;
  transport->waiting_count++;
}

static struct cto_transfer *shift_waiting(struct cto_transport *transport)
{
  struct cto_transfer *transfer = transport->waiting;
  transport->waiting = transfer->next;
  if (!transport->waiting)
    transport->waiting_end = &transport->waiting;
  transport->waiting_count--;
  return transfer;
}

/* Our own queue rather than libcurl's, so that a time-out counts from when a
 * transfer has its turn. */
static void start_waiting(struct cto_transport *transport)
{
  while (transport->waiting &&
         transport->running_count < transport->settings->max_connections) {
    struct cto_transfer *transfer = shift_waiting(transport);
    if (atomic_load(&transfer->cancelled)) {
      cto_transfer_end(transfer, CTO_END_CANCELLED);
      put_ended(transport, transfer);
    } else {
      start(transport, transfer);
    }
  }
}

/* Takes a transfer out of those under way. */
static void unlink_running(struct cto_transport *transport,
                           struct cto_transfer *transfer)
{
  struct cto_transfer **link = &transport->running;
  while (*link != transfer)
    link = &(*link)->next;
  *link = transfer->next;
  transport->running_count--;
}

static void collect_done(struct cto_transport *transport)
{
  int left;
  CURLMsg *message;
  while ((message = curl_multi_info_read(transport->multi, &left)) != NULL) {
    char *context = NULL;
    CURLcode rc = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &context);
    struct cto_transfer *transfer = (void *)context;
    cto_transfer_conclude(transfer, rc);
    unlink_running(transport, transfer);
    stop(transport, transfer);
    put_ended(transport, transfer);
  }
}

/* A charged request that was sent goes on when nobody waits for it any more:
 * its reply is paid for. */
static bool is_given_up(const struct cto_transfer *transfer)
{
  return atomic_load(&transfer->cancelled) &&
         !(transfer->costs && atomic_load(&transfer->sent));
}

/* Ends those whose time is over, once the sockets were drained, and those that
 * nobody waits for. */
static void collect_overdue(struct cto_transport *transport)
{
  double now = cto_now();
  struct cto_transfer **link = &transport->running;
  while (*link) {
    struct cto_transfer *transfer = *link;
    bool given_up = is_given_up(transfer);
    if (!given_up && transfer->deadline > now) {
      link = &transfer->next;
      continue;
    }
    *link = transfer->next;
    transport->running_count--;
    cto_transfer_note_sending(transfer);
    stop(transport, transfer);
    cto_transfer_end(transfer, given_up ? CTO_END_CANCELLED : CTO_END_TIMEOUT);
    put_ended(transport, transfer);
  }
}

static struct cto_transfer *take_ended(struct cto_transport *transport)
{
  struct cto_transfer *ended = transport->ended;
  transport->ended = NULL;
  return ended;
}

struct cto_transfer *cto_transport_turn(struct cto_transport *transport)
{
  int running;
  start_waiting(transport);
  curl_multi_perform(transport->multi, &running);
  collect_done(transport);
  collect_overdue(transport);
  return take_ended(transport);
}

struct cto_transfer *cto_transport_stop(struct cto_transport *transport)
{
  while (transport->running) {
    struct cto_transfer *transfer = transport->running;
    unlink_running(transport, transfer);
    cto_transfer_note_sending(transfer);
    stop(transport, transfer);
    cto_transfer_end(transfer, CTO_END_CANCELLED);
    put_ended(transport, transfer);
  }
  while (transport->waiting) {
    struct cto_transfer *transfer = shift_waiting(transport);
    cto_transfer_end(transfer, CTO_END_CANCELLED);
    put_ended(transport, transfer);
  }
  return take_ended(transport);
}

/* Milliseconds until the next deadline, rounded up. */
static int time_to_wait(const struct cto_transport *transport)
{
  if (transport->waiting &&
      transport->running_count < transport->settings->max_connections)
    return 0;
  double nearest = HUGE_VAL;
  for (const struct cto_transfer *transfer = transport->running; transfer;
       transfer = transfer->next)
    nearest = fmin(nearest, transfer->deadline);
  double left = ceil((nearest - cto_now()) * 1000);
  return left <= 0 ? 0 : left < LONG_WAIT ? (int)left : LONG_WAIT;
}

/* Where libcurl can't wait, for want of memory or by the system's refusal, a
 * nap leaves the processor to others until it can. */
void cto_transport_wait(struct cto_transport *transport,
                        struct curl_waitfd *descriptors, unsigned count,
                        int longest)
{
  int left = time_to_wait(transport);
  int timeout = left < longest ? left : longest;
  if (curl_multi_poll(transport->multi, descriptors, count, timeout, NULL) !=
      CURLM_OK)
    poll(NULL, 0, timeout < NAP ? timeout : NAP);
}

void cto_transport_wake(struct cto_transport *transport)
{
  curl_multi_wakeup(transport->multi);
}

static struct cto_transfer *find_in(struct cto_transfer *list,
                                    unsigned long long id)
{
  while (list && list->id != id)
    list = list->next;
  return list;
}

struct cto_transfer *cto_transport_find(const struct cto_transport *transport,
                                        unsigned long long id)
{
  struct cto_transfer *found = find_in(transport->running, id);
  return found ? found : find_in(transport->waiting, id);
}
