#include "edge/web/page_close.h"
#include "edge/web/page_proof.h"
#include "edge/web/pages.h"

#include "app/closure_dates.h"
#include "app/closure_request.h"
#include "app/line_list.h"
#include "base/clock.h"
#include "wire/phone.h"

enum { BANK_LEAST_BYTES = 8, BANK_MOST_BYTES = 200 };

/* What the form says, as typed, and what of it must be mended. */
struct confirm_input {
    struct str refund, bank, wished;
    int64_t wished_at, refund_choice;
    struct page_proof proof;
    enum text_id bank_mistake, wished_mistake;
};

static enum err show_numbers(struct visit *visit, const struct close_way *way,
                             struct template_close_confirm *page)
{
    struct line_view *lines;
    size_t count;
    TRY(line_list(visit->app, visit->arena, visit->account.account_id, &lines, &count));
    struct template_close_confirm_number *numbers =
        ARENA_ARRAY(visit->arena, count + 1, struct template_close_confirm_number);
    for (size_t i = 0; i < count; i++)
        if (lines[i].ended_at == 0 && (way->choice.line_id == 0 || way->choice.line_id == lines[i].line_id))
            numbers[page->numbers_count++] = (struct template_close_confirm_number){
                phone_show(visit->arena, lines[i].e164), lines[i].name, lines[i].leaving_at != 0};
    page->numbers = numbers;
    return ERR_NONE;
}

/* What outlives the closing: the same rows as the receipt will name. */
static void show_kept(const struct visit *visit, const struct close_way *way,
                      struct template_close_confirm *page)
{
    const struct closure_facts *facts = &way->check->facts;
    struct template_close_confirm_kept *kept =
        ARENA_ARRAY(visit->arena, 5, struct template_close_confirm_kept);
    size_t count = 0;
    kept[count++] = (struct template_close_confirm_kept){TEXT_KEPT_LEDGER, TEXT_KEPT_RULE_BOOKKEEPING};
    kept[count++] =
        (struct template_close_confirm_kept){TEXT_KEPT_NUMBER_HISTORY, TEXT_KEPT_RULE_NUMBERING_RULES};
    kept[count++] = (struct template_close_confirm_kept){TEXT_KEPT_RECEIPT_HASH, TEXT_KEPT_RULE_PROOF};
    kept[count++] = (struct template_close_confirm_kept){TEXT_KEPT_CONFIRMATION_CONTACT,
                                                         TEXT_KEPT_RULE_UNTIL_HANDED_OVER};
    if (facts->hold && !facts->hold_unspoken)
        kept[count++] = (struct template_close_confirm_kept){TEXT_KEPT_SOME_DATA, TEXT_KEPT_RULE_BY_LAW};
    page->kept = kept;
    page->kept_count = count;
}

static struct str day_text(const struct visit *visit, int64_t micros)
{
    char day[11];
    clock_format_day(micros, day);
    return arena_str(visit->arena, str_from(day));
}

static enum err show_confirm(struct visit *visit, const struct close_way *way,
                             const struct confirm_input *input)
{
    struct closure_dates dates = closure_dates_of(visit->app, visit->now);
    const struct closure_facts *facts = &way->check->facts;
    struct template_proof proof;
    struct template_close_confirm page = {
        .frame = visit_frame(visit),
        .steps = close_way_steps(visit, way, 4),
        .line_id = way->line_id,
        .number = close_way_number(visit, way),
        .name = visit->account.name,
        .mark = way->check->mark,
        .balance = facts->balance < 0 ? -facts->balance : facts->balance,
        .has_balance = facts->balance > 0,
        .in_debt = facts->balance < 0,
        .chose_bank = str_is(input->refund, "bank"),
        .chose_give_up = str_is(input->refund, "give_up"),
        .bank = input->bank,
        .bank_mistake = input->bank_mistake,
        .wished = input->wished,
        .today = day_text(visit, visit->now),
        .latest = day_text(visit, dates.latest_start),
        .wished_mistake = input->wished_mistake,
        .undo_until = dates.undo_until,
        .due = dates.due_at,
        .services_open = facts->services_linked,
        .messages_unsaved = facts->messages_unsaved,
    };
    TRY(show_numbers(visit, way, &page));
    show_kept(visit, way, &page);
    TRY(page_proof_show(visit, &input->proof, STR("/close/code"), &proof));
    page.proof = proof;
    page.proven = proof.proven;
    page.mailable = proof.mail.length != 0;
    page.frame.here = page.steps.confirm;
    VISIT_SHOW(visit, close_confirm, &page);
    return ERR_NONE;
}

