#include "../test.h"

#include "base/limits.h"
#include "crypto/logs.h"
#include "files.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int fresh(void **state)
{
    (void)state;
    scratch_new();
    return mkdir(scratch_path("a"), 0700) == 0 && mkdir(scratch_path("b"), 0700) == 0 ? 0 : -1;
}

static int tidy(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

static struct logs *open_logs(void)
{
    struct logs *logs;
    assert_int_equal(logs_open(scratch_path("a"), scratch_path("b"), &logs), ERR_NONE);
    return logs;
}

static enum err open_result(void)
{
    struct logs *logs = NULL;
    enum err error = logs_open(scratch_path("a"), scratch_path("b"), &logs);
    logs_free(logs);
    return error;
}

static enum err join(struct str record, void *context)
{
    buf_add(context, record);
    buf_add_char(context, '|');
    return str_is(record, "stop") ? ERR_GONE : ERR_NONE;
}

static void holds(struct logs *logs, enum logs_file file, enum err result, const char *expected)
{
    struct buf joined = buf_new(0);
    assert_int_equal(logs_walk(logs, file, join, &joined), result);
    if (!str_is(buf_str(&joined), expected))
        fail_msg("holds %.*s, not %s", STR_ARG(buf_str(&joined)), expected);
    buf_free(&joined);
}

/* The two files after one, two and three records. */
static void three_records(struct logs *logs)
{
    assert_int_equal(logs_append(logs, LOGS_TOMBSTONES, STR("one")), ERR_NONE);
    assert_int_equal(logs_append(logs, LOGS_TOMBSTONES, STR("two")), ERR_NONE);
    assert_int_equal(logs_append(logs, LOGS_TOMBSTONES, STR("three")), ERR_NONE);
}

static void records_stand_in_order_in_both_copies(void **state)
{
    (void)state;
    struct logs *logs = open_logs();
    three_records(logs);
    assert_int_equal(logs_append(logs, LOGS_LOG, STR("leaf")), ERR_NONE);
    for (unsigned i = 0; i < 2; i++) {
        holds(logs, LOGS_TOMBSTONES, ERR_NONE, "one|two|three|");
        holds(logs, LOGS_LOG, ERR_NONE, "leaf|");
        assert_int_equal(logs_count(logs, LOGS_TOMBSTONES), 3);
        assert_int_equal(logs_count(logs, LOGS_LOG), 1);
        logs_free(logs);
        logs = open_logs();
    }
    assert_true(file_read("a/tombstones").length > 0);
    assert_true(str_equal(file_read("a/tombstones"), file_read("b/tombstones")));
    assert_true(str_equal(file_read("a/log"), file_read("b/log")));
    logs_free(logs);
    logs_free(NULL);
}

static void an_equal_record_is_appended_once(void **state)
{
    (void)state;
    struct logs *logs = open_logs();
    three_records(logs);
    three_records(logs);
    logs_free(logs);
    logs = open_logs();
    three_records(logs);
    assert_int_equal(logs_append(logs, LOGS_LOG, STR("one")), ERR_NONE);
    holds(logs, LOGS_TOMBSTONES, ERR_NONE, "one|two|three|");
    holds(logs, LOGS_LOG, ERR_NONE, "one|");
    for (int i = 0; i < 1000; i++) {
        char record[32];
        snprintf(record, sizeof record, "record %d", i % 500);
        assert_int_equal(logs_append(logs, LOGS_LOG, str_from(record)), ERR_NONE);
    }
    assert_int_equal(logs_count(logs, LOGS_LOG), 501);
    logs_free(logs);
}

static void a_walk_stops_at_the_first_error(void **state)
{
    (void)state;
    struct logs *logs = open_logs();
    assert_int_equal(logs_append(logs, LOGS_LOG, STR("go")), ERR_NONE);
    assert_int_equal(logs_append(logs, LOGS_LOG, STR("stop")), ERR_NONE);
    assert_int_equal(logs_append(logs, LOGS_LOG, STR("never")), ERR_NONE);
    holds(logs, LOGS_LOG, ERR_GONE, "go|stop|");
    logs_free(logs);
}

static void a_record_that_is_no_line_is_refused(void **state)
{
    (void)state;
    static char big[LIMIT_LOGS_RECORD_BYTES + 1];
    memset(big, 'x', sizeof big);
    struct logs *logs = open_logs();
    assert_int_equal(logs_append(logs, LOGS_LOG, STR_NONE), ERR_INVALID);
    assert_int_equal(logs_append(logs, LOGS_LOG, STR("two\nlines")), ERR_INVALID);
    assert_int_equal(logs_append(logs, LOGS_LOG, STR("nul\0")), ERR_INVALID);
    assert_int_equal(logs_append(logs, LOGS_LOG, str_bytes(big, sizeof big)), ERR_INVALID);
    assert_int_equal(logs_append(logs, LOGS_LOG, str_bytes(big, sizeof big - 1)), ERR_NONE);
    assert_int_equal(logs_count(logs, LOGS_LOG), 1);
    logs_free(logs);
}

static void a_copy_cut_off_anywhere_is_filled_from_the_other(void **state)
{
    (void)state;
    static const char *const names[] = {"a/tombstones", "b/tombstones"};
    struct logs *logs = open_logs();
    three_records(logs);
    logs_free(logs);
    struct str whole = file_read("a/tombstones");
    char kept[256];
    memcpy(kept, whole.data, whole.length);
    for (unsigned copy = 0; copy < 2; copy++)
        for (size_t length = 0; length < whole.length; length++) {
            file_write(names[copy], str_bytes(kept, length));
            logs = open_logs();
            holds(logs, LOGS_TOMBSTONES, ERR_NONE, "one|two|three|");
            assert_true(str_equal(file_read(names[copy]), str_bytes(kept, whole.length)));
            logs_free(logs);
        }
    for (unsigned copy = 0; copy < 2; copy++) {
        assert_int_equal(unlink(scratch_path(names[copy])), 0);
        logs = open_logs();
        holds(logs, LOGS_TOMBSTONES, ERR_NONE, "one|two|three|");
        logs_free(logs);
    }
}

static void a_torn_last_line_on_both_copies_is_cut_off(void **state)
{
    (void)state;
    struct logs *logs = open_logs();
    three_records(logs);
    logs_free(logs);
    size_t length = file_read("a/tombstones").length;
    file_write("b/tombstones", str_part(file_read("a/tombstones"), 0, length - 1));
    file_write("a/tombstones", str_part(file_read("a/tombstones"), 0, length - 3));
    logs = open_logs();
    holds(logs, LOGS_TOMBSTONES, ERR_NONE, "one|two|");
    assert_int_equal(logs_append(logs, LOGS_TOMBSTONES, STR("three")), ERR_NONE);
    holds(logs, LOGS_TOMBSTONES, ERR_NONE, "one|two|three|");
    assert_true(str_equal(file_read("a/tombstones"), file_read("b/tombstones")));
    logs_free(logs);
}

static void a_flipped_byte_is_mended_on_one_copy_and_refused_on_both(void **state)
{
    (void)state;
    struct logs *logs = open_logs();
    char bytes[256];
    three_records(logs);
    logs_free(logs);
    size_t length = file_read("a/tombstones").length;
    memcpy(bytes, file_read("a/tombstones").data, length);
    for (size_t i = 0; i < length; i++) {
        bytes[i] ^= 1;
        file_write(i % 2 == 0 ? "a/tombstones" : "b/tombstones", str_bytes(bytes, length));
        logs = open_logs();
        holds(logs, LOGS_TOMBSTONES, ERR_NONE, "one|two|three|");
        assert_true(str_equal(file_read("a/tombstones"), file_read("b/tombstones")));
        logs_free(logs);
        if (i + 1 < length) { /* without its newline the last line counts as torn */
            char kept[256];
            memcpy(kept, file_read("a/tombstones").data, length);
            file_write("a/tombstones", str_bytes(bytes, length));
            file_write("b/tombstones", str_bytes(bytes, length));
            assert_int_equal(open_result(), ERR_CORRUPT);
            file_write("a/tombstones", str_bytes(kept, length));
            file_write("b/tombstones", str_bytes(kept, length));
        }
        bytes[i] ^= 1;
    }
}

static void copies_that_each_know_more_are_not_reconciled_by_guessing(void **state)
{
    (void)state;
    struct logs *logs;
    assert_int_equal(logs_open(scratch_path("a"), NULL, &logs), ERR_NONE);
    three_records(logs);
    logs_free(logs);
    assert_int_equal(logs_open(scratch_path("b"), NULL, &logs), ERR_NONE);
    assert_int_equal(logs_append(logs, LOGS_TOMBSTONES, STR("four")), ERR_NONE);
    logs_free(logs);
    assert_int_equal(open_result(), ERR_CORRUPT);
}

static void a_sound_copy_does_not_win_over_records_that_only_the_damaged_one_has(void **state)
{
    (void)state;
    char bytes[256];
    struct logs *logs = open_logs();
    three_records(logs);
    logs_free(logs);
    size_t length = file_read("a/tombstones").length;
    memcpy(bytes, file_read("a/tombstones").data, length);
    file_write("b/tombstones",
               str_part(file_read("a/tombstones"), 0, str_find(file_read("a/tombstones"), STR("\n"), 0) + 1));
    bytes[0] ^= 1;
    file_write("a/tombstones", str_bytes(bytes, length));
    assert_int_equal(open_result(), ERR_CORRUPT);
    assert_true(str_equal(file_read("a/tombstones"), str_bytes(bytes, length)));
}

static void a_copy_that_went_away_is_no_success(void **state)
{
    (void)state;
    struct logs *logs = open_logs();
    three_records(logs);
    assert_int_equal(unlink(scratch_path("b/tombstones")), 0);
    assert_int_equal(logs_append(logs, LOGS_TOMBSTONES, STR("four")), ERR_IO);
    logs_free(logs);
    logs = open_logs();
    holds(logs, LOGS_TOMBSTONES, ERR_NONE, "one|two|three|");
    logs_free(logs);
    assert_int_equal(rmdir(scratch_path("c")), -1);
    assert_int_equal(logs_open(scratch_path("a"), scratch_path("c"), &logs), ERR_NOT_FOUND);
}

static void two_writers_see_each_others_records(void **state)
{
    (void)state;
    struct logs *first = open_logs(), *second = open_logs();
    assert_int_equal(logs_append(first, LOGS_LOG, STR("one")), ERR_NONE);
    assert_int_equal(logs_append(second, LOGS_LOG, STR("two")), ERR_NONE);
    assert_int_equal(logs_append(second, LOGS_LOG, STR("one")), ERR_NONE);
    assert_int_equal(logs_append(first, LOGS_LOG, STR("three")), ERR_NONE);
    holds(first, LOGS_LOG, ERR_NONE, "one|two|three|");
    logs_free(first);
    logs_free(second);
    first = open_logs();
    holds(first, LOGS_LOG, ERR_NONE, "one|two|three|");
    logs_free(first);
}

static void *append_some(void *context)
{
    for (int i = 0; i < 20; i++) {
        char record[32];
        snprintf(record, sizeof record, "record %d", i);
        if (logs_append(context, LOGS_LOG, str_from(record)) != ERR_NONE)
            return context;
    }
    return NULL;
}

static void threads_append_whole_records_once(void **state)
{
    (void)state;
    pthread_t threads[4];
    void *failed;
    struct logs *logs = open_logs();
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, append_some, logs), 0);
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(logs_count(logs, LOGS_LOG), 20);
    logs_free(logs);
    assert_int_equal(open_result(), ERR_NONE);
    assert_true(str_equal(file_read("a/log"), file_read("b/log")));
}

