/*
 * A name server that takes its time, for LD_PRELOAD: looking up a host whose
 * name begins with "slow" takes 3 seconds, or as many as the digit after that
 * says, and finds nothing.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <time.h>

typedef int lookup(const char *, const char *, const struct addrinfo *,
                   struct addrinfo **);

int getaddrinfo(const char *node, const char *service,
                const struct addrinfo *hints, struct addrinfo **found)
{
  if (node && strncmp(node, "slow", 4) == 0) {
    int seconds = isdigit((unsigned char)node[4]) ? node[4] - '0' : 3;
    nanosleep(&(struct timespec){.tv_sec = seconds}, NULL);
    return EAI_NONAME;
  }
  lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
  return real(node, service, hints, found);
}
