#include "app/declaration_match.h"

#include "app/closure_facts.h"
#include "app/contact.h"
#include "app/declaration.h"
#include "app/line_fees.h"
#include "app/links.h"
#include "app/mail.h"
#include "app/wallet.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "domain/declaration/declaration.h"
#include "store/identity.h"
#include "store/key.h"
#include "store/ledger.h"
#include "store/number.h"
#include "store/order.h"
#include "wire/phone.h"

enum { MATCH_ORDERS = 64, MATCH_REMOVED_DAYS = 30 };

static enum err find_number(struct sql_tx *tx, struct str e164, struct declaration_subject *subject)
{
    struct store_number number;
    TRY(store_number_get(tx, e164, &number));
    subject->account_id = number.account_id;
    subject->line_id = number.account_id != 0 ? number.line_id : 0;
    return ERR_NONE;
}

enum err declaration_find_subject(struct app *app, struct sql_tx *tx, struct arena *arena,
                                  struct str contract, struct declaration_subject *ret_subject)
{
    char order[IDS_REFERENCE_SIZE];
    struct str e164;
    struct declaration_subject subject = {0};
    enum err error = keys_find_name(app, tx, "login", keys_normalise(arena, contract), &subject.account_id);
    if (error == ERR_NOT_FOUND && phone_read(arena, contract, &e164))
        error = find_number(tx, e164, &subject);
    if (error == ERR_NOT_FOUND && ids_reference_read(contract, "VO", order))
        error = store_reference_get(tx, str_from(order), "order", &subject.account_id, &subject.order_id);
    if (error != ERR_NONE && error != ERR_NOT_FOUND)
        return error;
    *ret_subject = error == ERR_NONE ? subject : (struct declaration_subject){0};
    return ERR_NONE;
}

struct str declaration_link(struct app *app, struct arena *arena, struct str reference, struct str secret,
                            const char *below)
{
    return links_make(
        app, arena,
        arena_printf(arena, "/cancel/%.*s%s?key=%.*s", STR_ARG(reference), below, STR_ARG(secret)));
}

static enum err order_of_line(struct sql_tx *tx, const struct store_line *line, int64_t *ret_order_id)
{
    int64_t account_id;
    enum err error = store_reference_get(tx, line->order_code, "order", &account_id, ret_order_id);
    if (error != ERR_NOT_FOUND)
        return error;
    *ret_order_id = 0;
    return ERR_NONE;
}

/* When what it names was bought: the order's date, the line's first day where it has none; of a whole account
 * its newest purchase. */
static enum err find_purchase(struct sql_tx *tx, struct arena *arena, const struct account *account,
                              int64_t order_id, const struct store_line *line, int64_t *ret_bought_at)
{
    struct store_order order = {0};
    size_t count;
    enum err error = ERR_NONE;
    if (order_id == 0 && line != NULL)
        TRY(order_of_line(tx, line, &order_id));
    if (order_id != 0)
        error = store_order_get(tx, arena, &account->key, account->row.account_id, order_id, &order);
    else if (line == NULL)
        error = store_order_list(tx, arena, &account->key, account->row.account_id, 0, INT64_MAX, &order, 1,
                                 &count);
    if (error != ERR_NONE && error != ERR_NOT_FOUND)
        return error;
    *ret_bought_at = order.at != 0 ? order.at : line != NULL ? line->since : 0;
    return ERR_NONE;
}

/* Fills the row; ret_left: whether there is anything to cancel. */
static enum err concern(struct sql_tx *tx, struct arena *arena, const struct account *account,
                        const struct declaration_subject *subject, struct store_declaration *row,
                        bool *ret_left)
{
    struct store_order order = {0};
    struct store_line line = {0};
    int64_t account_id = account->row.account_id;
    row->line_id = subject->line_id;
    if (subject->order_id != 0)
        TRY(store_order_get(tx, arena, &account->key, account_id, subject->order_id, &order));
    if (row->line_id == 0)
        row->line_id = order.line_id; /* the purchase of a number is about that number */
    if (row->line_id != 0)
        TRY(store_line_get(tx, arena, &account->key, account_id, row->line_id, &line));
    row->number = line.e164;
    *ret_left = row->line_id == 0 || line.ended_at == 0;
    return find_purchase(tx, arena, account, subject->order_id, row->line_id != 0 ? &line : NULL,
                         &row->bought_at);
}

