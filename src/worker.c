/* See worker.h. */
#define _GNU_SOURCE /* pipe2, dladdr */
#include "worker.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "bell.h"
#include "sigpipe.h"

struct cto_worker {
  struct cto_settings *settings;
  struct cto_transport *transport; /* whoever drives it, and to wake it */
  pid_t process;                   /* that made it */
  int readable, writable;          /* the pipe behind the descriptor, or -1 */

  pthread_mutex_t lock; /* for what follows */
  pthread_cond_t some_ended;
  struct cto_transfer *incoming, **incoming_end;
  struct cto_transfer *ended, **ended_end; /* and not yet named */
  struct cto_bell *bell;                   /* the thread's, once it has one */
  cto_id last_id;
  int pending;
  int holders;   /* the client, its thread, each transfer not released */
  bool threaded; /* a thread drives the transport, or has */
  bool closing;
  bool signalled; /* the pipe holds its one byte */
  bool woken;     /* the thread has been, and has not looked since */

  pthread_t thread; /* the rest is the registry's */
  bool thread_done;
  struct cto_worker *next;
};

/* The threads of this process, so that its exit can end them before OpenSSL's
 * own exit handler runs; without that, a host with transfers in flight crashes
 * at exit. The one mutable variable of the module. */
static struct {
  pthread_mutex_t lock;
  struct cto_worker *first;
  bool ready;
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* --- Small steps, under the worker's lock --------------------------------- */

static void append(struct cto_transfer ***end, struct cto_transfer *transfer)
{
  transfer->next = NULL;
  **end = transfer;
  *end = &transfer->next;
}

static struct cto_transfer *shift(struct cto_transfer **first,
                                  struct cto_transfer ***end)
{
  struct cto_transfer *transfer = *first;
  if (!transfer)
    return NULL;
  *first = transfer->next;
  if (!*first)
    *end = first;
  return transfer;
}

static void wake(struct cto_worker *worker)
{
  if (!worker->threaded || !worker->transport || worker->woken)
    return;
  worker->woken = true;
  cto_transport_wake(worker->transport);
}

/* The descriptor is readable exactly while a transfer waits to be named: one
 * byte, put and taken, however many there are. */
static void update_signal(struct cto_worker *worker)
{
  bool wanted = worker->ended != NULL;
  char byte = 0;
  if (worker->writable < 0 || wanted == worker->signalled)
    return;
  ssize_t moved = wanted ? write(worker->writable, &byte, 1)
                         : read(worker->readable, &byte, 1);
  if (moved == 1)
    worker->signalled = wanted;
}

static void destroy(struct cto_worker *worker)
{
  cto_transport_free(worker->transport);
  cto_bell_free(worker->bell);
  if (worker->readable >= 0) {
    close(worker->readable);
    close(worker->writable);
  }
  pthread_cond_destroy(&worker->some_ended);
  pthread_mutex_destroy(&worker->lock);
  cto_settings_free(worker->settings);
  free(worker->settings);
  free(worker);
}

static void unref(struct cto_worker *worker)
{
  pthread_mutex_lock(&worker->lock);
  bool last = --worker->holders == 0;
  pthread_mutex_unlock(&worker->lock);
  if (last)
    destroy(worker);
}

/* --- The loop ------------------------------------------------------------- */

/* Takes in what was submitted, and the bell; false once it is to end. */
static bool adopt(struct cto_worker *worker, struct cto_bell **bell)
{
  struct cto_transfer *transfer;
  pthread_mutex_lock(&worker->lock);
  worker->woken = false;
  while ((transfer = shift(&worker->incoming, &worker->incoming_end)) != NULL)
    cto_transport_begin(worker->transport, transfer);
  bool open = !worker->closing;
  *bell = worker->bell;
  pthread_mutex_unlock(&worker->lock);
  return open;
}

/* Passes on what has ended: to whoever blocks for it, to the list of those to
 * be named, or to nobody. */
static void report(struct cto_worker *worker, struct cto_transfer *list)
{
  if (!list)
    return;
  pthread_mutex_lock(&worker->lock);
  while (list) {
    struct cto_transfer *transfer = list;
    list = transfer->next;
    transfer->ended = true;
    worker->pending--;
    cto_bell_note_end(transfer);
    if (transfer->released)
      cto_transfer_free(transfer);
    else if (!transfer->quiet)
      append(&worker->ended_end, transfer);
  }
  update_signal(worker);
  pthread_cond_broadcast(&worker->some_ended);
  pthread_mutex_unlock(&worker->lock);
}

static void *run_thread(void *context)
{
  struct cto_worker *worker = context;
  struct cto_bell *bell = NULL;
  unsigned count;
  while (adopt(worker, &bell)) {
    cto_bell_match(bell, worker->transport);
    report(worker, cto_transport_turn(worker->transport));
    cto_bell_ring(bell);
    struct curl_waitfd *descriptors = cto_bell_descriptors(bell, &count);
    cto_transport_wait(worker->transport, descriptors, count,
                       cto_bell_patience(bell));
    cto_bell_read(bell);
  }
  report(worker, cto_transport_stop(worker->transport));
  pthread_mutex_lock(&worker->lock);
  struct cto_transport *transport = worker->transport;
  worker->transport = NULL;
  worker->bell = NULL;
  pthread_mutex_unlock(&worker->lock);
  cto_bell_free(bell);
  cto_transport_free(transport);
  pthread_mutex_lock(&registry.lock);
  worker->thread_done = true;
  pthread_mutex_unlock(&registry.lock);
  return NULL;
}

/* Moves a transfer on, on this thread, until it has ended. */
static void drive(struct cto_worker *worker, struct cto_transfer *transfer)
{
  cto_transport_begin(worker->transport, transfer);
  while (!cto_transport_turn(worker->transport))
    cto_transport_wait(worker->transport, NULL, 0, INT_MAX);
  transfer->ended = true;
}

/* --- Threads: begun late, ended before the process is ------------------- */

/* Joins the threads that have come to their end, or all of them. */
static void reap(bool all)
{
  struct cto_worker *done = NULL;
  pthread_mutex_lock(&registry.lock);
  for (struct cto_worker **link = &registry.first; *link;) {
    struct cto_worker *worker = *link;
    if (!all && !worker->thread_done) {
      link = &worker->next;
      continue;
    }
    *link = worker->next;
    worker->next = done;
    done = worker;
  }
  pthread_mutex_unlock(&registry.lock);
  while (done) {
    struct cto_worker *worker = done;
    done = worker->next;
    pthread_join(worker->thread, NULL);
    unref(worker);
  }
}

static void ask_to_end(struct cto_worker *worker)
{
  pthread_mutex_lock(&worker->lock);
  worker->closing = true;
  wake(worker);
  pthread_mutex_unlock(&worker->lock);
}

static void end_all(void)
{
  pthread_mutex_lock(&registry.lock);
  for (struct cto_worker *worker = registry.first; worker;
       worker = worker->next)
    ask_to_end(worker);
  pthread_mutex_unlock(&registry.lock);
  reap(true);
}

static void forget_all(void)
{
  pthread_mutex_init(&registry.lock, NULL);
  registry.first = NULL;
}

/* Keeps this code in memory once its Lua state is closed: a resolver's thread
 * or an exit handler may still be in it. */
static void pin(void)
{
#ifdef RTLD_NODELETE
  Dl_info info;
  if (dladdr(&registry, &info) && info.dli_fname)
    dlopen(info.dli_fname, RTLD_NOW | RTLD_NODELETE);
#endif
}

static void prepare_once(void)
{
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return;
  pin();
  registry.ready =
      atexit(end_all) == 0 && pthread_atfork(NULL, NULL, forget_all) == 0;
}

bool cto_worker_prepare(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare_once);
  return registry.ready;
}

