/* See transfer.h. */
#define _GNU_SOURCE /* access */
#include "transfer.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"

/* Since 7.80 libcurl tells before each sending; set to 0 to try the other way.
 */
#ifndef CTO_TELLS_OF_SENDING
#define CTO_TELLS_OF_SENDING (LIBCURL_VERSION_NUM >= 0x075000)
#endif

/* Bytes of reply headers, far above what any server sends. */
enum { HEADERS_LIMIT = 256 * 1024 };

/* --- What libcurl calls; none of it may fail but by a flag ---------------- */

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
  struct cto_transfer *transfer = context;
  if (cto_header_line(&transfer->response.headers, line, size * count))
    return size * count;
  transfer->headers_full = true;
  return 0;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
  struct cto_transfer *transfer = context;
  if (cto_buffer_append(&transfer->response.body, data, size * count))
    return size * count;
  transfer->body_full = true;
  return 0;
}

/* A host that starts a program must not hand our sockets down to it. */
static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
  (void)context;
  (void)purpose;
#ifdef SOCK_CLOEXEC
  return socket(address->family, address->socktype | SOCK_CLOEXEC,
                address->protocol);
#else
  int fd = socket(address->family, address->socktype, address->protocol);
  if (fd >= 0)
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
#endif
}

#if CTO_TELLS_OF_SENDING
/* libcurl is about to send the request. When a kept connection dies before the
 * first byte of the answer, it sends the request a second time by itself,
 * though the server may have done, and charged, the work: not on endpoints that
 * cost. The order of the two atomics decides a race with a cancellation: either
 * this sees the flag, or who set it sees the request as sent. */
static int on_sending(void *context, char *remote_ip, char *local_ip,
                      int remote_port, int local_port)
{
  struct cto_transfer *transfer = context;
  (void)remote_ip;
  (void)local_ip;
  (void)remote_port;
  (void)local_port;
  bool first = transfer->sendings++ == 0;
  if (first) {
    atomic_store(&transfer->sent, true);
    return atomic_load(&transfer->cancelled) ? CURL_PREREQFUNC_ABORT
                                             : CURL_PREREQFUNC_OK;
  }
  return transfer->costs ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}
#endif

/* --- Easy handles --------------------------------------------------------- */

/* Debian's libcurl has a CA file and a CA folder by default, and reads all of
 * the folder for every new TLS connection: 22 ms each. The file alone serves.
 */
static bool default_ca_file_is_there(void)
{
#if LIBCURL_VERSION_NUM >= 0x074600
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  return info->age >= CURLVERSION_SEVENTH && info->cainfo &&
         access(info->cainfo, R_OK) == 0;
#else
  return false;
#endif
}

static CURLcode set_tls(CURL *easy, const struct cto_settings *settings)
{
  CURLcode rc =
      curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  if (settings->ca_file || settings->ca_path) {
    rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file);
    rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_CAPATH, settings->ca_path);
  } else if (default_ca_file_is_there()) {
    rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  }
  return rc;
}

static CURLcode set_protocols(CURL *easy, const struct cto_settings *settings)
{
#if LIBCURL_VERSION_NUM >= 0x075500
  return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
                          settings->https ? "https" : "http");
#else
  return curl_easy_setopt(
      easy, CURLOPT_PROTOCOLS,
      (long)(settings->https ? CURLPROTO_HTTPS : CURLPROTO_HTTP));
#endif
}

/* An empty proxy overrules the environment: a request for this machine, token
 * and all, must not go to another one. */
static CURLcode set_proxy(CURL *easy, const struct cto_settings *settings)
{
  if (settings->loopback)
    return curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (settings->proxy)
    return curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy);
  return CURLE_OK;
}

static CURLcode set_callbacks(CURL *easy)
{
  CURLcode rc = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  rc = rc ? rc
          : curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
#if CTO_TELLS_OF_SENDING
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_sending);
#endif
  return rc;
}

/* What is the same for every transfer of a client. */
static CURLcode set_common(CURL *easy, const struct cto_settings *settings)
{
  long connect_ms = (long)ceil(settings->connect_timeout * 1000);
  CURLcode rc = curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  /* Over TLS a request waits for the handshake that tells whether it can share
   * the connection; over plain HTTP it would wait for the whole first reply. */
  rc = rc ? rc
          : curl_easy_setopt(easy, CURLOPT_PIPEWAIT, settings->https ? 1L : 0L);
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
#if LIBCURL_VERSION_NUM >= 0x075700
  /* Not to wait for a slow DNS when a transfer is given up. */
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  rc = rc ? rc : set_protocols(easy, settings);
  rc = rc ? rc : set_tls(easy, settings);
  rc = rc ? rc : set_proxy(easy, settings);
  return rc ? rc : set_callbacks(easy);
}

