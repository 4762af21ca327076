/*
 * Who drives a client's transport. While a script blocks in one call, its own
 * thread does; for everything else a thread of the client's own does, which
 * starts at the first submission and never touches Lua. The threads meet at a
 * mutex, a queue each way, and one descriptor that is readable while ended
 * transfers wait to be fetched.
 *
 * A worker outlives the client that made it for as long as its thread takes to
 * end: closing never waits. What a fork leaves in the child is nobody's, and
 * nothing here may be called on it but cto_worker_is_foreign.
 */
#ifndef CTO_WORKER_H
#define CTO_WORKER_H

#include "transport.h"

struct cto_worker;

/* libcurl made ready, and a handler set up that ends all threads before the
 * process exits. Once per process; false where libcurl refuses. */
bool cto_worker_prepare(void);

/* NULL when memory or descriptors run out. Owns the settings from then on. */
struct cto_worker *cto_worker_new(struct cto_settings *settings);

/* For each transfer that is to be handed over: it keeps the worker, and with it
 * the settings, until it is released. */
void cto_worker_hold(struct cto_worker *worker);

/* Whether it was made by a process that has forked since: this one. */
bool cto_worker_is_foreign(const struct cto_worker *worker);

/* A number of the transfer's own, by which cto_worker_next names it. */
typedef unsigned long long cto_id;

/* Hands a transfer over and returns its id, or 0 when no thread can be had. */
cto_id cto_worker_submit(struct cto_worker *worker,
                         struct cto_transfer *transfer);

/* Runs a transfer to its end on this thread, or waits while the client's own
 * thread does. It must not have been submitted. */
void cto_worker_run(struct cto_worker *worker, struct cto_transfer *transfer);

/* Waits until a submitted transfer has ended. */
void cto_worker_await(struct cto_worker *worker, struct cto_transfer *transfer);

/* The id of an ended transfer that was not named before, or 0. */
cto_id cto_worker_next(struct cto_worker *worker);

bool cto_worker_has_ended(struct cto_worker *worker,
                          const struct cto_transfer *transfer);

/* Nobody waits for it any more: dropped unless it was sent and may be charged.
 * It still ends, and is named, as any other. */
void cto_worker_cancel(struct cto_worker *worker,
                       struct cto_transfer *transfer);

/* Gives a transfer back, and the hold with it; it is freed once it has ended,
 * or at once if it was never submitted. */
void cto_worker_release(struct cto_worker *worker,
                        struct cto_transfer *transfer);

int cto_worker_fd(struct cto_worker *worker);

/* The path of a unix socket at which to wait for submitted transfers, as bell.h
 * has it; NULL when it can't be made. */
const char *cto_worker_listen(struct cto_worker *worker);

/* Submitted and not yet ended. */
int cto_worker_pending(struct cto_worker *worker);

/* Cancels all, waits for nothing, and gives the worker up. Transfers that were
 * submitted may still be released, and asked whether they have ended. */
void cto_worker_close(struct cto_worker *worker);

#endif
