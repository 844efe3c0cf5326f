#include "house.h"

#include "app/message_list.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/limits.h"
#include "crypto/hmac.h"
#include "edge/hook/hook.h"
#include "http/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECRET "a secret that two share"
#define BODY "from=Facebook&to=%2B12025550161&text=482913+is+your+Facebook+code&id="

/* The house with a carrier that sends forms and one that sends JSON, and a server in front. */
struct door {
    struct house *house;
    struct http_server *server;
    struct http_route routes[EDGE_HOOK_ROUTES];
    char secret_file[128];
    int64_t account;
};

static struct door door;

static void write_secret(void)
{
    snprintf(door.secret_file, sizeof door.secret_file, "%s/secret", door.house->directory);
    int file = open(door.secret_file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, SECRET "\n", sizeof SECRET), sizeof SECRET);
    close(file);
}

static int set_up(void **state)
{
    house_set_up(state);
    door = (struct door){.house = *state};
    write_secret();
    const struct settings_carrier form = {
        .name = "test",
        .secret_file = door.secret_file,
        .field_from = "from",
        .field_to = "to",
        .field_text = "text",
        .field_id = "id",
        .field_time = "",
        .header_signature = "X-Signature",
        .header_timestamp = "X-Timestamp",
    };
    struct settings_carrier json = form;
    json.name = "json";
    json.format = SETTINGS_FORMAT_JSON;
    json.field_to = "data.to.0.number";
    door.house->settings.carriers[0] = form;
    door.house->settings.carriers[1] = json;
    door.house->settings.carrier_count = 2;
    door.account = house_account(door.house, clock_now());
    house_line(door.house, door.account, "+12025550161", 0);
    edge_hook_routes(&door.house->app, door.routes);
    const struct http_options options = {
        .listen = "127.0.0.1:0", .routes = door.routes, .route_count = EDGE_HOOK_ROUTES};
    assert_int_equal(http_start(&options, &door.server), ERR_NONE);
    return 0;
}

static int tear_down(void **state)
{
    http_stop(door.server);
    return house_tear_down(state);
}

static int64_t now_seconds(void)
{
    return clock_now() / MICROS_SECOND;
}

struct delivery {
    const char *carrier;
    int64_t seconds;     /* of the timestamp */
    const char *body;    /* what is sent */
    const char *signed_; /* what is signed; NULL: the body */
    const char *secret;
    const char *prefix; /* of the signature */
};

static struct str signature_of(const struct delivery *delivery)
{
    uint8_t code[HMAC_BYTES];
    struct str stamp = arena_printf(door.house->arena, "%lld", (long long)delivery->seconds);
    const struct str parts[] = {stamp, STR("."),
                                str_from(delivery->signed_ != NULL ? delivery->signed_ : delivery->body)};
    hmac_sha256(str_from(delivery->secret), parts, 3, code);
    return encode_hex(door.house->arena, str_bytes(code, sizeof code));
}

