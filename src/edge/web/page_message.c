#include "edge/web/pages.h"

#include "app/line_list.h"
#include "app/message_carry.h"
#include "app/message_list.h"
#include "app/message_send.h"
#include "base/encode.h"
#include "base/ids.h"
#include "base/money.h"
#include "domain/types.h"
#include "wire/phone.h"

enum { REQUEST_BYTES = 16 };

/* The form of an answer as it was sent, to be shown again. */
struct answer {
    struct str text, request;
    enum text_id mistake;
};

static enum err line_name(struct visit *visit, int64_t line_id, struct str *ret_name)
{
    struct line_view *lines;
    size_t count;
    TRY(line_list(visit->app, visit->arena, visit->account.account_id, &lines, &count));
    *ret_name = STR_NONE;
    for (size_t i = 0; i < count; i++)
        if (lines[i].line_id == line_id)
            *ret_name = lines[i].name;
    return ERR_NONE;
}

static void show_sent(const struct visit *visit, const struct message_view *message,
                      struct template_message *page)
{
    const char *word = message_sent_word(message->state);
    page->state = visit_text(visit, "sent.", word);
    page->parts = message->parts;
    page->price = message->price;
    if (message->state != SENT_DELIVERED)
        page->state_what = visit_text(visit, "sent.what.", word);
}

/* Where sending is off, or nobody can answer, the page says nothing of it. */
static enum text_id refused_text(enum message_refusal refusal)
{
    switch (refusal) {
    case MESSAGE_REFUSAL_OPTED_OUT:
        return TEXT_ANSWER_OPTED_OUT;
    case MESSAGE_REFUSAL_DAY:
        return TEXT_ANSWER_DAY;
    case MESSAGE_REFUSAL_STATE:
        return TEXT_ANSWER_STATE;
    case MESSAGE_REFUSAL_NONE:
    case MESSAGE_REFUSAL_OFF:
    case MESSAGE_REFUSAL_PEER:
    case MESSAGE_REFUSAL_CARRIER:
    case MESSAGE_REFUSAL_BALANCE:
    case MESSAGE_REFUSALS:
        break;
    }
    return TEXT_NONE;
}

static void show_quote(const struct visit *visit, const struct message_quote *quote,
                       struct template_message *page)
{
    char most[32];
    page->part_price = quote->part_price;
    page->refused = refused_text(quote->refusal);
    page->answers =
        quote->refusal == MESSAGE_REFUSAL_NONE || quote->refusal == MESSAGE_REFUSAL_BALANCE ||
        (quote->refusal == MESSAGE_REFUSAL_DAY && quote->day_left > 0); /* a shorter text may still go */
    page->quoted = quote->parts != 0;
    page->answer_parts = quote->parts;
    page->characters = (int64_t)quote->units;
    page->room = (int64_t)quote->room;
    page->answer_price = quote->price;
    page->unaffordable = quote->refusal == MESSAGE_REFUSAL_BALANCE;
    money_write(quote->price, most);
    page->most = arena_str(visit->arena, str_from(most));
}

static struct str new_request(const struct visit *visit)
{
    uint8_t bytes[REQUEST_BYTES];
    ids_random(bytes, sizeof bytes);
    return encode_hex(visit->arena, str_bytes(bytes, sizeof bytes));
}

/* What is wrong with the text of an answer; TEXT_NONE: something else. */
static enum text_id text_mistake(enum err error)
{
    if (error == ERR_TOO_LARGE)
        return TEXT_ANSWER_TOO_LONG;
    return error == ERR_INVALID ? TEXT_MISTAKE_MESSAGE : TEXT_NONE;
}

