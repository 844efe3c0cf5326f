#include "app/closure_facts.h"

#include "app/contact.h"
#include "app/service_catalogue.h"
#include "app/service_rows.h"
#include "app/wallet.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/limits.h"
#include "domain/closure/states.h"
#include "store/closure.h"
#include "store/message.h"
#include "store/number.h"
#include "store/service.h"
#include "store/ticket.h"

/* The page that shows how many texts are not saved yet counts no further than this. */
enum { FACT_CLOSURES = 64, FACT_MESSAGES = 100000 };

/* What is counted, by one read; the wallet and the session beside it. */
static enum err gather_counts(struct sql_tx *tx, const struct account *account, const struct actor *actor,
                              int64_t messages_limit, struct closure_facts *facts,
                              struct store_closure_facts *ret_counts)
{
    struct store_closure_facts counts = {.account_id = account->row.account_id,
                                         .ledger_id = account->row.ledger_id,
                                         .session_id = actor->session_id,
                                         .since = account->row.archived_at,
                                         .messages_limit = messages_limit};
    TRY(store_closure_facts(tx, &counts));
    facts->lines = counts.lines_live;
    facts->balance = counts.balance;
    facts->messages_unsaved = counts.messages;
    facts->tickets_open = counts.tickets_open;
    *ret_counts = counts;
    return ERR_NONE;
}

static enum err gather_line(struct sql_tx *tx, struct arena *arena, struct account *account,
                            const struct closure_scope_choice *choice, struct closure_facts *facts)
{
    struct store_line line;
    if (choice->scope != CLOSURE_SCOPE_NUMBER)
        return ERR_NONE;
    TRY(store_line_get(tx, arena, &account->key, account->row.account_id, choice->line_id, &line));
    if (line.ended_at != 0)
        return ERR_NOT_FOUND;
    facts->lines_other = facts->lines - 1;
    facts->lines = 1;
    return ERR_NONE;
}

/* Numbers that could go to another carrier, and those that are on their way. */
static enum err gather_ports(struct sql_tx *tx, struct arena *arena, const struct account *account,
                             const struct closure_scope_choice *choice, struct closure_facts *facts)
{
    struct store_number *numbers = ARENA_ARRAY(arena, LIMIT_LINES, struct store_number);
    size_t count;
    TRY(store_number_list_account(tx, account->row.account_id, numbers, LIMIT_LINES, &count));
    for (size_t i = 0; i < count; i++) {
        if (choice->scope == CLOSURE_SCOPE_NUMBER && numbers[i].line_id != choice->line_id)
            continue;
        facts->numbers_leaving += numbers[i].leaving_at != 0;
        facts->numbers_portable += numbers[i].leaving_at == 0;
    }
    return ERR_NONE;
}

/* Those of the number that ends; with the last number, all of them. */
static enum err gather_services(struct app *app, struct sql_tx *tx, struct arena *arena,
                                struct account *account, const struct closure_scope_choice *choice,
                                struct closure_facts *facts)
{
    struct store_service *services;
    size_t count;
    int64_t line_id = choice->scope == CLOSURE_SCOPE_NUMBER ? choice->line_id : 0;
    TRY(service_rows(tx, arena, account, line_id, &services, &count));
    for (size_t i = 0; i < count; i++) {
        if (services[i].done_at != 0 && services[i].last_at <= services[i].done_at)
            continue; /* ticked off, and quiet since */
        const struct service *known =
            services[i].known != 0 ? service_catalogue_key(app, arena, services[i].name) : NULL;
        facts->services_linked++;
        facts->services_dangerous += known != NULL && known->dangerous;
        if (services[i].last_code_at > facts->service_last_at)
            facts->service_last_at = services[i].last_code_at;
    }
    return ERR_NONE;
}

/* Forwarding is used as long as it is on. With one number of several it goes on for the others. */
static void gather_forward(const struct account *account, int64_t now, struct closure_facts *facts)
{
    if (account->row.wishes.forward == FORWARD_OFF)
        return;
    facts->api_used++;
    facts->api_last_at = now;
}

static enum err gather_contacts(struct sql_tx *tx, struct arena *arena, struct account *account,
                                struct closure_facts *facts)
{
    struct store_contact contacts[4 * LIMIT_CONTACTS];
    size_t count;
    TRY(store_contact_list(tx, arena, &account->key, account->row.account_id, contacts, 4 * LIMIT_CONTACTS,
                           &count));
    for (size_t i = 0; i < count; i++)
        facts->contacts_outside += contacts[i].verified_at != 0 && contacts[i].removed_at == 0;
    return ERR_NONE;
}

