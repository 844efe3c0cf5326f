#include "../test.h"

#include "crypto/keyring.h"
#include "crypto/keyring_page.h"
#include "files.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A keyring before and after one step of a turn, with what tells its epochs apart. */
struct scene {
    struct keyring_image before, after;
    uint8_t name[KEYRING_NAME_BYTES];
    struct keyring_epoch_keys old; /* epoch 1 */
    uint8_t wrapped[KEYRING_WRAPPED_BYTES];
};

static struct scene scene;

static struct keyring *open_both(void)
{
    struct keyring *keyring;
    assert_int_equal(keyring_open(scratch_path("ring"), scratch_path("mirror"), &keyring, NULL), ERR_NONE);
    return keyring;
}

static struct keyring_image image_of(const char *name)
{
    struct keyring_image image;
    struct str bytes = file_read(name);
    assert_int_equal(bytes.length, sizeof image);
    memcpy(&image, bytes.data, sizeof image);
    return image;
}

static void put_copies(const struct keyring_image *first, const struct keyring_image *second)
{
    file_write("ring", str_bytes(first, sizeof *first));
    file_write("mirror", str_bytes(second, sizeof *second));
}

/* steps 0: a fresh keyring; 1: a turn under way is "after"; 2: that turn finished is "after". */
static void scene_set(unsigned steps)
{
    struct seal_key key = {{7}};
    int64_t epoch;
    unlink(scratch_path("ring"));
    unlink(scratch_path("mirror"));
    assert_int_equal(keyring_create(scratch_path("ring"), scratch_path("mirror")), ERR_NONE);
    struct keyring *keyring = open_both();
    assert_int_equal(keyring_wrap(keyring, "account", 7, &key, &epoch, scene.wrapped), ERR_NONE);
    scene.before = scene.after = image_of("ring");
    assert_int_equal(keyring_page_head_read(scene.before.pages[0], scene.name), ERR_NONE);
    assert_true(keyring_page_keys_read(scene.name, 0, scene.before.pages[1], &scene.old));
    for (unsigned i = 0; i < steps; i++) {
        scene.before = scene.after;
        assert_int_equal(i == 0 ? keyring_turn_begin(keyring) : keyring_turn_finish(keyring), ERR_NONE);
        scene.after = image_of("ring");
    }
    keyring_free(keyring);
}

static bool on_disk(const uint8_t *bytes, size_t length)
{
    struct str needle = str_bytes(bytes, length);
    return str_find(file_read("ring"), needle, 0) != SIZE_MAX ||
           str_find(file_read("mirror"), needle, 0) != SIZE_MAX;
}

static void old_epoch_is_gone(struct keyring *keyring)
{
    struct seal_key key;
    struct str wrapped = str_bytes(scene.wrapped, sizeof scene.wrapped);
    assert_int_equal(keyring_epoch(keyring), 2);
    assert_int_equal(keyring_epoch_oldest(keyring), 2);
    assert_int_equal(keyring_unwrap(keyring, 1, "account", 7, wrapped, &key), ERR_KEY_GONE);
    assert_false(on_disk(scene.old.wrapping, KEYRING_KEY_BYTES));
    assert_false(on_disk(scene.old.index, KEYRING_KEY_BYTES));
}

static void old_epoch_is_there(struct keyring *keyring)
{
    struct seal_key key;
    struct str wrapped = str_bytes(scene.wrapped, sizeof scene.wrapped);
    assert_int_equal(keyring_epoch_oldest(keyring), 1);
    assert_int_equal(keyring_unwrap(keyring, 1, "account", 7, wrapped, &key), ERR_NONE);
    assert_int_equal(key.bytes[0], 7);
}

/* One write of a turn in its order; torn: the first so many bytes of it reached the disk. */
struct write {
    unsigned copy, page;
    const uint8_t *bytes;
};

static void put_writes(const struct write *writes, unsigned whole, unsigned torn)
{
    struct keyring_image copies[2] = {scene.before, scene.before};
    for (unsigned i = 0; i < whole; i++)
        memcpy(copies[writes[i].copy].pages[writes[i].page], writes[i].bytes, KEYRING_PAGE_BYTES);
    if (torn != 0)
        memcpy(copies[writes[whole].copy].pages[writes[whole].page], writes[whole].bytes, torn);
    put_copies(&copies[0], &copies[1]);
}

static const unsigned torn_bytes[] = {0, 9, 17, 40, 64, 100, 512, 2048};
enum { TORN = sizeof torn_bytes / sizeof *torn_bytes };

