#include "../test.h"

#include "cmd/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Loads text from a file that lies in memory. */
static enum err load(const char *text, struct arena *arena, struct settings *ret_settings, struct buf *errors)
{
    char path[64];
    int file = memfd_create("violet.ini", 0);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    enum err error = config_load(path, NULL, arena, ret_settings, errors);
    close(file);
    buf_add_char(errors, '\0');
    return error;
}

static void a_whole_file_is_read(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf errors = buf_new(0);
    struct settings settings;
    static const char text[] =
        "\xef\xbb\xbf[server]\ndata = /srv/violet\nlisten = [::1]:8443\n"
        "public_url = https://violet.example\ntrusted_proxies = 127.0.0.1, ::1\n"
        "[operator]\nlegal_name = 示例电信有限公司\naddress = 1 Example Street,\n"
        "  10001 New York\nmarkets = de, us-ca\nsupport_mail = help@violet.example\n"
        "[closing]\nundo_days = 7 ; a week\n"
        "[number]\nclass = business\naging_days = 365\n"
        "[mail]\nsmtp = smtp://mail.example:587\nfrom = a@b.example\nstarttls=if_offered\n"
        "[keyring]\nsingle_copy = accepted\n"
        "[carrier.acme-1]\nsecret_file = acme.secret\nformat = json\nages = carrier\n"
        "field_time = sent_at\n"
        "[carrier.other]\nsecret_file = /etc/other\n";
    assert_int_equal(load(text, arena, &settings, &errors), ERR_NONE);
    assert_string_equal(settings.data, "/srv/violet");
    assert_string_equal(settings.store_url, "sqlite:/srv/violet/violet.db");
    assert_string_equal(settings.keyring.path, "/srv/violet/keyring/violet.keyring");
    assert_string_equal(settings.keyring.mirror, "");
    assert_true(settings.keyring.single_copy);
    assert_string_equal(settings.server.trusted_proxies[1], "::1");
    assert_null(settings.server.trusted_proxies[2]);
    assert_string_equal(settings.operator.legal_name, "示例电信有限公司");
    assert_string_equal(settings.operator.address, "1 Example Street, 10001 New York");
    assert_int_equal(settings.operator.markets,
                     SETTINGS_MARKET_DE | SETTINGS_MARKET_EU | SETTINGS_MARKET_US | SETTINGS_MARKET_US_CA);
    assert_int_equal(settings.closing.undo_days, 7);
    assert_int_equal(settings.closing.review_hours, 72);
    assert_int_equal(settings.number.number_class, SETTINGS_CLASS_BUSINESS);
    assert_false(settings.mail.starttls_required);
    assert_int_equal(settings.carrier_count, 2);
    assert_string_equal(settings.carriers[0].name, "acme-1");
    assert_string_equal(settings.carriers[0].secret_file, "/srv/violet/acme.secret");
    assert_int_equal(settings.carriers[0].format, SETTINGS_FORMAT_JSON);
    assert_int_equal(settings.carriers[0].ages, SETTINGS_AGES_CARRIER);
    assert_string_equal(settings.carriers[0].field_time, "sent_at");
    assert_string_equal(settings.carriers[1].field_from, "from");
    assert_string_equal(settings.carriers[1].header_signature, "X-Signature");
    buf_free(&errors);
    arena_free(arena);
}

