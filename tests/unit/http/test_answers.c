/* Routes, what handlers see, and what they answer. */
#include "client.h"

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct http_server *server, *secure;
static char here[] = "here", root[] = "root", word[] = "word";

static void say(struct http_request *request, const char *text)
{
    http_answer(request, 200, "text/plain", str_from(text));
}

static void answer_name(struct http_request *request, void *context)
{
    (void)request;
    say(request, context);
}

static void answer_params(struct http_request *request, void *context)
{
    (void)context;
    struct str a = http_param(request, "a"), b = http_param(request, "b"), q = http_query(request, "q");
    struct str text =
        arena_printf(http_arena(request), "%.*s %.*s|%.*s|%.*s|%.*s", STR_ARG(http_method(request)),
                     STR_ARG(http_path(request)), STR_ARG(a), STR_ARG(b), STR_ARG(q));
    http_answer(request, 200, "text/plain", text);
}

static void answer_form(struct http_request *request, void *context)
{
    (void)context;
    struct buf out = buf_new(0);
    struct str value;
    buf_printf(&out, "%.*s", STR_ARG(http_form(request, "name")));
    for (size_t i = 0; http_form_each(request, "tick", i, &value); i++)
        buf_printf(&out, "+%.*s", STR_ARG(value));
    http_answer(request, 200, "text/plain", buf_str(&out));
    buf_free(&out);
}

static void answer_cookie(struct http_request *request, void *context)
{
    (void)context;
    http_set_cookie(request, "session", STR("new"), 60);
    http_set_cookie(request, "bad", STR("a;b"), 60);
    http_set_cookie(request, "gone", STR(""), 0);
    http_answer(request, 200, "text/plain", http_cookie(request, "session"));
}

static void answer_client(struct http_request *request, void *context)
{
    (void)context;
    http_answer(request, 200, "text/plain", http_client(request));
}

static void answer_headers(struct http_request *request, void *context)
{
    (void)context;
    http_add_header(request, "Cache-Control", STR("public, max-age=60"));
    http_add_header(request, "X-Fine", STR("yes"));
    http_add_header(request, "X-Split", STR("a\r\nX-Injected: b"));
    http_add_header(request, "X Space", STR("a"));
    http_answer(request, 200, NULL, STR("<p>"));
}

static void answer_redirect(struct http_request *request, void *context)
{
    (void)context;
    http_redirect(request, http_query(request, "to"));
}

static void answer_twice(struct http_request *request, void *context)
{
    (void)context;
    say(request, "first");
    say(request, "second");
}

static void answer_nothing(struct http_request *request, void *context)
{
    (void)request;
    (void)context;
}

static void answer_fail(struct http_request *request, void *context)
{
    (void)context;
    http_fail(request, ERR_BUSY);
}

static void before(struct http_request *request, void *context)
{
    http_add_header(request, "X-Before", str_from(context));
}

static const struct http_route routes[] = {
    {"GET", "/", HTTP_INLINE, answer_name, root},
    {"GET", "/fixed/{a}", HTTP_INLINE, answer_params},
    {"GET", "/fixed/word", HTTP_INLINE, answer_name, word},
    {"GET", "/two/{a}/x/{b}", HTTP_WORK, answer_params},
    {"POST", "/form", HTTP_WORK, answer_form},
    {"PUT", "/form", HTTP_INLINE, answer_form},
    {"POST", "/any", HTTP_INLINE, answer_form, NULL, 0, HTTP_ROUTE_ANY_ORIGIN},
    {"GET", "/cookie", HTTP_INLINE, answer_cookie},
    {"GET", "/client", HTTP_INLINE, answer_client},
    {"GET", "/headers", HTTP_INLINE, answer_headers},
    {"GET", "/redirect", HTTP_INLINE, answer_redirect},
    {"GET", "/twice", HTTP_WORK, answer_twice},
    {"GET", "/nothing", HTTP_WORK, answer_nothing},
    {"GET", "/fail", HTTP_INLINE, answer_fail},
};