static bool make_pipe(struct cto_worker *worker)
{
  int fds[2];
  if (worker->readable >= 0)
    return true;
#ifdef __linux__
  if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
    return false;
#else
  if (pipe(fds) != 0)
    return false;
  for (int i = 0; i < 2; i++) {
    fcntl(fds[i], F_SETFD, FD_CLOEXEC);
    fcntl(fds[i], F_SETFL, O_NONBLOCK);
  }
#endif
  worker->readable = fds[0];
  worker->writable = fds[1];
  return true;
}

/* With every signal blocked: they are the host's. */
static int create_thread(struct cto_worker *worker)
{
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&worker->thread, NULL, run_thread, worker);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return failed;
}

static bool start_thread(struct cto_worker *worker)
{
  reap(false);
  if (!make_pipe(worker))
    return false;
  pthread_mutex_lock(&registry.lock);
  worker->holders++;
  worker->threaded = create_thread(worker) == 0;
  if (worker->threaded) {
    worker->next = registry.first;
    registry.first = worker;
  } else {
    worker->holders--;
  }
  pthread_mutex_unlock(&registry.lock);
  return worker->threaded;
}

/* --- What the client's own thread calls --------------------------------- */

static bool make_locks(struct cto_worker *worker)
{
  if (pthread_mutex_init(&worker->lock, NULL) != 0)
    return false;
  if (pthread_cond_init(&worker->some_ended, NULL) == 0)
    return true;
  pthread_mutex_destroy(&worker->lock);
  return false;
}

