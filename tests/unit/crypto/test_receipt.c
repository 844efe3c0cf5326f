#include "../test.h"

#include "crypto/receipt.h"
#include "files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena *arena;

static int fresh(void **state)
{
    (void)state;
    scratch_new();
    arena = arena_new(0);
    return 0;
}

static int tidy(void **state)
{
    (void)state;
    arena_free(arena);
    scratch_remove();
    return 0;
}

static struct receipt_signer *open_signer(void)
{
    struct receipt_signer *signer;
    assert_int_equal(receipt_signer_open(scratch_path("."), &signer), ERR_NONE);
    return signer;
}

static const struct str content = {"Receipt VC-4K7M\n\xe6\xb3\xa8\xe9\x94\x80\n", 23};

static void the_key_is_made_once_and_kept_private(void **state)
{
    (void)state;
    struct stat status;
    struct receipt_signer *signer = open_signer();
    struct str id = receipt_key_id(signer, arena), public = receipt_public_key(signer, arena);
    receipt_signer_free(signer);
    assert_int_equal(id.length, 16);
    struct str read;
    assert_int_equal(receipt_key_id_read(arena, public, &read), ERR_NONE);
    assert_true(str_equal(read, id));
    assert_int_equal(receipt_key_id_read(arena, STR("RWQ"), &read), ERR_BAD_REQUEST);
    assert_int_equal(stat(scratch_path("violet.key"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_true(str_equal(file_read("violet.pub"), public));
    assert_true(str_find(public, id, 0) != SIZE_MAX);
    signer = open_signer();
    assert_true(str_equal(receipt_public_key(signer, arena), public));
    receipt_signer_free(signer);
    assert_int_equal(unlink(scratch_path("violet.pub")), 0);
    receipt_signer_free(open_signer());
    assert_true(str_equal(file_read("violet.pub"), public));
    receipt_signer_free(NULL);
}

static void a_lost_damaged_or_readable_key_is_not_replaced(void **state)
{
    (void)state;
    struct receipt_signer *signer = open_signer();
    receipt_signer_free(signer);
    assert_int_equal(chmod(scratch_path("violet.key"), 0640), 0);
    assert_int_equal(receipt_signer_open(scratch_path("."), &signer), ERR_FORBIDDEN);
    assert_int_equal(chmod(scratch_path("violet.key"), 0600), 0);
    char key[512];
    size_t length = file_read("violet.key").length;
    memcpy(key, file_read("violet.key").data, length);
    for (size_t i = strcspn(key, "\n") + 1; i + 2 < length; i++) {
        char kept = key[i];
        key[i] = kept == 'A' ? 'B' : 'A';
        file_write("violet.key", str_bytes(key, length));
        enum err error = receipt_signer_open(scratch_path("."), &signer);
        key[i] = kept;
        if (error == ERR_NONE) /* salt and limits of a password that it has not */
            receipt_signer_free(signer);
        else
            assert_int_equal(error, ERR_CORRUPT);
        if (i > strcspn(key, "\n") + 80)
            assert_int_equal(error, ERR_CORRUPT);
    }
    assert_int_equal(unlink(scratch_path("violet.key")), 0);
    assert_int_equal(receipt_signer_open(scratch_path("."), &signer), ERR_NOT_FOUND);
    assert_int_equal(receipt_signer_open(scratch_path("nowhere"), &signer), ERR_NOT_FOUND);
}

static void a_signature_covers_content_and_comment(void **state)
{
    (void)state;
    struct receipt_signer *signer = open_signer();
    struct str public = receipt_public_key(signer, arena), comment = STR_NONE;
    struct str signature = receipt_sign(signer, arena, content, STR("closure VC-4K7M"));
    assert_int_equal(receipt_verify(arena, public, content, signature, &comment), ERR_NONE);
    assert_true(str_is(comment, "closure VC-4K7M"));
    assert_int_equal(receipt_verify(arena, public, STR("Receipt"), signature, &comment), ERR_SIGNATURE);
    char *bytes = arena_cstr(arena, signature);
    size_t start = str_find(signature, STR("\n"), 0) + 1;
    for (size_t i = start; i < signature.length - 1; i++) {
        char kept = bytes[i];
        bytes[i] = kept == 'A' ? 'B' : 'A';
        enum err error = receipt_verify(arena, public, content, str_bytes(bytes, signature.length), &comment);
        assert_true(error == ERR_SIGNATURE || error == ERR_BAD_REQUEST);
        bytes[i] = kept;
    }
    for (size_t length = 0; length < signature.length - sizeof "=="; length++)
        assert_int_not_equal(receipt_verify(arena, public, content, str_part(signature, 0, length), &comment),
                             ERR_NONE);
    assert_int_equal(receipt_verify(arena, STR("hello"), content, signature, &comment), ERR_BAD_REQUEST);
    assert_int_equal(receipt_verify(arena, public, content, STR("hello\nhello\n"), &comment),
                     ERR_BAD_REQUEST);
    receipt_signer_free(signer);
}

static void another_operators_key_does_not_verify(void **state)
{
    (void)state;
    struct receipt_signer *signer = open_signer(), *other;
    assert_int_equal(mkdir(scratch_path("other"), 0700), 0);
    assert_int_equal(receipt_signer_open(scratch_path("other"), &other), ERR_NONE);
    struct str comment, signature = receipt_sign(signer, arena, content, STR("c"));
    struct str theirs = receipt_public_key(other, arena);
    assert_int_equal(receipt_verify(arena, theirs, content, signature, &comment), ERR_SIGNATURE);
    receipt_signer_free(signer);
    receipt_signer_free(other);
}

static void a_comment_is_one_line(void **state)
{
    (void)state;
    struct receipt_signer *signer = open_signer();
    struct str public = receipt_public_key(signer, arena), comment;
    struct str signature = receipt_sign(signer, arena, content, STR("a\nb\r\tc"));
    assert_int_equal(receipt_verify(arena, public, content, signature, &comment), ERR_NONE);
    assert_true(str_is(comment, "a b  c"));
    signature = receipt_sign(signer, arena, STR_NONE, STR_NONE);
    assert_int_equal(receipt_verify(arena, public, STR_NONE, signature, &comment), ERR_NONE);
    assert_int_equal(comment.length, 0);
    receipt_signer_free(signer);
}

static void stock_minisign_and_we_verify_each_other(void **state)
{
    (void)state;
    if (!run_in_scratch("command -v minisign >/dev/null"))
        skip();
    struct receipt_signer *signer = open_signer();
    struct str public = receipt_public_key(signer, arena), comment;
    file_write("r.json", content);
    file_write("r.json.minisig",
               receipt_sign(signer, arena, content, STR("closure \xe6\xb3\xa8\xe9\x94\x80")));
    assert_true(run_in_scratch("minisign -qVm r.json -p violet.pub </dev/null"));
    assert_true(run_in_scratch("minisign -qVm r.json -P \"$(tail -n 1 violet.pub)\" </dev/null"));
    assert_true(run_in_scratch("echo more >>r.json; ! minisign -qVm r.json -p violet.pub </dev/null 2>&1"));
    file_write("theirs", content);
    assert_true(run_in_scratch("minisign -S -s violet.key -m theirs -t 'by minisign' </dev/null >/dev/null"));
    assert_int_equal(receipt_verify(arena, public, content, file_read("theirs.minisig"), &comment), ERR_NONE);
    assert_true(str_is(comment, "by minisign"));
    assert_true(run_in_scratch("minisign -S -l -s violet.key -m theirs </dev/null >/dev/null"));
    assert_int_equal(receipt_verify(arena, public, content, file_read("theirs.minisig"), &comment),
                     ERR_SIGNATURE);
    receipt_signer_free(signer);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, tidy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_key_is_made_once_and_kept_private),
        CASE(a_lost_damaged_or_readable_key_is_not_replaced),
        CASE(a_signature_covers_content_and_comment),
        CASE(another_operators_key_does_not_verify),
        CASE(a_comment_is_one_line),
        CASE(stock_minisign_and_we_verify_each_other),
    };
    return cmocka_run_group_tests_name("crypto receipt", tests, NULL, NULL);
}