/* Sends a request and reads the whole answer. */
static struct str exchange(struct str request)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(http_port(door.server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char answer[4096];
    size_t length = 0;
    int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(peer >= 0);
    assert_int_equal(connect(peer, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(send(peer, request.data, request.length, 0), request.length);
    for (;;) {
        ssize_t got = recv(peer, answer + length, sizeof answer - length, 0);
        if (got <= 0)
            break;
        length += (size_t)got;
    }
    close(peer);
    return arena_str(door.house->arena, str_bytes(answer, length));
}

static struct str deliver(const struct delivery *delivery)
{
    struct str signature = signature_of(delivery);
    return exchange(arena_printf(
        door.house->arena,
        "POST /api/v1/hooks/sms/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Timestamp: %lld\r\n"
        "X-Signature: %s%.*s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
        delivery->carrier, (long long)delivery->seconds, delivery->prefix, STR_ARG(signature),
        strcmp(delivery->carrier, "json") == 0 ? "application/json" : "application/x-www-form-urlencoded",
        strlen(delivery->body), delivery->body));
}

static bool has(struct str answer, const char *text)
{
    return str_find(answer, str_from(text), 0) != SIZE_MAX;
}

static size_t stored(void)
{
    struct message_page page;
    const struct message_filter filter = {0};
    assert_int_equal(message_list(&door.house->app, door.house->arena, door.account, &filter, &page),
                     ERR_NONE);
    return page.count;
}

static void only_what_the_carrier_signed_just_now_is_taken(void **state)
{
    (void)state;
    int64_t now = now_seconds();
    const struct {
        struct delivery delivery;
        const char *status, *code;
    } rows[] = {
        {{"test", now, BODY "1", NULL, "wrong", ""}, "HTTP/1.1 401", "\"signature\""},
        {{"test", now, BODY "1", BODY "2", SECRET, ""}, "HTTP/1.1 401", "\"signature\""},
        {{"test", now, BODY "1", NULL, SECRET, "0"}, "HTTP/1.1 401", "\"signature\""},
        {{"test", now - LIMIT_HOOK_SKEW_SECONDS - 5, BODY "1", NULL, SECRET, ""},
         "HTTP/1.1 401",
         "\"stale\""},
        {{"test", now + LIMIT_HOOK_SKEW_SECONDS + 5, BODY "1", NULL, SECRET, ""},
         "HTTP/1.1 401",
         "\"stale\""},
        {{"nobody", now, BODY "1", NULL, SECRET, ""}, "HTTP/1.1 404", "\"not_found\""},
        {{"test", now, "to=%2B12025550161&text=x", NULL, SECRET, ""}, "HTTP/1.1 422", "\"invalid\""},
        {{"json", now, "{", NULL, SECRET, ""}, "HTTP/1.1 400", "\"bad_json\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str answer = deliver(&rows[i].delivery);
        assert_true(has(answer, rows[i].status));
        assert_true(has(answer, rows[i].code));
        assert_true(has(answer, "application/problem+json"));
        assert_int_equal(stored(), 0);
    }
}

static void a_signed_delivery_is_answered_when_it_is_stored_and_once(void **state)
{
    (void)state;
    int64_t now = now_seconds();
    const struct {
        struct delivery delivery;
        const char *result;
        size_t stored;
    } rows[] = {
        {{"test", now, BODY "1", NULL, SECRET, ""}, "\"stored\"", 1},
        {{"test", now, BODY "1", NULL, SECRET, "sha256="}, "\"repeated\"", 1},
        {{"test", now, "from=x&to=%2B14155550100&text=x&id=2", NULL, SECRET, ""}, "\"counted\"", 1},
        {{"json", now,
          "{\"id\":7,\"from\":\"Bank\",\"text\":\"\\u4f60\\u597d\",\"data\":{\"to\":[{\"number\":"
          "\"12025550161\"}]}}",
          NULL, SECRET, ""},
         "\"stored\"",
         2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str answer = deliver(&rows[i].delivery);
        assert_true(has(answer, "HTTP/1.1 200"));
        assert_true(has(answer, rows[i].result));
        assert_int_equal(stored(), rows[i].stored);
    }
    struct message_page page;
    const struct message_filter filter = {0};
    assert_int_equal(message_list(&door.house->app, door.house->arena, door.account, &filter, &page),
                     ERR_NONE);
    assert_true(str_is(page.messages[0].text, "你好"));
    assert_true(str_is(page.messages[1].text, "482913 is your Facebook code"));
}

static void without_its_secret_nothing_is_taken(void **state)
{
    (void)state;
    assert_int_equal(unlink(door.secret_file), 0);
    const struct delivery delivery = {"test", now_seconds(), BODY "1", NULL, SECRET, ""};
    assert_true(has(deliver(&delivery), "HTTP/1.1 500"));
    assert_int_equal(stored(), 0);
}

#define AT_THE_DOOR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_THE_DOOR(only_what_the_carrier_signed_just_now_is_taken),
        AT_THE_DOOR(a_signed_delivery_is_answered_when_it_is_stored_and_once),
        AT_THE_DOOR(without_its_secret_nothing_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
