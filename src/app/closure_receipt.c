#include "app/closure_receipt.h"

#include "app/closure_effects.h"
#include "app/refund.h"
#include "app/settings.h"
#include "base/encode.h"
#include "base/failpoint.h"
#include "base/json.h"
#include "base/limits.h"
#include "crypto/link.h"
#include "crypto/receipt.h"
#include "domain/ledger/refund.h"
#include "store/work.h"
#include "wire/phone.h"

enum { RECEIPT_RECIPIENTS = 80 };

static void write_operator(struct json *json, const struct settings *settings)
{
    json_object(json, "operator");
    json_text(json, "name", settings->operator.legal_name);
    json_text(json, "address", settings->operator.address);
    json_text(json, "complaints", settings->operator.complaint_body);
    json_object_end(json);
}

static void write_money(struct arena *arena, struct json *json, const struct store_closure *row,
                        const struct store_refund *refunds, size_t count)
{
    json_object(json, "money");
    json_money(json, "balance_at_closing", row->settled_amount);
    json_array(json, "refunds");
    for (size_t i = 0; i < count; i++) {
        json_object(json, NULL);
        json_money(json, "amount", refunds[i].amount);
        json_text(json, "state", machine_state_name(&refund_machine, (int)refunds[i].state));
        json_str(json, "to", refund_label(arena, &refunds[i]));
        json_time(json, "with_you_by", refund_arrives_by(&refunds[i]));
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void write_told(struct closure_work *closure, struct json *json)
{
    struct store_recipient told[RECEIPT_RECIPIENTS];
    size_t count = 0;
    enum err error = store_recipient_list(closure->tx, closure->arena, closure->row.account_id,
                                          closure->row.closure_id, told, RECEIPT_RECIPIENTS, &count);
    json_array(json, "told");
    for (size_t i = 0; error == ERR_NONE && i < count; i++) {
        json_object(json, NULL);
        json_str(json, "who", told[i].recipient);
        json_str(json, "result", told[i].result);
        json_time(json, "at", told[i].told_at);
        json_object_end(json);
    }
    json_array_end(json);
}

/* What outlives the account, by which rule, until when. Words are ids of the catalogue: the page shows them.
 */
static void write_kept(struct json *json, const struct store_closure *row)
{
    static const char *const kept[][2] = {{"ledger", "bookkeeping"},
                                          {"number_history", "numbering_rules"},
                                          {"receipt_hash", "proof"},
                                          {"confirmation_contact", "until_handed_over"}};
    json_array(json, "kept");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        json_object(json, NULL);
        json_text(json, "what", kept[i][0]);
        json_text(json, "rule", kept[i][1]);
        json_object_end(json);
    }
    if (row->hold != 0) {
        json_object(json, NULL);
        json_text(json, "what", "some_data");
        json_text(json, "rule", "by_law");
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_numbers(struct closure_work *closure, struct json *json)
{
    json_array(json, "numbers");
    for (size_t i = 0; i < closure->row.own.number_count; i++)
        json_str(json, NULL, phone_mask(closure->arena, closure->row.own.numbers[i]));
    json_array_end(json);
}

struct str closure_receipt_text(struct closure_work *closure, enum receipt_stage stage,
                                const struct store_refund *refunds, size_t refund_count)
{
    const struct store_closure *row = &closure->row;
    struct buf out = buf_new(0);
    struct json json = json_new(&out);
    json_object(&json, NULL);
    json_text(&json, "violet_receipt", stage == RECEIPT_CLOSED ? "closed" : "forgotten");
    json_str(&json, "reference", row->reference);
    json_text(&json, "scope", row->scope == CLOSURE_SCOPE_ACCOUNT ? "account" : "number");
    write_operator(&json, closure->app->settings);
    json_time(&json, "declared", row->declared_at);
    json_time(&json, "closed", row->closed_at);
    if (stage == RECEIPT_FORGOTTEN) {
        json_time(&json, "forgotten", row->forgotten_at);
    } else {
        write_numbers(closure, &json);
        write_money(closure->arena, &json, row, refunds, refund_count);
        write_told(closure, &json);
        write_kept(&json, row);
        json_text(&json, "erasure",
                  row->scope == CLOSURE_SCOPE_NUMBER ? "not_part_of_it"
                  : row->hold != 0                   ? "some_data_is_kept_by_law"
                                                     : "pending");
    }
    json_object_end(&json);
    buf_add_char(&out, '\n');
    struct str text = arena_str(closure->arena, buf_str(&out));
    buf_free(&out);
    return text;
}

static enum err keep_receipt(struct closure_work *closure, enum receipt_stage stage, struct str text)
{
    struct store_closure *row = &closure->row;
    struct arena *arena = closure->arena;
    uint8_t hash[32];
    struct str box;
    char at[21];
    clock_format(closure->now, at);
    struct str comment = arena_printf(arena, "violet receipt %.*s %s", STR_ARG(row->reference), at);
    struct str signature = receipt_sign(closure->app->signer, arena, text, comment);
    TRY(link_seal(arena, row->link_public, text, &box));
    seal_hash(&text, 1, hash);
    struct store_receipt receipt = {.account_id = row->account_id,
                                    .closure_id = row->closure_id,
                                    .stage = stage,
                                    .made_at = closure->now,
                                    .hash = str_bytes(hash, sizeof hash),
                                    .signature = signature,
                                    .link_box = box};
    TRY(store_receipt_insert(closure->tx, &receipt));
    TRY(store_leaf_insert(closure->tx, receipt.hash, "receipt", closure->now));
    closure->receipt = text;
    closure->signature = signature;
    return store_queue_move(closure->tx, "leaves", row->account_id, row->closure_id, closure->now);
}

static enum err read_refunds(struct closure_work *closure, struct store_refund **ret_refunds,
                             size_t *ret_count)
{
    return store_refund_list(closure->tx, closure->arena, closure->has_key ? &closure->key : NULL,
                             closure->row.account_id, closure->row.closure_id, ret_refunds, ret_count);
}

enum err closure_effect_make_receipt(struct closure_work *closure)
{
    struct store_refund *refunds;
    size_t count;
    FAILPOINT("closure.receipt");
    TRY(read_refunds(closure, &refunds, &count));
    return keep_receipt(closure, RECEIPT_CLOSED,
                        closure_receipt_text(closure, RECEIPT_CLOSED, refunds, count));
}

/* Told by mail where an address is still kept; else the status page says so. */
enum err closure_effect_add_receipt_line(struct closure_work *closure)
{
    TRY(keep_receipt(closure, RECEIPT_FORGOTTEN, closure_receipt_text(closure, RECEIPT_FORGOTTEN, NULL, 0)));
    return closure_work_mail(closure, "forgotten", STR(""), NULL, 0);
}

/* The confirmation carries the receipt itself, which the same transaction made. It goes to one contact; a
 * bounce tries the next one. */
enum err closure_effect_confirm(struct closure_work *closure)
{
    if (closure->row.own.present_count == 0)
        closure->row.confirmed_at =
            closure->now; /* nobody to tell: it can be downloaded from the status page */
    return closure_work_confirm(closure, 0, closure->receipt, closure->signature);
}

/* The contact's place in "closure:ID:closed:PLACE"; false for any other effect. */
static bool confirmation_place(struct str effect_key, size_t *ret_place)
{
    int64_t place;
    size_t at = str_find(effect_key, STR(":closed:"), 0);
    if (at == SIZE_MAX || !str_to_int64(str_part(effect_key, at + 8, 20), &place) || place < 0)
        return false;
    *ret_place = (size_t)place;
    return true;
}

static enum err look_at_key(struct sql_tx *tx, struct arena *arena, int64_t account_id, int64_t closure_id,
                            int64_t now)
{
    struct store_closure row;
    if (closure_id == 0)
        return ERR_NONE;
    TRY(store_closure_get(tx, arena, account_id, closure_id, &row));
    if (row.state != CLOSURE_FORGETTING && row.state != CLOSURE_FORGOTTEN && row.state != CLOSURE_UNDONE)
        return ERR_NONE;
    return store_queue_move(tx, "closure", account_id, closure_id, now);
}

enum err closure_receipt_handed_over(struct app *app, struct sql_tx *tx, struct arena *arena,
                                     int64_t account_id, int64_t closure_id, struct str effect_key,
                                     struct str fields, bool arrived, int64_t now)
{
    const struct actor system = {.kind = ACTOR_SYSTEM};
    struct closure_work *closure;
    struct mail mail;
    size_t place;
    if (!confirmation_place(effect_key, &place))
        return look_at_key(tx, arena, account_id, closure_id, now);
    TRY(closure_work_load(app, tx, arena, account_id, closure_id, now, &system, &closure));
    TRY(closure_work_journal(closure, arrived ? "confirmation_sent" : "confirmation_failed", STR_NONE));
    if (!arrived && closure->has_key && (int64_t)place + 1 < closure->row.own.present_count) {
        TRY(mail_read(arena, fields, &mail));
        return closure_work_confirm(closure, place + 1, mail.attachment, mail.signature);
    }
    closure->row.confirmed_at = now;
    TRY(closure_work_save(closure));
    return store_queue_move(tx, "closure", account_id, closure_id, now);
}

struct read_job {
    struct arena *arena;
    int64_t account_id, closure_id;
    enum receipt_stage stage;
    struct store_receipt receipt;
};

static enum err read_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct read_job *job = context;
    (void)arena;
    return store_receipt_get(tx, job->arena, job->account_id, job->closure_id, job->stage, &job->receipt);
}

enum err closure_receipt_read(struct app *app, struct arena *arena, int64_t account_id, int64_t closure_id,
                              enum receipt_stage stage, struct str secret,
                              struct closure_receipt *ret_receipt)
{
    struct read_job job = {
        .arena = arena, .account_id = account_id, .closure_id = closure_id, .stage = stage};
    TRY(sql_read(app->store, read_run, arena, &job));
    TRY(link_open(arena, secret, job.receipt.link_box, &ret_receipt->text));
    ret_receipt->signature = job.receipt.signature;
    return ERR_NONE;
}
