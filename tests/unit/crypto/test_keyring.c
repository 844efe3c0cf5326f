#include "../test.h"

#include "crypto/keyring.h"
#include "files.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fresh(void **state)
{
    (void)state;
    scratch_new();
    return keyring_create(scratch_path("ring"), scratch_path("mirror")) == ERR_NONE ? 0 : -1;
}

static int tidy(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

static struct keyring *open_both(void)
{
    struct keyring *keyring;
    assert_int_equal(keyring_open(scratch_path("ring"), scratch_path("mirror"), &keyring, NULL), ERR_NONE);
    return keyring;
}

static enum err open_result(const char *path, const char *mirror)
{
    struct keyring *keyring = NULL;
    const char *reason = NULL;
    enum err error =
        keyring_open(scratch_path(path), mirror != NULL ? scratch_path(mirror) : NULL, &keyring, &reason);
    assert_non_null(reason);
    assert_true((error != ERR_NONE) == (reason[0] != '\0'));
    keyring_free(keyring);
    return error;
}

static void a_new_keyring_is_two_equal_private_files(void **state)
{
    (void)state;
    struct stat status;
    assert_true(str_equal(file_read("ring"), file_read("mirror")));
    assert_int_equal(stat(scratch_path("ring"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(stat(scratch_path("mirror"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_false(file_exists("ring.new"));
    assert_true(keyring_recognise(file_read("ring")));
    assert_false(keyring_recognise(STR("SQLite format 3")));
    assert_false(keyring_recognise(STR("Violet")));
    struct keyring *keyring = open_both();
    assert_int_equal(keyring_epoch(keyring), 1);
    assert_int_equal(keyring_epoch_oldest(keyring), 1);
    assert_true(keyring_mirrored(keyring));
    keyring_free(keyring);
}

static void a_keyring_is_never_made_over_another(void **state)
{
    (void)state;
    struct str before = file_read("ring");
    assert_int_equal(keyring_create(scratch_path("ring"), NULL), ERR_EXISTS);
    assert_int_equal(keyring_create(scratch_path("other"), scratch_path("mirror")), ERR_EXISTS);
    assert_false(file_exists("other"));
    assert_int_equal(keyring_create(scratch_path("other"), scratch_path("nowhere/mirror")), ERR_NOT_FOUND);
    assert_false(file_exists("other"));
    assert_true(str_equal(file_read("ring"), before));
}

static void a_wrapped_key_opens_only_as_what_it_was_wrapped_for(void **state)
{
    (void)state;
    struct keyring *keyring = open_both();
    struct seal_key key, out;
    uint8_t wrapped[KEYRING_WRAPPED_BYTES];
    int64_t epoch;
    seal_key_new(&key);
    assert_int_equal(keyring_wrap(keyring, "account", 7, &key, &epoch, wrapped), ERR_NONE);
    assert_int_equal(epoch, 1);
    struct str box = str_bytes(wrapped, sizeof wrapped);
    assert_int_equal(keyring_unwrap(keyring, 1, "account", 7, box, &out), ERR_NONE);
    assert_memory_equal(&out, &key, sizeof key);
    assert_int_equal(keyring_unwrap(keyring, 1, "account", 8, box, &out), ERR_CORRUPT);
    assert_int_equal(keyring_unwrap(keyring, 1, "closure", 7, box, &out), ERR_CORRUPT);
    assert_int_equal(keyring_unwrap(keyring, 2, "account", 7, box, &out), ERR_BUSY);
    assert_int_equal(keyring_unwrap(keyring, 0, "account", 7, box, &out), ERR_KEY_GONE);
    assert_int_equal(keyring_unwrap(keyring, 1, "account", 7, str_part(box, 0, box.length - 1), &out),
                     ERR_CORRUPT);
    for (size_t i = 0; i < sizeof wrapped; i++) {
        wrapped[i] ^= 1;
        assert_int_equal(keyring_unwrap(keyring, 1, "account", 7, box, &out), ERR_CORRUPT);
        wrapped[i] ^= 1;
    }
    keyring_free(keyring);
}

static void a_tag_depends_on_epoch_kind_and_value(void **state)
{
    (void)state;
    struct keyring *keyring = open_both();
    uint8_t tags[4][KEYRING_TAG_BYTES], again[KEYRING_TAG_BYTES];
    assert_int_equal(keyring_turn_begin(keyring), ERR_NONE);
    assert_int_equal(keyring_tag(keyring, 1, "mail", STR("ann@example.org"), tags[0]), ERR_NONE);
    assert_int_equal(keyring_tag(keyring, 2, "mail", STR("ann@example.org"), tags[1]), ERR_NONE);
    assert_int_equal(keyring_tag(keyring, 1, "name", STR("ann@example.org"), tags[2]), ERR_NONE);
    assert_int_equal(keyring_tag(keyring, 1, "mai", STR("lann@example.org"), tags[3]), ERR_NONE);
    for (unsigned a = 0; a < 4; a++)
        for (unsigned b = 0; b < a; b++)
            assert_memory_not_equal(tags[a], tags[b], KEYRING_TAG_BYTES);
    keyring_free(keyring);
    keyring = open_both();
    assert_int_equal(keyring_tag(keyring, 1, "mail", STR("ann@example.org"), again), ERR_NONE);
    assert_memory_equal(again, tags[0], sizeof again);
    assert_int_equal(keyring_tag(keyring, 3, "mail", STR("ann@example.org"), again), ERR_BUSY);
    keyring_free(keyring);
}

static void a_turn_makes_what_was_wrapped_before_unreadable(void **state)
{
    (void)state;
    struct keyring *keyring = open_both();
    struct seal_key key, out;
    uint8_t old[KEYRING_WRAPPED_BYTES], new[KEYRING_WRAPPED_BYTES], tag[KEYRING_TAG_BYTES];
    int64_t epoch;
    seal_key_new(&key);
    for (int64_t turn = 1; turn < 6; turn++) {
        assert_int_equal(keyring_wrap(keyring, "account", 7, &key, &epoch, old), ERR_NONE);
        assert_int_equal(epoch, turn);
        assert_int_equal(keyring_turn_finish(keyring), ERR_STATE);
        assert_int_equal(keyring_turn_begin(keyring), ERR_NONE);
        assert_int_equal(keyring_turn_begin(keyring), ERR_STATE);
        assert_int_equal(keyring_epoch(keyring), turn + 1);
        assert_int_equal(keyring_epoch_oldest(keyring), turn);
        assert_true(keyring_mirrored(keyring));
        assert_int_equal(keyring_unwrap(keyring, turn, "account", 7, str_bytes(old, sizeof old), &out),
                         ERR_NONE);
        assert_int_equal(keyring_wrap(keyring, "account", 7, &key, &epoch, new), ERR_NONE);
        assert_int_equal(epoch, turn + 1);
        assert_int_equal(keyring_turn_finish(keyring), ERR_NONE);
        assert_int_equal(keyring_turn_finish(keyring), ERR_STATE);
        assert_int_equal(keyring_epoch_oldest(keyring), turn + 1);
        assert_int_equal(keyring_unwrap(keyring, turn, "account", 7, str_bytes(old, sizeof old), &out),
                         ERR_KEY_GONE);
        assert_int_equal(keyring_tag(keyring, turn, "mail", STR("a"), tag), ERR_KEY_GONE);
        assert_int_equal(keyring_unwrap(keyring, turn + 1, "account", 7, str_bytes(new, sizeof new), &out),
                         ERR_NONE);
        assert_memory_equal(&out, &key, sizeof key);
    }
    keyring_free(keyring);
}

static void files_that_others_may_read_are_refused(void **state)
{
    (void)state;
    static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0601, 0666};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(chmod(scratch_path("ring"), modes[i]), 0);
        assert_int_equal(open_result("ring", "mirror"), ERR_FORBIDDEN);
        assert_int_equal(chmod(scratch_path("ring"), 0600), 0);
        assert_int_equal(chmod(scratch_path("mirror"), modes[i]), 0);
        assert_int_equal(open_result("ring", "mirror"), ERR_FORBIDDEN);
        assert_int_equal(open_result("ring", NULL), ERR_NONE);
        assert_int_equal(chmod(scratch_path("mirror"), 0600), 0);
    }
    assert_int_equal(open_result("ring", "mirror"), ERR_NONE);
}

static void what_is_no_keyring_is_refused(void **state)
{
    (void)state;
    char zeros[20480] = {0};
    assert_int_equal(open_result("none", NULL), ERR_NOT_FOUND);
    assert_int_equal(open_result("none", "nothing"), ERR_NOT_FOUND);
    file_write("other", STR(""));
    assert_int_equal(open_result("other", NULL), ERR_CORRUPT);
    file_write("other", str_bytes(zeros, sizeof zeros));
    assert_int_equal(open_result("other", NULL), ERR_CORRUPT);
    assert_int_equal(mkdir(scratch_path("folder"), 0700), 0);
    assert_int_not_equal(open_result("folder", NULL), ERR_NONE);
    assert_int_equal(mkfifo(scratch_path("pipe"), 0600), 0);
    assert_int_equal(open_result("pipe", NULL), ERR_CORRUPT);
    assert_int_equal(keyring_create(scratch_path("second"), NULL), ERR_NONE);
    assert_int_equal(open_result("ring", "second"), ERR_CORRUPT);
}

static void without_a_mirror_it_works_and_says_so(void **state)
{
    (void)state;
    struct keyring *keyring;
    assert_int_equal(keyring_open(scratch_path("ring"), NULL, &keyring, NULL), ERR_NONE);
    assert_false(keyring_mirrored(keyring));
    assert_int_equal(keyring_turn_begin(keyring), ERR_NONE);
    assert_int_equal(keyring_turn_finish(keyring), ERR_NONE);
    keyring_free(keyring);
    /* the mirror that missed a whole turn is brought up, not believed */
    keyring = open_both();
    assert_int_equal(keyring_epoch(keyring), 2);
    assert_int_equal(keyring_epoch_oldest(keyring), 2);
    assert_true(keyring_mirrored(keyring));
    keyring_free(keyring);
}

static void a_missing_copy_is_made_from_the_other(void **state)
{
    (void)state;
    static const char *const names[] = {"ring", "mirror"};
    for (unsigned i = 0; i < 2; i++) {
        struct str before = file_read(names[i]);
        assert_int_equal(unlink(scratch_path(names[i])), 0);
        struct keyring *keyring = open_both();
        assert_true(keyring_mirrored(keyring));
        assert_true(str_equal(file_read(names[i]), before));
        assert_int_equal(unlink(scratch_path(names[i])), 0);
        assert_false(keyring_mirrored(keyring));
        assert_int_equal(keyring_turn_begin(keyring), ERR_IO);
        assert_int_equal(keyring_epoch(keyring), 1);
        keyring_free(keyring);
        assert_int_equal(open_result("ring", "mirror"), ERR_NONE);
    }
}

static void without_the_mirrors_device_it_opens_but_does_not_turn(void **state)
{
    (void)state;
    struct keyring *keyring;
    assert_int_equal(keyring_open(scratch_path("ring"), scratch_path("unmounted/mirror"), &keyring, NULL),
                     ERR_NONE);
    assert_false(keyring_mirrored(keyring));
    assert_int_equal(keyring_turn_begin(keyring), ERR_IO);
    assert_int_equal(keyring_epoch(keyring), 1);
    keyring_free(keyring);
}

static void a_turn_waits_until_nobody_else_has_it_open(void **state)
{
    (void)state;
    struct keyring *first = open_both(), *second = open_both();
    assert_int_equal(keyring_turn_begin(first), ERR_LOCKED);
    assert_int_equal(keyring_epoch(first), 1);
    keyring_free(second);
    assert_int_equal(keyring_turn_begin(first), ERR_NONE);
    second = open_both();
    assert_int_equal(keyring_epoch(second), 2);
    assert_int_equal(keyring_turn_finish(first), ERR_LOCKED);
    assert_int_equal(keyring_epoch_oldest(first), 1);
    keyring_free(first);
    assert_int_equal(keyring_turn_finish(second), ERR_NONE);
    keyring_free(second);
    keyring_free(NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, tidy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_new_keyring_is_two_equal_private_files),
        CASE(a_keyring_is_never_made_over_another),
        CASE(a_wrapped_key_opens_only_as_what_it_was_wrapped_for),
        CASE(a_tag_depends_on_epoch_kind_and_value),
        CASE(a_turn_makes_what_was_wrapped_before_unreadable),
        CASE(files_that_others_may_read_are_refused),
        CASE(what_is_no_keyring_is_refused),
        CASE(without_a_mirror_it_works_and_says_so),
        CASE(a_missing_copy_is_made_from_the_other),
        CASE(without_the_mirrors_device_it_opens_but_does_not_turn),
        CASE(a_turn_waits_until_nobody_else_has_it_open),
    };
    return cmocka_run_group_tests_name("crypto keyring", tests, NULL, NULL);
}