static void a_beginning_cut_off_anywhere_keeps_the_old_epoch(void **state)
{
    (void)state;
    scene_set(1);
    const struct write writes[] = {{0, 3, scene.after.pages[3]},
                                   {1, 3, scene.after.pages[3]},
                                   {0, 4, scene.after.pages[4]},
                                   {1, 4, scene.after.pages[4]}};
    for (unsigned i = 0; i <= 4; i++)
        for (unsigned t = 0; t < (i < 4 ? TORN : 1U); t++) {
            put_writes(writes, i, torn_bytes[t]);
            struct keyring *keyring = open_both();
            old_epoch_is_there(keyring);
            assert_true(keyring_epoch(keyring) == 2 || i < 4);
            assert_true(keyring_mirrored(keyring));
            if (keyring_epoch(keyring) == 1)
                assert_int_equal(keyring_turn_begin(keyring), ERR_NONE);
            assert_int_equal(keyring_turn_finish(keyring), ERR_NONE);
            old_epoch_is_gone(keyring);
            keyring_free(keyring);
        }
}

static void a_finish_cut_off_anywhere_is_completed_or_not_begun(void **state)
{
    (void)state;
    uint8_t dying[KEYRING_PAGE_BYTES];
    scene_set(2);
    keyring_page_mark(scene.name, 0, (struct keyring_mark){1, KEYRING_DYING}, dying);
    const struct write writes[] = {{0, 2, dying},
                                   {1, 2, dying},
                                   {0, 1, scene.after.pages[1]},
                                   {1, 1, scene.after.pages[1]},
                                   {0, 2, scene.after.pages[2]},
                                   {1, 2, scene.after.pages[2]}};
    for (unsigned i = 0; i <= 6; i++)
        for (unsigned t = 0; t < (i < 6 ? TORN : 1U); t++) {
            put_writes(writes, i, torn_bytes[t]);
            struct keyring *keyring = open_both();
            assert_true(keyring_mirrored(keyring));
            assert_int_equal(keyring_epoch(keyring), 2);
            if (keyring_epoch_oldest(keyring) == 1) { /* not one whole mark: the turn is still under way */
                assert_int_equal(i, 0);
                old_epoch_is_there(keyring);
                assert_int_equal(keyring_turn_finish(keyring), ERR_NONE);
            }
            old_epoch_is_gone(keyring);
            keyring_free(keyring);
        }
}

static void an_epoch_destroyed_on_one_copy_is_never_taken_from_the_other(void **state)
{
    (void)state;
    scene_set(2);
    const struct keyring_image *rows[][2] = {{&scene.before, &scene.after}, {&scene.after, &scene.before}};
    for (unsigned i = 0; i < 2; i++) {
        put_copies(rows[i][0], rows[i][1]);
        struct keyring *keyring = open_both();
        old_epoch_is_gone(keyring);
        assert_true(keyring_mirrored(keyring));
        keyring_free(keyring);
    }
}

static void an_overwrite_that_cannot_reach_a_copy_keeps_the_keyring_shut(void **state)
{
    (void)state;
    struct keyring *keyring;
    const char *reason;
    scene_set(2);
    struct keyring_image image = scene.before;
    keyring_page_mark(scene.name, 0, (struct keyring_mark){1, KEYRING_DYING}, image.pages[2]);
    file_write("ring", str_bytes(&image, sizeof image));
    assert_int_equal(keyring_open(scratch_path("ring"), scratch_path("unmounted/mirror"), &keyring, &reason),
                     ERR_IO);
    assert_int_not_equal(reason[0], '\0');
}

/* The free slot's random page carries no check: either copy's will do. */
static bool same_but_free_pages(const struct keyring_image *a, const struct keyring_image *b)
{
    for (unsigned page = 0; page < KEYRING_PAGES; page++) {
        struct keyring_mark mark = {0, KEYRING_LIVE};
        if (page == 1 || page == 3)
            keyring_page_mark_read(scene.name, page / 2, b->pages[page + 1], &mark);
        if (mark.stage == KEYRING_LIVE && memcmp(a->pages[page], b->pages[page], KEYRING_PAGE_BYTES) != 0)
            return false;
    }
    return true;
}

static void check_merge(const struct keyring_image *good, const struct keyring_image *bad)
{
    struct keyring_image merged;
    const char *reason;
    assert_int_equal(keyring_merge(bad, good, &merged, &reason), ERR_NONE);
    assert_true(same_but_free_pages(&merged, good));
    assert_int_equal(keyring_merge(good, bad, &merged, &reason), ERR_NONE);
    assert_true(same_but_free_pages(&merged, good));
    const struct keyring_image *others[] = {bad, NULL};
    for (unsigned i = 0; i < 2; i++) {
        enum err error = keyring_merge(bad, others[i], &merged, &reason);
        assert_true(error == ERR_CORRUPT || (error == ERR_NONE && same_but_free_pages(&merged, good)));
        assert_true((error == ERR_NONE) == (reason[0] == '\0'));
    }
}

static void every_flipped_byte_is_mended_or_refused(void **state)
{
    (void)state;
    for (unsigned steps = 0; steps <= 2; steps++) {
        scene_set(steps);
        struct keyring_image bad = scene.after;
        for (size_t at = 0; at < sizeof bad; at += (at % KEYRING_PAGE_BYTES < 192 ? 1 : 13)) {
            uint8_t *byte = &bad.pages[at / KEYRING_PAGE_BYTES][at % KEYRING_PAGE_BYTES];
            *byte ^= (uint8_t)(1U << at % 8);
            check_merge(&scene.after, &bad);
            *byte ^= (uint8_t)(1U << at % 8);
        }
    }
}

