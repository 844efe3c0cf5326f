#include "app/keyring_turn.h"

#include "app/account.h"
#include "app/lease.h"
#include "app/node.h"
#include "app/scheduler.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/limits.h"
#include "base/log.h"
#include "domain/types.h"
#include "store/closure.h"
#include "store/identity.h"
#include "store/keeping.h"
#include "store/key.h"
#include "store/work.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define TURN_ALARM_MICROS (7 * MICROS_DAY)

enum { TURN_HOUR = 3 /* UTC, when few are awake */, TURN_NODES_SECONDS = 5 };

/* Two runs of one process must not take turns. Other processes are kept out by the keyring's own lock. */
static pthread_mutex_t turning = PTHREAD_MUTEX_INITIALIZER;

/* What the store remembers of turns; the truth about the keys stands in the keyring. */
struct turn_record {
    int64_t epoch; /* the one that is being made; 0: no turn under way */
    int64_t began_at, rewrapped_at;
    int64_t attested_until; /* what was destroyed before this is gone for good */
    int64_t finished_at, backup_at, backup_epoch;
};

struct turn_job {
    struct app *app;
    struct turn_record record;
    int64_t now, keys_left, tags_left, attested, batch_attested;
    struct node_turn nodes;
    bool more, waits_for_nodes;
    struct store_waiting_closure after, next_after;
};

static enum err record_read(struct sql_tx *tx, struct turn_record *record)
{
    TRY(store_keeping_get(tx, "turn.epoch", &record->epoch));
    TRY(store_keeping_get(tx, "turn.began_at", &record->began_at));
    TRY(store_keeping_get(tx, "turn.rewrapped_at", &record->rewrapped_at));
    TRY(store_keeping_get(tx, "turn.attested_until", &record->attested_until));
    TRY(store_keeping_get(tx, "turn.finished_at", &record->finished_at));
    TRY(store_keeping_get(tx, "backup.taken_at", &record->backup_at));
    return store_keeping_get(tx, "backup.epoch", &record->backup_epoch);
}

static enum err record_write(struct sql_tx *tx, const struct turn_record *record)
{
    TRY(store_keeping_put(tx, "turn.epoch", record->epoch));
    TRY(store_keeping_put(tx, "turn.began_at", record->began_at));
    TRY(store_keeping_put(tx, "turn.rewrapped_at", record->rewrapped_at));
    TRY(store_keeping_put(tx, "turn.attested_until", record->attested_until));
    return store_keeping_put(tx, "turn.finished_at", record->finished_at);
}

static bool under_way(struct app *app)
{
    return keyring_epoch_oldest(app->keyring) != keyring_epoch(app->keyring);
}

static enum err look_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    (void)arena;
    TRY(record_read(tx, &job->record));
    job->keys_left = job->tags_left = 0;
    return under_way(job->app) ? store_keeping_count(tx, keyring_epoch_oldest(job->app->keyring),
                                                     &job->keys_left, &job->tags_left)
                               : ERR_NONE;
}

static enum err look(struct turn_job *job)
{
    struct arena *arena = arena_new(0);
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = sql_read(job->app->store, look_run, arena, job);
    arena_free(arena);
    return error;
}

/* The intention is durable before the keyring changes: what was destroyed before it was destroyed before the
 * new epoch was there, and so was never wrapped under it. A record that does not fit the keyring is an older
 * copy's; it is replaced by one that promises less. */
static enum err intend_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    struct turn_record record;
    int64_t epoch = keyring_epoch(job->app->keyring);
    (void)arena;
    TRY(record_read(tx, &record));
    bool fits = record.epoch != 0 &&
                (under_way(job->app)
                     ? record.epoch == epoch
                     : record.epoch == epoch + 1 || (record.epoch == epoch && record.rewrapped_at != 0));
    if (!fits) {
        record.epoch = under_way(job->app) ? epoch : epoch + 1;
        record.began_at = clock_now();
        record.rewrapped_at = 0;
        TRY(record_write(tx, &record));
    }
    job->record = record;
    return ERR_NONE;
}

static enum err rewrap_key(struct app *app, struct sql_tx *tx, struct store_wrapped_key *row, int64_t epoch)
{
    struct seal_key key;
    uint8_t wrapped[KEYRING_WRAPPED_BYTES];
    char kind[16];
    int64_t next;
    if (row->kind.length >= sizeof kind)
        return ERR_CORRUPT;
    memcpy(kind, row->kind.data, row->kind.length);
    kind[row->kind.length] = '\0';
    TRY(keyring_unwrap(app->keyring, epoch, kind, row->owner_id, row->wrapped, &key));
    enum err error = keyring_wrap(app->keyring, kind, row->owner_id, &key, &next, wrapped);
    explicit_bzero(&key, sizeof key);
    TRY(error);
    row->wrapped = str_bytes(wrapped, sizeof wrapped);
    return store_keeping_rewrap(tx, row, next, epoch);
}