#ifdef VIOLET_FAILPOINTS
static void killed_between_the_copies_the_record_is_on_both_or_none(void **state)
{
    (void)state;
    static const struct {
        const char *failpoint, *found;
    } rows[] = {
        {"logs.append.start", "one|two|three|"},
        {"logs.append.first_copy", "one|two|three|four|"},
        {"logs.append.every_copy", "one|two|three|four|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct logs *logs = open_logs();
        three_records(logs);
        logs_free(logs);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            setenv("VIOLET_FAILPOINT", rows[i].failpoint, 1);
            logs_append(open_logs(), LOGS_TOMBSTONES, STR("four"));
            _exit(0);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        logs = open_logs();
        holds(logs, LOGS_TOMBSTONES, ERR_NONE, rows[i].found);
        logs_free(logs);
        assert_true(str_equal(file_read("a/tombstones"), file_read("b/tombstones")));
        assert_int_equal(unlink(scratch_path("a/tombstones")) + unlink(scratch_path("b/tombstones")), 0);
    }
}
#endif

#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, tidy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(records_stand_in_order_in_both_copies),
        CASE(an_equal_record_is_appended_once),
        CASE(a_walk_stops_at_the_first_error),
        CASE(a_record_that_is_no_line_is_refused),
        CASE(a_copy_cut_off_anywhere_is_filled_from_the_other),
        CASE(a_torn_last_line_on_both_copies_is_cut_off),
        CASE(a_flipped_byte_is_mended_on_one_copy_and_refused_on_both),
        CASE(copies_that_each_know_more_are_not_reconciled_by_guessing),
        CASE(a_sound_copy_does_not_win_over_records_that_only_the_damaged_one_has),
        CASE(a_copy_that_went_away_is_no_success),
        CASE(two_writers_see_each_others_records),
        CASE(threads_append_whole_records_once),
#ifdef VIOLET_FAILPOINTS
        CASE(killed_between_the_copies_the_record_is_on_both_or_none),
#endif
    };
    return cmocka_run_group_tests_name("crypto logs", tests, NULL, NULL);
}