struct cto_worker *cto_worker_new(struct cto_settings *settings)
{
  struct cto_worker *worker = calloc(1, sizeof *worker);
  if (!worker)
    return NULL;
  worker->transport = cto_transport_new(settings);
  if (!worker->transport || !make_locks(worker)) {
    cto_transport_free(worker->transport);
    free(worker);
    return NULL;
  }
  worker->settings = settings;
  worker->process = getpid();
  worker->readable = worker->writable = -1;
  worker->incoming_end = &worker->incoming;
  worker->ended_end = &worker->ended;
  worker->holders = 1;
  return worker;
}

void cto_worker_hold(struct cto_worker *worker)
{
  pthread_mutex_lock(&worker->lock);
  worker->holders++;
  pthread_mutex_unlock(&worker->lock);
}

bool cto_worker_is_foreign(const struct cto_worker *worker)
{
  return worker->process != getpid();
}

cto_id cto_worker_submit(struct cto_worker *worker,
                         struct cto_transfer *transfer)
{
  if (!worker->threaded && !start_thread(worker))
    return 0;
  pthread_mutex_lock(&worker->lock);
  if (!worker->closing) {
    transfer->id = ++worker->last_id;
    append(&worker->incoming_end, transfer);
    worker->pending++;
    wake(worker);
  }
  pthread_mutex_unlock(&worker->lock);
  return transfer->id;
}

void cto_worker_await(struct cto_worker *worker, struct cto_transfer *transfer)
{
  pthread_mutex_lock(&worker->lock);
  while (!transfer->ended)
    pthread_cond_wait(&worker->some_ended, &worker->lock);
  pthread_mutex_unlock(&worker->lock);
}

static void drive_quietly(struct cto_worker *worker,
                          struct cto_transfer *transfer)
{
  struct cto_sigpipe held;
  cto_sigpipe_hold(&held);
  drive(worker, transfer);
  cto_sigpipe_let_go(&held);
}

static void run_on_thread(struct cto_worker *worker,
                          struct cto_transfer *transfer)
{
  if (cto_worker_submit(worker, transfer))
    cto_worker_await(worker, transfer);
  else
    cto_transfer_end(transfer, CTO_END_CANCELLED);
}

void cto_worker_run(struct cto_worker *worker, struct cto_transfer *transfer)
{
  transfer->quiet = true;
  if (worker->threaded)
    run_on_thread(worker, transfer);
  else if (worker->settings->https)
    drive_quietly(worker, transfer);
  else
    drive(worker, transfer);
}

cto_id cto_worker_next(struct cto_worker *worker)
{
  pthread_mutex_lock(&worker->lock);
  struct cto_transfer *transfer = shift(&worker->ended, &worker->ended_end);
  if (transfer)
    transfer->named = true;
  update_signal(worker);
  pthread_mutex_unlock(&worker->lock);
  return transfer ? transfer->id : 0;
}

bool cto_worker_has_ended(struct cto_worker *worker,
                          const struct cto_transfer *transfer)
{
  pthread_mutex_lock(&worker->lock);
  bool ended = transfer->ended;
  pthread_mutex_unlock(&worker->lock);
  return ended;
}

void cto_worker_cancel(struct cto_worker *worker, struct cto_transfer *transfer)
{
  atomic_store(&transfer->cancelled, true);
  pthread_mutex_lock(&worker->lock);
  wake(worker);
  pthread_mutex_unlock(&worker->lock);
}

/* Takes a transfer out of those to be named. */
static void unlist(struct cto_worker *worker, struct cto_transfer *transfer)
{
  struct cto_transfer **link = &worker->ended;
  while (*link != transfer)
    link = &(*link)->next;
  *link = transfer->next;
  if (worker->ended_end == &transfer->next)
    worker->ended_end = link;
  update_signal(worker);
}

void cto_worker_release(struct cto_worker *worker,
                        struct cto_transfer *transfer)
{
  pthread_mutex_lock(&worker->lock);
  bool free_now = transfer->ended || transfer->id == 0;
  if (transfer->ended && !transfer->named && !transfer->quiet)
    unlist(worker, transfer);
  transfer->released = true;
  pthread_mutex_unlock(&worker->lock);
  if (free_now)
    cto_transfer_free(transfer);
  unref(worker);
}

int cto_worker_fd(struct cto_worker *worker)
{
  return make_pipe(worker) ? worker->readable : -1;
}

const char *cto_worker_listen(struct cto_worker *worker)
{
  pthread_mutex_lock(&worker->lock);
  if (!worker->bell && !worker->closing) {
    worker->bell = cto_bell_new();
    wake(worker);
  }
  const char *path = worker->bell ? cto_bell_path(worker->bell) : NULL;
  pthread_mutex_unlock(&worker->lock);
  return path;
}

int cto_worker_pending(struct cto_worker *worker)
{
  pthread_mutex_lock(&worker->lock);
  int pending = worker->pending;
  pthread_mutex_unlock(&worker->lock);
  return pending;
}

void cto_worker_close(struct cto_worker *worker)
{
  ask_to_end(worker);
  unref(worker);
  reap(false);
}
