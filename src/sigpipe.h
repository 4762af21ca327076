/*
 * OpenSSL's writes to a dead connection raise SIGPIPE, which libcurl, told to
 * leave signals alone, doesn't stop. Who drives a transport on a thread of the
 * host's keeps the signal from that thread meanwhile: what comes of it is taken
 * away, and what was there before stays. A program of our own ignores it.
 */
#ifndef CTO_SIGPIPE_H
#define CTO_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>
#include "core.h"

struct cto_sigpipe {
  sigset_t before;
  bool was_pending;
};

void cto_sigpipe_hold(struct cto_sigpipe *held);
void cto_sigpipe_let_go(const struct cto_sigpipe *held);

/* ignore_sigpipe(): for the whole process, so no host's. A write to a pipe that
 * nobody reads then fails, and ends nothing that is being paid for. */
int cto_sigpipe_ignore(lua_State *L);

#endif
