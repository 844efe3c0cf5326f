#include "app/declaration.h"

#include "app/contact.h"
#include "app/declaration_match.h"
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
#include "store/work.h"

#include <stdio.h>

struct declaration_job_state {
    struct app *app;
    struct arena *arena;
    struct declaration_new *declare;
    const struct actor *actor;
    int64_t declaration_id, now, due; /* due: of the acknowledgement */
    struct str secret, name;
    uint8_t hash[LINK_HASH_BYTES], public_key[LINK_PUBLIC_BYTES];
    struct declaration_view *view;
};

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

/* Nobody is told by it whether there is an account; a contact of the account is told the facts. */
static struct mail acknowledgement(struct declaration_job_state *job, struct arena *arena,
                                   const struct store_declaration *row, bool is_contact)
{
    struct declaration_term term = declaration_term(row);
    bool facts = is_contact && term.bought_at != 0;
    struct mail mail = {
        .to = row->mail,
        .language = row->language,
        .kind = !term.asked    ? STR("declaration_received")
                : !facts       ? STR("withdrawal_received")
                : term.in_time ? STR("withdrawal_in_time")
                               : STR("withdrawal_late"),
        .arguments = {MAIL_ARGUMENT_TEXT("reference", row->reference),
                      MAIL_ARGUMENT_TIME("received", row->received_at), MAIL_ARGUMENT_TEXT("name", row->name),
                      MAIL_ARGUMENT_TEXT("contract", row->contract),
                      MAIL_ARGUMENT_DATE("date", row->wished_at != 0 ? row->wished_at : row->received_at)},
        .argument_count = 5};
    if (!facts)
        return mail;
    mail.arguments[mail.argument_count++] = MAIL_ARGUMENT_DATE("bought", term.bought_at);
    mail.arguments[mail.argument_count++] = MAIL_ARGUMENT_DATE("last_day", term.last_day);
    mail.arguments[mail.argument_count++] =
        MAIL_ARGUMENT_LINK("link", declaration_link(job->app, arena, row->reference, job->secret, ""));
    return mail;
}

static enum err acknowledge(struct declaration_job_state *job, struct sql_tx *tx, struct arena *arena,
                            const struct seal_key *key, const struct store_declaration *row, bool is_contact,
                            int64_t due)
{
    if (row->mail.length == 0)
        return ERR_NONE;
    struct mail mail = acknowledgement(job, arena, row, is_contact);
    struct mail_place place = {.key = key, .key_kind = "case", .key_owner = row->declaration_id};
    return mail_queue(tx, arena, &place, &mail,
                      arena_printf(arena, "declaration:%lld:received", (long long)row->declaration_id),
                      job->now, due);
}

/* At its deadline; one that has its outcome already is forgotten thirty days later. */
static int64_t next_look(const struct store_declaration *row, int64_t now)
{
    return row->deadline_at != 0 ? row->deadline_at : now + DECLARATION_KEPT_MICROS;
}

static struct store_declaration new_row(const struct declaration_job_state *job)
{
    const struct declaration_new *declare = job->declare;
    return (struct store_declaration){.declaration_id = job->declaration_id,
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
}

static enum err record_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct declaration_job_state *job = context;
    struct declaration_new *declare = job->declare;
    struct declaration_subject subject;
    struct seal_key key;
    struct store_declaration row = new_row(job);
    bool is_contact = false;
    TRY(keys_make(job->app, tx, "case", job->declaration_id, &key));
    TRY(declaration_find_subject(job->app, tx, arena, declare->contract, &subject));
    TRY(subject.account_id != 0
            ? declaration_apply_match(job->app, tx, arena, &subject, job->now, job->secret, &row, &is_contact)
            : unmatched(tx, &row, job->now));
    declare->ret_term = declaration_term(&row);
    if (declare->viewer_id == 0 || declare->viewer_id != row.account_id)
        declare->ret_term = (struct declaration_term){.asked = declare->ret_term.asked};
    TRY(idempotency_made(tx, declare->repeat, row.declaration_id));
    TRY(store_declaration_insert(tx, arena, &key, &row));
    TRY(store_reference_insert(tx, row.reference, "declaration", 0, row.declaration_id));
    TRY(acknowledge(job, tx, arena, &key, &row, is_contact, job->due));
    return store_queue_add(tx, "declaration", 0, row.declaration_id, next_look(&row, job->now));
}

static bool mail_fits(const struct declaration_new *declare)
{
    return (declare->by_operator && declare->mail.length == 0) || contact_mail_is_valid(declare->mail);
}