static enum err show_answer(struct visit *visit, int64_t id, struct answer *answer,
                            struct template_message *page)
{
    struct message_quote quote = {.parts = 0};
    int64_t account_id = visit->account.account_id;
    enum err error = message_quote(visit->app, visit->arena, account_id, id, answer->text, &quote);
    if (text_mistake(error) != TEXT_NONE) {
        visit_set_mistake(visit, error, "text", text_mistake(error));
        answer->mistake = text_mistake(error);
        error = message_quote(visit->app, visit->arena, account_id, id, STR_NONE, &quote);
    }
    TRY(error);
    show_quote(visit, &quote, page);
    page->answer = answer->text;
    page->answer_mistake = answer->mistake;
    page->request = answer->request.length != 0 ? answer->request : new_request(visit);
    return ERR_NONE;
}

static enum err show(struct visit *visit, int64_t id, struct answer *answer)
{
    struct message_view message;
    struct str name;
    TRY(message_get(visit->app, visit->arena, visit->account.account_id, id, &message));
    TRY(line_name(visit, message.line_id, &name));
    if (!message.sent && message.read_at == 0)
        TRY(message_read(visit->app, &visit->actor, id));
    struct template_message page = {
        .message_id = visit_id(visit, id),
        .sent = message.sent,
        .peer = phone_show(visit->arena, message.peer),
        .service = message.service,
        .number = phone_show(visit->arena, message.number),
        .line_name = name,
        .at = message.at,
        .sent_at = message.sent_at,
        .body = message.text,
        .code = message.code,
        .back = STR("/inbox"),
    };
    if (message.state != 0)
        show_sent(visit, &message, &page);
    else if (visit->account.sends && !message.sent)
        TRY(show_answer(visit, id, answer, &page));
    page.frame = visit_frame(visit);
    page.frame.here = arena_printf(visit->arena, "/messages/%lld", (long long)id);
    VISIT_SHOW(visit, message, &page);
    return ERR_NONE;
}

/* Reading it marks it as read, so it runs on a worker. */
static enum err get_message(struct visit *visit)
{
    struct answer answer = {.mistake = TEXT_NONE};
    int64_t id;
    TRY(visit_param_id(visit, "id", &id));
    return show(visit, id, &answer);
}

static bool shows_again(enum err error)
{
    return error == ERR_INVALID || error == ERR_TOO_LARGE || error == ERR_POLICY || error == ERR_STATE ||
           error == ERR_RATE || error == ERR_BALANCE || error == ERR_CHANGED;
}

static enum err post_answer(struct visit *visit)
{
    struct message_send send = {.text = http_form(visit->request, "text"),
                                .request = http_form(visit->request, "request")};
    struct answer answer = {.text = send.text, .request = send.request};
    TRY(visit_param_id(visit, "id", &send.answers));
    if (!str_is(http_form(visit->request, "step"), "send"))
        return show(visit, send.answers, &answer);
    if (money_read(http_form(visit->request, "most"), &send.most) != ERR_NONE || send.most < 0)
        send.most = 0; /* no price was shown: only a text that costs nothing may go */
    enum err error = message_send(visit->app, &visit->actor, &send);
    if (error == ERR_NONE)
        return visit_go(visit, STR("/inbox"), "answer_sent");
    if (!shows_again(error))
        return error;
    if (error == ERR_CHANGED)
        visit_set_mistake(visit, error, "text", TEXT_ANSWER_DEARER);
    else if (text_mistake(error) == TEXT_NONE)
        visit_set_failed(visit, error);
    return show(visit, send.answers, &answer);
}

static enum err post_delete(struct visit *visit)
{
    int64_t id;
    TRY(visit_param_id(visit, "id", &id));
    TRY(message_delete(visit->app, &visit->actor, id));
    return visit_go(visit, STR("/inbox"), "message_deleted");
}

const struct web_row page_message_rows[] = {
    {"GET", "/messages/{id}", HTTP_WORK, WEB_SUBSCRIBER, get_message, 0, 0},
    {"POST", "/messages/{id}/answer", HTTP_WORK, WEB_SUBSCRIBER, post_answer, 0, 0},
    {"POST", "/messages/{id}/delete", HTTP_WORK, WEB_SUBSCRIBER, post_delete, 0, 0},
    {0},
};
