#include "app/declaration.h"

#include "app/closure_request.h"
#include "app/contact.h"
#include "app/line_fees.h"
#include "app/links.h"
#include "app/rate.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "base/limits.h"
#include "crypto/link.h"
#include "domain/declaration/declaration.h"
#include "store/identity.h"
#include "store/key.h"
#include "store/number.h"
#include "store/work.h"
#include "wire/phone.h"

#include <string.h>

enum { DECLARATION_LINES = 64, DECLARATION_CONTACTS = 40 };

struct declaration_job_state {
    struct app *app;
    struct arena *arena;
    struct declaration_new *declare;
    const struct actor *actor;
    int64_t declaration_id, now;
    struct str secret, name;
    uint8_t hash[LINK_HASH_BYTES], public_key[LINK_PUBLIC_BYTES];
    struct declaration_view *view;
};

/* By log-in name, one of our numbers, or an order: the first that fits. */
static enum err match_account(struct app *app, struct sql_tx *tx, struct arena *arena, struct str contract,
                              int64_t *ret_account_id)
{
    char order[IDS_REFERENCE_SIZE];
    struct str e164;
    int64_t subject;
    *ret_account_id = 0;
    enum err error = keys_find_name(app, tx, "login", keys_normalise(arena, contract), ret_account_id);
    if (error == ERR_NOT_FOUND && phone_read(arena, contract, &e164)) {
        struct store_number number;
        error = store_number_get(tx, e164, &number);
        if (error == ERR_NONE)
            *ret_account_id = number.account_id;
    }
    if (error == ERR_NOT_FOUND && ids_reference_read(contract, "VO", order))
        error = store_reference_get(tx, str_from(order), "order", ret_account_id, &subject);
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}

static enum err stop_fees(struct sql_tx *tx, struct arena *arena, struct account *account, int64_t at)
{
    struct store_line *lines = ARENA_ARRAY(arena, DECLARATION_LINES, struct store_line);
    size_t count;
    TRY(store_line_list(tx, arena, &account->key, account->row.account_id, lines, DECLARATION_LINES, &count));
    for (size_t i = 0; i < count; i++)
        if (lines[i].ended_at == 0)
            TRY(line_fees_stop(tx, arena, account, lines[i].line_id, at));
    return ERR_NONE;
}

static enum err tell_contacts(struct declaration_job_state *job, struct sql_tx *tx, struct arena *arena,
                              struct account *account, const struct store_declaration *row, struct str secret)
{
    struct store_contact contacts[DECLARATION_CONTACTS];
    size_t count;
    struct str path =
        arena_printf(arena, "/cancel/%.*s/not-me?key=%.*s", STR_ARG(row->reference), STR_ARG(secret));
    TRY(store_contact_list(tx, arena, &account->key, account->row.account_id, contacts, DECLARATION_CONTACTS,
                           &count));
    for (size_t i = 0; i < count; i++) {
        bool lately = contacts[i].removed_at == 0 || job->now - contacts[i].removed_at < 30 * MICROS_DAY;
        if (contacts[i].verified_at == 0 || !lately || contacts[i].kind != CONTACT_MAIL)
            continue;
        struct mail mail = {
            .to = contacts[i].address,
            .language = account->row.language,
            .kind = STR("declaration_matched"),
            .arguments = {MAIL_ARGUMENT_TEXT("reference", row->reference),
                          MAIL_ARGUMENT_TIME("received", row->received_at),
                          MAIL_ARGUMENT_LINK("not_me_link", links_make(job->app, arena, path))},
            .argument_count = 3};
        struct str key =
            arena_printf(arena, "declaration:%lld:matched:%zu", (long long)row->declaration_id, i);
        TRY(mail_queue(tx, arena, ACCOUNT_MAIL_PLACE(account), &mail, key, job->now, job->now));
    }
    return ERR_NONE;
}

/* What a match does: fees stop from its date, everybody is told, the clock of the objection runs. */
static enum err matched(struct declaration_job_state *job, struct sql_tx *tx, struct arena *arena,
                        struct store_declaration *row, struct str secret)
{
    struct account *account;
    enum err error = account_load(job->app, tx, arena, row->account_id, &account);
    if (error == ERR_KEY_GONE || (error == ERR_NONE && account_is_closed(account))) {
        row->state = DECLARATION_ENDED; /* there is nothing left to cancel */
        row->deadline_at = 0;
        return ERR_NONE;
    }
    TRY(error);
    int64_t date = declaration_effective_at(row->received_at, row->wished_at);
    row->state = DECLARATION_MATCHED;
    row->deadline_at = declaration_deadline(row->state, date, job->now);
    TRY(stop_fees(tx, arena, account, date));
    return tell_contacts(job, tx, arena, account, row, secret);
}