/* Calls each for the living lines that the declaration concerns. */
static enum err each_line(struct sql_tx *tx, struct arena *arena, struct account *account,
                          const struct store_declaration *row, int64_t at,
                          enum err (*each)(struct sql_tx *tx, struct arena *arena, struct account *account,
                                           const struct store_declaration *row, int64_t line_id, int64_t at))
{
    struct store_line *lines = ARENA_ARRAY(arena, LIMIT_LINES, struct store_line);
    size_t count;
    TRY(store_line_list(tx, arena, &account->key, account->row.account_id, lines, LIMIT_LINES, &count));
    for (size_t i = 0; i < count; i++)
        if (lines[i].ended_at == 0 && (row->line_id == 0 || row->line_id == lines[i].line_id))
            TRY(each(tx, arena, account, row, lines[i].line_id, at));
    return ERR_NONE;
}

static enum err stop_line(struct sql_tx *tx, struct arena *arena, struct account *account,
                          const struct store_declaration *row, int64_t line_id, int64_t at)
{
    (void)row;
    return line_fees_stop(tx, arena, account, line_id, at);
}

static enum err resume_line(struct sql_tx *tx, struct arena *arena, struct account *account,
                            const struct store_declaration *row, int64_t line_id, int64_t at)
{
    const struct closure_scope_choice choice = {.scope = CLOSURE_SCOPE_NUMBER, .line_id = line_id};
    int64_t closure_id;
    bool held;
    TRY(store_declaration_holds_line(tx, account->row.account_id, line_id, DECLARATION_MATCHED,
                                     row->declaration_id, &held));
    TRY(closure_facts_open_case(tx, account->row.account_id, &choice, &closure_id));
    return held || closure_id != 0 ? ERR_NONE : line_fees_resume(tx, arena, account, line_id, at);
}

enum err declaration_resume_fees(struct sql_tx *tx, struct arena *arena, struct account *account,
                                 const struct store_declaration *row, int64_t now)
{
    return each_line(tx, arena, account, row, now, resume_line);
}

static void add_argument(struct mail *mail, struct mail_argument argument)
{
    mail->arguments[mail->argument_count++] = argument;
}

static struct mail matched_mail(struct app *app, struct arena *arena, const struct account *account,
                                const struct store_declaration *row, struct str secret)
{
    struct mail mail = {.language = account->row.language,
                        .kind = row->line_id != 0 ? STR("declaration_matched_number")
                                                  : STR("declaration_matched")};
    add_argument(&mail, MAIL_ARGUMENT_TEXT("reference", row->reference));
    add_argument(&mail, MAIL_ARGUMENT_TIME("received", row->received_at));
    add_argument(&mail, MAIL_ARGUMENT_LINK("link", declaration_link(app, arena, row->reference, secret, "")));
    add_argument(&mail, MAIL_ARGUMENT_LINK("not_me_link",
                                           declaration_link(app, arena, row->reference, secret, "/not-me")));
    if (row->line_id != 0)
        add_argument(&mail, MAIL_ARGUMENT_TEXT("number", phone_mask(arena, row->number)));
    return mail;
}

