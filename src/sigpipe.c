/* See sigpipe.h. */
#define _POSIX_C_SOURCE 200809L

#include "sigpipe.h"

#include <stddef.h>

static bool is_pending(void)
{
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

static void only_sigpipe(sigset_t *set)
{
  sigemptyset(set);
  sigaddset(set, SIGPIPE);
}

void cto_sigpipe_hold(struct cto_sigpipe *held)
{
  sigset_t sigpipe;
  only_sigpipe(&sigpipe);
  held->was_pending = is_pending();
  pthread_sigmask(SIG_BLOCK, &sigpipe, &held->before);
}

void cto_sigpipe_let_go(const struct cto_sigpipe *held)
{
  sigset_t sigpipe;
  int taken;
  only_sigpipe(&sigpipe);
  if (!held->was_pending && is_pending())
    sigwait(&sigpipe, &taken);
  pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}

/* [-0, +0, -] */
int cto_sigpipe_ignore(lua_State *L)
{
  (void)L;
  signal(SIGPIPE, SIG_IGN);
  return 0;
}