CURL *cto_easy_new(const struct cto_settings *settings)
{
  CURL *easy = curl_easy_init();
  if (easy && set_common(easy, settings) != CURLE_OK) {
    curl_easy_cleanup(easy);
    return NULL;
  }
  return easy;
}

static CURLcode set_body(CURL *easy, const struct cto_transfer *transfer)
{
  CURLcode rc;
  if (transfer->has_body) {
    const char *data = transfer->body.data ? transfer->body.data : "";
    rc = curl_easy_setopt(easy, CURLOPT_POST, 1L);
    rc = rc ? rc
            : curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t)transfer->body.length);
    rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_POSTFIELDS, data);
  } else {
    rc = curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  bool usual =
      strcmp(transfer->method, transfer->has_body ? "POST" : "GET") == 0;
  return rc ? rc
            : curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
                               usual ? NULL : transfer->method);
}

CURLcode cto_easy_set(CURL *easy, struct cto_transfer *transfer)
{
  atomic_store(&transfer->sent, !CTO_TELLS_OF_SENDING);
  CURLcode rc = curl_easy_setopt(easy, CURLOPT_URL, transfer->url);
  rc = rc ? rc : set_body(easy, transfer);
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  rc = rc ? rc
          : curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error_text);
#if CTO_TELLS_OF_SENDING
  rc = rc ? rc : curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
#else
  /* Nothing tells of a second sending here: on endpoints that cost, a
   * connection that is new can't be one that has died. */
  rc = rc ? rc
          : curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT,
                             transfer->costs ? 1L : 0L);
#endif
  return rc;
}

/* --- One transfer --------------------------------------------------------- */

static char *join(const char *base, const struct cto_buffer *target)
{
  size_t length = strlen(base);
  char *url = malloc(length + target->length + 1);
  if (!url)
    return NULL;
  memcpy(url, base, length);
  memcpy(url + length, target->data, target->length);
  url[length + target->length] = '\0';
  return url;
}

/* Seconds for one attempt: the request's own, the client's, or the default. */
static double time_limit(const struct cto_settings *settings,
                         const struct cto_request *request)
{
  if (request->timeout > 0)
    return request->timeout;
  if (settings->timeout > 0)
    return settings->timeout;
  return request->live ? 120 : 60;
}

/* Sets the headers; false when memory runs out. */
static bool choose_headers(struct cto_transfer *transfer,
                           const struct cto_settings *settings,
                           const struct cto_request *request)
{
  if (request->headers.length == 0) {
    transfer->headers =
        request->has_body ? settings->post_headers : settings->get_headers;
    return true;
  }
  transfer->own_headers = cto_settings_headers(settings, request);
  transfer->headers = transfer->own_headers;
  return transfer->own_headers != NULL;
}

struct cto_transfer *cto_transfer_new(const struct cto_settings *settings,
                                      const struct cto_request *request)
{
  struct cto_transfer *transfer = calloc(1, sizeof *transfer);
  if (!transfer)
    return NULL;
  transfer->method = request->method;
  transfer->has_body = request->has_body;
  transfer->costs = request->costs;
  transfer->timeout = time_limit(settings, request);
  transfer->max_response_bytes = settings->max_response_bytes;
  cto_buffer_init(&transfer->response.headers, HEADERS_LIMIT);
  cto_buffer_init(&transfer->response.body, settings->max_response_bytes);
  cto_buffer_init(&transfer->body, request->body.length);
  transfer->url = join(settings->base_url, &request->target);
  if (transfer->url && choose_headers(transfer, settings, request) &&
      cto_buffer_append(&transfer->body, request->body.data,
                        request->body.length))
    return transfer;
  cto_transfer_free(transfer);
  return NULL;
}

void cto_transfer_free(struct cto_transfer *transfer)
{
  if (!transfer)
    return;
  free(transfer->url);
  cto_buffer_free(&transfer->body);
  curl_slist_free_all(transfer->own_headers);
  cto_buffer_free(&transfer->response.headers);
  cto_buffer_free(&transfer->response.body);
  free(transfer);
}