static int start(void **state)
{
    (void)state;
    static const char *const proxies[] = {"127.0.0.1", "10.0.0.1", NULL};
    struct http_options options = {.routes = routes,
                                   .route_count = sizeof routes / sizeof *routes,
                                   .before = before,
                                   .error_context = here};
    server = client_server(options);
    options.public_origin = "https://violet.example";
    options.trusted_proxies = proxies;
    secure = client_server(options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server);
    http_stop(secure);
    return 0;
}

/* One request with "Connection: close"; head holds further header lines, body may be NULL. */
static struct client_answer ask(const struct http_server *whom, const char *line, const char *head,
                                const char *body)
{
    static char request[64 * 1024];
    int length =
        snprintf(request, sizeof request, "%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s", line, head);
    if (body != NULL)
        length += snprintf(request + length, sizeof request - (size_t)length, "Content-Length: %zu\r\n",
                           strlen(body));
    snprintf(request + length, sizeof request - (size_t)length, "\r\n%s", body != NULL ? body : "");
    return client_ask(whom, request);
}

static void routes_find_their_handlers(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int status;
        const char *body; /* NULL: any */
        const char *allow;
    } rows[] = {
        {"GET /", 200, "root", ""},
        {"GET /?q=1", 200, "root", ""},
        {"GET /fixed/word", 200, "word", ""},
        {"GET /fixed/other", 200, "GET /fixed/other|other||", ""},
        {"GET /fixed/a%2Fb", 200, "GET /fixed/a/b|a/b||", ""},
        {"GET /fixed/%E4%BD%A0?q=%E5%A5%BD+%26", 200, "GET /fixed/\u4f60|\u4f60||\u597d &", ""},
        {"GET /fixed/a?x=1&q=2&q=3", 200, "GET /fixed/a|a||2", ""},
        {"GET /two/1/x/2", 200, "GET /two/1/x/2|1|2|", ""},
        {"HEAD /two/1/x/2", 200, "", ""},
        {"GET /two/1/y/2", 404, NULL, ""},
        {"GET /fixed/", 404, NULL, ""},
        {"GET /fixed", 404, NULL, ""},
        {"GET /fixed/a/", 404, NULL, ""},
        {"GET //", 404, NULL, ""},
        {"GET /fixed/..", 404, NULL, ""},
        {"GET /fixed/%2e%2e", 404, NULL, ""},
        {"GET /fixed/%00", 400, NULL, ""},
        {"GET /fixed/%0a", 400, NULL, ""},
        {"GET /fixed/%zz", 400, NULL, ""},
        {"GET /fixed/%a", 400, NULL, ""},
        {"GET /fixed/%ff", 400, NULL, ""},
        {"GET /fixed/%ed%a0%80", 400, NULL, ""},
        {"GET /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18", 404, NULL, ""},
        {"POST /", 405, NULL, "GET, HEAD"},
        {"DELETE /form", 405, NULL, "POST, PUT"},
        {"OPTIONS /form", 405, NULL, "POST, PUT"},
        {"BREW /form", 405, NULL, "POST, PUT"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client_answer answer = ask(server, rows[i].line, "", NULL);
        if (answer.status != rows[i].status ||
            (rows[i].body != NULL && strcmp(client_body(&answer), rows[i].body) != 0) ||
            strcmp(client_header(&answer, "Allow"), rows[i].allow) != 0)
            fail_msg("%s: %d %s", rows[i].line, answer.status, client_body(&answer));
    }
}

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"