static enum err unmatched(struct sql_tx *tx, struct store_declaration *row, int64_t now)
{
    row->state = DECLARATION_UNMATCHED;
    row->deadline_at = declaration_deadline(row->state, row->received_at, now);
    return store_desk_add(tx, "declaration", now + MICROS_DAY, 0, row->declaration_id);
}

/* At most three acknowledgements a day to an address go out at once; later ones wait for the next day. */
static int64_t acknowledgement_due(struct str mail, struct clock_reading now)
{
    return rate_take(RATE_ACKNOWLEDGEMENT, mail, now.monotonic) == ERR_NONE ? now.wall
                                                                            : now.wall + MICROS_DAY;
}

static enum err acknowledge(struct declaration_job_state *job, struct sql_tx *tx, struct arena *arena,
                            const struct seal_key *key, const struct store_declaration *row, int64_t due)
{
    struct mail mail = {
        .to = row->mail,
        .language = row->language,
        .kind = STR("declaration_received"),
        .arguments = {MAIL_ARGUMENT_TEXT("reference", row->reference),
                      MAIL_ARGUMENT_TIME("received", row->received_at), MAIL_ARGUMENT_TEXT("name", row->name),
                      MAIL_ARGUMENT_TEXT("contract", row->contract),
                      MAIL_ARGUMENT_DATE("date", row->wished_at != 0 ? row->wished_at : row->received_at)},
        .argument_count = 5};
    struct mail_place place = {.key = key, .key_kind = "case", .key_owner = row->declaration_id};
    return mail_queue(tx, arena, &place, &mail,
                      arena_printf(arena, "declaration:%lld:received", (long long)row->declaration_id),
                      job->now, due);
}

/* At its deadline; one that has its outcome already is forgotten thirty days later. */
static int64_t next_look(const struct store_declaration *row, int64_t now)
{
    return row->deadline_at != 0 ? row->deadline_at : now + CLOSURE_OBJECTION_MICROS;
}

static enum err record_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct declaration_job_state *job = context;
    struct declaration_new *declare = job->declare;
    struct seal_key key;
    struct store_declaration row = {.declaration_id = job->declaration_id,
                                    .reference = str_from(declare->ret_reference),
                                    .kind = declare->kind,
                                    .state_at = job->now,
                                    .received_at = declare->ret_received_at,
                                    .wished_at = declare->wished_at,
                                    .secret_hash = str_bytes(job->hash, sizeof job->hash),
                                    .name = declare->name,
                                    .contract = declare->contract,
                                    .mail = declare->mail,
                                    .reason = declare->reason,
                                    .language = declare->language};
    int64_t due = acknowledgement_due(declare->mail, clock_read());
    declare->ret_mail_later = due >= job->now + MICROS_DAY;
    TRY(keys_make(job->app, tx, "case", job->declaration_id, &key));
    TRY(match_account(job->app, tx, arena, declare->contract, &row.account_id));
    TRY(row.account_id != 0 ? matched(job, tx, arena, &row, job->secret) : unmatched(tx, &row, job->now));
    TRY(store_declaration_insert(tx, arena, &key, &row));
    TRY(store_reference_insert(tx, row.reference, "declaration", 0, row.declaration_id));
    TRY(acknowledge(job, tx, arena, &key, &row, due));
    return store_queue_add(tx, "declaration", 0, row.declaration_id, next_look(&row, job->now));
}

static bool text_fits(struct str text, size_t least, size_t most)
{
    return text.length >= least && text.length <= most && str_is_utf8(text);
}

enum err declaration_record(struct app *app, struct arena *arena, struct str client,
                            struct declaration_new *declare)
{
    struct clock_reading now = clock_read();
    bool fits = text_fits(declare->name, 1, 200) && text_fits(declare->contract, 1, 200) &&
                text_fits(declare->reason, 0, LIMIT_REASON_BYTES) && contact_mail_is_valid(declare->mail) &&
                (declare->wished_at == 0 || declare->wished_at < now.wall + 3660 * MICROS_DAY) &&
                declare->received_at <= now.wall &&
                (declare->kind == DECLARATION_CANCEL || declare->kind == DECLARATION_WITHDRAW);
    if (!fits)
        return ERR_INVALID;
    TRY(rate_take(RATE_DECLARATION, client, now.monotonic));
    struct declaration_job_state job = {.app = app,
                                        .arena = arena,
                                        .declare = declare,
                                        .declaration_id = ids_next(now.wall),
                                        .now = now.wall};
    ids_reference("VD", declare->ret_reference);
    declare->ret_received_at = declare->received_at != 0 ? declare->received_at : now.wall;
    TRY(link_new(arena, &job.secret, job.hash, job.public_key));
    FAILPOINT("declaration.before_record");
    TRY(sql_call(app->store, "declaration_record", record_run, &job));
    declare->ret_secret = job.secret;
    scheduler_wake(app->scheduler);
    return ERR_NONE;
}

