#include "../test.h"

#include "base/clock.h"
#include "edge/rnd/rnd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct settings_rnd usual = {"12345", "Company ID,Number,Date", "{company_id},{number},{date}",
                                          "{company_id},NONE,{date}", "YYYY-MM-DD"};

struct numbers {
    int64_t count;
    const char *odd; /* the last one, instead */
};

static enum err rows(void *context, struct arena *arena, struct str after, struct rnd_row *ret_rows,
                     size_t limit, size_t *ret_count)
{
    const struct numbers *numbers = context;
    int64_t next = 0;
    if (after.length != 0) {
        assert_true(str_to_int64(str_part(after, 8, 4), &next));
        next++;
    }
    for (*ret_count = 0; next < numbers->count && *ret_count < limit; next++)
        ret_rows[(*ret_count)++] = (struct rnd_row){numbers->odd != NULL && next + 1 == numbers->count
                                                        ? str_from(numbers->odd)
                                                        : arena_printf(arena, "+1212555%04d", (int)next),
                                                    INT64_C(1795392371000000) + next * MICROS_DAY};
    return ERR_NONE;
}

/* Writes the file into a folder of its own and reads it back. */
static enum err write_file(const struct settings_rnd *settings, struct numbers numbers, char *ret_text,
                           size_t size, int64_t *ret_count)
{
    char folder[] = "rnd-test-XXXXXX", path[64], part[80];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/rnd.csv", folder);
    snprintf(part, sizeof part, "%s.part", path);
    enum err error = rnd_write(settings, path, INT64_C(1795392371000000), rows, &numbers, ret_count);
    FILE *file = fopen(path, "rb");
    assert_int_equal(file != NULL, error == ERR_NONE);
    ret_text[0] = '\0';
    if (file != NULL) {
        ret_text[fread(ret_text, 1, size - 1, file)] = '\0';
        fclose(file);
    }
    assert_int_not_equal(access(part, F_OK), 0);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
    return error;
}

static void the_file_follows_its_template(void **state)
{
    (void)state;
    struct settings_rnd other = {"A,1", "", "\"{company_id}\";{e164};{date}", "", "MM/DD/YYYY"};
    const struct {
        const struct settings_rnd *settings;
        int64_t count;
        const char *text;
    } files[] = {
        {&usual, 2,
         "Company ID,Number,Date\r\n12345,2125550000,2026-11-23\r\n12345,2125550001,2026-11-24\r\n"},
        {&usual, 0, "Company ID,Number,Date\r\n12345,NONE,2026-11-23\r\n"},
        {&other, 1, "\"A,1\";+12125550000;11/23/2026\r\n"},
        {&other, 0, ""},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char text[4096];
        int64_t count = -1;
        assert_int_equal(
            write_file(files[i].settings, (struct numbers){files[i].count, NULL}, text, sizeof text, &count),
            ERR_NONE);
        assert_string_equal(text, files[i].text);
        assert_int_equal(count, files[i].count);
    }
}

static void every_page_is_written_once(void **state)
{
    (void)state;
    static char text[64 * 1024];
    int64_t count = 0;
    size_t lines = 0;
    assert_int_equal(write_file(&usual, (struct numbers){1050, NULL}, text, sizeof text, &count), ERR_NONE);
    for (const char *at = text; (at = strstr(at, "\r\n")) != NULL; at += 2)
        lines++;
    assert_int_equal(count, 1050);
    assert_int_equal(lines, 1051);
    assert_non_null(strstr(text, ",2125551049,"));
}

static void what_the_registry_would_refuse_makes_no_file(void **state)
{
    (void)state;
    char text[4096];
    int64_t count;
    struct settings_rnd nobody = usual, wrong = usual;
    nobody.company_id = "";
    wrong.row = "{company}";
    assert_int_equal(write_file(&nobody, (struct numbers){1, NULL}, text, sizeof text, &count), ERR_CONFIG);
    assert_int_equal(write_file(&wrong, (struct numbers){1, NULL}, text, sizeof text, &count), ERR_CONFIG);
    static const char *const odd[] = {"+442071838750", "+1212555000", "12125550000", "+1212555000=", ""};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        assert_int_equal(write_file(&usual, (struct numbers){60, odd[i]}, text, sizeof text, &count),
                         ERR_INVALID);
    assert_int_equal(rnd_write(&usual, "no-such-folder/rnd.csv", 0, rows, &(struct numbers){0, NULL}, &count),
                     ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_follows_its_template),
        cmocka_unit_test(every_page_is_written_once),
        cmocka_unit_test(what_the_registry_would_refuse_makes_no_file),
    };
    return cmocka_run_group_tests_name("the file of reassigned numbers", tests, NULL, NULL);
}
