/* See bell.h. */
#define _GNU_SOURCE /* accept4, O_PATH, SO_PEERCRED */
#include "bell.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL /* the thread blocks every signal anyway */
#define MSG_NOSIGNAL 0
#endif

/* Room for the digits of an id and the newline. */
enum { LINE_SIZE = 24, BACKLOG = 1024 };

/* Milliseconds after which to look again who waits to be let in. */
enum { LOOK_AGAIN = 20 };

/* One connection. */
struct cto_caller {
  struct cto_transfer *transfer; /* which it waits for, NULL: none */
  unsigned long long asked;      /* an id not yet looked up, or 0 */
  bool due;                      /* its byte is to be written */
  bool gone;
  size_t length;
  char line[LINE_SIZE]; /* what has arrived of an id */
};

struct cto_bell {
  int listener;
  int anchor; /* holds the socket's file once it has no name, or -1 */
  char folder[64];
  struct sockaddr_un address; /* the file's */
  char path[80];
  struct cto_caller **callers;
  struct curl_waitfd *descriptors; /* the listener's, then each caller's */
  unsigned count, capacity;        /* of callers */
  bool is_stuck; /* somebody waits to be let in, and can't be */
};

/* --- Its place -------------------------------------------------------------
 */

/* A folder that is this user's alone, in the first place that takes one. */
static bool make_folder(struct cto_bell *bell)
{
  const char *places[] = {getenv("TMPDIR"), "/tmp", "/dev/shm"};
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    if (!places[i])
      continue;
    int length = snprintf(bell->folder, sizeof bell->folder,
                          "%s/contactout-XXXXXX", places[i]);
    if (length > 0 && (size_t)length < sizeof bell->folder &&
        mkdtemp(bell->folder))
      return true;
  }
  bell->folder[0] = '\0';
  return false;
}

static void remove_file(struct cto_bell *bell)
{
  if (bell->address.sun_path[0])
    unlink(bell->address.sun_path);
  if (bell->folder[0])
    rmdir(bell->folder);
  bell->address.sun_path[0] = bell->folder[0] = '\0';
}

/* Where the system can, by a name that ends with this process, however it ends:
 * a descriptor of the socket's file, which itself is removed at once. */
static void make_nameless(struct cto_bell *bell)
{
#ifdef O_PATH
  char path[sizeof bell->path];
  bell->anchor = open(bell->address.sun_path, O_PATH | O_CLOEXEC);
  if (bell->anchor < 0)
    return;
  snprintf(path, sizeof path, "/proc/self/fd/%d", bell->anchor);
  if (access(path, F_OK) != 0)
    return;
  memcpy(bell->path, path, sizeof path);
  remove_file(bell);
#endif
}

static int open_socket(void)
{
#ifdef SOCK_CLOEXEC
  return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd >= 0) {
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  return fd;
#endif
}

static bool listen_at_path(struct cto_bell *bell)
{
  bell->address.sun_family = AF_UNIX;
  snprintf(bell->path, sizeof bell->path, "%s/s", bell->folder);
  bell->listener = open_socket();
  if (bell->listener < 0)
    return false;
  memcpy(bell->address.sun_path, bell->path, sizeof bell->path);
  if (bind(bell->listener, (struct sockaddr *)&bell->address,
           sizeof bell->address) != 0 ||
      listen(bell->listener, BACKLOG) != 0)
    return false;
  make_nameless(bell);
  return true;
}

/* --- Its callers -----------------------------------------------------------
 */

static bool grow(struct cto_bell *bell)
{
  unsigned capacity = bell->capacity ? bell->capacity * 2 : 16;
  struct cto_caller **callers =
      realloc(bell->callers, capacity * sizeof *callers);
  if (!callers)
    return false;
  bell->callers = callers;
  struct curl_waitfd *descriptors =
      realloc(bell->descriptors, (capacity + 1) * sizeof *descriptors);
  if (!descriptors)
    return false;
  bell->descriptors = descriptors;
  bell->capacity = capacity;
  return true;
}

static void add(struct cto_bell *bell, int fd)
{
  struct cto_caller *caller = NULL;
  if (bell->count < bell->capacity || grow(bell))
    caller = calloc(1, sizeof *caller);
  if (!caller) {
    close(fd); /* it sees that nobody will ring */
    return;
  }
  bell->callers[bell->count++] = caller;
  bell->descriptors[bell->count] =
      (struct curl_waitfd){.fd = fd, .events = CURL_WAIT_POLLIN};
}

/* Lets go of what a caller waited for. */
static void let_go(struct cto_caller *caller)
{
  if (caller->transfer)
    caller->transfer->caller = NULL;
  caller->transfer = NULL;
  caller->asked = 0;
}

/* Whoever connects must be this very process. */
static bool is_ours(int fd)
{
#ifdef SO_PEERCRED
  struct ucred peer;
  socklen_t size = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.pid == getpid();
#else
  (void)fd; /* the folder lets nobody else in */
  return true;
#endif
}