static enum err rewrap_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    struct store_wrapped_key *rows = ARENA_ARRAY(arena, LIMIT_BULK_ROWS, struct store_wrapped_key);
    int64_t epoch = keyring_epoch_oldest(job->app->keyring);
    size_t count;
    TRY(store_keeping_keys(tx, epoch, rows, LIMIT_BULK_ROWS, &count));
    for (size_t i = 0; i < count; i++) {
        enum err error = rewrap_key(job->app, tx, &rows[i], epoch);
        if (error != ERR_NONE) {
            log_error("turn_key_unreadable", LOG_STR("kind", rows[i].kind),
                      LOG_INT("owner", rows[i].owner_id), LOG_ERR(error));
            return error;
        }
    }
    job->more = count != 0;
    return ERR_NONE;
}

/* The plain name of a tag, from its owner's sealed box; ERR_KEY_GONE or ERR_NOT_FOUND where nobody has it. */
static enum err name_of(struct turn_job *job, struct sql_tx *tx, struct arena *arena,
                        const struct store_name_tag *tag, struct str *ret_name)
{
    if (str_is(tag->kind, "staff")) {
        struct seal_key key;
        struct store_staff staff;
        TRY(keys_open(job->app, tx, "case", tag->owner_id, &key));
        TRY(store_staff_get(tx, arena, &key, tag->owner_id, &staff));
        *ret_name = keys_normalise(arena, staff.name);
        return ERR_NONE;
    }
    struct account *account;
    TRY(account_load(job->app, tx, arena, tag->owner_id, &account));
    *ret_name = keys_normalise(arena, account->row.name);
    return ERR_NONE;
}

/* The new tag takes the old one's place in one transaction, so a name is always somebody's. It may be there
 * already: a name claimed since the turn began has both. */
static enum err retag(struct turn_job *job, struct sql_tx *tx, struct arena *arena,
                      const struct store_name_tag *tag)
{
    struct str name;
    uint8_t bytes[KEYRING_TAG_BYTES];
    int64_t epoch = keyring_epoch(job->app->keyring), holder;
    const char *kind = str_is(tag->kind, "staff") ? "staff" : "login";
    enum err error = name_of(job, tx, arena, tag, &name);
    if (error == ERR_KEY_GONE || error == ERR_NOT_FOUND)
        return store_keeping_drop_tag(tx, tag);
    TRY(error);
    TRY(keyring_tag(job->app->keyring, epoch, kind, name, bytes));
    struct str next = str_bytes(bytes, sizeof bytes);
    error = store_directory_claim(tx, kind, next, epoch, tag->owner_id);
    if (error == ERR_EXISTS) {
        TRY(store_directory_get(tx, kind, next, &holder));
        error = holder == tag->owner_id ? ERR_NONE : ERR_CORRUPT;
    }
    TRY(error);
    return store_keeping_drop_tag(tx, tag);
}

static enum err retag_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    struct store_name_tag *rows = ARENA_ARRAY(arena, LIMIT_BULK_ROWS, struct store_name_tag);
    size_t count;
    TRY(store_keeping_tags(tx, keyring_epoch_oldest(job->app->keyring), rows, LIMIT_BULK_ROWS, &count));
    for (size_t i = 0; i < count; i++)
        TRY(retag(job, tx, arena, &rows[i]));
    job->more = count != 0;
    return ERR_NONE;
}

static enum err repeat(struct turn_job *job, const char *name, sql_run_fn *run)
{
    do {
        TRY(sql_call_bulk(job->app->store, name, run, job));
        FAILPOINT("turn.batch");
    } while (job->more);
    return ERR_NONE;
}

static enum err rewrapped_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    int64_t keys, tags;
    (void)arena;
    TRY(store_keeping_count(tx, keyring_epoch_oldest(job->app->keyring), &keys, &tags));
    if (keys != 0 || tags != 0)
        return ERR_CHANGED;
    TRY(record_read(tx, &job->record));
    if (job->record.rewrapped_at == 0)
        job->record.rewrapped_at = clock_now();
    return record_write(tx, &job->record);
}