static enum err finish(struct sql_tx *tx, struct store_declaration *row, enum declaration_event event,
                       int64_t now)
{
    int64_t before = row->state;
    TRY(declaration_decide(before, event, &row->state));
    row->state_at = now;
    row->deadline_at = 0;
    TRY(store_declaration_update(tx, row, before));
    TRY(store_desk_remove(tx, "declaration", row->declaration_id));
    return store_queue_move(tx, "declaration", 0, row->declaration_id, now + DECLARATION_KEPT_MICROS);
}

struct object_job {
    struct app *app;
    struct str code, secret;
    int64_t now;
};

static enum err object_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct object_job *job = context;
    struct store_declaration row;
    struct account *account;
    int64_t none, declaration_id;
    TRY(store_reference_get(tx, job->code, "declaration", &none, &declaration_id));
    TRY(store_declaration_get(tx, arena, declaration_id, &row));
    if (!link_matches(job->secret, row.secret_hash))
        return ERR_NOT_FOUND;
    if (row.state != DECLARATION_MATCHED)
        return row.state == DECLARATION_OBJECTED ? ERR_NONE : ERR_STATE;
    TRY(account_load(job->app, tx, arena, row.account_id, &account));
    struct store_line *lines = ARENA_ARRAY(arena, DECLARATION_LINES, struct store_line);
    size_t count;
    TRY(store_line_list(tx, arena, &account->key, account->row.account_id, lines, DECLARATION_LINES, &count));
    for (size_t i = 0; i < count; i++)
        if (lines[i].ended_at == 0)
            TRY(line_fees_resume(tx, arena, account, lines[i].line_id, job->now));
    return finish(tx, &row, DECLARATION_EVENT_OBJECT, job->now);
}

enum err declaration_object(struct app *app, struct arena *arena, struct str reference, struct str secret)
{
    char code[IDS_REFERENCE_SIZE];
    (void)arena;
    if (!ids_reference_read(reference, "VD", code))
        return ERR_NOT_FOUND;
    struct object_job job = {.app = app, .code = str_from(code), .secret = secret, .now = clock_now()};
    return sql_call(app->store, "declaration_object", object_run, &job);
}

/* Thirty days after its outcome what the person wrote is forgotten. */
static enum err forget(struct sql_tx *tx, const struct store_declaration *row)
{
    TRY(store_queue_remove(tx, "declaration", 0, row->declaration_id));
    TRY(store_declaration_forget(tx, row->declaration_id));
    return keys_destroy(tx, "case", row->declaration_id);
}

static enum err start_closure(struct declaration_job_state *job, struct sql_tx *tx, struct arena *arena,
                              struct store_declaration *row)
{
    struct account *account;
    enum err error = account_load(job->app, tx, arena, row->account_id, &account);
    if (error == ERR_NONE && !account_is_closed(account))
        error = closure_submit_by_declaration(job->app, tx, arena, account, row->received_at, job->now,
                                              &row->closure_id);
    if (error != ERR_NONE && error != ERR_KEY_GONE && error != ERR_EXISTS && error != ERR_GONE)
        return error;
    return finish(tx, row, DECLARATION_EVENT_TIME, job->now);
}

static enum err due_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct declaration_job_state *job = context;
    struct store_declaration row;
    TRY(store_declaration_get(tx, arena, job->declaration_id, &row));
    if (row.deadline_at > job->now)
        return store_queue_move(tx, "declaration", 0, row.declaration_id, row.deadline_at);
    if (row.state == DECLARATION_MATCHED)
        return start_closure(job, tx, arena, &row);
    if (row.state == DECLARATION_UNMATCHED)
        return finish(tx, &row, DECLARATION_EVENT_TIME, job->now);
    return forget(tx, &row);
}

enum err declaration_job(struct app *app, int64_t account_id, int64_t declaration_id)
{
    struct declaration_job_state job = {.app = app, .declaration_id = declaration_id, .now = clock_now()};
    (void)account_id;
    return sql_call(app->store, "declaration_due", due_run, &job);
}

