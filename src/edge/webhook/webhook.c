#include "edge/webhook/webhook.h"

#include "app/settings.h"
#include "app/webhook.h"
#include "base/clock.h"
#include "base/limits.h"

#include <curl/curl.h>
#include <pthread.h>

enum { ANSWER_BYTES = 64 * 1024, CONNECT_SECONDS = 10 };

struct call {
    const struct settings_webhook *settings;
    CURL *curl;
    struct curl_slist *headers;
    size_t received;
    bool refused; /* the address was */
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_started = CURLE_FAILED_INIT;

static void start_curl(void)
{
    curl_started = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* The name is judged by what it resolves to at this very call. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct call *call = context;
    (void)purpose;
    if (!call->settings->private_allowed && !webhook_address_is_public(&address->addr)) {
        call->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* What the other side says is not read, and not without end. */
static size_t drop_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct call *call = context;
    (void)bytes;
    call->received += size * count;
    return call->received <= ANSWER_BYTES ? size * count : 0;
}

static bool add_header(struct call *call, struct arena *arena, const char *name, struct str value)
{
    struct curl_slist *longer =
        curl_slist_append(call->headers, arena_printf(arena, "%s: %.*s", name, STR_ARG(value)).data);
    if (longer != NULL)
        call->headers = longer;
    return longer != NULL;
}

static bool set_headers(struct call *call, struct arena *arena, const struct webhook *webhook)
{
    struct str timestamp = arena_printf(arena, "%lld", (long long)(clock_now() / MICROS_SECOND));
    return add_header(call, arena, "Content-Type", STR("application/json")) &&
           add_header(call, arena, "Expect", STR("")) && add_header(call, arena, "Violet-Id", webhook->id) &&
           add_header(call, arena, "Violet-Timestamp", timestamp) &&
           add_header(call, arena, "Violet-Signature", webhook_sign(arena, webhook, timestamp));
}

static void set_options(struct call *call, struct arena *arena, const struct webhook *webhook)
{
    CURL *curl = call->curl;
    curl_easy_setopt(curl, CURLOPT_URL, arena_cstr(arena, webhook->url));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)LIMIT_WEBHOOK_SECONDS);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)webhook->body.length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, webhook->body.data);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, call->headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "Violet");
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, call);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
    if (call->settings->ca_file[0] != '\0')
        curl_easy_setopt(curl, CURLOPT_CAINFO, call->settings->ca_file);
}

static enum effect_result judge(const struct call *call, CURLcode code, long status, struct str *ret_result)
{
    enum { GONE = 410 };
    if (call->refused) {
        *ret_result = STR("an address that may not be called");
        return EFFECT_FAILED;
    }
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        *ret_result = STR("the certificate is not to be trusted");
    else if (code != CURLE_OK && code != CURLE_WRITE_ERROR)
        *ret_result = STR("no answer");
    else if (status >= 200 && status < 300) {
        *ret_result = STR("taken");
        return EFFECT_DONE;
    } else if (status == GONE) {
        *ret_result = STR("gone");
        return EFFECT_FAILED;
    } else
        *ret_result = STR("refused");
    return EFFECT_RETRY;
}

enum effect_result webhook_perform(void *context, struct arena *arena, const struct effect *effect,
                                   struct str *ret_result)
{
    struct call call = {.settings = context};
    struct webhook webhook;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    long status = 0;
    *ret_result = STR("fields that can't be read");
    if (webhook_read(effect->fields, &webhook) != ERR_NONE)
        return EFFECT_FAILED;
    pthread_once(&curl_once, start_curl);
    call.curl = curl_started == CURLE_OK ? curl_easy_init() : NULL;
    if (call.curl != NULL && set_headers(&call, arena, &webhook)) {
        set_options(&call, arena, &webhook);
        code = curl_easy_perform(call.curl);
        curl_easy_getinfo(call.curl, CURLINFO_RESPONSE_CODE, &status);
    }
    curl_easy_cleanup(call.curl);
    curl_slist_free_all(call.headers);
    return judge(&call, code, status, ret_result);
}
