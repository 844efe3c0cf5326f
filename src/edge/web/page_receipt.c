#include "edge/web/page_closure.h"

#include "app/closure_receipt.h"
#include "base/clock.h"
#include "base/money.h"
#include "edge/web/pages.h"
#include "wire/json_read.h"

/* The receipt's own text is what is shown: the page can't say anything else than what was signed. */
struct sheet_reader {
    const struct visit *visit;
    const struct json_document *document;
};

static struct str read_text(const struct sheet_reader *reader, const char *path)
{
    struct str text = STR_NONE;
    json_document_text(reader->document, reader->visit->arena, str_from(path), &text);
    return text;
}

static struct str read_item(const struct sheet_reader *reader, const char *list, size_t index,
                            const char *name)
{
    struct arena *arena = reader->visit->arena;
    return read_text(reader,
                     arena_printf(arena, "%s.%zu%s%s", list, index, name[0] != '\0' ? "." : "", name).data);
}

static int64_t read_time(struct str text)
{
    int64_t at;
    return clock_parse(text, &at) ? at : 0;
}

static int64_t read_money(struct str text)
{
    int64_t micros;
    return money_read(text, &micros) == ERR_NONE ? micros : 0;
}

static enum text_id read_label(const struct sheet_reader *reader, const char *prefix, struct str word)
{
    return visit_text(reader->visit, prefix, arena_cstr(reader->visit->arena, word));
}

static size_t count_of(const struct sheet_reader *reader, const char *path)
{
    return json_document_count(reader->document, str_from(path));
}

static void read_numbers(const struct sheet_reader *reader, struct template_receipt_sheet *sheet)
{
    size_t count = count_of(reader, "numbers");
    struct template_receipt_sheet_number *numbers =
        ARENA_ARRAY(reader->visit->arena, count + 1, struct template_receipt_sheet_number);
    for (size_t i = 0; i < count; i++)
        numbers[i].number = read_item(reader, "numbers", i, "");
    sheet->numbers = numbers;
    sheet->numbers_count = count;
}

static void read_refunds(const struct sheet_reader *reader, struct template_receipt_sheet *sheet)
{
    size_t count = count_of(reader, "money.refunds");
    struct template_receipt_sheet_refund *refunds =
        ARENA_ARRAY(reader->visit->arena, count + 1, struct template_receipt_sheet_refund);
    for (size_t i = 0; i < count; i++)
        refunds[i] = (struct template_receipt_sheet_refund){
            .amount = read_money(read_item(reader, "money.refunds", i, "amount")),
            .to = read_item(reader, "money.refunds", i, "to"),
            .state = read_label(reader, "refund.state.", read_item(reader, "money.refunds", i, "state")),
        };
    sheet->refunds = refunds;
    sheet->refunds_count = count;
    sheet->has_refunds = count != 0;
    sheet->balance = read_money(read_text(reader, "money.balance_at_closing"));
}

/* "carrier:name" is one of the carriers; all others are words of the catalogue. */
static void read_told(const struct sheet_reader *reader, struct template_receipt_sheet *sheet)
{
    size_t count = count_of(reader, "told");
    struct template_receipt_sheet_told *tolds =
        ARENA_ARRAY(reader->visit->arena, count + 1, struct template_receipt_sheet_told);
    for (size_t i = 0; i < count; i++) {
        struct str who = read_item(reader, "told", i, "who");
        bool carrier = str_starts(who, STR("carrier:"));
        enum text_id label = carrier ? TEXT_TOLD_CARRIER : read_label(reader, "told.", who);
        tolds[i] = (struct template_receipt_sheet_told){
            .who = label,
            .other = label == TEXT_NONE ? who : STR_NONE,
            .result = read_item(reader, "told", i, "result"),
            .at = read_time(read_item(reader, "told", i, "at")),
        };
    }
    sheet->tolds = tolds;
    sheet->tolds_count = count;
}

static void read_kept(const struct sheet_reader *reader, struct template_receipt_sheet *sheet)
{
    size_t count = count_of(reader, "kept");
    struct template_receipt_sheet_kept *kept =
        ARENA_ARRAY(reader->visit->arena, count + 1, struct template_receipt_sheet_kept);
    for (size_t i = 0; i < count; i++)
        kept[i] = (struct template_receipt_sheet_kept){
            .what = read_label(reader, "kept.", read_item(reader, "kept", i, "what")),
            .rule = read_label(reader, "kept.rule.", read_item(reader, "kept", i, "rule")),
        };
    sheet->kept = kept;
    sheet->kept_count = count;
}

