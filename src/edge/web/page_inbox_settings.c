#include "edge/web/pages.h"

#include "app/contact.h"
#include "app/message_forward.h"
#include "app/message_wishes.h"
#include "base/clock.h"
#include "wire/phone.h"

#include <stdlib.h>

/* What the page shows besides what stands in the store: a form that must be mended. */
struct mended {
    struct str from, to, zone, url, sender;
    enum text_id quiet_mistake, url_mistake, code_mistake, sender_mistake;
};

enum { HOUR_MINUTES = 60 };

static struct str show_minutes(const struct visit *visit, int64_t minutes)
{
    return arena_printf(visit->arena, "%02d:%02d", (int)(minutes / HOUR_MINUTES),
                        (int)(minutes % HOUR_MINUTES));
}

static struct str show_zone(const struct visit *visit, int64_t minutes)
{
    struct str clock = show_minutes(visit, llabs(minutes));
    return arena_printf(visit->arena, "%c%.*s", minutes < 0 ? '-' : '+', STR_ARG(clock));
}

static enum err show_contacts(struct visit *visit, struct template_inbox_settings *page)
{
    struct store_contact *found;
    size_t count;
    TRY(contact_list(visit->app, visit->arena, &visit->actor, &found, &count));
    struct template_inbox_settings_contact *shown =
        ARENA_ARRAY(visit->arena, count + 1, struct template_inbox_settings_contact);
    for (size_t i = 0; i < count; i++)
        if (found[i].kind == CONTACT_MAIL && found[i].verified_at != 0)
            shown[page->contacts_count++] = (struct template_inbox_settings_contact){
                visit_id(visit, found[i].contact_id), found[i].address};
    page->contacts = shown;
    page->reachable = page->contacts_count != 0;
    return ERR_NONE;
}

static void show_blocked(const struct visit *visit, const struct message_wishes *wishes,
                         struct template_inbox_settings *page)
{
    struct template_inbox_settings_blocked *shown =
        ARENA_ARRAY(visit->arena, wishes->blocked_count + 1, struct template_inbox_settings_blocked);
    for (size_t i = 0; i < wishes->blocked_count; i++) {
        const struct store_blocked *row = &wishes->blocked[i];
        shown[i] = (struct template_inbox_settings_blocked){
            .sender_id = visit_id(visit, row->sender_id),
            .sender = phone_show(visit->arena, row->sender),
            .since = row->blocked_at,
            .count = row->count,
            .counted = row->count != 0,
        };
    }
    page->blocked = shown;
    page->blocked_count = wishes->blocked_count;
    page->any_blocked = wishes->blocked_count != 0;
}

static struct str or_stored(struct str typed, struct str stored)
{
    return typed.length != 0 ? typed : stored;
}

static enum err show(struct visit *visit, const struct mended *mended)
{
    struct message_wishes wishes;
    TRY(message_wishes(visit->app, visit->arena, visit->account.account_id, &wishes));
    bool quiet = wishes.quiet.from != wishes.quiet.to;
    struct template_inbox_settings page = {
        .frame = visit_frame(visit),
        .from = or_stored(mended->from, quiet ? show_minutes(visit, wishes.quiet.from) : STR("22:00")),
        .to = or_stored(mended->to, quiet ? show_minutes(visit, wishes.quiet.to) : STR("07:00")),
        .zone = or_stored(mended->zone, show_zone(visit, wishes.quiet.zone)),
        .quiet_mistake = mended->quiet_mistake,
        .quiet = quiet,
        .locked = visit->account.locked_at != 0,
        .forwarding = wishes.forward != FORWARD_OFF,
        .forward_to = wishes.forward_to,
        .by_webhook = wishes.forward == FORWARD_WEBHOOK,
        .secret = wishes.forward_secret,
        .forward_since = wishes.forward_since,
        .url = mended->url,
        .url_mistake = mended->url_mistake,
        .offered = wishes.offered_to,
        .code_mistake = mended->code_mistake,
        .sender = mended->sender,
        .sender_mistake = mended->sender_mistake,
    };
    TRY(show_contacts(visit, &page));
    show_blocked(visit, &wishes, &page);
    VISIT_SHOW(visit, inbox_settings, &page);
    return ERR_NONE;
}

static enum err get_settings(struct visit *visit)
{
    return show(visit, &(const struct mended){0});
}

static enum err post_quiet(struct visit *visit)
{
    struct mended mended = {.from = http_form(visit->request, "from"),
                            .to = http_form(visit->request, "to"),
                            .zone = http_form(visit->request, "zone")};
    struct quiet_hours quiet;
    if (quiet_read_minutes(mended.from, &quiet.from) && quiet_read_minutes(mended.to, &quiet.to) &&
        quiet_read_zone(mended.zone, &quiet.zone)) {
        TRY(message_set_quiet(visit->app, &visit->actor, &quiet));
        return visit_go(visit, STR("/inbox/settings#quiet"), "inbox_saved");
    }
    mended.quiet_mistake = TEXT_MISTAKE_QUIET;
    visit_set_mistake(visit, ERR_INVALID, "from", mended.quiet_mistake);
    return show(visit, &mended);
}