static enum err view_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct declaration_job_state *job = context;
    struct seal_key key;
    (void)arena;
    TRY(store_declaration_get(tx, job->arena, job->declaration_id, &job->view->row));
    enum err error = keys_open(job->app, tx, "case", job->declaration_id, &key);
    job->view->readable = error == ERR_NONE;
    if (error != ERR_NONE)
        return error == ERR_KEY_GONE ? ERR_NONE : error;
    return store_declaration_open(job->arena, &key, &job->view->row);
}

enum err declaration_view(struct app *app, struct arena *arena, int64_t declaration_id,
                          struct declaration_view **ret_view)
{
    struct declaration_job_state job = {.app = app,
                                        .arena = arena,
                                        .declaration_id = declaration_id,
                                        .view = ARENA_NEW(arena, struct declaration_view)};
    TRY(sql_read(app->store, view_run, arena, &job));
    *ret_view = job.view;
    return ERR_NONE;
}

static enum err match_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct declaration_job_state *job = context;
    struct store_declaration row;
    TRY(store_declaration_get(tx, arena, job->declaration_id, &row));
    if (row.state != DECLARATION_UNMATCHED)
        return ERR_STATE;
    TRY(keys_find_name(job->app, tx, "login", keys_normalise(arena, job->name), &row.account_id));
    row.state_at = job->now;
    TRY(matched(job, tx, arena, &row, job->secret));
    TRY(store_declaration_rematch(tx, &row, str_bytes(job->hash, sizeof job->hash)));
    TRY(store_desk_remove(tx, "declaration", row.declaration_id));
    TRY(store_audit_insert(tx, job->now, job->actor->staff_id, "declaration_matched", row.account_id,
                           row.declaration_id));
    return store_queue_move(tx, "declaration", 0, row.declaration_id, next_look(&row, job->now));
}

/* The link in the mails needs a secret; only its hash was kept, so the match makes a new one. */
enum err declaration_match(struct app *app, const struct actor *actor, int64_t declaration_id,
                           struct str name)
{
    struct arena *arena = arena_new_wiped(0);
    struct declaration_job_state job = {.app = app,
                                        .arena = arena,
                                        .actor = actor,
                                        .declaration_id = declaration_id,
                                        .now = clock_now(),
                                        .name = name};
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = link_new(arena, &job.secret, job.hash, job.public_key);
    if (error == ERR_NONE)
        error = sql_call(app->store, "declaration_match", match_run, &job);
    arena_free(arena);
    scheduler_wake(app->scheduler);
    return error;
}

enum err declaration_of_closure(struct closure_work *closure)
{
    struct store_closure *row = &closure->row;
    struct seal_key key;
    char reference[IDS_REFERENCE_SIZE];
    struct store_declaration declaration = {.declaration_id = ids_next(closure->now),
                                            .kind = DECLARATION_CANCEL,
                                            .state = DECLARATION_ENDED,
                                            .state_at = closure->now,
                                            .received_at = closure->now,
                                            .wished_at = row->start_at > closure->now ? row->start_at : 0,
                                            .account_id = row->account_id,
                                            .closure_id = row->closure_id,
                                            .secret_hash = row->secret_hash,
                                            .name = row->own.name,
                                            .contract = row->reference,
                                            .language = row->own.language};
    ids_reference("VD", reference);
    declaration.reference = str_from(reference);
    TRY(keys_make(closure->app, closure->tx, "case", declaration.declaration_id, &key));
    TRY(store_declaration_insert(closure->tx, closure->arena, &key, &declaration));
    TRY(store_reference_insert(closure->tx, declaration.reference, "declaration", 0,
                               declaration.declaration_id));
    return store_queue_add(closure->tx, "declaration", 0, declaration.declaration_id,
                           closure->now + DECLARATION_KEPT_MICROS);
}

enum err declaration_revoke(struct closure_work *closure)
{
    int64_t ids[32];
    size_t count;
    TRY(store_declaration_of_account(closure->tx, closure->row.account_id, ids, 32, &count));
    for (size_t i = 0; i < count; i++) {
        struct store_declaration row;
        TRY(store_declaration_get(closure->tx, closure->arena, ids[i], &row));
        if (row.closure_id == closure->row.closure_id && row.state == DECLARATION_ENDED)
            TRY(finish(closure->tx, &row, DECLARATION_EVENT_OBJECT, closure->now));
    }
    return ERR_NONE;
}
