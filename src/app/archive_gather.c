#include "app/archive_gather.h"

#include "app/contact.h"
#include "app/line_list.h"
#include "app/service_list.h"
#include "app/settings.h"
#include "app/wallet.h"
#include "app/wallet_read.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "domain/account/account.h"
#include "domain/types.h"
#include "i18n/i18n.h"
#include "store/line.h"
#include "store/message.h"
#include "store/service.h"

struct gather {
    struct app *app;
    struct arena *arena; /* of the source */
    int64_t account_id;
    int64_t upper; /* messages from this id on came later */
    enum language language;
    struct store_line *lines;
    size_t line_count;
    struct service_view *services;
    size_t service_count;
    struct archive_source source;
};

/* One page of messages. */
struct page_job {
    struct gather *gather;
    struct arena *arena;
    int64_t cursor;
    struct archive_message *messages;
    size_t limit, count;
};

static struct archive_message message_of(const struct gather *gather, const struct store_message *row)
{
    struct archive_message message = {
        .id = row->message_id,
        .at = row->at,
        .sent = row->direction == MESSAGE_SENT,
        .read = row->read_at != 0,
        .peer = row->peer,
        .text = row->text,
        .code = row->code,
    };
    for (size_t i = 0; i < gather->line_count; i++)
        if (gather->lines[i].line_id == row->line_id)
            message.number = gather->lines[i].e164;
    for (size_t i = 0; i < gather->service_count; i++)
        if (row->service_id != 0 && gather->services[i].service_id == row->service_id)
            message.service = gather->services[i].name;
    return message;
}

static enum err messages_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct page_job *job = context;
    const struct gather *gather = job->gather;
    struct seal_key *key = ARENA_NEW(job->arena, struct seal_key);
    struct store_message *rows = ARENA_ARRAY(job->arena, job->limit, struct store_message);
    size_t count;
    (void)arena;
    TRY(keys_open(gather->app, tx, "account", gather->account_id, key));
    TRY(store_message_list_after(tx, job->arena, key, gather->account_id, job->cursor, rows, job->limit,
                                 &count));
    for (job->count = 0; job->count < count && rows[job->count].message_id < gather->upper; job->count++)
        job->messages[job->count] = message_of(gather, &rows[job->count]);
    return ERR_NONE;
}

static enum err messages_page(void *context, struct arena *arena, int64_t cursor,
                              struct archive_message *ret_messages, size_t limit, size_t *ret_count)
{
    struct gather *gather = context;
    struct page_job job = {
        .gather = gather, .arena = arena, .cursor = cursor, .messages = ret_messages, .limit = limit};
    TRY(sql_read(gather->app->store, messages_run, arena, &job));
    *ret_count = job.count;
    return ERR_NONE;
}

/* Newest first, so that money that moves meanwhile changes no page that is still to come. */
static enum err transfers_page(void *context, struct arena *arena, int64_t cursor,
                               struct archive_transfer *ret_transfers, size_t limit, size_t *ret_count)
{
    struct gather *gather = context;
    struct wallet_page page;
    TRY(wallet_read(gather->app, arena, gather->account_id, cursor, limit, &page));
    for (size_t i = 0; i < page.count; i++) {
        struct wallet_entry *entry = &page.entries[i];
        struct str id = arena_printf(arena, "transfer.%.*s", STR_ARG(entry->kind));
        ret_transfers[i] = (struct archive_transfer){
            .id = entry->entry_id,
            .at = entry->at,
            .order = entry->order_code,
            .kind = entry->kind,
            .text = text_by_name(gather->language, id.data),
            .amount = entry->amount,
        };
    }
    *ret_count = page.count;
    return ERR_NONE;
}

static void gather_numbers(struct gather *gather)
{
    struct archive_number *numbers = ARENA_ARRAY(gather->arena, gather->line_count, struct archive_number);
    for (size_t i = 0; i < gather->line_count; i++)
        numbers[i] =
            (struct archive_number){gather->lines[i].e164, gather->lines[i].since, gather->lines[i].ended_at};
    gather->source.numbers = numbers;
    gather->source.number_count = gather->line_count;
}

static enum err gather_contacts(struct gather *gather)
{
    const struct actor actor = {.kind = ACTOR_SYSTEM, .account_id = gather->account_id};
    struct store_contact *rows;
    size_t count;
    TRY(contact_list(gather->app, gather->arena, &actor, &rows, &count));
    struct archive_contact *contacts = ARENA_ARRAY(gather->arena, count, struct archive_contact);
    for (size_t i = 0; i < count; i++)
        contacts[i] = (struct archive_contact){rows[i].kind == CONTACT_MAIL ? STR("mail") : STR("phone"),
                                               rows[i].address, rows[i].verified_at};
    gather->source.contacts = contacts;
    gather->source.contact_count = count;
    return ERR_NONE;
}

static enum err gather_services(struct gather *gather)
{
    TRY(service_list(gather->app, gather->arena, gather->account_id, 0, &gather->services,
                     &gather->service_count));
    struct archive_service *services =
        ARENA_ARRAY(gather->arena, gather->service_count, struct archive_service);
    for (size_t i = 0; i < gather->service_count; i++)
        services[i] = (struct archive_service){
            .name = gather->services[i].name,
            .first_at = gather->services[i].first_at,
            .last_at = gather->services[i].last_at,
            .last_code_at = gather->services[i].last_code_at,
            .count = gather->services[i].count,
            .done_at = gather->services[i].done_at,
            .security_url = gather->services[i].security_url,
            .closing_url = gather->services[i].closing_url,
        };
    gather->source.services = services;
    gather->source.service_count = gather->service_count;
    return ERR_NONE;
}

static enum err account_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct gather *gather = context;
    struct archive_source *source = &gather->source;
    struct account *account;
    (void)arena;
    TRY(account_load(gather->app, tx, gather->arena, gather->account_id, &account));
    gather->language = account->row.language == LANGUAGE_ZH ? LANGUAGE_ZH : LANGUAGE_EN;
    source->user_name = account->row.name;
    source->state = str_from(account_state_name(account->row.state));
    source->language = i18n_tag(gather->language);
    source->created_at = account->row.created_at;
    gather->lines = ARENA_ARRAY(gather->arena, LIMIT_LINES, struct store_line);
    TRY(store_line_list(tx, gather->arena, &account->key, gather->account_id, gather->lines, LIMIT_LINES,
                        &gather->line_count));
    return wallet_balance(tx, account, &source->balance);
}

enum err archive_gather(struct app *app, struct arena *arena, int64_t account_id,
                        struct archive_source **ret_source)
{
    int64_t now = clock_now();
    struct gather *gather = ARENA_NEW(arena, struct gather);
    *gather = (struct gather){.app = app, .arena = arena, .account_id = account_id, .upper = ids_lowest(now)};
    gather->source = (struct archive_source){
        .currency = STR("USD"),
        .operator_name = str_from(app->settings->operator.legal_name),
        .now = now,
        .messages = messages_page,
        .transfers = transfers_page,
        .context = gather,
    };
    TRY(sql_read(app->store, account_run, arena, gather));
    gather_numbers(gather);
    TRY(gather_contacts(gather));
    TRY(gather_services(gather));
    *ret_source = &gather->source;
    return ERR_NONE;
}