void cto_transfer_end(struct cto_transfer *transfer, enum cto_end end)
{
  struct cto_response *response = &transfer->response;
  response->end = end;
  response->sent = atomic_load(&transfer->sent);
  if (transfer->started > 0)
    response->elapsed = cto_now() - transfer->started;
}

/* --- What a result code of libcurl means ---------------------------------- */

static enum cto_end end_of_code(CURLcode rc)
{
  switch (rc) {
  case CURLE_OK:
    return CTO_END_REPLY;
  case CURLE_OPERATION_TIMEDOUT:
    return CTO_END_TIMEOUT;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_ENGINE_NOTFOUND:
  case CURLE_SSL_ENGINE_SETFAILED:
  case CURLE_SSL_ENGINE_INITFAILED:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_INVALIDCERTSTATUS:
  case CURLE_USE_SSL_FAILED:
    return CTO_END_TLS;
  case CURLE_BAD_CONTENT_ENCODING:
    return CTO_END_UNREADABLE;
  case CURLE_OUT_OF_MEMORY:
    return CTO_END_NO_MEMORY;
  default:
    return CTO_END_CONNECTION;
  }
}

/* A handshake that broke may work the next time; a certificate that is wrong,
 * or a setting, won't. libcurl calls a reply that isn't HTTP an unsupported
 * protocol, too; that one has been sent. */
static bool is_permanent(CURLcode rc, bool sent)
{
  return (end_of_code(rc) == CTO_END_TLS && rc != CURLE_SSL_CONNECT_ERROR) ||
         (rc == CURLE_UNSUPPORTED_PROTOCOL && !sent) ||
         rc == CURLE_URL_MALFORMAT;
}

/* libcurl's own words, but where they quote a proxy that it can't use: password
 * and all. */
static const char *describe(CURLcode rc, const struct cto_transfer *transfer)
{
  const char *text = transfer->error_text;
  if (transfer->sendings > 1 && transfer->costs)
    return "the connection broke before the answer; not sent again, since "
           "the work may have been done";
  if (!*text || rc == CURLE_COULDNT_RESOLVE_PROXY || strstr(text, "://"))
    return curl_easy_strerror(rc);
  return text;
}

static enum cto_end end_of(CURLcode rc, const struct cto_transfer *transfer)
{
  if (transfer->response.body.state == CTO_BUFFER_NO_MEMORY ||
      transfer->response.headers.state == CTO_BUFFER_NO_MEMORY)
    return CTO_END_NO_MEMORY;
  if (transfer->headers_full || transfer->body_full)
    return CTO_END_TOO_LARGE;
  if (rc == CURLE_ABORTED_BY_CALLBACK && transfer->sendings == 1)
    return CTO_END_CANCELLED;
  return end_of_code(rc);
}

#if !CTO_TELLS_OF_SENDING
/* libcurl counts the bytes of a proxy's CONNECT, too. A request that costs has
 * a connection of its own, and over TLS nothing of it goes before a handshake.
 */
static bool has_left(const struct cto_transfer *transfer)
{
  long bytes = 0;
  double handshake = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &bytes);
  curl_easy_getinfo(transfer->easy, CURLINFO_APPCONNECT_TIME, &handshake);
  bool needs_handshake =
      transfer->costs && curl_strnequal(transfer->url, "https", 5);
  return bytes > 0 && (!needs_handshake || handshake > 0);
}
#endif

/* Where nothing tells of a sending, a transfer under way counts as sent until
 * libcurl's own figures say otherwise. */
void cto_transfer_note_sending(struct cto_transfer *transfer)
{
#if CTO_TELLS_OF_SENDING
  (void)transfer;
#else
  atomic_store(&transfer->sent, has_left(transfer));
#endif
}

void cto_transfer_conclude(struct cto_transfer *transfer, CURLcode rc)
{
  struct cto_response *response = &transfer->response;
  long status = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
  response->status = status > 0 && status <= INT_MAX ? (int)status : 0;
  cto_transfer_note_sending(transfer);
  cto_transfer_end(transfer, end_of(rc, transfer));
  if (response->end == CTO_END_CANCELLED)
    response->sent = false; /* stopped at the door */
  response->permanent = is_permanent(rc, response->sent);
  if (rc != CURLE_OK)
    snprintf(response->detail, sizeof response->detail, "%s",
             describe(rc, transfer));
}
