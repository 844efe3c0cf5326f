#include "app/closure_request.h"

#include "app/closure_work.h"
#include "app/contact.h"
#include "app/journal.h"
#include "app/refund.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "base/limits.h"
#include "crypto/link.h"
#include "store/key.h"

/* Nothing that is decided here rests on how many texts there are. */
enum { REQUEST_LINES = CLOSURE_NUMBERS, REMOVED_CONTACT_DAYS = 30, REQUEST_MESSAGES = 1 };

struct request_job {
    struct app *app;
    struct arena *arena;
    const struct actor *actor;
    struct closure_request *request;
    int64_t now, closure_id;
    char reference[IDS_REFERENCE_SIZE];
    struct str secret;
    uint8_t hash[LINK_HASH_BYTES], public_key[LINK_PUBLIC_BYTES];
};

/* A second request while one is under way gets the one that is there. */
static enum err repeated(struct request_job *job, struct sql_tx *tx, struct arena *arena, int64_t closure_id)
{
    struct closure_work *closure;
    TRY(closure_work_load(job->app, tx, arena, job->actor->account_id, closure_id, job->now, job->actor,
                          &closure));
    job->request->ret_closure_id = closure_id;
    job->request->ret_reference = arena_str(job->arena, closure->row.reference);
    job->request->ret_secret = arena_str(job->arena, closure->row.own.secret);
    job->request->ret_repeated = true;
    return ERR_NONE;
}

static void add_contacts(const struct store_contact *contacts, size_t count, bool removed, int64_t since,
                         struct closure_own *own)
{
    for (size_t i = 0; i < count; i++) {
        bool wanted = removed ? contacts[i].removed_at > since : contacts[i].removed_at == 0;
        if (wanted && contacts[i].verified_at != 0 && contacts[i].kind == CONTACT_MAIL)
            own->contacts[own->contact_count++] = contacts[i].address;
    }
}

/* Everybody who can be reached, and who could until 30 days ago, hears of it. The removed stand last: the
 * confirmation goes to the first that takes it. */
static enum err own_contacts(struct request_job *job, struct sql_tx *tx, struct arena *arena,
                             struct account *account, struct closure_own *own)
{
    struct store_contact contacts[CLOSURE_CONTACTS];
    int64_t since = job->now - REMOVED_CONTACT_DAYS * MICROS_DAY;
    size_t count;
    TRY(store_contact_list(tx, arena, &account->key, account->row.account_id, contacts, CLOSURE_CONTACTS,
                           &count));
    add_contacts(contacts, count, false, since, own);
    own->present_count = (int64_t)own->contact_count;
    add_contacts(contacts, count, true, since, own);
    return ERR_NONE;
}

static enum err own_numbers(struct request_job *job, struct sql_tx *tx, struct arena *arena,
                            struct account *account, struct closure_own *own)
{
    struct store_line *lines = ARENA_ARRAY(arena, REQUEST_LINES, struct store_line);
    const struct closure_scope_choice *choice = &job->request->choice;
    size_t count;
    TRY(store_line_list(tx, arena, &account->key, account->row.account_id, lines, REQUEST_LINES, &count));
    for (size_t i = 0; i < count; i++) {
        bool ends = choice->scope == CLOSURE_SCOPE_ACCOUNT || lines[i].line_id == choice->line_id;
        if (lines[i].ended_at != 0 || !ends)
            continue;
        own->numbers[own->number_count++] = lines[i].e164;
    }
    return ERR_NONE;
}

static enum err make_case(struct request_job *job, struct account *account,
                          const struct closure_decision *decision, struct closure_work *closure)
{
    const struct closure_case *next = &decision->next;
    closure->row = (struct store_closure){
        .account_id = account->row.account_id,
        .closure_id = job->closure_id,
        .reference = str_from(job->reference),
        .scope = next->scope,
        .line_id = job->request->choice.line_id,
        .refund_choice = job->request->refund_choice,
        .waits_for = STR(""),
        .secret_hash = str_bytes(job->hash, sizeof job->hash),
        .link_public = str_bytes(job->public_key, sizeof job->public_key),
        .own = {.name = account->row.name,
                .language = account->row.language,
                .ledger_id = account->row.ledger_id,
                .secret = job->secret,
                .bank = job->request->bank},
    };
    TRY(keys_make(job->app, closure->tx, "closure", job->closure_id, &closure->key));
    TRY(own_contacts(job, closure->tx, closure->arena, account, &closure->row.own));
    TRY(own_numbers(job, closure->tx, closure->arena, account, &closure->row.own));
    return store_reference_insert(closure->tx, closure->row.reference, "closure", closure->row.account_id,
                                  job->closure_id);
}

/* Approved by rule where nobody need look: in the same transaction. */
static enum err tick_at_once(struct closure_work *closure, const struct closure_config *config)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    if (now.deadline_at == 0 || now.deadline_at > closure->now)
        return ERR_NONE;
    TRY(closure_decide_tick(config, &now, true, closure->now, &decision));
    return closure_work_change(closure, &decision, "approved_by_rule", STR_NONE);
}

