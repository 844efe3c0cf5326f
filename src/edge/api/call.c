#include "edge/api/call.h"

#include "app/rate.h"
#include "app/session.h"
#include "base/clock.h"
#include "base/limits.h"

/* RFC 6750, section 2.1; the scheme's name has no case. */
static struct str bearer_token(const struct http_request *request)
{
    struct str value = http_header(request, "Authorization"), scheme = STR("Bearer ");
    if (!str_equal_nocase(str_part(value, 0, scheme.length), scheme))
        return STR_NONE;
    return str_trim(str_part(value, scheme.length, value.length));
}

static enum err find_caller(struct call *call)
{
    struct str token = bearer_token(call->request);
    if (token.length == 0)
        return ERR_NONE;
    TRY(session_find(call->app, call->arena, token, false, &call->actor));
    call->signed_in = true;
    return ERR_NONE;
}

/* draft-ietf-httpapi-ratelimit-headers-07, section 3; seconds until one more call is free. */
static enum err take_rate(struct call *call)
{
    struct rate_left left;
    struct str key = call->signed_in ? str_bytes(&call->actor.account_id, sizeof call->actor.account_id)
                                     : http_client(call->request);
    enum err error = rate_take_left(RATE_API, key, clock_read().monotonic, &left);
    int64_t seconds = (left.reset_micros + MICROS_SECOND - 1) / MICROS_SECOND;
    http_add_header(call->request, "RateLimit-Limit",
                    arena_printf(call->arena, "%lld", (long long)left.limit));
    http_add_header(call->request, "RateLimit-Remaining",
                    arena_printf(call->arena, "%lld", (long long)left.remaining));
    http_add_header(call->request, "RateLimit-Reset", arena_printf(call->arena, "%lld", (long long)seconds));
    if (error == ERR_RATE)
        http_add_header(call->request, "Retry-After", STR("1"));
    return error;
}

static enum err check_access(const struct call *call)
{
    bool may = call->signed_in || call->row->access == CALL_ANYBODY ||
               (call->row->access == CALL_HOLDER && http_query(call->request, "key").length != 0);
    return may ? ERR_NONE : ERR_UNAUTHENTICATED;
}

static bool field_fits(struct call *call, const struct call_field *field)
{
    struct str text;
    int64_t number;
    bool truth, fits = json_document_text(call->document, call->arena, str_from(field->name), &text);
    switch (field->kind) {
    case CALL_BOOL:
        return json_document_bool(call->document, str_from(field->name), &truth);
    case CALL_ID:
        return fits && str_to_int64(text, &number) && number > 0;
    case CALL_TIME:
        return fits && clock_parse(text, &number);
    case CALL_TEXT:
        break;
    }
    return fits && json_document_is_text(call->document, str_from(field->name));
}

static enum err check_fields(struct call *call)
{
    const char *names[CALL_FIELDS];
    size_t count = 0;
    struct str unknown;
    for (const struct call_field *field = call->row->fields; field->name != NULL; field++) {
        names[count++] = field->name;
        if (!call_has(call, field->name)) {
            if (field->required)
                call_fault(call, field->name, "missing");
        } else if (!field_fits(call, field)) {
            call_fault(call, field->name, "invalid");
        }
    }
    for (size_t i = 0; json_document_unknown(call->document, call->arena, names, count, i, &unknown); i++)
        call_fault(call, arena_cstr(call->arena, unknown), "unknown");
    return call->fault_count == 0 ? ERR_NONE : ERR_INVALID;
}

static enum err read_body(struct call *call)
{
    struct str body = http_body(call->request);
    bool posts = str_is(http_method(call->request), "POST");
    if (!posts)
        return body.length == 0 ? ERR_NONE : ERR_BAD_REQUEST;
    TRY(json_document_read(body.length != 0 ? body : STR("{}"), &call->document));
    return json_document_is_object(call->document) ? check_fields(call) : ERR_BAD_JSON;
}

static enum language find_language(const struct http_request *request)
{
    enum language language;
    if (i18n_read_tag(http_query(request, "lang"), &language))
        return language;
    return i18n_negotiate(http_header(request, "Accept-Language"));
}

enum err call_begin(struct call *call, struct app *app, const struct call_row *row,
                    struct http_request *request)
{
    *call = (struct call){
        .app = app,
        .request = request,
        .row = row,
        .arena = http_arena(request),
        .language = find_language(request),
        .now = clock_now(),
        .actor = {.kind = ACTOR_LINK},
        .body = buf_new(CALL_ANSWER_BYTES),
    };
    enum err found = find_caller(call);
    TRY(take_rate(call));
    TRY(found);
    TRY(check_access(call));
    return read_body(call);
}

void call_end(struct call *call)
{
    json_document_free(call->document);
    buf_free(&call->body);
}

struct str call_text(struct call *call, const char *name)
{
    struct str text = STR_NONE;
    json_document_text(call->document, call->arena, str_from(name), &text);
    return text;
}

int64_t call_id(struct call *call, const char *name)
{
    int64_t id = 0;
    str_to_int64(call_text(call, name), &id);
    return id;
}

bool call_bool(struct call *call, const char *name)
{
    bool truth = false;
    json_document_bool(call->document, str_from(name), &truth);
    return truth;
}

int64_t call_time(struct call *call, const char *name)
{
    int64_t at = 0;
    clock_parse(call_text(call, name), &at);
    return at;
}

bool call_has(struct call *call, const char *name)
{
    return json_document_has(call->document, str_from(name));
}

enum err call_fault(struct call *call, const char *name, const char *what)
{
    if (call->fault_count < CALL_FAULTS)
        call->faults[call->fault_count++] = (struct call_fault){str_from(name), what};
    return ERR_INVALID;
}

static bool read_id(struct str text, int64_t *ret_id)
{
    return str_to_int64(text, ret_id) && *ret_id >= 0;
}

enum err call_param_id(struct call *call, const char *name, int64_t *ret_id)
{
    int64_t id;
    if (!read_id(http_param(call->request, name), &id) || id == 0)
        return ERR_NOT_FOUND;
    *ret_id = id;
    return ERR_NONE;
}

enum err call_query_id(struct call *call, const char *name, int64_t *ret_id)
{
    struct str text = http_query(call->request, name);
    *ret_id = 0;
    return text.length == 0 || read_id(text, ret_id) ? ERR_NONE : call_fault(call, name, "invalid");
}

enum err call_query_limit(struct call *call, size_t *ret_limit)
{
    int64_t limit = LIMIT_PAGE_ROWS;
    struct str text = http_query(call->request, "limit");
    if (text.length != 0 && (!str_to_int64(text, &limit) || limit < 1 || limit > LIMIT_PAGE_ROWS))
        return call_fault(call, "limit", "invalid");
    *ret_limit = (size_t)limit;
    return ERR_NONE;
}

enum err call_word(struct call *call, const char *name, struct str text, const char *const *words,
                   size_t count, int64_t *ret_index)
{
    if (text.length == 0)
        return ERR_NONE;
    for (size_t i = 0; i < count; i++)
        if (words[i] != NULL && str_is(text, words[i])) {
            *ret_index = (int64_t)i;
            return ERR_NONE;
        }
    return call_fault(call, name, "invalid");
}