static enum err get_confirm(struct visit *visit)
{
    struct close_way way;
    bool gone;
    TRY(close_way_read(visit, http_query(visit->request, "line"), &way, &gone));
    return gone ? ERR_NONE : show_confirm(visit, &way, &(const struct confirm_input){0});
}

/* Today and nothing mean as soon as possible. */
static bool read_wished(const struct visit *visit, struct str text, int64_t *ret_at)
{
    int64_t at;
    *ret_at = 0;
    if (text.length == 0)
        return true;
    if (!clock_parse(text, &at) || at > closure_dates_of(visit->app, visit->now).latest_start ||
        at < visit->now / MICROS_DAY * MICROS_DAY)
        return false;
    *ret_at = at > visit->now ? at : 0;
    return true;
}

static void mistake(struct visit *visit, const char *field, enum text_id message, enum text_id *ret_mistake)
{
    *ret_mistake = message;
    visit_set_mistake(visit, ERR_INVALID, field, message);
}

static struct confirm_input read_input(struct visit *visit)
{
    struct http_request *request = visit->request;
    struct confirm_input input = {
        .refund = http_form(request, "refund"),
        .bank = str_trim(http_form(request, "bank")),
        .wished = str_trim(http_form(request, "wished")),
        .proof = page_proof_read(visit),
        .refund_choice = CLOSURE_REFUND_ORIGIN,
    };
    if (str_is(input.refund, "bank"))
        input.refund_choice = CLOSURE_REFUND_BANK;
    if (str_is(input.refund, "give_up"))
        input.refund_choice = CLOSURE_REFUND_GIVE_UP;
    return input;
}

static void check_input(struct visit *visit, struct confirm_input *input)
{
    if (input->refund_choice == CLOSURE_REFUND_BANK &&
        (input->bank.length < BANK_LEAST_BYTES || input->bank.length > BANK_MOST_BYTES))
        mistake(visit, "bank", TEXT_MISTAKE_BANK, &input->bank_mistake);
    if (!read_wished(visit, input->wished, &input->wished_at))
        mistake(visit, "wished", TEXT_MISTAKE_DATE, &input->wished_mistake);
}

/* The code's button sends the same form, so that what was chosen stays. */
static enum err post_code(struct visit *visit)
{
    struct close_way way;
    bool gone;
    TRY(close_way_read(visit, http_form(visit->request, "line"), &way, &gone));
    if (gone)
        return ERR_NONE;
    struct confirm_input input = read_input(visit);
    TRY(page_proof_send(visit, &input.proof));
    return show_confirm(visit, &way, &input);
}

static enum err submit(struct visit *visit, const struct close_way *way, struct confirm_input *input,
                       struct closure_request *request)
{
    if (visit->error != ERR_NONE)
        return visit->error;
    TRY(page_proof_take(visit, &input->proof));
    *request = (struct closure_request){
        .choice = way->choice,
        .wished_at = input->wished_at,
        .refund_choice = input->refund_choice,
        .bank = input->refund_choice == CLOSURE_REFUND_BANK ? input->bank : STR_NONE,
        .mark = http_form(visit->request, "mark"),
    };
    return closure_request(visit->app, visit->arena, &visit->actor, request);
}

static enum err post_submit(struct visit *visit)
{
    struct close_way way;
    struct closure_request request;
    bool gone;
    TRY(close_way_read(visit, http_form(visit->request, "line"), &way, &gone));
    if (gone)
        return ERR_NONE;
    struct confirm_input input = read_input(visit);
    check_input(visit, &input);
    enum err error = submit(visit, &way, &input, &request);
    if (error == ERR_NONE)
        return visit_go(visit,
                        arena_printf(visit->arena, "/closure/%.*s?key=%.*s&fresh=1",
                                     STR_ARG(request.ret_reference), STR_ARG(request.ret_secret)),
                        NULL);
    if (err_http_status(error) >= 500 || error == ERR_NOT_FOUND || error == ERR_UNAUTHENTICATED)
        return error;
    if (visit->error == ERR_NONE)
        visit_set_failed(visit, error);
    return error == ERR_CHANGED ? close_check_show(visit, &way) : show_confirm(visit, &way, &input);
}

const struct web_row page_close_confirm_rows[] = {
    {"GET", "/close/confirm", HTTP_INLINE, WEB_SUBSCRIBER, get_confirm, 0, 0},
    {"POST", "/close/code", HTTP_WORK, WEB_SUBSCRIBER, post_code, 0, 0},
    {"POST", "/close/submit", HTTP_WORK, WEB_SUBSCRIBER, post_submit, 0, 0},
    {0},
};
