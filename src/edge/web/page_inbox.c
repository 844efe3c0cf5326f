#include "edge/web/pages.h"

#include "app/line_list.h"
#include "app/message_carry.h"
#include "app/message_search.h"
#include "app/message_send.h"
#include "app/session.h"
#include "base/clock.h"
#include "base/encode.h"
#include "domain/types.h"
#include "wire/phone.h"

#include <stdlib.h>
#include <string.h>

struct inbox {
    struct message_page page;
    struct line_view *lines;
    size_t line_count;
    struct message_filter filter;
    struct str words; /* that are searched for; empty: none */
    int64_t searched;
};

static struct str line_name(const struct inbox *inbox, int64_t line_id)
{
    for (size_t i = 0; i < inbox->line_count; i++)
        if (inbox->lines[i].line_id == line_id)
            return inbox->lines[i].name;
    return STR_NONE;
}

static struct template_inbox_message show_message(const struct visit *visit, const struct inbox *inbox,
                                                  const struct message_view *message)
{
    struct str peer;
    return (struct template_inbox_message){
        .message_id = visit_id(visit, message->message_id),
        .sent = message->sent,
        .flash = message->flash,
        .unread = !message->sent && message->read_at == 0,
        .peer = phone_show(visit->arena, message->peer),
        .service = message->service,
        .number = phone_show(visit->arena, message->number),
        .line_name = line_name(inbox, message->line_id),
        .line_ended = message->line_ended_at != 0,
        .at = message->at,
        .body = message->text,
        .code = message->code,
        .state =
            message->state != 0 ? visit_text(visit, "sent.", message_sent_word(message->state)) : TEXT_NONE,
        .trouble = message->state == SENT_FAILED || message->state == SENT_UNKNOWN,
        .answers = !message->sent && visit->account.sends && message_peer(visit->arena, message->peer, &peer),
    };
}

/* Days of UTC, in which all times of the page are told. */
static void show_days(const struct visit *visit, const struct inbox *inbox, struct template_inbox *page)
{
    const struct message_page *found = &inbox->page;
    struct template_inbox_day *days = ARENA_ARRAY(visit->arena, found->count + 1, struct template_inbox_day);
    struct template_inbox_message *messages =
        ARENA_ARRAY(visit->arena, found->count + 1, struct template_inbox_message);
    size_t count = 0;
    for (size_t i = 0; i < found->count; i++) {
        int64_t day = found->messages[i].at / MICROS_DAY * MICROS_DAY;
        messages[i] = show_message(visit, inbox, &found->messages[i]);
        if (count == 0 || days[count - 1].day != day)
            days[count++] = (struct template_inbox_day){.day = day, .messages = &messages[i]};
        days[count - 1].messages_count++;
    }
    page->days = days;
    page->days_count = count;
    page->newest_id = found->count != 0 ? messages[0].message_id : STR("0");
}

static void show_lines(const struct visit *visit, const struct inbox *inbox, struct template_inbox *page)
{
    struct template_inbox_line *lines =
        ARENA_ARRAY(visit->arena, inbox->line_count + 1, struct template_inbox_line);
    for (size_t i = 0; i < inbox->line_count; i++)
        lines[i] = (struct template_inbox_line){
            .number = phone_show(visit->arena, inbox->lines[i].e164),
            .name = inbox->lines[i].name,
            .page = arena_printf(visit->arena, "/inbox?line=%lld", (long long)inbox->lines[i].line_id),
            .current = inbox->lines[i].line_id == inbox->filter.line_id,
        };
    page->lines = lines;
    page->lines_count = inbox->line_count;
    page->many_lines = inbox->line_count > 1;
}

static struct str page_before(const struct visit *visit, const struct inbox *inbox, int64_t before)
{
    struct str path = STR("/inbox");
    struct str words = encode_percent(visit->arena, inbox->words);
    if (words.length != 0)
        path = arena_printf(visit->arena, "%.*s?q=%.*s", STR_ARG(path), STR_ARG(words));
    if (inbox->filter.line_id != 0)
        path = arena_printf(visit->arena, "%.*s%cline=%lld", STR_ARG(path), words.length != 0 ? '&' : '?',
                            (long long)inbox->filter.line_id);
    if (before == 0)
        return path;
    return arena_printf(visit->arena, "%.*s%cbefore=%lld", STR_ARG(path),
                        inbox->filter.line_id != 0 || words.length != 0 ? '&' : '?', (long long)before);
}

