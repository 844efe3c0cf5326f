#include "edge/hook/hook.h"

#include "app/carrier_verify.h"
#include "app/message_receive.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "i18n/i18n.h"
#include "wire/json_read.h"

/* RFC 9457. Carriers are machines: the title is in English. */
static void answer_problem(struct http_request *request, enum err error)
{
    struct buf body = buf_new(LIMIT_BODY_DEFAULT_BYTES);
    struct json json = json_new(&body);
    json_object(&json, NULL);
    json_text(&json, "type", "about:blank");
    json_int(&json, "status", err_http_status(error));
    json_text(&json, "code", err_code(error));
    json_str(&json, "title", text_by_name(LANGUAGE_EN, err_message_id(error)));
    json_object_end(&json);
    http_answer(request, err_http_status(error), "application/problem+json", buf_str(&body));
    buf_free(&body);
}

static void answer_result(struct http_request *request, const struct message_receive *receive)
{
    static const char *const words[] = {
        [MESSAGE_RECEIVE_STORED] = "stored",
        [MESSAGE_RECEIVE_REPEATED] = "repeated",
        [MESSAGE_RECEIVE_COUNTED] = "counted",
    };
    struct buf body = buf_new(LIMIT_BODY_DEFAULT_BYTES);
    struct json json = json_new(&body);
    json_object(&json, NULL);
    json_text(&json, "result", words[receive->ret_outcome]);
    json_object_end(&json);
    http_answer(request, 200, "application/json", buf_str(&body));
    buf_free(&body);
}

/* Where a delivery's fields come from: a form or a JSON document. */
struct fields {
    struct http_request *request;
    struct json_document *document; /* NULL: a form */
};

/* A field that is not configured or not there is empty. */
static struct str field_of(const struct fields *fields, const char *name)
{
    struct str value = STR_NONE;
    if (name[0] == '\0')
        return value;
    if (fields->document == NULL)
        return http_form(fields->request, name);
    json_document_text(fields->document, http_arena(fields->request), str_from(name), &value);
    return value;
}

/* RFC 3339 in UTC or seconds since 1970; 0, the time of arrival, where it is neither or lies ahead. */
static int64_t read_time(struct str text, int64_t now)
{
    int64_t at;
    if (clock_parse(text, &at))
        return at <= now ? at : 0;
    if (!str_to_int64(text, &at) || at <= 0 || at > now / MICROS_SECOND)
        return 0;
    return at * MICROS_SECOND;
}

static enum err receive_fields(struct app *app, const struct settings_carrier *carrier,
                               const struct fields *fields, int64_t now, struct message_receive *receive)
{
    *receive = (struct message_receive){
        .carrier = str_from(carrier->name),
        .carrier_id = field_of(fields, carrier->field_id),
        .from = field_of(fields, carrier->field_from),
        .to = field_of(fields, carrier->field_to),
        .text = field_of(fields, carrier->field_text),
        .sent_at = read_time(field_of(fields, carrier->field_time), now),
    };
    return message_receive(app, receive);
}

static enum err receive(struct app *app, struct http_request *request, struct message_receive *receive)
{
    int64_t now = clock_now();
    const struct settings_carrier *carrier = carrier_find(app, http_param(request, "carrier"));
    struct fields fields = {.request = request};
    if (carrier == NULL)
        return ERR_NOT_FOUND;
    TRY(carrier_verify(http_arena(request), carrier, http_header(request, carrier->header_timestamp),
                       http_header(request, carrier->header_signature), http_body(request), now));
    if (carrier->format == SETTINGS_FORMAT_JSON)
        TRY(json_document_read(http_body(request), &fields.document));
    enum err error = receive_fields(app, carrier, &fields, now, receive);
    json_document_free(fields.document);
    return error;
}

static void handle_sms(struct http_request *request, void *context)
{
    struct message_receive message;
    enum err error = receive(context, request, &message);
    if (error != ERR_NONE) {
        log_warn("hook_refused", LOG_STR("carrier", http_param(request, "carrier")), LOG_ERR(error));
        answer_problem(request, error);
        return;
    }
    answer_result(request, &message);
}

void edge_hook_routes(struct app *app, struct http_route ret_routes[EDGE_HOOK_ROUTES])
{
    ret_routes[0] = (struct http_route){
        .method = "POST",
        .path = "/api/v1/hooks/sms/{carrier}",
        .run = HTTP_WORK,
        .handler = handle_sms,
        .context = app,
        .flags = HTTP_ROUTE_ANY_ORIGIN,
    };
}
