#include "../test.h"

#include "base/clock.h"
#include "edge/web/assets.h"
#include "edge/web/render.h"
#include "edge/web/templates.h"

static void assert_rendered(struct buf *out, const char *wanted)
{
    if (!str_is(buf_str(out), wanted))
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(buf_str(out)), wanted);
    buf_free(out);
}

static void text_can_not_leave_its_place(void **state)
{
    (void)state;
    static const struct {
        struct str in;
        const char *out;
    } rows[] = {
        {STR("Anna & Bob"), "Anna &amp; Bob"},
        {STR("<script>alert('1')</script>"), "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"},
        {STR("\" onclick=\"x"), "&quot; onclick=&quot;x"},
        {STR("验证码 123456"), "验证码 123456"},
        {STR("a\0b"), "a\xef\xbf\xbd"
                      "b"},
        {STR("a\x1b[31m"), "a\xef\xbf\xbd[31m"},
        {STR("broken \xc3 <"), "broken \xef\xbf\xbd &lt;"},
        {STR_NONE, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = buf_new(0);
        render_text(&out, rows[i].in);
        assert_rendered(&out, rows[i].out);
    }
}

static void addresses_lead_only_where_they_may(void **state)
{
    (void)state;
    static const struct {
        const char *in, *path, *url;
    } rows[] = {
        {"/inbox?a=1&b=2", "/inbox?a=1&amp;b=2", "/inbox?a=1&amp;b=2"},
        {"https://bank.example/close", "#", "https://bank.example/close"},
        {"mailto:help@violet.example", "#", "mailto:help@violet.example"},
        {"//evil.example", "#", "#"},
        {"/\\evil.example", "#", "#"},
        {"javascript:alert(1)", "#", "#"},
        {"JaVaScRiPt:alert(1)", "#", "#"},
        {"data:text/html,x", "#", "#"},
        {" https://a", "#", "#"},
        {"/a\nb", "#", "#"},
        {"inbox", "#", "#"},
        {"", "#", "#"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = buf_new(0);
        render_path(&out, str_from(rows[i].in));
        assert_rendered(&out, rows[i].path);
        render_url(&out, str_from(rows[i].in));
        assert_rendered(&out, rows[i].url);
    }
}

static void values_inside_addresses_are_percent_encoded(void **state)
{
    (void)state;
    struct buf out = buf_new(0);
    render_percent(&out, STR("a b&c=/?#\"<余"));
    assert_rendered(&out, "a%20b%26c%3D%2F%3F%23%22%3C%E4%BD%99");
}

static void times_are_readable_for_machines(void **state)
{
    (void)state;
    int64_t at = 0;
    assert_true(clock_parse(STR("2026-12-03T14:05:00Z"), &at));
    struct buf out = buf_new(0);
    render_time(&out, LANGUAGE_ZH, at);
    assert_rendered(&out, "<time datetime=\"2026-12-03T14:05:00Z\">2026年12月3日 14:05（UTC）</time>");
}

static void pages_escape_what_they_show(void **state)
{
    (void)state;
    struct template_login page = {
        .frame = {.token = STR("t\"><i>"),
                  .here = STR("/login"),
                  .operator_name = STR("A & B"),
                  .operator_address = STR("<x>")},
        .name = STR("\"><script>"),
        .next = STR("javascript:1"),
    };
    struct buf out = buf_new(0);
    template_login(&out, LANGUAGE_EN, &page);
    struct str html = buf_str(&out);
    assert_true(str_starts(html, STR("<!doctype html>")));
    assert_int_not_equal(str_find(html, STR("A &amp; B"), 0), SIZE_MAX);
    assert_int_equal(str_find(html, STR("\"><script>"), 0), SIZE_MAX);
    assert_int_equal(str_find(html, STR("<i>"), 0), SIZE_MAX);
    assert_int_equal(str_find(html, STR("<x>"), 0), SIZE_MAX);
    buf_free(&out);
}

static void assets_are_found_by_their_hash(void **state)
{
    (void)state;
    assert_int_equal(asset_count, 3);
    for (size_t i = 0; i < asset_count; i++) {
        assert_ptr_equal(asset_find(assets[i].path), &assets[i]);
        assert_true(assets[i].data.length > 0);
        /* The style sheet comes first: the design allows it 14 KB. */
        assert_true(i > 0 || assets[i].data.length <= 14 * 1024);
    }
    assert_null(asset_find(STR("/assets/style.css")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_can_not_leave_its_place),
        cmocka_unit_test(addresses_lead_only_where_they_may),
        cmocka_unit_test(values_inside_addresses_are_percent_encoded),
        cmocka_unit_test(times_are_readable_for_machines),
        cmocka_unit_test(pages_escape_what_they_show),
        cmocka_unit_test(assets_are_found_by_their_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
