#include "app/idempotency.h"

#include "app/account.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/idempotency.h"

#include <string.h>

struct idempotency_job {
    struct app *app;
    struct arena *arena;
    struct idempotency *request;
    int64_t now, status;
    struct str answer;
};

static bool key_is_valid(struct str key)
{
    bool valid = key.length != 0 && key.length <= LIMIT_IDEMPOTENCY_KEY_BYTES;
    for (size_t i = 0; valid && i < key.length; i++)
        valid = key.data[i] >= 0x20 && key.data[i] < 0x7f;
    return valid;
}

static enum err find_key(struct idempotency_job *job, struct sql_tx *tx, struct arena *arena,
                         struct seal_key *ret_key)
{
    const struct idempotency *request = job->request;
    struct account *account;
    if (request->account_id == 0) {
        const struct str parts[] = {STR("idempotency answer"), request->scope, request->key};
        seal_hash(parts, 3, ret_key->bytes);
        return ERR_NONE;
    }
    TRY(account_load(job->app, tx, arena, request->account_id, &account));
    *ret_key = account->key;
    return ERR_NONE;
}

/* Both hashes are keyed: a body may hold a password, and a key may say something about its sender. */
static void make_hashes(struct idempotency *request, const struct seal_key *key)
{
    struct str secret = str_bytes(key->bytes, sizeof key->bytes);
    const struct str name[] = {STR("idempotency key"), secret, request->scope, request->key};
    const struct str body[] = {STR("idempotency body"), secret, request->target, request->body};
    seal_hash(name, 4, request->key_hash);
    seal_hash(body, 4, request->body_hash);
}

static struct store_idempotency row_of(const struct idempotency *request)
{
    return (struct store_idempotency){
        .account_id = request->account_id,
        .key_hash = str_bytes(request->key_hash, sizeof request->key_hash),
        .body_hash = str_bytes(request->body_hash, sizeof request->body_hash),
        .at = request->at,
        .subject_id = request->ret_subject_id,
    };
}

/* What is left of an earlier request with this key; ERR_NOT_FOUND where the key is free. */
static enum err find_earlier(struct idempotency_job *job, struct sql_tx *tx, struct arena *arena,
                             const struct seal_key *key)
{
    struct idempotency *request = job->request;
    struct store_idempotency row = row_of(request), earlier;
    TRY(store_idempotency_get(tx, arena, key, row.account_id, row.key_hash, &earlier));
    bool expired = earlier.at <= job->now - LIMIT_IDEMPOTENCY_HOURS * MICROS_HOUR;
    bool lost = earlier.state == IDEMPOTENCY_IN_FLIGHT &&
                earlier.at <= job->now - LIMIT_IDEMPOTENCY_FLIGHT_SECONDS * MICROS_SECOND;
    if (expired)
        return ERR_NOT_FOUND;
    if (!str_equal(earlier.body_hash, row.body_hash))
        return ERR_KEY_REUSED;
    request->ret_subject_id = earlier.subject_id;
    if (earlier.state == IDEMPOTENCY_IN_FLIGHT)
        return lost ? ERR_NOT_FOUND : ERR_IN_FLIGHT;
    request->ret_done = true;
    request->ret_status = earlier.status;
    request->ret_answer = arena_str(job->arena, earlier.body);
    return ERR_NONE;
}

static enum err begin_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct idempotency_job *job = context;
    struct seal_key key;
    job->request->ret_done = false;
    job->request->ret_subject_id = 0;
    TRY(find_key(job, tx, arena, &key));
    make_hashes(job->request, &key);
    enum err error = find_earlier(job, tx, arena, &key);
    explicit_bzero(&key, sizeof key);
    if (error != ERR_NOT_FOUND)
        return error;
    struct store_idempotency row = row_of(job->request);
    return store_idempotency_begin(tx, &row);
}

enum err idempotency_begin(struct app *app, struct arena *arena, struct idempotency *request)
{
    if (!key_is_valid(request->key))
        return ERR_INVALID;
    request->at = clock_now();
    struct idempotency_job job = {.app = app, .arena = arena, .request = request, .now = request->at};
    return sql_call(app->store, "idempotency_begin", begin_run, &job);
}

enum err idempotency_made(struct sql_tx *tx, const struct idempotency *request, int64_t subject_id)
{
    if (request == NULL)
        return ERR_NONE;
    struct store_idempotency row = row_of(request);
    row.subject_id = subject_id;
    return store_idempotency_made(tx, &row);
}

static enum err finish_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct idempotency_job *job = context;
    struct store_idempotency row = row_of(job->request);
    struct seal_key key;
    row.status = job->status;
    row.body = job->answer;
    TRY(find_key(job, tx, arena, &key));
    enum err error = store_idempotency_finish(tx, arena, &key, &row);
    explicit_bzero(&key, sizeof key);
    return error;
}

enum err idempotency_finish(struct app *app, struct idempotency *request, int64_t status, struct str answer)
{
    struct idempotency_job job = {.app = app, .request = request, .status = status, .answer = answer};
    return sql_call(app->store, "idempotency_finish", finish_run, &job);
}

static enum err release_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct idempotency_job *job = context;
    struct store_idempotency row = row_of(job->request);
    (void)arena;
    return store_idempotency_release(tx, &row);
}

enum err idempotency_release(struct app *app, struct idempotency *request)
{
    struct idempotency_job job = {.app = app, .request = request};
    return sql_call(app->store, "idempotency_release", release_run, &job);
}
