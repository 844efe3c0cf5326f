#include "app/message_wishes.h"

#include "base/clock.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/message.h"
#include "wire/phone.h"

#include <stdlib.h>

struct wishes_job {
    struct app *app;
    struct arena *arena;
    const struct actor *actor;
    int64_t account_id, message_id, sender_id, now;
    struct str sender;
    struct quiet_hours quiet;
    struct message_wishes wishes;
};

struct quiet_hours message_quiet(const struct account *account)
{
    const struct store_wishes *wishes = &account->row.wishes;
    return (struct quiet_hours){wishes->quiet_from, wishes->quiet_to, wishes->quiet_zone};
}

static int compare_blocked(const void *a, const void *b)
{
    const struct store_blocked *left = a, *right = b;
    if (left->blocked_at != right->blocked_at)
        return left->blocked_at > right->blocked_at ? -1 : 1;
    return left->sender_id < right->sender_id ? -1 : 1;
}

static enum err wishes_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct wishes_job *job = context;
    struct message_wishes *wishes = &job->wishes;
    struct account *account;
    (void)arena;
    TRY(account_load(job->app, tx, job->arena, job->account_id, &account));
    *wishes = (struct message_wishes){
        .quiet = message_quiet(account),
        .blocked = ARENA_ARRAY(job->arena, LIMIT_BLOCKED, struct store_blocked),
        .forward = account->row.wishes.forward,
        .forward_since = account->row.wishes.forward_since,
        .forward_to = account->row.wishes.forward_to,
        .forward_secret = account->row.wishes.forward_secret,
        .offered_to = account->row.wishes.offered_to,
    };
    TRY(store_blocked_list(tx, job->arena, &account->key, job->account_id, wishes->blocked, LIMIT_BLOCKED,
                           &wishes->blocked_count));
    if (wishes->blocked_count != 0)
        qsort(wishes->blocked, wishes->blocked_count, sizeof *wishes->blocked, compare_blocked);
    return ERR_NONE;
}

enum err message_wishes(struct app *app, struct arena *arena, int64_t account_id,
                        struct message_wishes *ret_wishes)
{
    struct wishes_job job = {.app = app, .arena = arena, .account_id = account_id};
    TRY(sql_read(app->store, wishes_run, arena, &job));
    *ret_wishes = job.wishes;
    return ERR_NONE;
}

static enum err quiet_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct wishes_job *job = context;
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    account->row.wishes.quiet_from = job->quiet.from;
    account->row.wishes.quiet_to = job->quiet.to;
    account->row.wishes.quiet_zone = job->quiet.zone;
    return account_save(tx, arena, account);
}

enum err message_set_quiet(struct app *app, const struct actor *actor, const struct quiet_hours *quiet)
{
    struct wishes_job job = {.app = app, .account_id = actor->account_id, .quiet = *quiet};
    if (!quiet_is_valid(quiet))
        return ERR_INVALID;
    return sql_call(app->store, "message_set_quiet", quiet_run, &job);
}

/* "+1 212 555 0100" and "+12125550100" are one sender, and so are names in any case. */
static struct str sender_name(struct arena *arena, struct str sender)
{
    struct str number;
    if (phone_read(arena, sender, &number))
        return number;
    char *name = arena_cstr(arena, str_trim(sender));
    for (size_t i = 0; name[i] != '\0'; i++)
        if (name[i] >= 'A' && name[i] <= 'Z')
            name[i] = (char)(name[i] - 'A' + 'a');
    return str_from(name);
}

static enum err put_blocked(struct wishes_job *job, struct sql_tx *tx, struct arena *arena,
                            struct account *account)
{
    if (account->row.wishes.blocked >= LIMIT_BLOCKED)
        return ERR_POLICY;
    struct store_blocked row = {
        .account_id = job->account_id,
        .sender_id = store_blocked_id(&account->key, sender_name(arena, job->sender)),
        .blocked_at = job->now,
        .sender = job->sender,
    };
    TRY(store_blocked_put(tx, arena, &account->key, &row));
    job->sender_id = row.sender_id;
    account->row.wishes.blocked++;
    return account_save(tx, arena, account);
}

static enum err block_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct wishes_job *job = context;
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    return put_blocked(job, tx, arena, account);
}

enum err message_block(struct app *app, const struct actor *actor, struct str sender, int64_t *ret_sender_id)
{
    struct wishes_job job = {
        .app = app, .account_id = actor->account_id, .now = clock_now(), .sender = str_trim(sender)};
    if (job.sender.length == 0 || job.sender.length > LIMIT_SENDER_BYTES || !str_is_utf8(job.sender))
        return ERR_INVALID;
    TRY(sql_call(app->store, "message_block", block_run, &job));
    *ret_sender_id = job.sender_id;
    return ERR_NONE;
}

static enum err block_sender_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct wishes_job *job = context;
    struct account *account;
    struct store_message message;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    TRY(store_message_get(tx, arena, &account->key, job->account_id, job->message_id, &message));
    if (message.direction != MESSAGE_RECEIVED || str_trim(message.peer).length == 0)
        return ERR_INVALID;
    job->sender = str_trim(message.peer);
    return put_blocked(job, tx, arena, account);
}

enum err message_block_sender_of(struct app *app, const struct actor *actor, int64_t message_id)
{
    struct wishes_job job = {
        .app = app, .account_id = actor->account_id, .now = clock_now(), .message_id = message_id};
    return sql_call(app->store, "message_block", block_sender_run, &job);
}

static enum err unblock_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct wishes_job *job = context;
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    TRY(store_blocked_delete(tx, job->account_id, job->sender_id));
    account->row.wishes.blocked--;
    return account_save(tx, arena, account);
}

enum err message_unblock(struct app *app, const struct actor *actor, int64_t sender_id)
{
    struct wishes_job job = {.app = app, .account_id = actor->account_id, .sender_id = sender_id};
    return sql_call(app->store, "message_unblock", unblock_run, &job);
}

enum err message_is_blocked(struct sql_tx *tx, struct arena *arena, const struct account *account,
                            struct str sender, int64_t now, bool *ret_blocked)
{
    *ret_blocked = false;
    if (account->row.wishes.blocked == 0)
        return ERR_NONE;
    int64_t sender_id = store_blocked_id(&account->key, sender_name(arena, sender));
    enum err error = store_blocked_touch(tx, account->row.account_id, sender_id, now);
    *ret_blocked = error == ERR_NONE;
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}