/* A name claimed in between brings a tag of the old epoch again: then once more. */
static enum err rewrap_all(struct turn_job *job)
{
    enum err error;
    do {
        TRY(repeat(job, "turn_rewrap", rewrap_run));
        TRY(repeat(job, "turn_retag", retag_run));
        error = sql_call(job->app->store, "turn_rewrapped", rewrapped_run, job);
    } while (error == ERR_CHANGED);
    FAILPOINT("turn.rewrapped");
    return error;
}

static bool may_finish(const struct turn_job *job)
{
    if (job->app->settings->keyring.replica || job->record.backup_epoch >= job->record.epoch)
        return true;
    int64_t waited = clock_now() - job->record.began_at;
    if (waited >= TURN_ALARM_MICROS)
        log_error("keyring_turn_waits", LOG_INT("days", waited / MICROS_DAY),
                  LOG_TEXT("for", "a verified backup"));
    return false;
}

/* What was destroyed before the turn began is gone from every copy; a clock that went back promises nothing.
 */
static enum err finished_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    int64_t now = clock_now();
    (void)arena;
    TRY(record_read(tx, &job->record));
    if (now >= job->record.began_at && job->record.began_at > job->record.attested_until)
        job->record.attested_until = job->record.began_at;
    job->record.finished_at = now;
    job->record.epoch = job->record.rewrapped_at = 0;
    TRY(store_keeping_drop_older_tags(tx, keyring_epoch(job->app->keyring)));
    return record_write(tx, &job->record);
}

static enum err attest_one(struct turn_job *job, struct sql_tx *tx, const struct store_waiting_closure *row,
                           size_t *attested)
{
    int64_t epoch;
    struct str wrapped;
    uint8_t hash[32];
    enum err error = store_key_get(tx, row->account_id, "account", &epoch, &wrapped);
    if (error != ERR_KEY_GONE)
        return error; /* its key is there yet: nothing to attest */
    seal_hash((const struct str[]){STR("violet attestation 1"), row->reference}, 2, hash);
    TRY(store_leaf_insert(tx, str_bytes(hash, sizeof hash), "attestation", job->now));
    TRY(store_queue_move(tx, "leaves", 0, 0, job->now));
    (*attested)++;
    return store_queue_move(tx, "closure", row->account_id, row->closure_id, job->now);
}

/* The command may run again: it takes where to begin from job->after and leaves what it did beside it. */
static enum err attest_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct turn_job *job = context;
    struct store_waiting_closure *rows = ARENA_ARRAY(arena, LIMIT_BULK_ROWS, struct store_waiting_closure);
    size_t count, attested = 0;
    TRY(store_keeping_closures(tx, CLOSURE_FORGETTING, &job->after, rows, LIMIT_BULK_ROWS, &count));
    size_t due = 0;
    while (due < count && rows[due].state_at < job->record.attested_until)
        due++;
    for (size_t i = 0; i < due; i++)
        TRY(attest_one(job, tx, &rows[i], &attested));
    job->batch_attested = (int64_t)attested;
    job->more = due == LIMIT_BULK_ROWS;
    if (job->more)
        job->next_after = (struct store_waiting_closure){.state_at = rows[due - 1].state_at,
                                                         .closure_id = rows[due - 1].closure_id};
    return ERR_NONE;
}

/* Leaves and queue rows are the same however often they are made: after a kill it is simply done again. */
static enum err attest(struct turn_job *job)
{
    job->now = clock_now();
    job->attested = 0;
    job->after = job->next_after = (struct store_waiting_closure){0};
    do {
        TRY(sql_call_bulk(job->app->store, "turn_attest", attest_run, job));
        job->after = job->next_after;
        job->attested += job->batch_attested;
        FAILPOINT("turn.attested");
    } while (job->more);
    scheduler_wake(job->app->scheduler);
    return ERR_NONE;
}

/* In one moment all nodes write the next epoch, and every one that is alive can read it. */
static enum err switch_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct turn_job *job = context;
    (void)arena;
    return store_keeping_put(tx, "keyring.writes", job->record.epoch);
}

/* The other nodes, too, may overwrite what came before. */
static enum err over_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct turn_job *job = context;
    (void)arena;
    return store_keeping_put(tx, "keyring.over", job->record.epoch);
}

static bool has_company(const struct turn_job *job)
{
    return job->nodes.members > 1;
}

/* Whatever was wrapped under the old epoch by a transaction that began before the switch stands there by now.
 */
