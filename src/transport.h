/*
 * One client's libcurl: the transfers it has under way, and one turn of the
 * loop that moves them on. Whoever drives the loop (worker.c: the client's
 * thread, or the thread that blocks in a call) owns everything here while it
 * does; nothing is locked. No Lua, and callbacks only fill buffers.
 */
#ifndef CTO_TRANSPORT_H
#define CTO_TRANSPORT_H

#include "transfer.h"

struct cto_transport;

/* NULL when memory or descriptors run out. `settings` must outlive the
 * transport. */
struct cto_transport *cto_transport_new(const struct cto_settings *settings);

/* Only once nothing is under way: transfers are the caller's. */
void cto_transport_free(struct cto_transport *transport);

/* Begins a transfer; once max_connections are under way it waits its turn. */
void cto_transport_begin(struct cto_transport *transport,
                         struct cto_transfer *transfer);

/* Moves on whatever is ready, without waiting, and returns the list of those
 * that ended since. */
struct cto_transfer *cto_transport_turn(struct cto_transport *transport);

/* Cancels all that was begun, whether sent or not, and returns it as a list. */
struct cto_transfer *cto_transport_stop(struct cto_transport *transport);

/* Waits until something is ready, one of `count` further descriptors too, a
 * deadline or `longest` milliseconds pass, or cto_transport_wake is called
 * (from any thread). */
void cto_transport_wait(struct cto_transport *transport,
                        struct curl_waitfd *descriptors, unsigned count,
                        int longest);
void cto_transport_wake(struct cto_transport *transport);

/* The transfer with that id among those begun and not ended, or NULL. */
struct cto_transfer *cto_transport_find(const struct cto_transport *transport,
                                        unsigned long long id);

/* How many are under way or wait their turn. */
int cto_transport_count(const struct cto_transport *transport);

#endif
