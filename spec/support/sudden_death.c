/*
 * Death in the midst of a system call, for LD_PRELOAD: with DIE_AT_CALL=n the
 * process is killed with SIGKILL at its nth call of those below: a write when
 * half of it is written, a sync before it has begun, a send when it is done.
 * With n = 0 it lives, and says at its end how many there were.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_long calls;
static long fatal_call;

__attribute__((constructor)) static void begin(void)
{
  const char *text = getenv("DIE_AT_CALL");
  fatal_call = text ? atol(text) : -1;
}

__attribute__((destructor)) static void end(void)
{
  if (fatal_call == 0)
    fprintf(stderr, "calls: %ld\n", atomic_load(&calls));
}

static int is_fatal(void)
{
  return atomic_fetch_add(&calls, 1) + 1 == fatal_call;
}

static void die(void)
{
  kill(getpid(), SIGKILL);
  pause();
}

typedef ssize_t write_call(int, const void *, size_t, off64_t);
typedef int sync_call(int);
typedef ssize_t send_call(int, const void *, size_t, int);

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
  int is_last = is_fatal();
  ssize_t done = ((write_call *)dlsym(RTLD_NEXT, "pwrite64"))(
      fd, bytes, is_last ? size / 2 : size, offset);
  if (is_last)
    die();
  return done;
}

int fdatasync(int fd)
{
  if (is_fatal())
    die();
  return ((sync_call *)dlsym(RTLD_NEXT, "fdatasync"))(fd);
}

int fsync(int fd)
{
  if (is_fatal())
    die();
  return ((sync_call *)dlsym(RTLD_NEXT, "fsync"))(fd);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
  ssize_t done =
      ((send_call *)dlsym(RTLD_NEXT, "send"))(fd, bytes, size, flags);
  if (is_fatal())
    die();
  return done;
}