static int accept_one(int listener)
{
#ifdef SOCK_CLOEXEC
  return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
  int fd = accept(listener, NULL, NULL);
  if (fd >= 0) {
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  return fd;
#endif
}

/* Where descriptors or memory run out, the listener stays readable: until it is
 * looked at again nobody waits for that, or it would be without a pause. */
static void take_in(struct cto_bell *bell)
{
  int fd;
  while ((fd = accept_one(bell->listener)) >= 0) {
    if (is_ours(fd))
      add(bell, fd);
    else
      close(fd);
  }
  bell->is_stuck =
      errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
  bell->descriptors[0].events = bell->is_stuck ? 0 : CURL_WAIT_POLLIN;
}

/* Takes the id out of a line that is complete. */
static void read_line(struct cto_caller *caller)
{
  char *end = memchr(caller->line, '\n', caller->length);
  if (!end)
    return;
  *end = '\0';
  let_go(caller);
  caller->asked = strtoull(caller->line, NULL, 10);
  caller->due = caller->asked == 0; /* no id: an answer beats none */
  caller->length = 0;
}

static void hear(struct cto_caller *caller, int fd)
{
  size_t room = sizeof caller->line - caller->length;
  ssize_t got = read(fd, caller->line + caller->length, room);
  if (got > 0) {
    caller->length += (size_t)got;
    read_line(caller);
    caller->gone = caller->length == sizeof caller->line;
  } else {
    caller->gone = got == 0 || (errno != EAGAIN && errno != EINTR);
  }
}

/* Nobody waits any more for what a caller asked for that has gone. */
static void remove_caller(struct cto_bell *bell, unsigned i)
{
  struct cto_caller *caller = bell->callers[i];
  if (caller->transfer)
    atomic_store(&caller->transfer->cancelled, true);
  let_go(caller);
  free(caller);
  close(bell->descriptors[i + 1].fd);
  bell->count--;
  bell->callers[i] = bell->callers[bell->count];
  bell->descriptors[i + 1] = bell->descriptors[bell->count + 1];
}

/* --- What bell.h offers ------------------------------------------------------
 */

struct cto_bell *cto_bell_new(void)
{
  struct cto_bell *bell = calloc(1, sizeof *bell);
  if (!bell)
    return NULL;
  bell->listener = bell->anchor = -1;
  if (grow(bell) && make_folder(bell) && listen_at_path(bell)) {
    bell->descriptors[0] =
        (struct curl_waitfd){.fd = bell->listener, .events = CURL_WAIT_POLLIN};
    return bell;
  }
  cto_bell_free(bell);
  return NULL;
}

void cto_bell_free(struct cto_bell *bell)
{
  if (!bell)
    return;
  while (bell->count > 0)
    remove_caller(bell, bell->count - 1);
  if (bell->listener >= 0)
    close(bell->listener);
  if (bell->anchor >= 0)
    close(bell->anchor);
  remove_file(bell);
  free(bell->callers);
  free(bell->descriptors);
  free(bell);
}

const char *cto_bell_path(const struct cto_bell *bell)
{
  return bell->path;
}

void cto_bell_read(struct cto_bell *bell)
{
  if (!bell)
    return;
  for (unsigned i = bell->count; i-- > 0;) {
    if (bell->descriptors[i + 1].revents)
      hear(bell->callers[i], bell->descriptors[i + 1].fd);
    if (bell->callers[i]->gone)
      remove_caller(bell, i);
  }
  if (bell->descriptors[0].revents || bell->is_stuck)
    take_in(bell);
}

int cto_bell_patience(const struct cto_bell *bell)
{
  return bell && bell->is_stuck ? LOOK_AGAIN : INT_MAX;
}

void cto_bell_match(struct cto_bell *bell, struct cto_transport *transport)
{
  for (unsigned i = 0; bell && i < bell->count; i++) {
    struct cto_caller *caller = bell->callers[i];
    if (caller->asked == 0)
      continue;
    caller->transfer = cto_transport_find(transport, caller->asked);
    caller->asked = 0;
    if (caller->transfer)
      caller->transfer->caller = caller;
    else
      caller->due = true;
  }
}

void cto_bell_note_end(struct cto_transfer *transfer)
{
  if (!transfer->caller)
    return;
  transfer->caller->due = true;
  let_go(transfer->caller);
}

void cto_bell_ring(struct cto_bell *bell)
{
  for (unsigned i = 0; bell && i < bell->count; i++) {
    struct cto_caller *caller = bell->callers[i];
    if (caller->transfer && atomic_load(&caller->transfer->cancelled))
      cto_bell_note_end(caller->transfer);
    if (!caller->due)
      continue;
    caller->due = false;
    /* one byte always fits; a caller that has gone is heard of by reading */
    if (send(bell->descriptors[i + 1].fd, "!", 1, MSG_NOSIGNAL) < 0)
      caller->gone = true;
  }
}

struct curl_waitfd *cto_bell_descriptors(const struct cto_bell *bell,
                                         unsigned *count)
{
  *count = bell ? bell->count + 1 : 0;
  return bell ? bell->descriptors : NULL;
}