static void every_mistake_says_where_what_and_how_to_mend(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"[closing]\nundo_dais = 3\n", ":2: closing.undo_dais: no such key. Did you mean closing.undo_days?"},
        {"[carier.acme]\nformat = json\n", "Did you mean carrier.NAME.format?"},
        {"listen = 127.0.0.1:1\n", "Did you mean server.listen?"},
        {"[closing]\nundo_days = 15\n",
         ":2: closing.undo_days = 15: must be a whole number from 1 to 14 (days)."},
        {"[closing]\nundo_days =\n", "must be not empty"},
        {"[closing]\nundo_days = 0x3\n", "must be a whole number"},
        {"[closing]\nundo_days = 3\nundo_days = 4\n", ":3: closing.undo_days stands in line 2 already."},
        {"[number]\naging_days = 91\n", "must be 90 at most where number.class is residential"},
        {"[number]\naging_days = 44\n", "from 45 to 365"},
        {"[server]\nlisten = localhost:80\n", "must be a numeric address and a port"},
        {"[server]\nlisten = 127.0.0.1:65536\n", "must be a numeric address and a port"},
        {"[server]\npublic_url = https://a.example/path\n", "without a path"},
        {"[server]\npublic_url = javascript:x\n", "without a path"},
        {"[server]\ntrusted_proxies = nginx\n", "numeric addresses"},
        {"[operator]\nmarkets = us, mars\n", "some of cn, eu, de, us, us-ca"},
        {"[operator]\nsupport_mail = a@b@c\n", "one plain mail address"},
        {"[operator]\nlegal_name = a\x01\n", "text in UTF-8"},
        {"[operator]\nlegal_name = \xff\n", "text in UTF-8"},
        {"[mail]\nsmtp = http://a.example\n", "smtp:// or smtps://"},
        {"[mail]\nsmtp = smtp://a.example:25\n", "mail.from is missing"},
        {"[mail]\nuser = a\n", "mail.user and mail.password_file go together"},
        {"[mail]\nstarttls = no\n", "must be if_offered or required"},
        {"[store]\nurl = mysql:x\n", "must be sqlite: and a file"},
        {"[carrier.ACME]\nformat = json\n", "a carrier's name is made of lower-case letters"},
        {"[carrier.acme]\nformat = json\n", "carrier.acme.secret_file is missing"},
        {"[carrier.acme]\nsecret_file = x\nfield_to = a b\n", "must be a name of letters"},
        {"[carrier.acme]\nkind = smpp\nsystem_id = x\npassword_file = y\n", "carrier.acme.host is missing"},
        {"[carrier.acme]\nkind = smpp\nhost = h\npassword_file = y\n", "carrier.acme.system_id is missing"},
        {"[carrier.acme]\nkind = smpp\nhost = h\npassword_file = y\nsystem_id = 1234567890123456\n",
         "carrier.acme.system_id: must be 15 characters at most"},
        {"[carrier.acme]\nkind = smpp\nwindow = 1001\n", "carrier.acme.window = 1001"},
        {"[rnd]\nrow = {company},{number}\n", "text that names {company_id}"},
        {"[rnd]\nrow = {number\n", "text that names {company_id}"},
        {"[closing\nundo_days = 3\n", ":1: neither [section] nor key = value"},
        {"[closing]\nwords\n", ":2: neither [section] nor key = value"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new(0);
        struct buf errors = buf_new(0);
        struct settings settings;
        assert_int_equal(load(rows[i].text, arena, &settings, &errors), ERR_CONFIG);
        if (strstr(errors.data, rows[i].says) == NULL)
            fail_msg("row %zu says: %s", i, errors.data);
        buf_free(&errors);
        arena_free(arena);
    }
}

static void all_mistakes_are_told_at_once(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf errors = buf_new(0);
    struct settings settings;
    assert_int_equal(load("[closing]\nundo_days = 0\nreview_hours = 73\n", arena, &settings, &errors),
                     ERR_CONFIG);
    assert_non_null(strstr(errors.data, ":2: "));
    assert_non_null(strstr(errors.data, ":3: "));
    buf_free(&errors);
    arena_free(arena);
}

static void a_line_too_long_is_refused_not_cut(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf errors = buf_new(0);
    struct settings settings;
    char text[512] = "[operator]\naddress = ";
    memset(text + strlen(text), 'a', 300);
    strcat(text, "\n[closing]\nundo_days = 99\n");
    assert_int_equal(load(text, arena, &settings, &errors), ERR_CONFIG);
    assert_non_null(strstr(errors.data, ":2: the line is longer than 198 bytes"));
    assert_non_null(strstr(errors.data, ":4: closing.undo_days"));
    buf_free(&errors);
    arena_free(arena);
}

static void a_file_that_is_not_there_is_said_so(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf errors = buf_new(0);
    struct settings settings;
    assert_int_equal(config_load("/nonexistent/violet.ini", NULL, arena, &settings, &errors), ERR_NOT_FOUND);
    buf_add_char(&errors, '\0');
    assert_non_null(strstr(errors.data, "/nonexistent/violet.ini: No such file"));
    assert_int_equal(config_load("/", NULL, arena, &settings, &errors), ERR_IO);
    buf_free(&errors);
    arena_free(arena);
}

static void serve_wants_the_operator_and_a_second_keyring(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf errors = buf_new(0);
    struct settings settings;
    assert_int_equal(config_defaults("/srv/violet", arena, &settings), ERR_NONE);
    settings.server.listen = "0.0.0.0:80";
    assert_int_equal(config_check_serve(&settings, &errors), ERR_CONFIG);
    buf_add_char(&errors, '\0');
    static const char *const says[] = {"operator.legal_name is missing", "operator.privacy_url is missing",
                                       "mail.smtp is missing", "must begin with https://",
                                       "keyring.mirror is missing"};
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        assert_non_null(strstr(errors.data, says[i]));
    settings.operator=(struct settings_operator){
        "a", "b", "c", "d@e", "https://f", "https://g", SETTINGS_MARKET_US};
    settings.mail.url = "smtp://a:25";
    settings.server.public_url = "https://violet.example";
    settings.keyring.single_copy = true;
    assert_int_equal(config_check_serve(&settings, &errors), ERR_NONE);
    settings.closing.undo_days = 30; /* no market leaves so long */
    assert_int_equal(config_check_serve(&settings, &errors), ERR_CONFIG);
    buf_free(&errors);
    arena_free(arena);
}

