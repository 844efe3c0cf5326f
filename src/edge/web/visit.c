#include "edge/web/visit.h"

#include "app/closure_view.h"
#include "app/session.h"
#include "app/settings.h"
#include "base/clock.h"
#include "edge/web/cookies.h"
#include "edge/web/desk.h"

static enum language find_language(const struct http_request *request)
{
    enum language language;
    if (i18n_read_tag(http_query(request, "lang"), &language) ||
        i18n_read_tag(http_cookie(request, COOKIE_LANGUAGE), &language))
        return language;
    return i18n_negotiate(http_header(request, "Accept-Language"));
}

/* A session whose account is gone is none. */
static enum err find_session(struct visit *visit)
{
    visit->cookie = http_cookie(visit->request, visit->desk ? COOKIE_DESK : COOKIE_SUBSCRIBER);
    if (visit->cookie.length == 0)
        return ERR_NONE;
    enum err error = session_find(visit->app, visit->arena, visit->cookie, visit->desk, &visit->actor);
    if (error == ERR_NONE && !visit->desk)
        error = account_show(visit->app, visit->arena, visit->actor.account_id, &visit->account);
    visit->signed_in = error == ERR_NONE;
    if (!visit->signed_in) {
        visit->actor = (struct actor){.kind = ACTOR_LINK};
        return error == ERR_UNAUTHENTICATED || error == ERR_KEY_GONE || error == ERR_NOT_FOUND ? ERR_NONE
                                                                                               : error;
    }
    visit->token = session_form_token(visit->arena, visit->cookie);
    return ERR_NONE;
}

enum err visit_begin(struct visit *visit, struct web *web, struct http_request *request, bool desk)
{
    *visit = (struct visit){
        .web = web,
        .app = web->app,
        .request = request,
        .arena = http_arena(request),
        .language = find_language(request),
        .now = clock_now(),
        .desk = desk,
        .actor = {.kind = ACTOR_LINK},
    };
    return find_session(visit);
}

bool visit_token_is_right(const struct visit *visit)
{
    return visit->token.length != 0 && str_equal_secret(http_form(visit->request, "token"), visit->token);
}

static enum text_id text_of_error(enum err error)
{
    return text_find(str_from(err_message_id(error)));
}

void visit_set_failed(struct visit *visit, enum err error)
{
    visit->error = error;
    visit->failed = text_of_error(error);
}

void visit_set_mistake(struct visit *visit, enum err error, const char *field, enum text_id message)
{
    if (visit->error == ERR_NONE)
        visit_set_failed(visit, error);
    if (visit->mistake_count < VISIT_MISTAKES)
        visit->mistakes[visit->mistake_count++] = (struct template_frame_mistake){str_from(field), message};
}

/* The word of a link of ours; only texts that are there can be shown. */
static enum text_id text_done(const struct visit *visit)
{
    struct str word = http_query(visit->request, "done");
    if (word.length == 0 || word.length > 40)
        return TEXT_NONE;
    return text_find(arena_printf(visit->arena, "done.%.*s", STR_ARG(word)));
}

/* Only an account that is being closed is asked for its closure. */
static const struct template_frame_closing *find_closing(const struct visit *visit)
{
    struct closure_view *view = ARENA_NEW(visit->arena, struct closure_view);
    if (visit->desk || !visit->signed_in || visit->account.state != ACCOUNT_CLOSING ||
        closure_under_way(visit->app, visit->arena, visit->account.account_id, view) != ERR_NONE)
        return NULL;
    struct template_frame_closing *closing = ARENA_NEW(visit->arena, struct template_frame_closing);
    *closing = (struct template_frame_closing){
        .reference = view->row.reference,
        .page = arena_printf(visit->arena, "/closure/%.*s", STR_ARG(view->row.reference)),
        .state = visit_text(visit, "closure.state.", view->state_name),
        .undo_until = view->undo_until,
        .undo_longer = view->row.undo_end_at == 0,
    };
    return closing;
}