static void a_file_cut_off_anywhere_is_mended_or_refused(void **state)
{
    (void)state;
    for (unsigned steps = 0; steps <= 2; steps++) {
        scene_set(steps);
        const struct keyring_image good = scene.after;
        for (size_t length = 0; length < sizeof good; length += 509) {
            struct keyring *keyring = NULL;
            put_copies(&good, &good);
            file_write("ring", str_bytes(&good, length));
            keyring = open_both();
            assert_true(keyring_mirrored(keyring));
            assert_int_equal(keyring_epoch(keyring), steps == 0 ? 1 : 2);
            assert_int_equal(keyring_epoch_oldest(keyring), steps == 2 ? 2 : 1);
            keyring_free(keyring);
            assert_true(file_read("ring").length == sizeof good);
            file_write("ring", str_bytes(&good, length));
            file_write("mirror", str_bytes(&good, length));
            enum err error = keyring_open(scratch_path("ring"), scratch_path("mirror"), &keyring, NULL);
            if (error == ERR_NONE) { /* what was lost could be told from the rest */
                assert_memory_equal(file_read("ring").data, &good, sizeof good);
                keyring_free(keyring);
            } else {
                assert_int_equal(error, ERR_CORRUPT);
            }
        }
    }
}

static void copies_damaged_in_different_places_mend_each_other(void **state)
{
    (void)state;
    for (unsigned a = 0; a < KEYRING_PAGES; a++)
        for (unsigned b = 0; b < KEYRING_PAGES; b++) {
            if (a == b)
                continue;
            scene_set(1);
            struct keyring_image first = scene.after, second = scene.after;
            memset(first.pages[a], 0xa5, KEYRING_PAGE_BYTES);
            memset(second.pages[b], 0x5a, KEYRING_PAGE_BYTES);
            put_copies(&first, &second);
            struct keyring *keyring = open_both();
            old_epoch_is_there(keyring);
            assert_int_equal(keyring_epoch(keyring), 2);
            keyring_free(keyring);
            assert_memory_equal(file_read("ring").data, &scene.after, sizeof scene.after);
            assert_memory_equal(file_read("mirror").data, &scene.after, sizeof scene.after);
        }
}

#ifdef VIOLET_FAILPOINTS
static void killed_at(const char *failpoint)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("VIOLET_FAILPOINT", failpoint, 1);
        struct keyring *keyring = open_both();
        if (keyring_epoch(keyring) == 1)
            keyring_turn_begin(keyring);
        keyring_turn_finish(keyring);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void killed_at_any_failpoint_the_turn_goes_on(void **state)
{
    (void)state;
    static const char *const points[] = {
        "keyring.begin.start",
        "keyring.begin.keys.first_copy",
        "keyring.begin.keys.every_copy",
        "keyring.begin.live.first_copy",
        "keyring.begin.live.every_copy",
        "keyring.finish.start",
        "keyring.finish.dying.first_copy",
        "keyring.finish.dying.every_copy",
        "keyring.finish.overwritten.first_copy",
        "keyring.finish.overwritten.every_copy",
        "keyring.finish.free.first_copy",
        "keyring.finish.free.every_copy",
    };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        scene_set(0);
        killed_at(points[i]);
        struct keyring *keyring = open_both();
        assert_true(keyring_mirrored(keyring));
        assert_int_equal(keyring_epoch(keyring), i < 3 ? 1 : 2);
        assert_int_equal(keyring_epoch_oldest(keyring), i < 6 ? 1 : 2);
        if (keyring_epoch(keyring) == 1)
            assert_int_equal(keyring_turn_begin(keyring), ERR_NONE);
        if (keyring_epoch_oldest(keyring) == 1)
            assert_int_equal(keyring_turn_finish(keyring), ERR_NONE);
        old_epoch_is_gone(keyring);
        keyring_free(keyring);
    }
}
#endif

static int fresh(void **state)
{
    (void)state;
    scratch_new();
    return 0;
}

static int tidy(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, tidy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_beginning_cut_off_anywhere_keeps_the_old_epoch),
        CASE(a_finish_cut_off_anywhere_is_completed_or_not_begun),
        CASE(an_epoch_destroyed_on_one_copy_is_never_taken_from_the_other),
        CASE(an_overwrite_that_cannot_reach_a_copy_keeps_the_keyring_shut),
        CASE(every_flipped_byte_is_mended_or_refused),
        CASE(a_file_cut_off_anywhere_is_mended_or_refused),
        CASE(copies_damaged_in_different_places_mend_each_other),
#ifdef VIOLET_FAILPOINTS
        CASE(killed_at_any_failpoint_the_turn_goes_on),
#endif
    };
    return cmocka_run_group_tests_name("crypto keyring damage", tests, NULL, NULL);
}