static enum err search_inbox(struct visit *visit, struct inbox *inbox)
{
    const struct message_search search = {
        .words = inbox->words, .line_id = inbox->filter.line_id, .before = inbox->filter.before};
    struct message_hits hits;
    TRY(message_search(visit->app, visit->arena, visit->account.account_id, &search, &hits));
    inbox->page = (struct message_page){.messages = hits.messages, .count = hits.count, .next = hits.next};
    inbox->searched = hits.searched;
    return ERR_NONE;
}

static enum err read_inbox(struct visit *visit, struct inbox *inbox)
{
    int64_t account_id = visit->account.account_id;
    TRY(visit_read_id(http_query(visit->request, "line"), &inbox->filter.line_id));
    TRY(visit_read_id(http_query(visit->request, "before"), &inbox->filter.before));
    TRY(line_list(visit->app, visit->arena, account_id, &inbox->lines, &inbox->line_count));
    inbox->words = str_trim(http_query(visit->request, "q"));
    return inbox->words.length != 0
               ? search_inbox(visit, inbox)
               : message_list(visit->app, visit->arena, account_id, &inbox->filter, &inbox->page);
}

static enum err get_inbox(struct visit *visit)
{
    struct inbox inbox = {0};
    TRY(read_inbox(visit, &inbox));
    struct template_inbox page = {
        .frame = visit_frame(visit),
        .events = STR("/inbox/events"),
        .all = inbox.filter.line_id == 0,
        .unread = inbox.page.unread,
        .words = inbox.words,
        .searching = inbox.words.length != 0,
        .nothing = inbox.page.count == 0,
        .searched = inbox.searched,
        .older_searched = inbox.filter.before != 0,
        .older = inbox.page.next != 0 ? page_before(visit, &inbox, inbox.page.next) : STR_NONE,
        .newest = inbox.filter.before != 0 ? page_before(visit, &inbox, 0) : STR_NONE,
    };
    show_days(visit, &inbox, &page);
    show_lines(visit, &inbox, &page);
    VISIT_SHOW(visit, inbox, &page);
    return ERR_NONE;
}

static enum err post_read(struct visit *visit)
{
    int64_t up_to;
    TRY(visit_read_id(http_form(visit->request, "up_to"), &up_to));
    TRY(message_read_all(visit->app, &visit->actor, up_to));
    return visit_go(visit, STR("/inbox"), NULL);
}

/* Who listens: the session is asked for again at each heartbeat. */
struct listener {
    struct app *app;
    char token[SESSION_TOKEN_SIZE];
};

static bool listener_is_alive(void *context)
{
    const struct listener *listener = context;
    struct actor actor;
    struct arena *arena = arena_new_wiped(0);
    if (arena == NULL)
        return true;
    enum err error = session_look(listener->app, arena, str_from(listener->token), false, &actor);
    arena_free(arena);
    return error != ERR_UNAUTHENTICATED;
}

static void listener_free(void *context)
{
    explicit_bzero(context, sizeof(struct listener));
    free(context);
}

static enum err get_events(struct visit *visit)
{
    struct listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL || visit->cookie.length >= sizeof listener->token) {
        free(listener);
        return ERR_MEMORY;
    }
    listener->app = visit->app;
    memcpy(listener->token, visit->cookie.data, visit->cookie.length);
    http_answer_events(visit->request, visit->account.account_id, listener_is_alive, listener_free, listener);
    return ERR_NONE;
}

const struct web_row page_inbox_rows[] = {
    {"GET", "/inbox", HTTP_WORK, WEB_SUBSCRIBER, get_inbox, 0, 0},
    {"GET", "/inbox/events", HTTP_INLINE, WEB_SUBSCRIBER, get_events, 0, 0},
    {"POST", "/inbox/read", HTTP_WORK, WEB_SUBSCRIBER, post_read, 0, 0},
    {0},
};
