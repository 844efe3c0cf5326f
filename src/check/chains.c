#include "check/internal.h"

#include "base/encode.h"
#include "crypto/seal.h"

#include <stdlib.h>
#include <string.h>

enum { CHECK_PAGE = 500, HASH_BYTES = 32 };

struct journal_walk {
    struct check *check;
    int64_t account_id, subject_id, seq; /* the last row */
    uint8_t hash[HASH_BYTES];
    size_t page;
};

static void journal_row(struct journal_walk *walk, struct sql_rows *rows, struct arena *arena)
{
    int64_t account_id = sql_int(rows, 0), subject_id = sql_int(rows, 1), seq = sql_int(rows, 2);
    bool same = account_id == walk->account_id && subject_id == walk->subject_id;
    int64_t expected = same ? walk->seq + 1 : 1;
    struct str previous = sql_bytes(rows, 7), hash = sql_bytes(rows, 8);
    struct str before = expected > 1 ? str_bytes(walk->hash, HASH_BYTES) : STR_NONE;
    uint8_t made[HASH_BYTES];
    struct str subject = arena_printf(arena, "%lld/%lld row %lld", (long long)account_id,
                                      (long long)subject_id, (long long)seq);
    struct str head = arena_printf(arena, "%lld %lld %lld %lld", (long long)account_id, (long long)subject_id,
                                   (long long)seq, (long long)sql_int(rows, 3));
    seal_hash((const struct str[]){previous, head, sql_text(rows, 4), sql_text(rows, 5), sql_bytes(rows, 6)},
              5, made);
    if (seq != expected)
        check_find(walk->check, "journal_chain", subject, STR("a row before it is missing"));
    else if (!str_equal(previous, before))
        check_find(walk->check, "journal_chain", subject, STR("does not follow the row before it"));
    if (!str_equal(hash, str_bytes(made, sizeof made)))
        check_find(walk->check, "journal_chain", subject, STR("was changed after it was written"));
    walk->account_id = account_id;
    walk->subject_id = subject_id;
    walk->seq = seq;
    memset(walk->hash, 0, sizeof walk->hash);
    memcpy(walk->hash, hash.data, hash.length < HASH_BYTES ? hash.length : HASH_BYTES);
    walk->check->report->journal_rows++;
}

static enum err journal_page(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct journal_walk *walk = context;
    struct sql_rows rows;
    walk->page = 0;
    TRY(sql_query(tx, CHECK_JOURNAL, &rows, SQL_INT(walk->account_id), SQL_INT(walk->subject_id),
                  SQL_INT(walk->seq), SQL_INT(CHECK_PAGE)));
    while (sql_next(&rows)) {
        journal_row(walk, &rows, arena);
        walk->page++;
    }
    return sql_end(&rows);
}

/* Runs a page after the other until one is not full. */
static enum err walk_pages(struct check *check, sql_run_fn *page, void *context, const size_t *rows)
{
    struct arena *arena = arena_new_wiped(0);
    enum err error = arena != NULL ? ERR_NONE : ERR_MEMORY;
    bool more = true;
    while (error == ERR_NONE && more) {
        arena_reset(arena);
        error = sql_read(check->view, page, arena, context);
        more = *rows == CHECK_PAGE;
    }
    arena_free(arena);
    return error;
}

enum err check_journals(struct check *check)
{
    struct journal_walk walk = {.check = check, .account_id = INT64_MIN};
    check->report->rules++;
    return walk_pages(check, journal_page, &walk, &walk.page);
}

struct key_walk {
    struct check *check;
    int64_t owner;
    char kind[16];
    size_t page;
};

static void key_row(struct key_walk *walk, struct sql_rows *rows, struct arena *arena)
{
    struct seal_key key;
    struct str kind = sql_text(rows, 1);
    walk->owner = sql_int(rows, 0);
    size_t length = kind.length < sizeof walk->kind ? kind.length : sizeof walk->kind - 1;
    memcpy(walk->kind, kind.data, length);
    walk->kind[length] = '\0';
    walk->check->report->keys++;
    enum err error = keyring_unwrap(walk->check->app->keyring, sql_int(rows, 2), walk->kind, walk->owner,
                                    sql_bytes(rows, 3), &key);
    explicit_bzero(&key, sizeof key);
    if (error != ERR_NONE && error != ERR_KEY_GONE) /* an epoch that is gone has a rule of its own */
        check_find(walk->check, "key_opens",
                   arena_printf(arena, "%s %lld", walk->kind, (long long)walk->owner),
                   STR("does not open under its epoch"));
}

static enum err key_page(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct key_walk *walk = context;
    struct sql_rows rows;
    walk->page = 0;
    TRY(sql_query(tx, CHECK_KEYS, &rows, SQL_INT(walk->owner), SQL_TEXT(str_from(walk->kind)),
                  SQL_INT(CHECK_PAGE)));
    while (sql_next(&rows)) {
        key_row(walk, &rows, arena);
        walk->page++;
    }
    return sql_end(&rows);
}

enum err check_keys(struct check *check)
{
    struct key_walk walk = {.check = check, .owner = INT64_MIN};
    check->report->rules++;
    return walk_pages(check, key_page, &walk, &walk.page);
}