static enum text_id text_of(enum err error, enum err own, enum text_id text)
{
    return error == own ? text : text_find(str_from(err_message_id(error)));
}

static enum err post_block(struct visit *visit)
{
    struct mended mended = {.sender = http_form(visit->request, "sender")};
    int64_t sender_id;
    enum err error = message_block(visit->app, &visit->actor, mended.sender, &sender_id);
    if (error == ERR_NONE || error == ERR_EXISTS)
        return visit_go(visit, STR("/inbox/settings#blocks"), "sender_blocked");
    if (error != ERR_INVALID && error != ERR_POLICY)
        return error;
    mended.sender_mistake = text_of(error, ERR_INVALID, TEXT_MISTAKE_SENDER);
    visit_set_mistake(visit, error, "sender", mended.sender_mistake);
    return show(visit, &mended);
}

static enum err post_block_sender(struct visit *visit)
{
    int64_t id;
    TRY(visit_param_id(visit, "id", &id));
    enum err error = message_block_sender_of(visit->app, &visit->actor, id);
    return error == ERR_NONE || error == ERR_EXISTS
               ? visit_go(visit, STR("/inbox/settings#blocks"), "sender_blocked")
               : error;
}

static enum err post_unblock(struct visit *visit)
{
    int64_t id;
    TRY(visit_param_id(visit, "id", &id));
    TRY(message_unblock(visit->app, &visit->actor, id));
    return visit_go(visit, STR("/inbox/settings#blocks"), "sender_unblocked");
}

static enum err post_forward_mail(struct visit *visit)
{
    int64_t contact_id;
    TRY(visit_read_id(http_form(visit->request, "contact"), &contact_id));
    TRY(message_forward_to_mail(visit->app, &visit->actor, contact_id));
    return visit_go(visit, STR("/inbox/settings#forward"), "forward_on");
}

static enum err post_webhook(struct visit *visit)
{
    struct mended mended = {.url = http_form(visit->request, "url")};
    enum err error = message_forward_offer(visit->app, &visit->actor, mended.url);
    if (error == ERR_NONE)
        return visit_go(visit, STR("/inbox/settings#forward"), "webhook_called");
    if (error != ERR_INVALID && error != ERR_RATE && error != ERR_STATE)
        return error;
    mended.url_mistake = text_of(error, ERR_INVALID, TEXT_MISTAKE_WEBHOOK);
    visit_set_mistake(visit, error, "url", mended.url_mistake);
    return show(visit, &mended);
}

static enum err post_confirm(struct visit *visit)
{
    struct mended mended = {0};
    enum err error = message_forward_confirm(visit->app, &visit->actor, http_form(visit->request, "code"));
    if (error == ERR_NONE)
        return visit_go(visit, STR("/inbox/settings#forward"), "forward_on");
    if (error != ERR_WRONG_PROOF && error != ERR_NOT_FOUND && error != ERR_STATE)
        return error;
    mended.code_mistake = TEXT_MISTAKE_CODE;
    visit_set_mistake(visit, ERR_WRONG_PROOF, "code", mended.code_mistake);
    return show(visit, &mended);
}

static enum err post_stop(struct visit *visit)
{
    TRY(message_forward_stop(visit->app, &visit->actor));
    return visit_go(visit, STR("/inbox/settings#forward"), "forward_off");
}

const struct web_row page_inbox_settings_rows[] = {
    {"GET", "/inbox/settings", HTTP_INLINE, WEB_SUBSCRIBER, get_settings, 0, 0},
    {"POST", "/inbox/quiet", HTTP_WORK, WEB_SUBSCRIBER, post_quiet, 0, 0},
    {"POST", "/inbox/blocks", HTTP_WORK, WEB_SUBSCRIBER, post_block, 0, 0},
    {"POST", "/inbox/blocks/{id}/remove", HTTP_WORK, WEB_SUBSCRIBER, post_unblock, 0, 0},
    {"POST", "/messages/{id}/block", HTTP_WORK, WEB_SUBSCRIBER, post_block_sender, 0, 0},
    {"POST", "/inbox/forward/mail", HTTP_WORK, WEB_SUBSCRIBER, post_forward_mail, 0, 0},
    {"POST", "/inbox/forward/webhook", HTTP_WORK, WEB_SUBSCRIBER, post_webhook, 0, 0},
    {"POST", "/inbox/forward/confirm", HTTP_WORK, WEB_SUBSCRIBER, post_confirm, 0, 0},
    {"POST", "/inbox/forward/stop", HTTP_WORK, WEB_SUBSCRIBER, post_stop, 0, 0},
    {0},
};