static enum err take_proof(const struct actor *actor, const struct store_closure_facts *counts, int64_t now,
                           struct closure_facts *facts)
{
    facts->proof = CLOSURE_PROOF_NONE;
    if (actor->kind != ACTOR_SUBSCRIBER)
        return ERR_NONE;
    if (!counts->session_found)
        return ERR_UNAUTHENTICATED;
    if (counts->proof_until > now)
        facts->proof = facts->contacts_outside != 0 ? CLOSURE_PROOF_FULL : CLOSURE_PROOF_PASSWORD;
    return ERR_NONE;
}

enum err closure_facts_open_case(struct sql_tx *tx, int64_t account_id,
                                 const struct closure_scope_choice *choice, int64_t *ret_closure_id)
{
    struct store_closure_outline rows[FACT_CLOSURES];
    size_t count;
    *ret_closure_id = 0;
    TRY(store_closure_outline(tx, account_id, rows, FACT_CLOSURES, &count));
    for (size_t i = 0; i < count && *ret_closure_id == 0; i++) {
        bool whole = rows[i].scope == CLOSURE_SCOPE_ACCOUNT;
        bool same = whole || (choice->scope == CLOSURE_SCOPE_NUMBER && rows[i].line_id == choice->line_id);
        if (same && !closure_is_over((int)rows[i].state, (enum closure_scope)rows[i].scope))
            *ret_closure_id = rows[i].closure_id;
    }
    return ERR_NONE;
}

enum err closure_facts_gather(struct app *app, struct sql_tx *tx, struct arena *arena,
                              struct account *account, const struct closure_facts_question *question,
                              struct closure_facts *ret_facts)
{
    const struct closure_scope_choice *choice = question->choice;
    struct closure_facts facts = {
        .scope = choice->scope,
        .account_state = (enum account_state)account->row.state,
        .security_at = account->row.security_at,
        .archived_at = account->row.archived_at,
        .case_open = question->open_closure_id != 0,
    };
    struct store_closure_facts counts;
    gather_forward(account, question->now, &facts);
    TRY(gather_counts(tx, account, question->actor, question->messages_limit, &facts, &counts));
    TRY(gather_line(tx, arena, account, choice, &facts));
    TRY(gather_ports(tx, arena, account, choice, &facts));
    TRY(gather_services(app, tx, arena, account, choice, &facts));
    TRY(gather_contacts(tx, arena, account, &facts));
    TRY(take_proof(question->actor, &counts, question->now, &facts));
    *ret_facts = facts;
    return ERR_NONE;
}

struct str closure_facts_mark(struct arena *arena, const struct closure_facts *facts)
{
    uint8_t hash[32];
    struct str shown = arena_printf(
        arena, "%d %lld %lld %lld %lld %d", facts->scope, (long long)facts->balance, (long long)facts->lines,
        (long long)facts->payment_pending, (long long)facts->instruments, facts->contacts_outside != 0);
    seal_hash(&shown, 1, hash);
    return encode_hex(arena, str_bytes(hash, 8));
}

struct check_job {
    struct app *app;
    struct arena *arena;
    const struct actor *actor;
    const struct closure_scope_choice *choice;
    int64_t now;
    struct closure_check *check;
};

static enum err check_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct check_job *job = context;
    struct closure_check *check = job->check;
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    TRY(closure_facts_open_case(tx, account->row.account_id, job->choice, &check->open_closure_id));
    const struct closure_facts_question question = {.choice = job->choice,
                                                    .actor = job->actor,
                                                    .now = job->now,
                                                    .open_closure_id = check->open_closure_id,
                                                    .messages_limit = FACT_MESSAGES};
    TRY(closure_facts_gather(job->app, tx, arena, account, &question, &check->facts));
    if (job->choice->scope == CLOSURE_SCOPE_NUMBER)
        TRY(store_line_get(tx, arena, &account->key, account->row.account_id, job->choice->line_id,
                           &check->line));
    return ERR_NONE;
}

enum err closure_check(struct app *app, struct arena *arena, const struct actor *actor,
                       const struct closure_scope_choice *choice, struct closure_check **ret_check)
{
    struct closure_check *check = ARENA_NEW(arena, struct closure_check);
    struct check_job job = {
        .app = app, .arena = arena, .actor = actor, .choice = choice, .now = clock_now(), .check = check};
    TRY(sql_read(app->store, check_run, arena, &job));
    check->finding_count = closure_preflight(&check->facts, job.now, check->findings);
    check->fine_count = closure_preflight_possible(choice->scope) - check->finding_count;
    check->mark = closure_facts_mark(arena, &check->facts);
    *ret_check = check;
    return ERR_NONE;
}