static enum err submit(struct request_job *job, struct sql_tx *tx, struct arena *arena,
                       struct account *account, const struct closure_facts *facts,
                       const struct closure_submission *submission)
{
    struct closure_config config = closure_work_config(job->app);
    struct closure_decision decision;
    struct closure_work closure = {.app = job->app,
                                   .tx = tx,
                                   .arena = arena,
                                   .now = job->now,
                                   .account = account,
                                   .has_key = true,
                                   .actor = job->actor,
                                   .is_new = true,
                                   .journal = {.known = true}};
    TRY(closure_decide_submit(&config, facts, submission, job->now, &decision));
    TRY(make_case(job, account, &decision, &closure));
    TRY(closure_work_change(&closure, &decision, "submitted", STR_NONE));
    TRY(tick_at_once(&closure, &config));
    return closure_work_finish(&closure);
}

static enum err request_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct request_job *job = context;
    struct closure_request *request = job->request;
    struct account *account;
    struct closure_facts facts;
    int64_t open;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    TRY(closure_facts_open_case(tx, account->row.account_id, &request->choice, &open));
    if (open != 0)
        return repeated(job, tx, arena, open);
    TRY(closure_facts_gather(job->app, tx, arena, account,
                             &(struct closure_facts_question){.choice = &request->choice,
                                                              .actor = job->actor,
                                                              .now = job->now,
                                                              .messages_limit = REQUEST_MESSAGES},
                             &facts));
    if (request->mark.length != 0 && !str_equal(request->mark, closure_facts_mark(arena, &facts)))
        return ERR_CHANGED;
    TRY(submit(job, tx, arena, account, &facts,
               &(struct closure_submission){.start_at = request->wished_at}));
    TRY(journal_account(tx, arena, account, job->now, "closure_submitted", job->actor, STR_NONE));
    request->ret_closure_id = job->closure_id;
    request->ret_reference = arena_str(job->arena, str_from(job->reference));
    request->ret_secret = arena_str(job->arena, job->secret);
    request->ret_repeated = false;
    return ERR_NONE;
}

static enum err request_check(const struct closure_request *request)
{
    bool bank_fits =
        request->refund_choice != CLOSURE_REFUND_BANK || refund_destination_fits(str_trim(request->bank));
    if (!bank_fits || request->refund_choice < 0 || request->refund_choice > CLOSURE_REFUND_GIVE_UP)
        return ERR_INVALID;
    return request->choice.scope == CLOSURE_SCOPE_ACCOUNT || request->choice.scope == CLOSURE_SCOPE_NUMBER
               ? ERR_NONE
               : ERR_INVALID;
}

enum err closure_request(struct app *app, struct arena *arena, const struct actor *actor,
                         struct closure_request *request)
{
    int64_t now = clock_now();
    TRY(request_check(request));
    if (request->refund_choice == 0)
        request->refund_choice = CLOSURE_REFUND_ORIGIN;
    struct request_job job = {.app = app,
                              .arena = arena,
                              .actor = actor,
                              .request = request,
                              .now = now,
                              .closure_id = ids_next(now)};
    ids_reference("VC", job.reference);
    TRY(link_new(arena, &job.secret, job.hash, job.public_key));
    FAILPOINT("closure.before_submit");
    TRY(sql_call(app->store, "closure_request", request_run, &job));
    FAILPOINT("closure.after_submit");
    scheduler_wake(app->scheduler);
    return ERR_NONE;
}

enum err closure_submit_by_declaration(struct app *app, struct sql_tx *tx, struct arena *arena,
                                       struct account *account, const struct closure_scope_choice *choice,
                                       int64_t declared_at, int64_t now, int64_t *ret_closure_id)
{
    const struct actor system = {.kind = ACTOR_SYSTEM};
    struct closure_request request = {.choice = *choice, .refund_choice = CLOSURE_REFUND_ORIGIN};
    struct request_job job = {.app = app,
                              .arena = arena,
                              .actor = &system,
                              .request = &request,
                              .now = now,
                              .closure_id = ids_next(now)};
    struct closure_submission submission = {
        .declared_at = declared_at, .by_declaration = true, .without_declaration = true};
    struct closure_facts_question question = {
        .choice = &request.choice, .actor = &system, .now = now, .messages_limit = REQUEST_MESSAGES};
    struct closure_facts facts;
    ids_reference("VC", job.reference);
    TRY(link_new(arena, &job.secret, job.hash, job.public_key));
    TRY(closure_facts_open_case(tx, account->row.account_id, &request.choice, &question.open_closure_id));
    TRY(closure_facts_gather(app, tx, arena, account, &question, &facts));
    TRY(submit(&job, tx, arena, account, &facts, &submission));
    *ret_closure_id = job.closure_id;
    return ERR_NONE;
}
