#include "demo/demo.h"

#include "edge/web/visit.h"

#include "app/settings.h"
#include "base/clock.h"

enum { PAGE_MAILS = 200, PAGE_PIECES = 64 };

static struct demo *demo_of(const struct visit *visit)
{
    return visit->web->context;
}

static enum err get_mails(struct visit *visit)
{
    struct mailbox_mail *mails = ARENA_ARRAY(visit->arena, PAGE_MAILS, struct mailbox_mail);
    struct template_demo_mail_mail *rows =
        ARENA_ARRAY(visit->arena, PAGE_MAILS, struct template_demo_mail_mail);
    size_t count = mailbox_list(demo_mailbox(demo_of(visit)), visit->arena, mails, PAGE_MAILS);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct template_demo_mail_mail){
            .page = arena_printf(visit->arena, "/demo/mail/%lld", (long long)mails[i].id),
            .to = mails[i].to,
            .subject = mails[i].subject,
            .at = mails[i].at,
        };
    struct template_demo_mail page = {.frame = visit_frame(visit), .mails = rows, .mails_count = count};
    VISIT_SHOW(visit, demo_mail, &page);
    return ERR_NONE;
}

static size_t link_end(struct str text, size_t from)
{
    while (from < text.length && (unsigned char)text.data[from] > ' ' &&
           (unsigned char)text.data[from] < 0x7f)
        from++;
    return from;
}

/* The text cut at its links, which can be clicked then. */
static size_t cut_at_links(struct str text, struct template_demo_letter_piece *ret_pieces, size_t limit)
{
    size_t count = 0, at = 0;
    while (at < text.length && count + 2 < limit) {
        size_t link = str_find(text, STR("http"), at);
        if (link == SIZE_MAX)
            break;
        size_t end = link_end(text, link);
        struct str address = str_part(text, link, end - link);
        ret_pieces[count++].text = str_part(text, at, link - at);
        ret_pieces[count++] = (struct template_demo_letter_piece){.text = address, .link = address};
        at = end;
    }
    ret_pieces[count++].text = str_part(text, at, text.length);
    return count;
}

static enum err find_mail(struct visit *visit, struct mailbox_mail *ret_mail)
{
    int64_t id;
    TRY(visit_param_id(visit, "id", &id));
    return mailbox_get(demo_mailbox(demo_of(visit)), visit->arena, id, ret_mail);
}

static enum err get_mail(struct visit *visit)
{
    struct mailbox_mail mail;
    struct template_demo_letter_piece *pieces =
        ARENA_ARRAY(visit->arena, PAGE_PIECES, struct template_demo_letter_piece);
    TRY(find_mail(visit, &mail));
    struct template_demo_letter_attachment attachments[] = {
        {.name = STR("receipt.json"),
         .page = arena_printf(visit->arena, "/demo/mail/%lld/receipt.json", (long long)mail.id)},
        {.name = STR("receipt.json.minisig"),
         .page = arena_printf(visit->arena, "/demo/mail/%lld/receipt.json.minisig", (long long)mail.id)},
    };
    struct template_demo_letter page = {
        .frame = visit_frame(visit),
        .from = str_from(visit->app->settings->mail.from),
        .to = mail.to,
        .subject = mail.subject,
        .at = mail.at,
        .message_id = mail.message_id,
        .pieces = pieces,
        .pieces_count = cut_at_links(mail.text, pieces, PAGE_PIECES),
        .attachments = attachments,
        .attachments_count = mail.receipt.length != 0 ? 2 : 0,
    };
    VISIT_SHOW(visit, demo_letter, &page);
    return ERR_NONE;
}

static enum err get_receipt(struct visit *visit)
{
    struct mailbox_mail mail;
    TRY(find_mail(visit, &mail));
    if (mail.receipt.length == 0)
        return ERR_NOT_FOUND;
    http_answer(visit->request, 200, "application/json", mail.receipt);
    return ERR_NONE;
}