static bool text_fits(struct str text, size_t least, size_t most)
{
    return text.length >= least && text.length <= most && str_is_utf8(text);
}

static enum err give_again(struct app *app, struct arena *arena, struct declaration_new *declare)
{
    struct declaration_view *view;
    TRY(declaration_view(app, arena, declare->repeat->ret_subject_id, &view));
    const struct store_declaration *row = &view->row;
    snprintf(declare->ret_reference, sizeof declare->ret_reference, "%.*s", STR_ARG(row->reference));
    declare->ret_received_at = row->received_at;
    return ERR_NONE;
}

enum err declaration_record(struct app *app, struct arena *arena, struct str client,
                            struct declaration_new *declare)
{
    struct clock_reading now = clock_read();
    bool fits = text_fits(declare->name, 1, 200) && text_fits(declare->contract, 1, 200) &&
                text_fits(declare->reason, 0, LIMIT_REASON_BYTES) && mail_fits(declare) &&
                (declare->wished_at == 0 || declare->wished_at < now.wall + 3660 * MICROS_DAY) &&
                declare->received_at <= now.wall &&
                (declare->kind == DECLARATION_CANCEL || declare->kind == DECLARATION_WITHDRAW);
    if (!fits)
        return ERR_INVALID;
    if (declare->repeat != NULL && declare->repeat->ret_subject_id != 0)
        return give_again(app, arena, declare);
    TRY(rate_take(RATE_DECLARATION, client, now.monotonic));
    struct declaration_job_state job = {.app = app,
                                        .arena = arena,
                                        .declare = declare,
                                        .declaration_id = ids_next(now.wall),
                                        .now = now.wall};
    ids_reference("VD", declare->ret_reference);
    declare->ret_received_at = declare->received_at != 0 ? declare->received_at : now.wall;
    job.due = declare->mail.length != 0 ? acknowledgement_due(declare->mail, now) : now.wall;
    declare->ret_mail_later = job.due > now.wall;
    TRY(link_new(arena, &job.secret, job.hash, job.public_key));
    FAILPOINT("declaration.before_record");
    TRY(sql_call(app->store, "declaration_record", record_run, &job));
    declare->ret_secret = job.secret;
    scheduler_wake(app->scheduler);
    return ERR_NONE;
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

struct find_job {
    struct str code;
    int64_t declaration_id;
};

static enum err find_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct find_job *job = context;
    int64_t none;
    (void)arena;
    return store_reference_get(tx, job->code, "declaration", &none, &job->declaration_id);
}

enum err declaration_find(struct app *app, struct arena *arena, struct str reference,
                          int64_t *ret_declaration_id)
{
    char code[IDS_REFERENCE_SIZE];
    if (!ids_reference_read(reference, "VD", code))
        return ERR_NOT_FOUND;
    struct find_job job = {.code = str_from(code)};
    TRY(sql_read(app->store, find_run, arena, &job));
    *ret_declaration_id = job.declaration_id;
    return ERR_NONE;
}

enum err declaration_by_link(struct app *app, struct arena *arena, struct str reference, struct str secret,
                             struct declaration_view **ret_view)
{
    int64_t declaration_id;
    struct declaration_view *view;
    TRY(declaration_find(app, arena, reference, &declaration_id));
    TRY(declaration_view(app, arena, declaration_id, &view));
    if (!link_matches(secret, view->row.secret_hash))
        return ERR_NOT_FOUND;
    *ret_view = view;
    return ERR_NONE;
}

static enum err match_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct declaration_job_state *job = context;
    struct store_declaration row;
    struct declaration_subject subject;
    struct seal_key key;
    bool is_contact;
    TRY(store_declaration_get(tx, arena, job->declaration_id, &row));
    if (row.state != DECLARATION_UNMATCHED)
        return ERR_STATE;
    TRY(declaration_find_subject(job->app, tx, arena, job->name, &subject));
    if (subject.account_id == 0)
        return ERR_NOT_FOUND;
    TRY(keys_open(job->app, tx, "case", row.declaration_id, &key));
    TRY(store_declaration_open(arena, &key, &row));
    row.state_at = job->now;
    row.secret_hash = str_bytes(job->hash, sizeof job->hash);
    TRY(declaration_apply_match(job->app, tx, arena, &subject, job->now, job->secret, &row, &is_contact));
    TRY(store_declaration_rematch(tx, arena, &key, &row));
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