static enum err rewrap_behind(struct turn_job *job)
{
    TRY(sql_await_readers(job->app->store));
    return rewrap_all(job);
}

static enum err destroy(struct turn_job *job)
{
    FAILPOINT("turn.before_finish");
    if (has_company(job))
        TRY(rewrap_behind(job));
    TRY(sql_await_readers(job->app->store));
    TRY(sql_call(job->app->store, "turn_over", over_run, job));
    return node_destroy_old(job->app);
}

static enum err finish(struct turn_job *job)
{
    if (under_way(job->app))
        TRY(destroy(job));
    FAILPOINT("turn.finished");
    TRY(node_turn_look(job->app, keyring_epoch(job->app->keyring), &job->nodes));
    if (!job->nodes.over) {
        job->waits_for_nodes = true;
        return ERR_NONE;
    }
    TRY(sql_call(job->app->store, "turn_finished", finished_run, job));
    FAILPOINT("turn.recorded");
    log_info("keyring_turned", LOG_INT("epoch", keyring_epoch(job->app->keyring)));
    return attest(job);
}

/* Alone, the next epoch is made where it is kept; in company it comes to each node by the store. */
static enum err begin(struct turn_job *job)
{
    if (job->record.epoch != keyring_epoch(job->app->keyring) + 1)
        return ERR_NONE;
    return has_company(job) ? node_turn_spread(job->app, job->record.epoch)
                            : keyring_turn_begin(job->app->keyring);
}

static enum err wait_for_nodes(struct turn_job *job)
{
    int64_t waited = clock_now() - job->record.began_at;
    job->waits_for_nodes = true;
    if (waited >= TURN_ALARM_MICROS)
        log_error("keyring_turn_waits", LOG_INT("days", waited / MICROS_DAY), LOG_TEXT("for", "a node"));
    return ERR_NONE;
}

static enum err go_on(struct turn_job *job)
{
    if (job->record.epoch > keyring_epoch(job->app->keyring))
        return wait_for_nodes(job);
    if (under_way(job->app)) {
        TRY(node_turn_look(job->app, job->record.epoch, &job->nodes));
        if (!job->nodes.held)
            return wait_for_nodes(job);
        TRY(sql_call(job->app->store, "turn_switch", switch_run, job));
        TRY(has_company(job) ? rewrap_behind(job) : rewrap_all(job));
        if (!may_finish(job))
            return ERR_NONE;
    }
    TRY(finish(job));
    return job->waits_for_nodes ? wait_for_nodes(job) : ERR_NONE;
}

static enum err turn(struct turn_job *job)
{
    TRY(look(job));
    if (job->record.epoch == 0)
        TRY(attest(job)); /* of the last turn, where it was killed before */
    TRY(node_turn_look(job->app, 0, &job->nodes));
    TRY(sql_call(job->app->store, "turn_intend", intend_run, job));
    FAILPOINT("turn.intended");
    TRY(begin(job));
    FAILPOINT("turn.begun");
    return go_on(job);
}

/* A clock that is set meanwhile changes how long this waits, nothing else. */
static bool take_turns(int64_t wait_micros)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += wait_micros / MICROS_SECOND;
    return pthread_mutex_timedlock(&turning, &until) == 0;
}

/* A turn that an earlier run left behind, killed perhaps, attests nothing that was destroyed since it began:
 * where nothing has to be waited for, one of this run's own follows. */
static enum err turn_all(struct turn_job *job)
{
    TRY(look(job));
    bool left_behind = job->record.epoch != 0;
    TRY(turn(job));
    int64_t attested = job->attested;
    TRY(look(job));
    if (!left_behind || job->record.epoch != 0 || has_company(job) || !job->app->settings->keyring.replica)
        return ERR_NONE;
    TRY(turn(job));
    job->attested += attested;
    return ERR_NONE;
}

static enum err run(struct app *app, int64_t wait_micros, struct keyring_turn *ret_turn)
{
    struct turn_job job = {.app = app};
    if (!take_turns(wait_micros))
        return ERR_BUSY;
    enum err error = turn_all(&job);
    pthread_mutex_unlock(&turning);
    if (error != ERR_NONE) {
        log_error("keyring_turn_failed", LOG_ERR(error));
        return error;
    }
    TRY(keyring_turn_status(app, ret_turn));
    ret_turn->attested = job.attested;
    if (job.waits_for_nodes)
        ret_turn->phase = KEYRING_TURN_WAITS_FOR_NODES;
    return ERR_NONE;
}

