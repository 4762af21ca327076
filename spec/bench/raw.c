/*
 * The limit that benchmarks measure against: bare libcurl, no checks, no
 * decoding.
 *
 *   raw URL CALLS CONCURRENCY   prints the seconds that CALLS requests take:
 *                               an easy handle in a loop at a concurrency of 1,
 *                               else a multi handle
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <curl/curl.h>

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t swallow(char *data, size_t size, size_t count, void *context)
{
  (void)data;
  (void)context;
  return size * count;
}

static CURL *new_easy(const char *url, struct curl_slist *headers)
{
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
  return easy;
}

static void run_sequential(const char *url, struct curl_slist *headers,
                           int calls)
{
  CURL *easy = new_easy(url, headers);
  for (int i = 0; i < calls; i++)
    if (curl_easy_perform(easy) != CURLE_OK)
      exit(1);
  curl_easy_cleanup(easy);
}

static void run_concurrent(const char *url, struct curl_slist *headers,
                           int calls, int concurrency)
{
  CURLM *multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)concurrency);
  int started = 0, ended = 0, running, left;
  for (; started < concurrency && started < calls; started++)
    curl_multi_add_handle(multi, new_easy(url, headers));
  while (ended < calls) {
    CURLMsg *message;
    curl_multi_perform(multi, &running);
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
      CURL *easy = message->easy_handle;
      curl_multi_remove_handle(multi, easy);
      ended++;
      if (started++ < calls)
        curl_multi_add_handle(multi, easy);
      else
        curl_easy_cleanup(easy);
    }
    if (ended < calls)
      curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  curl_multi_cleanup(multi);
}

int main(int argc, char **argv)
{
  if (argc != 4)
    return 1;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  struct curl_slist *headers = NULL;
  headers = curl_slist_append(headers, "token: test-bench");
  headers = curl_slist_append(headers, "authorization: basic");
  headers = curl_slist_append(headers, "Accept: application/json");
  headers = curl_slist_append(headers, "User-Agent: raw");
  int calls = atoi(argv[2]), concurrency = atoi(argv[3]);
  double started = now();
  if (concurrency == 1)
    run_sequential(argv[1], headers, calls);
  else
    run_concurrent(argv[1], headers, calls, concurrency);
  printf("%.6f\n", now() - started);
  curl_slist_free_all(headers);
  curl_global_cleanup();
  return 0;
}