/* here is where the language switch comes back to: an answer to a form that no GET shows names its page. */
struct template_frame visit_frame(const struct visit *visit)
{
    const struct settings *settings = visit->app->settings;
    return (struct template_frame){
        .signed_in = visit->signed_in && !visit->desk,
        .user_name = visit->account.name,
        .token = visit->token,
        .here = http_target(visit->request),
        .demo = visit->web->demo,
        .demo_now = visit->web->demo ? visit->now : 0,
        .closing = find_closing(visit),
        .suspended = visit->account.state == ACCOUNT_SUSPENDED,
        .done = visit->failed == TEXT_NONE ? text_done(visit) : TEXT_NONE,
        .failed = visit->failed,
        .failed_code = visit->error != ERR_NONE ? str_from(err_code(visit->error)) : STR_NONE,
        .mistakes = visit->mistakes,
        .mistakes_count = visit->mistake_count,
        .operator_name = str_from(settings->operator.legal_name),
        .operator_address = str_from(settings->operator.address),
        .terms = str_from(settings->operator.terms_url),
        .privacy = str_from(settings->operator.privacy_url),
    };
}

void visit_answer(struct visit *visit, int status, struct buf *out)
{
    http_add_header(visit->request, "Content-Language", i18n_tag(visit->language));
    http_add_header(visit->request, "Vary", STR("Accept-Language, Cookie"));
    if (out->failed)
        http_answer(visit->request, err_http_status(ERR_MEMORY), "text/plain; charset=utf-8",
                    text_get(visit->language, text_of_error(ERR_MEMORY)));
    else
        http_answer(visit->request, status, NULL, buf_str(out));
    buf_free(out);
}

void visit_fail(struct visit *visit, enum err error)
{
    bool posts = str_is(http_method(visit->request), "POST");
    visit_set_failed(visit, error);
    if (visit->desk) {
        struct template_desk_error desk = {.frame = desk_frame(visit)};
        if (posts)
            desk.frame.here = STR("/desk");
        VISIT_SHOW(visit, desk_error, &desk);
        return;
    }
    struct template_error page = {.frame = visit_frame(visit), .missing = error == ERR_NOT_FOUND};
    if (posts)
        page.frame.here = STR("/");
    VISIT_SHOW(visit, error, &page);
}

enum err visit_go(struct visit *visit, struct str path, const char *word)
{
    if (word != NULL) {
        size_t hash = str_find(path, STR("#"), 0);
        struct str head = str_part(path, 0, hash),
                   tail = hash == SIZE_MAX ? STR("") : str_part(path, hash, path.length);
        path = arena_printf(visit->arena, "%.*s%sdone=%s%.*s", STR_ARG(head),
                            str_find(head, STR("?"), 0) == SIZE_MAX ? "?" : "&", word, STR_ARG(tail));
    }
    http_redirect(visit->request, path);
    return ERR_NONE;
}

struct str visit_next(const struct visit *visit, struct str next, const char *fallback)
{
    bool ours = next.length != 0 && next.length <= 1024 && next.data[0] == '/';
    (void)visit;
    for (size_t i = 0; ours && i < next.length; i++)
        ours =
            (unsigned char)next.data[i] > 0x20 && (unsigned char)next.data[i] < 0x7f && next.data[i] != '\\';
    return ours && !str_starts(next, STR("//")) ? next : str_from(fallback);
}

enum err visit_read_id(struct str text, int64_t *ret_id)
{
    int64_t id = 0;
    if (text.length != 0 && (!str_to_int64(text, &id) || id < 0))
        return ERR_NOT_FOUND;
    *ret_id = id;
    return ERR_NONE;
}

enum err visit_param_id(const struct visit *visit, const char *name, int64_t *ret_id)
{
    struct str text = http_param(visit->request, name);
    return text.length == 0 ? ERR_NOT_FOUND : visit_read_id(text, ret_id);
}

struct str visit_id(const struct visit *visit, int64_t id)
{
    return arena_printf(visit->arena, "%lld", (long long)id);
}

enum text_id visit_text(const struct visit *visit, const char *prefix, const char *word)
{
    return text_find(arena_printf(visit->arena, "%s%s", prefix, word));
}

struct str visit_size(const struct visit *visit, int64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB"};
    int64_t tenths = bytes * 10;
    size_t unit = 0;
    for (; tenths >= 10000 && unit + 1 < sizeof units / sizeof *units; unit++)
        tenths /= 1000;
    return arena_printf(visit->arena, "%lld.%lld %s", (long long)(tenths / 10), (long long)(tenths % 10),
                        units[unit]);
}