/* Adds the key's section and its example, as explained, to the text of a file. */
static void add_example(const char *key, void *context)
{
    struct buf *text = context;
    const char *name = strrchr(key, '.') + 1;
    struct buf words = buf_new(0);
    assert_int_equal(config_explain(str_from(key), &words), ERR_NONE);
    size_t start = str_find(buf_str(&words), STR("example  "), 0);
    assert_true(start != SIZE_MAX);
    struct str example = str_part(buf_str(&words), start + 9, words.length);
    example = str_part(example, 0, str_find(example, STR("\n"), 0));
    if (!str_starts(str_from(key), STR("carrier.NAME.")))
        buf_printf(text, "[%.*s]\n%.*s\n", (int)(name - 1 - key), key, STR_ARG(example));
    else /* all in one carrier, that has all it must have */
        buf_printf(text, "[carrier.x]\n%.*s\n", STR_ARG(example));
    buf_free(&words);
}

static void every_example_of_the_table_is_accepted(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct buf errors = buf_new(0), text = buf_new(0);
    struct settings settings;
    config_keys(add_example, &text);
    buf_add_char(&text, '\0');
    enum err error = load(text.data, arena, &settings, &errors);
    if (error != ERR_NONE)
        fail_msg("%s", errors.data);
    buf_free(&text);
    buf_free(&errors);
    arena_free(arena);
}

static void explain_knows_keys_sections_and_what_was_meant(void **state)
{
    (void)state;
    struct buf out = buf_new(0);
    assert_int_equal(config_explain(STR("closing.undo_days"), &out), ERR_NONE);
    assert_true(str_find(buf_str(&out), STR("default  3"), 0) != SIZE_MAX);
    buf_free(&out);
    assert_int_equal(config_explain(STR("closing"), &out), ERR_NONE);
    assert_true(str_find(buf_str(&out), STR("closing.review_hours"), 0) != SIZE_MAX);
    buf_free(&out);
    assert_int_equal(config_explain(STR("carrier.acme.ages"), &out), ERR_NONE);
    buf_free(&out);
    assert_int_equal(config_explain(STR("keyring.miror"), &out), ERR_NOT_FOUND);
    assert_true(str_find(buf_str(&out), STR("keyring.mirror"), 0) != SIZE_MAX);
    assert_int_equal(config_explain(STR(""), &out), ERR_NOT_FOUND);
    buf_free(&out);
}

static struct str read_all(const char *path, struct buf *out)
{
    char block[4096];
    FILE *file = fopen(path, "rb");
    for (size_t got; file != NULL && (got = fread(block, 1, sizeof block, file)) != 0;)
        buf_add_bytes(out, block, got);
    if (file != NULL)
        fclose(file);
    return buf_str(out);
}

/* VIOLET_UPDATE_DOCS=1 writes the page anew. */
static void the_page_in_the_docs_is_the_table(void **state)
{
    (void)state;
    struct buf page = buf_new(0), committed = buf_new(0);
    config_document(&page);
    if (getenv("VIOLET_UPDATE_DOCS") != NULL) {
        FILE *file = fopen(CONFIGURATION_PAGE, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(page.data, 1, page.length, file), page.length);
        fclose(file);
    }
    assert_true(str_equal(buf_str(&page), read_all(CONFIGURATION_PAGE, &committed)));
    buf_free(&page);
    buf_free(&committed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_file_is_read),
        cmocka_unit_test(every_mistake_says_where_what_and_how_to_mend),
        cmocka_unit_test(all_mistakes_are_told_at_once),
        cmocka_unit_test(a_line_too_long_is_refused_not_cut),
        cmocka_unit_test(a_file_that_is_not_there_is_said_so),
        cmocka_unit_test(serve_wants_the_operator_and_a_second_keyring),
        cmocka_unit_test(every_example_of_the_table_is_accepted),
        cmocka_unit_test(explain_knows_keys_sections_and_what_was_meant),
        cmocka_unit_test(the_page_in_the_docs_is_the_table),
    };
    return cmocka_run_group_tests_name("the configuration", tests, NULL, NULL);
}
