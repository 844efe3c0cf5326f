#include "house.h"

#include "app/expired_forget.h"
#include "app/idempotency.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/identity.h"
#include "store/work.h"

/* More than one command deletes. */
enum { SESSIONS = LIMIT_BULK_ROWS + 3 };

struct rows {
    struct house *house;
    int64_t account_id, now, sessions, places, due;
    enum err ended, lives;
};

static enum err insert_rows(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct rows *rows = context;
    struct account *account;
    TRY(account_load(&rows->house->app, tx, arena, rows->account_id, &account));
    for (int i = 0; i <= SESSIONS; i++) {
        struct store_session session = {.account_id = rows->account_id,
                                        .session_id = i + 1,
                                        .secret_hash = STR("hash"),
                                        .expires_at = rows->now + (i == SESSIONS ? MICROS_DAY : -1)};
        TRY(store_session_insert(tx, &session));
    }
    for (int i = 0; i < 2; i++) {
        struct store_proof proof = {.account_id = rows->account_id,
                                    .proof_id = i + 1,
                                    .purpose = i == 0 ? "closure" : "contact",
                                    .expires_at = rows->now + (i == 0 ? -1 : MICROS_DAY),
                                    .code = STR("123456")};
        TRY(store_proof_insert(tx, arena, &account->key, &proof));
    }
    return ERR_NONE;
}

static enum err look_rows(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct rows *rows = context;
    struct account *account;
    struct store_proof proof;
    TRY(store_session_count(tx, rows->account_id, &rows->sessions));
    TRY(account_load(&rows->house->app, tx, arena, rows->account_id, &account));
    rows->ended = store_proof_newest(tx, arena, &account->key, rows->account_id, "closure", &proof);
    rows->lives = store_proof_newest(tx, arena, &account->key, rows->account_id, "contact", &proof);
    return ERR_NONE;
}

static void sessions_and_codes_go_when_they_have_run_out_and_no_others(void **state)
{
    struct house *house = *state;
    int64_t now = clock_now();
    struct rows rows = {.house = house, .account_id = house_account(house, now), .now = now};
    assert_int_equal(sql_call(house->app.store, "rows", insert_rows, &rows), ERR_NONE);
    assert_int_equal(expired_forget_run(&house->app, 0, 0), ERR_NONE);
    assert_int_equal(sql_read(house->app.store, look_rows, house->arena, &rows), ERR_NONE);
    assert_int_equal(rows.sessions, 1);
    assert_int_equal(rows.ended, ERR_NOT_FOUND);
    assert_int_equal(rows.lives, ERR_NONE);
}

static void a_kept_answer_goes_after_a_day_whoever_asked(void **state)
{
    struct house *house = *state;
    const int64_t owners[] = {house_account(house, clock_now()), 0};
    for (size_t i = 0; i < 2; i++) {
        struct idempotency old = {.account_id = owners[i],
                                  .scope = STR("198.51.100.7"),
                                  .key = STR("old"),
                                  .target = STR("/api/v1/tickets")},
                           young = old;
        young.key = STR("young");
        assert_int_equal(idempotency_begin(&house->app, house->arena, &old), ERR_NONE);
        clock_advance(LIMIT_IDEMPOTENCY_HOURS * MICROS_HOUR + 1);
        assert_int_equal(idempotency_begin(&house->app, house->arena, &young), ERR_NONE);
        assert_int_equal(expired_forget_run(&house->app, 0, 0), ERR_NONE);
        assert_int_equal(idempotency_finish(&house->app, &old, 201, STR("{}")), ERR_CHANGED);
        assert_int_equal(idempotency_finish(&house->app, &young, 201, STR("{}")), ERR_NONE);
    }
}

/* The one place in the queue: how many there are, and when the next is due. */
static enum err look_queue(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct rows *rows = context;
    struct store_queue_item items[8];
    size_t count;
    rows->places = 0;
    for (int64_t bucket = 0; bucket < LIMIT_BUCKETS; bucket++) {
        TRY(store_queue_due(tx, arena, bucket, INT64_MAX, items, 8, &count));
        for (size_t i = 0; i < count; i++)
            if (str_is(items[i].kind, "expired")) {
                rows->places++;
                rows->due = items[i].due;
            }
    }
    return ERR_NONE;
}

static void the_work_has_one_place_in_the_queue_and_comes_back_within_the_hour(void **state)
{
    struct house *house = *state;
    struct rows rows = {.house = house};
    assert_int_equal(expired_forget_plan(&house->app), ERR_NONE);
    assert_int_equal(expired_forget_plan(&house->app), ERR_NONE);
    assert_int_equal(sql_read(house->app.store, look_queue, house->arena, &rows), ERR_NONE);
    assert_int_equal(rows.places, 1);
    assert_true(rows.due <= clock_now());
    assert_int_equal(expired_forget_run(&house->app, 0, 0), ERR_NONE);
    assert_int_equal(sql_read(house->app.store, look_queue, house->arena, &rows), ERR_NONE);
    assert_int_equal(rows.places, 1);
    assert_true(rows.due > clock_now() && rows.due <= clock_now() + MICROS_HOUR);
}

#define ROW(name_) cmocka_unit_test_setup_teardown(name_, house_set_up, house_tear_down_checked)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(sessions_and_codes_go_when_they_have_run_out_and_no_others),
        ROW(a_kept_answer_goes_after_a_day_whoever_asked),
        ROW(the_work_has_one_place_in_the_queue_and_comes_back_within_the_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