enum err keyring_turn_run(struct app *app, struct keyring_turn *ret_turn)
{
    return run(app, LIMIT_TURN_WAIT_SECONDS * MICROS_SECOND, ret_turn);
}

enum err keyring_turn_status(struct app *app, struct keyring_turn *ret_turn)
{
    struct turn_job job = {.app = app};
    TRY(look(&job));
    bool begun = job.record.epoch != 0;
    *ret_turn = (struct keyring_turn){
        .phase = !begun                         ? KEYRING_TURN_NONE
                 : job.record.rewrapped_at == 0 ? KEYRING_TURN_REWRAPS
                                                : KEYRING_TURN_WAITS,
        .epoch = keyring_epoch(app->keyring),
        .keys_left = job.keys_left,
        .tags_left = job.tags_left,
        .began_at = begun ? job.record.began_at : 0,
        .rewrapped_at = job.record.rewrapped_at,
        .finished_at = job.record.finished_at,
        .backup_at = job.record.backup_at,
        .mirrored = keyring_mirrored(app->keyring),
    };
    return ERR_NONE;
}

enum err keyring_turn_attested(struct sql_tx *tx, int64_t destroyed_at, bool *ret_attested)
{
    int64_t until;
    TRY(store_keeping_get(tx, "turn.attested_until", &until));
    *ret_attested = destroyed_at < until;
    return ERR_NONE;
}

/* The first 03:00 UTC after an instant. */
static int64_t next_night(int64_t after)
{
    struct clock_date date = clock_date_of(after, 0);
    date.hour = TURN_HOUR;
    date.minute = date.second = 0;
    int64_t night = clock_from_date(&date);
    return night > after ? night : night + MICROS_DAY;
}

struct plan_job {
    struct app *app;
    int64_t due;
};

static enum err plan_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct plan_job *job = context;
    (void)arena;
    TRY(lease_end(job->app, tx));
    return store_queue_move(tx, "turn", 0, 0, job->due);
}

static enum err plan(struct app *app, int64_t due)
{
    struct plan_job job = {app, due};
    return sql_call(app->store, "turn_plan", plan_run, &job);
}

enum err keyring_turn_plan(struct app *app)
{
    struct turn_job job = {.app = app};
    int64_t now = clock_now();
    TRY(look(&job));
    bool begun = job.record.began_at != 0 && job.record.began_at <= now;
    return plan(app, job.record.epoch != 0 ? now : next_night(begun ? job.record.began_at : now));
}

/* A lease that ended while the work went on must not begin a second turn in one night. */
static bool turned_just_now(const struct turn_record *record, int64_t now)
{
    int64_t began = now - record->began_at, finished = now - record->finished_at;
    return (began >= 0 && began < MICROS_HOUR) || (finished >= 0 && finished < MICROS_HOUR);
}

enum err keyring_turn_job(struct app *app, int64_t account_id, int64_t subject_id)
{
    struct turn_job job = {.app = app};
    struct keyring_turn result = {.phase = KEYRING_TURN_NONE};
    (void)account_id;
    (void)subject_id;
    TRY(look(&job));
    if (job.record.epoch != 0 || !turned_just_now(&job.record, clock_now())) {
        enum err error = run(app, 0, &result);
        if (error != ERR_NONE)
            return error == ERR_BUSY ? ERR_NONE : error;
    }
    int64_t now = clock_now();
    /* A node that moves on puts the job on the clock itself. */
    int64_t pause =
        result.phase == KEYRING_TURN_WAITS_FOR_NODES ? TURN_NODES_SECONDS * MICROS_SECOND : MICROS_HOUR;
    return plan(app, result.phase == KEYRING_TURN_NONE ? next_night(now) : now + pause);
}

static enum err backup_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct turn_record *backup = context;
    struct turn_record record;
    (void)arena;
    TRY(record_read(tx, &record));
    TRY(store_keeping_put(tx, "backup.taken_at", backup->backup_at));
    TRY(store_keeping_put(tx, "backup.verified_at", clock_now()));
    TRY(store_keeping_put(tx, "backup.epoch", backup->backup_epoch));
    return record.epoch != 0 ? store_queue_move(tx, "turn", 0, 0, clock_now()) : ERR_NONE;
}

enum err keyring_turn_backup_verified(struct app *app, int64_t taken_at, int64_t epoch)
{
    struct turn_record record = {.backup_at = taken_at, .backup_epoch = epoch};
    TRY(sql_call(app->store, "backup_verified", backup_run, &record));
    scheduler_wake(app->scheduler);
    return ERR_NONE;
}