static void read_sheet(const struct sheet_reader *reader, struct template_receipt_sheet *sheet)
{
    struct str erasure = read_text(reader, "erasure");
    *sheet = (struct template_receipt_sheet){
        .reference = read_text(reader, "reference"),
        .whole_account = str_is(read_text(reader, "scope"), "account"),
        .single_number = str_is(read_text(reader, "scope"), "number"),
        .operator_name = read_text(reader, "operator.name"),
        .operator_address = read_text(reader, "operator.address"),
        .complaint = read_text(reader, "operator.complaints"),
        .declared = read_time(read_text(reader, "declared")),
        .closed = read_time(read_text(reader, "closed")),
        .erasure_pending = str_is(erasure, "pending"),
        .by_law = str_is(erasure, "some_data_is_kept_by_law"),
        .not_part = str_is(erasure, "not_part_of_it"),
    };
    read_numbers(reader, sheet);
    read_refunds(reader, sheet);
    read_told(reader, sheet);
    read_kept(reader, sheet);
}

/* The logged-in holder has the link's secret in the case itself, as long as its key lives. */
static enum err read_stage(struct visit *visit, const struct closure_visit *closure, enum receipt_stage stage,
                           struct closure_receipt *ret_receipt)
{
    struct str secret = closure->key.length != 0 ? closure->key : closure->view->row.own.secret;
    if (secret.length == 0)
        return ERR_NOT_FOUND;
    return closure_receipt_read(visit->app, visit->arena, closure->id.account_id, closure->id.closure_id,
                                stage, secret, ret_receipt);
}

/* The second stage is a second text with one line more; 0 while it is not made. */
static enum err read_forgotten(struct visit *visit, const struct closure_visit *closure, int64_t *ret_at)
{
    struct closure_receipt receipt;
    struct json_document *document;
    enum err error = read_stage(visit, closure, RECEIPT_FORGOTTEN, &receipt);
    *ret_at = 0;
    if (error == ERR_NOT_FOUND)
        return ERR_NONE;
    TRY(error);
    TRY(json_document_read(receipt.text, &document));
    *ret_at = read_time(read_text(&(const struct sheet_reader){visit, document}, "forgotten"));
    json_document_free(document);
    return ERR_NONE;
}

static enum err show_receipt(struct visit *visit, const struct closure_visit *closure)
{
    struct closure_receipt receipt;
    struct json_document *document;
    struct template_receipt page = {
        .frame = visit_frame(visit),
        .reference = closure->reference,
        .chinese = visit->language == LANGUAGE_ZH,
        .public_key = receipt_public_key(visit->app->signer, visit->arena),
        .json = closure_visit_path(visit, closure, "/receipt.json"),
        .minisig = closure_visit_path(visit, closure, "/receipt.json.minisig"),
        .back = closure_visit_path(visit, closure, ""),
    };
    TRY(read_stage(visit, closure, RECEIPT_CLOSED, &receipt));
    TRY(json_document_read(receipt.text, &document));
    read_sheet(&(const struct sheet_reader){visit, document}, &page.sheet);
    json_document_free(document);
    TRY(read_forgotten(visit, closure, &page.sheet.forgotten));
    page.signature = receipt.signature;
    VISIT_SHOW(visit, receipt, &page);
    return ERR_NONE;
}

static enum err get_receipt(struct visit *visit)
{
    struct closure_visit closure;
    enum err error = closure_visit_open(visit, &closure);
    return error != ERR_NONE ? closure_visit_refuse(visit, error) : show_receipt(visit, &closure);
}

/* A file as it was signed; ?stage=forgotten gives the second one. */
static enum err answer_file(struct visit *visit, bool signature)
{
    struct closure_visit closure;
    struct closure_receipt receipt;
    bool second = str_is(http_query(visit->request, "stage"), "forgotten");
    TRY(closure_visit_open(visit, &closure));
    TRY(read_stage(visit, &closure, second ? RECEIPT_FORGOTTEN : RECEIPT_CLOSED, &receipt));
    http_add_header(visit->request, "Content-Disposition",
                    arena_printf(visit->arena, "attachment; filename=\"%.*s%s.json%s\"",
                                 STR_ARG(closure.reference), second ? "-forgotten" : "",
                                 signature ? ".minisig" : ""));
    http_answer(visit->request, 200, signature ? "text/plain; charset=utf-8" : "application/json",
                signature ? receipt.signature : receipt.text);
    return ERR_NONE;
}

static enum err get_json(struct visit *visit)
{
    return answer_file(visit, false);
}

static enum err get_signature(struct visit *visit)
{
    return answer_file(visit, true);
}

static enum err get_public_key(struct visit *visit)
{
    http_add_header(visit->request, "Content-Disposition", STR("attachment; filename=\"violet.pub\""));
    http_answer(visit->request, 200, "text/plain; charset=utf-8",
                receipt_public_key(visit->app->signer, visit->arena));
    return ERR_NONE;
}

const struct web_row page_receipt_rows[] = {
    {"GET", "/closure/{reference}/receipt", HTTP_INLINE, WEB_ANYBODY, get_receipt, 0, 0},
    {"GET", "/closure/{reference}/receipt.json", HTTP_INLINE, WEB_ANYBODY, get_json, 0, 0},
    {"GET", "/closure/{reference}/receipt.json.minisig", HTTP_INLINE, WEB_ANYBODY, get_signature, 0, 0},
    {"GET", "/violet.pub", HTTP_INLINE, WEB_ANYBODY, get_public_key, 0, 0},
    {0},
};
