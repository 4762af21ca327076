/*
 * The server that benchmarks measure against: one thread, one fixed reply,
 * after a fixed delay, so that what is measured is the client.
 *
 *   server DELAY_MS FILE    answers any request with the bytes of FILE as JSON;
 *                           prints its port, ends when its input does
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FDS = 1024, MAX_WAITING = 4096, INPUT = 16384 };

struct waiting {
  int fd;
  double due;
};

struct server {
  int epoll, listener;
  double delay;
  char *reply;
  size_t reply_length;
  struct waiting queue[MAX_WAITING]; /* a ring: all wait for the same time */
  unsigned first, last;
  char input[MAX_FDS][INPUT]; /* what has come of each connection's request */
  size_t used[MAX_FDS];
};

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool read_reply(struct server *server, const char *path)
{
  FILE *file = fopen(path, "rb");
  if (!file)
    return false;
  fseek(file, 0, SEEK_END);
  size_t length = (size_t)ftell(file);
  rewind(file);
  char head[128];
  int head_length = snprintf(head, sizeof head,
                             "HTTP/1.1 200 OK\r\nContent-Type: application/json"
                             "\r\nContent-Length: %zu\r\n\r\n",
                             length);
  server->reply_length = (size_t)head_length + length;
  server->reply = malloc(server->reply_length);
  if (!server->reply)
    return false;
  memcpy(server->reply, head, (size_t)head_length);
  bool whole =
      fread(server->reply + head_length, 1, length, file) == length;
  fclose(file);
  return whole;
}

static bool open_listener(struct server *server)
{
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server->listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
      listen(server->listener, 512) != 0)
    return false;
  getsockname(server->listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return true;
}

static void watch(struct server *server, int fd)
{
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Replies fit into a socket's buffer, or nearly: a full one is waited for. */
static void answer(struct server *server, int fd)
{
  size_t sent = 0;
  while (sent < server->reply_length) {
    ssize_t n = send(fd, server->reply + sent, server->reply_length - sent,
                     MSG_NOSIGNAL);
    if (n <= 0)
      return;
    sent += (size_t)n;
  }
}

/* Whether a whole request has come: its head, and the body it announces. */
static bool is_whole(const char *input)
{
  const char *end = strstr(input, "\r\n\r\n");
  if (!end)
    return false;
  const char *length = strcasestr(input, "\r\ncontent-length:");
  size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
  return strlen(end + 4) >= body;
}

static void take_input(struct server *server, int fd)
{
  char *input = server->input[fd];
  size_t *used = &server->used[fd];
  ssize_t n = recv(fd, input + *used, INPUT - 1 - *used, 0);
  if (n <= 0) {
    close(fd);
    return;
  }
  *used += (size_t)n;
  input[*used] = '\0';
  if (!is_whole(input))
    return;
  *used = 0;
  if (server->delay <= 0) {
    answer(server, fd);
    return;
  }
  server->queue[server->last++ % MAX_WAITING] =
      (struct waiting){.fd = fd, .due = now() + server->delay};
}

static void take_connection(struct server *server)
{
  int one = 1;
  int fd = accept(server->listener, NULL, NULL);
  if (fd < 0 || fd >= MAX_FDS) {
    close(fd);
    return;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  server->used[fd] = 0;
  watch(server, fd);
}

/* Answers what is due; milliseconds until the next is, -1 for none. */
static int answer_due(struct server *server)
{
  while (server->first != server->last) {
    struct waiting *next = &server->queue[server->first % MAX_WAITING];
    double left = next->due - now();
    if (left > 0)
      return (int)(left * 1000) + 1;
    answer(server, next->fd);
    server->first++;
  }
  return -1;
}

int main(int argc, char **argv)
{
  static struct server server;
  struct epoll_event events[64];
  if (argc != 3 || !read_reply(&server, argv[2]) || !open_listener(&server))
    return 1;
  server.delay = atof(argv[1]) / 1000;
  server.epoll = epoll_create1(0);
  watch(&server, server.listener);
  watch(&server, STDIN_FILENO);
  for (;;) {
    int count = epoll_wait(server.epoll, events, 64, answer_due(&server));
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == STDIN_FILENO)
        return 0;
      if (fd == server.listener)
        take_connection(&server);
      else
        take_input(&server, fd);
    }
  }
}