static void forms_are_read_and_bounded(void **state)
{
    (void)state;
    static char many[4096];
    for (unsigned i = 0; i < 129; i++)
        strcat(many, "tick=1&");
    const struct {
        const char *head, *body;
        int status;
        const char *answer;
    } rows[] = {
        {FORM, "name=Ada+L%C3%A9&tick=1&tick=2&tick=", 200, "Ada L\u00e9+1+2+"},
        {FORM, "", 200, ""},
        {FORM, "&&name=a&&", 200, "a"},
        {FORM, "name", 200, ""},
        {FORM, "name=a=b", 200, "a=b"},
        {"Content-Type: APPLICATION/x-www-form-urlencoded; charset=UTF-8\r\n", "name=a", 200, "a"},
        {"Content-Type: text/plain\r\n", "name=a", 200, ""},
        {"", "name=a", 200, ""},
        {FORM, "name=%", 400, NULL},
        {FORM, "name=%4", 400, NULL},
        {FORM, "name=%00", 400, NULL},
        {FORM, "name=%ff", 400, NULL},
        {FORM, many, 400, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client_answer answer = ask(server, "POST /form", rows[i].head, rows[i].body);
        if (answer.status != rows[i].status ||
            (rows[i].answer != NULL && strcmp(client_body(&answer), rows[i].answer) != 0))
            fail_msg("%s: %d %s", rows[i].body, answer.status, client_body(&answer));
    }
}

static void other_sites_may_not_change_anything(void **state)
{
    (void)state;
    static const struct {
        const char *line, *head;
        int status;
    } rows[] = {
        {"POST /form", "", 200},
        {"POST /form", "Sec-Fetch-Site: same-origin\r\n", 200},
        {"POST /form", "Sec-Fetch-Site: none\r\n", 200},
        {"POST /form", "Sec-Fetch-Site: same-site\r\n", 403},
        {"POST /form", "Sec-Fetch-Site: cross-site\r\n", 403},
        {"POST /form", "Sec-Fetch-Site: \r\n", 403},
        {"POST /form", "Sec-Fetch-Site: cross-site\r\nOrigin: https://violet.example\r\n", 403},
        {"POST /form", "Origin: https://violet.example\r\n", 200},
        {"POST /form", "Origin: http://violet.example\r\n", 403},
        {"POST /form", "Origin: https://violet.example.evil\r\n", 403},
        {"POST /form", "Origin: https://violet.example:8443\r\n", 403},
        {"POST /form", "Origin: null\r\n", 403},
        {"PUT /form", "Sec-Fetch-Site: cross-site\r\n", 403},
        {"POST /any", "Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n", 200},
        {"GET /client", "Sec-Fetch-Site: cross-site\r\n", 200},
        {"HEAD /client", "Sec-Fetch-Site: cross-site\r\n", 200},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool reads = rows[i].line[0] == 'G' || rows[i].line[0] == 'H';
        struct client_answer answer = ask(secure, rows[i].line, rows[i].head, reads ? NULL : "name=a");
        if (answer.status != rows[i].status)
            fail_msg("%s %s: %d", rows[i].line, rows[i].head, answer.status);
    }
}

static void without_a_public_origin_the_listening_address_counts(void **state)
{
    (void)state;
    char head[64];
    snprintf(head, sizeof head, "Origin: http://127.0.0.1:%u\r\n", http_port(server));
    assert_int_equal(ask(server, "POST /form", head, "name=a").status, 200);
    assert_int_equal(ask(server, "POST /form", "Origin: http://127.0.0.1\r\n", "name=a").status, 403);
}

static void cookies_take_their_prefix_over_https(void **state)
{
    (void)state;
    static const struct {
        bool https;
        const char *head, *value;
    } rows[] = {
        {false, "Cookie: session=a\r\n", "a"},
        {false, "Cookie: other=b; session=a\r\n", "a"},
        {false, "Cookie: session=b; __Host-session=a\r\n", "a"},
        {false, "Cookie: xsession=b; sessionx=c\r\n", ""},
        {false, "Cookie: other=b\r\nCookie: session=\"a\"\r\n", "a"},
        {false, "Cookie: Session=a\r\n", ""},
        {true, "Cookie: session=a\r\n", ""},
        {true, "Cookie: session=b; __Host-session=a\r\n", "a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client_answer answer = ask(rows[i].https ? secure : server, "GET /cookie", rows[i].head, NULL);
        assert_int_equal(answer.status, 200);
        if (strcmp(client_body(&answer), rows[i].value) != 0)
            fail_msg("%s: %s", rows[i].head, client_body(&answer));
    }
    struct client_answer answer = ask(server, "GET /cookie", "", NULL);
    assert_non_null(
        strstr(answer.text, "\r\nSet-Cookie: session=new; Path=/; HttpOnly; SameSite=Lax; Max-Age=60\r\n"));
    assert_non_null(
        strstr(answer.text, "\r\nSet-Cookie: gone=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0\r\n"));
    assert_null(strstr(answer.text, "Set-Cookie: bad"));
    answer = ask(secure, "GET /cookie", "", NULL);
    assert_non_null(strstr(answer.text, "\r\nSet-Cookie: __Host-session=new; Path=/; HttpOnly; SameSite=Lax; "
                                        "Secure; Max-Age=60\r\n"));
}

static void only_trusted_proxies_say_who_the_client_is(void **state)
{
    (void)state;
    static const struct {
        bool trusting;
        const char *head, *client;
    } rows[] = {
        {false, "", "127.0.0.1"},
        {false, "X-Forwarded-For: 192.0.2.1\r\n", "127.0.0.1"},
        {true, "", "127.0.0.1"},
        {true, "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1"},
        {true, "X-Forwarded-For: 198.51.100.9, 192.0.2.1\r\n", "192.0.2.1"},
        {true, "X-Forwarded-For: 198.51.100.9, 192.0.2.1, 10.0.0.1\r\n", "192.0.2.1"},
        {true, "X-Forwarded-For: 198.51.100.9\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1"},
        {true, "X-Forwarded-For: 2001:DB8::1\r\n", "2001:db8::1"},
        {true, "X-Forwarded-For: ::ffff:192.0.2.1\r\n", "192.0.2.1"},
        {true, "X-Forwarded-For: nonsense\r\n", "127.0.0.1"},
        {true, "X-Forwarded-For: 192.0.2.1, nonsense\r\n", "127.0.0.1"},
        {true, "X-Forwarded-For: 192.0.2.1, nonsense, 10.0.0.1\r\n", "10.0.0.1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client_answer answer =
            ask(rows[i].trusting ? secure : server, "GET /client", rows[i].head, NULL);
        if (strcmp(client_body(&answer), rows[i].client) != 0)
            fail_msg("%s: %s", rows[i].head, client_body(&answer));
    }
}

static void every_answer_has_the_default_headers(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Content-Security-Policy",    "X-Content-Type-Options",       "Referrer-Policy", "Cache-Control",
        "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "X-Frame-Options", "Date"};
    static const char *const lines[] = {"GET /",          "GET /none",    "DELETE /",
                                        "GET /two/1/x/2", "GET /nothing", "GET /fixed/%00"};
    for (size_t line = 0; line < sizeof lines / sizeof *lines; line++)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            struct client_answer answer = ask(server, lines[line], "", NULL);
            if (client_header(&answer, names[i])[0] == '\0')
                fail_msg("%s: no %s", lines[line], names[i]);
            assert_string_equal(client_header(&answer, "X-Before"), "here");
            assert_string_equal(client_header(&answer, "Strict-Transport-Security"), "");
        }
    struct client_answer answer = ask(server, "GET /", "", NULL);
    assert_null(strstr(client_header(&answer, "Content-Security-Policy"), "unsafe"));
    assert_string_equal(client_header(&answer, "Cache-Control"), "no-store");
    answer = ask(secure, "GET /", "", NULL);
    assert_string_not_equal(client_header(&answer, "Strict-Transport-Security"), "");
}

static void handlers_add_headers_but_split_none(void **state)
{
    (void)state;
    struct client_answer answer = ask(server, "GET /headers", "", NULL);
    assert_string_equal(client_header(&answer, "Cache-Control"), "public, max-age=60");
    assert_null(strstr(answer.text, "no-store"));
    assert_string_equal(client_header(&answer, "X-Fine"), "yes");
    assert_string_equal(client_header(&answer, "Content-Type"), "text/html; charset=utf-8");
    assert_null(strstr(answer.text, "Injected"));
    assert_null(strstr(answer.text, "X Space"));
}

static void redirects_stay_at_home(void **state)
{
    (void)state;
    static const struct {
        const char *line, *location;
    } rows[] = {
        {"GET /redirect?to=/inbox", "/inbox"},       {"GET /redirect?to=/a?b%3D1", "/a?b=1"},
        {"GET /redirect?to=//evil.example", "/"},    {"GET /redirect?to=/%5Cevil.example", "/"},
        {"GET /redirect?to=https://evil/", "/"},     {"GET /redirect?to=/%0d%0aSet-Cookie:a", "/"},
        {"GET /redirect?to=/%09/evil.example", "/"}, {"GET /redirect", "/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client_answer answer = ask(server, rows[i].line, "", NULL);
        assert_int_equal(answer.status, 303);
        if (strcmp(client_header(&answer, "Location"), rows[i].location) != 0)
            fail_msg("%s: %s", rows[i].line, client_header(&answer, "Location"));
    }
}

static void a_handler_answers_once(void **state)
{
    (void)state;
    struct client_answer answer = ask(server, "GET /twice", "", NULL);
    assert_string_equal(client_body(&answer), "first");
    answer = ask(server, "GET /nothing", "", NULL);
    assert_int_equal(answer.status, 500);
    assert_string_equal(client_body(&answer), "500 internal\n");
    answer = ask(server, "GET /fail", "", NULL);
    assert_int_equal(answer.status, 503);
    assert_string_equal(client_header(&answer, "Retry-After"), "1");
}

static void starting_says_why_it_fails(void **state)
{
    (void)state;
    struct http_server *other = NULL;
    char busy[32];
    snprintf(busy, sizeof busy, "127.0.0.1:%u", http_port(server));
    const struct http_route bad = {"GET", "no-slash", HTTP_INLINE, answer_nothing};
    const struct {
        const char *listen;
        const struct http_route *routes;
        size_t count;
        enum err result;
    } rows[] = {
        {busy, routes, 1, ERR_EXISTS},          {"127.0.0.1", routes, 1, ERR_CONFIG},
        {"127.0.0.1:", routes, 1, ERR_CONFIG},  {"127.0.0.1:70000", routes, 1, ERR_CONFIG},
        {"127.0.0.1:x", routes, 1, ERR_CONFIG}, {":8080", routes, 1, ERR_CONFIG},
        {"localhost:0", routes, 1, ERR_CONFIG}, {"[::1:0", routes, 1, ERR_CONFIG},
        {"192.0.2.1:0", routes, 1, ERR_CONFIG}, {"", routes, 1, ERR_CONFIG},
        {"127.0.0.1:0", &bad, 1, ERR_CONFIG},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct http_options options = {
            .listen = rows[i].listen, .routes = rows[i].routes, .route_count = rows[i].count};
        if (http_start(&options, &other) != rows[i].result || other != NULL)
            fail_msg("%s", rows[i].listen);
    }
    http_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_find_their_handlers),
        cmocka_unit_test(forms_are_read_and_bounded),
        cmocka_unit_test(other_sites_may_not_change_anything),
        cmocka_unit_test(without_a_public_origin_the_listening_address_counts),
        cmocka_unit_test(cookies_take_their_prefix_over_https),
        cmocka_unit_test(only_trusted_proxies_say_who_the_client_is),
        cmocka_unit_test(every_answer_has_the_default_headers),
        cmocka_unit_test(handlers_add_headers_but_split_none),
        cmocka_unit_test(redirects_stay_at_home),
        cmocka_unit_test(a_handler_answers_once),
        cmocka_unit_test(starting_says_why_it_fails),
    };
    return cmocka_run_group_tests_name("http answers", tests, start, stop);
}
