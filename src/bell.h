/*
 * A bell: how a host waits that can read a unix socket of its own but watch no
 * descriptor of ours, as nginx's light threads. Each waits on a connection to
 * the bell: it writes the id of its transfer and a newline, and gets one byte
 * once that has ended, or was cancelled and goes on for its charge alone. A
 * connection that ends before that cancels its transfer.
 *
 * Whoever drives the transport owns a bell, but for its path. Where a function
 * takes a bell, NULL is one that nobody asked for. No Lua, and no waiting.
 */
#ifndef CTO_BELL_H
#define CTO_BELL_H

#include "transport.h"

struct cto_bell;

/* NULL when there is no folder for its socket, or memory or descriptors run
 * out. Only this process can connect to it. */
struct cto_bell *cto_bell_new(void);

/* Ends all connections. */
void cto_bell_free(struct cto_bell *bell);

/* Where to connect to; as long as the bell lives. */
const char *cto_bell_path(const struct cto_bell *bell);

/* Takes in new connections, what they ask for, and their ends. */
void cto_bell_read(struct cto_bell *bell);

/* Milliseconds after which it is to be read again, whatever happens; INT_MAX:
 * no need to. */
int cto_bell_patience(const struct cto_bell *bell);

/* Finds what was asked for since among the transfers begun; what isn't there
 * has ended. To be called once all that was submitted has been begun. */
void cto_bell_match(struct cto_bell *bell, struct cto_transport *transport);

/* A transfer is about to end: its connection, if it has one, is to be rung. */
void cto_bell_note_end(struct cto_transfer *transfer);

/* Rings for all that were noted or cancelled since. */
void cto_bell_ring(struct cto_bell *bell);

/* The descriptors to wait for. */
struct curl_waitfd *cto_bell_descriptors(const struct cto_bell *bell,
                                         unsigned *count);

#endif