static enum err get_signature(struct visit *visit)
{
    struct mailbox_mail mail;
    TRY(find_mail(visit, &mail));
    if (mail.signature.length == 0)
        return ERR_NOT_FOUND;
    http_answer(visit->request, 200, "text/plain; charset=utf-8", mail.signature);
    return ERR_NONE;
}

static enum err show_text(struct visit *visit, struct str from, struct str text, struct str chosen)
{
    struct template_demo_text_number numbers[] = {
        {.e164 = STR("+12025550143"), .number = STR("+1 202 555 0143"), .who = STR("ann")},
        {.e164 = STR("+14155550186"), .number = STR("+1 415 555 0186"), .who = STR("ann")},
        {.e164 = STR("+13125550119"), .number = STR("+1 312 555 0119"), .who = STR("wei")},
    };
    for (size_t i = 0; i < 3; i++)
        numbers[i].chosen = str_equal(numbers[i].e164, chosen);
    struct template_demo_text page = {
        .frame = visit_frame(visit), .numbers = numbers, .numbers_count = 3, .from = from, .text = text};
    VISIT_SHOW(visit, demo_text, &page);
    return ERR_NONE;
}

static enum err get_text(struct visit *visit)
{
    return show_text(visit, STR_NONE, STR_NONE, STR_NONE);
}

static enum err post_text(struct visit *visit)
{
    struct str from = str_trim(http_form(visit->request, "from")), text = http_form(visit->request, "text");
    struct str to = http_form(visit->request, "number");
    enum err error =
        from.length != 0 && text.length != 0 ? demo_text(demo_of(visit), from, to, text) : ERR_INVALID;
    if (error == ERR_NONE)
        return visit_go(visit, STR("/demo/text"), "text_sent");
    if (error != ERR_INVALID && error != ERR_TOO_LARGE)
        return error;
    visit_set_failed(visit, error);
    return show_text(visit, from, text, to);
}

static enum err get_clock(struct visit *visit)
{
    struct template_demo_clock page = {.frame = visit_frame(visit), .now = visit->now};
    VISIT_SHOW(visit, demo_clock, &page);
    return ERR_NONE;
}

static enum err post_clock(struct visit *visit)
{
    int64_t hours;
    if (!str_to_int64(http_form(visit->request, "hours"), &hours) || hours < 1 || hours > 400 * 24)
        return ERR_INVALID;
    TRY(demo_clock_advance(demo_of(visit), hours * MICROS_HOUR));
    return visit_go(visit, STR("/demo/clock"), "clock_moved");
}

static const struct web_row rows[] = {
    {"GET", "/demo/mail", HTTP_INLINE, WEB_ANYBODY, get_mails, 0, 0},
    {"GET", "/demo/mail/{id}", HTTP_INLINE, WEB_ANYBODY, get_mail, 0, 0},
    {"GET", "/demo/mail/{id}/receipt.json", HTTP_INLINE, WEB_ANYBODY, get_receipt, 0, 0},
    {"GET", "/demo/mail/{id}/receipt.json.minisig", HTTP_INLINE, WEB_ANYBODY, get_signature, 0, 0},
    {"GET", "/demo/text", HTTP_INLINE, WEB_ANYBODY, get_text, 0, 0},
    {"POST", "/demo/text", HTTP_WORK, WEB_ANYBODY, post_text, WEB_ROW_NO_TOKEN, 0},
    {"GET", "/demo/clock", HTTP_INLINE, WEB_ANYBODY, get_clock, 0, 0},
    {"POST", "/demo/clock", HTTP_WORK, WEB_ANYBODY, post_clock, WEB_ROW_NO_TOKEN, 0},
    {0},
};

const struct http_route *demo_routes(void *context, struct web *web, size_t *ret_count)
{
    web->context = context;
    return web_bind(web, rows, ret_count);
}
