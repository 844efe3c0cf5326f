#include "edge/web/page_proof.h"
#include "edge/web/pages.h"

#include "app/line_list.h"
#include "app/number_lock.h"
#include "wire/phone.h"

static enum err find_line(struct visit *visit, struct line_view *ret_line)
{
    struct line_view *lines;
    size_t count;
    int64_t line_id;
    TRY(visit_param_id(visit, "id", &line_id));
    TRY(line_list(visit->app, visit->arena, visit->account.account_id, &lines, &count));
    for (size_t i = 0; i < count; i++)
        if (lines[i].line_id == line_id && lines[i].ended_at == 0) {
            *ret_line = lines[i];
            return ERR_NONE;
        }
    return ERR_NOT_FOUND;
}

static struct str line_path(const struct visit *visit, const struct line_view *line, const char *rest)
{
    return arena_printf(visit->arena, "/numbers/%lld/%s", (long long)line->line_id, rest);
}

static enum err show_port(struct visit *visit, const struct page_proof *proof, struct str pin)
{
    struct line_view line;
    char account_number[NUMBER_ACCOUNT_SIZE];
    struct template_proof fields;
    TRY(find_line(visit, &line));
    TRY(page_proof_show(visit, proof, line_path(visit, &line, "port/code"), &fields));
    number_account(visit->account.account_id, account_number);
    struct template_number_port page = {
        .frame = visit_frame(visit),
        .line_id = visit_id(visit, line.line_id),
        .number = phone_show(visit->arena, line.e164),
        .account_number = str_from(account_number),
        .locked = line.locked_at != 0,
        .locked_since = line.locked_at,
        .leaving = line.leaving_at,
        .pin_until = line.pin_until > visit->now ? line.pin_until : 0,
        .pin = pin,
        .contested = visit->account.locked_at != 0,
        .proof = fields,
    };
    page.frame.here = line_path(visit, &line, "port");
    VISIT_SHOW(visit, number_port, &page);
    return ERR_NONE;
}

static enum err get_port(struct visit *visit)
{
    return show_port(visit, &(const struct page_proof){0}, STR_NONE);
}

static enum err post_code(struct visit *visit)
{
    struct page_proof proof = page_proof_read(visit);
    TRY(page_proof_send(visit, &proof));
    return show_port(visit, &proof, STR_NONE);
}

/* What the reader can mend or must know is shown on the page; all else is an error page. */
static enum err show_failed(struct visit *visit, const struct page_proof *proof, enum err error)
{
    if (err_http_status(error) >= 500 || error == ERR_NOT_FOUND || error == ERR_UNAUTHENTICATED)
        return error;
    if (visit->error == ERR_NONE)
        visit_set_failed(visit, error);
    return show_port(visit, proof, STR_NONE);
}

static enum err set_lock(struct visit *visit, bool locked, const char *word)
{
    struct line_view line;
    TRY(find_line(visit, &line));
    TRY(number_lock(visit->app, &visit->actor, line.line_id, locked));
    return visit_go(visit, line_path(visit, &line, "port"), word);
}

static enum err post_lock(struct visit *visit)
{
    enum err error = set_lock(visit, true, "number_locked");
    return error == ERR_NONE ? ERR_NONE : show_failed(visit, &(const struct page_proof){0}, error);
}

static enum err post_unlock(struct visit *visit)
{
    struct page_proof proof = page_proof_read(visit);
    enum err error = page_proof_take(visit, &proof);
    if (error == ERR_NONE)
        error = set_lock(visit, false, "number_unlocked");
    return error == ERR_NONE ? ERR_NONE : show_failed(visit, &proof, error);
}

/* No redirect: the PIN stands in this answer and nowhere else. */
static enum err post_pin(struct visit *visit)
{
    struct page_proof proof = page_proof_read(visit);
    struct line_view line;
    struct number_pin pin;
    enum err error = find_line(visit, &line);
    if (error == ERR_NONE)
        error = page_proof_take(visit, &proof);
    if (error == ERR_NONE)
        error = number_transfer_pin(visit->app, &visit->actor, line.line_id, &pin);
    return error == ERR_NONE ? show_port(visit, &proof, str_from(pin.pin))
                             : show_failed(visit, &proof, error);
}

const struct web_row page_number_port_rows[] = {
    {"GET", "/numbers/{id}/port", HTTP_INLINE, WEB_SUBSCRIBER, get_port, 0, 0},
    {"POST", "/numbers/{id}/port/code", HTTP_WORK, WEB_SUBSCRIBER, post_code, 0, 0},
    {"POST", "/numbers/{id}/lock", HTTP_WORK, WEB_SUBSCRIBER, post_lock, 0, 0},
    {"POST", "/numbers/{id}/unlock", HTTP_WORK, WEB_SUBSCRIBER, post_unlock, 0, 0},
    {"POST", "/numbers/{id}/pin", HTTP_WORK, WEB_SUBSCRIBER, post_pin, 0, 0},
    {0},
};