static enum err tell_contacts(struct app *app, struct sql_tx *tx, struct arena *arena,
                              struct account *account, const struct store_declaration *row, struct str secret,
                              int64_t now, bool *ret_is_contact)
{
    struct store_contact contacts[CONTACT_ROWS];
    size_t count;
    struct mail mail = matched_mail(app, arena, account, row, secret);
    *ret_is_contact = false;
    TRY(store_contact_list(tx, arena, &account->key, account->row.account_id, contacts, CONTACT_ROWS,
                           &count));
    for (size_t i = 0; i < count; i++) {
        bool present = contacts[i].removed_at == 0;
        bool lately = present || now - contacts[i].removed_at < MATCH_REMOVED_DAYS * MICROS_DAY;
        if (contacts[i].verified_at == 0 || !lately || contacts[i].kind != CONTACT_MAIL)
            continue;
        *ret_is_contact |= present && str_equal_nocase(contacts[i].address, row->mail);
        mail.to = contacts[i].address;
        struct str key =
            arena_printf(arena, "declaration:%lld:matched:%zu", (long long)row->declaration_id, i);
        TRY(mail_queue(tx, arena, ACCOUNT_MAIL_PLACE(account), &mail, key, now, now));
    }
    return ERR_NONE;
}

enum err declaration_apply_match(struct app *app, struct sql_tx *tx, struct arena *arena,
                                 const struct declaration_subject *subject, int64_t now, struct str secret,
                                 struct store_declaration *row, bool *ret_is_contact)
{
    struct account *account;
    bool left = false;
    *ret_is_contact = false;
    row->account_id = subject->account_id;
    enum err error = account_load(app, tx, arena, subject->account_id, &account);
    if (error != ERR_NONE && error != ERR_KEY_GONE)
        return error;
    if (error == ERR_NONE && !account_is_closed(account))
        TRY(concern(tx, arena, account, subject, row, &left));
    row->state = left ? DECLARATION_MATCHED : DECLARATION_ENDED;
    row->deadline_at = 0;
    if (!left)
        return ERR_NONE;
    int64_t date = declaration_effective_at(row->received_at, row->wished_at);
    row->deadline_at = declaration_deadline(row->state, date, now);
    TRY(each_line(tx, arena, account, row, date, stop_line));
    return tell_contacts(app, tx, arena, account, row, secret, now, ret_is_contact);
}

struct declaration_term declaration_term(const struct store_declaration *row)
{
    struct declaration_term term = {.asked = row->kind == DECLARATION_WITHDRAW};
    if (!term.asked || row->bought_at == 0)
        return term;
    term.bought_at = row->bought_at;
    term.last_day = declaration_withdraw_last_day(row->bought_at);
    term.in_time = declaration_withdraws_in_time(row->received_at, row->bought_at);
    return term;
}

static enum err pay_order(struct sql_tx *tx, struct arena *arena, const struct account *account,
                          const struct store_declaration *row, const struct store_order *order, bool again,
                          int64_t now)
{
    struct wallet_move move = {.debit = again ? LEDGER_WALLET : LEDGER_REVENUE,
                               .credit = again ? LEDGER_REVENUE : LEDGER_WALLET,
                               .amount = order->amount,
                               .kind = again ? STR("withdrawal_revoked") : STR("withdrawn"),
                               .request = arena_printf(arena, "%lld:%lld", (long long)row->declaration_id,
                                                       (long long)order->order_id),
                               .now = now};
    bool concerned = str_is(order->kind, "number") && order->amount > 0 &&
                     (row->line_id == 0 || row->line_id == order->line_id) &&
                     declaration_withdraws_in_time(row->received_at, order->at);
    return concerned ? wallet_move(tx, account, &move) : ERR_NONE;
}

enum err declaration_pay_back(struct sql_tx *tx, struct arena *arena, struct account *account,
                              const struct store_declaration *row, bool again, int64_t now)
{
    struct store_order *orders;
    size_t count;
    if (!declaration_term(row).in_time)
        return ERR_NONE;
    orders = ARENA_ARRAY(arena, MATCH_ORDERS, struct store_order);
    TRY(store_order_list(tx, arena, &account->key, account->row.account_id, 0, INT64_MAX, orders,
                         MATCH_ORDERS, &count));
    for (size_t i = 0; i < count; i++)
        TRY(pay_order(tx, arena, account, row, &orders[i], again, now));
    return ERR_NONE;
}
