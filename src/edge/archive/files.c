#include "edge/archive/files.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"
#include "base/limits.h"
#include "edge/archive/cells.h"
#include "i18n/i18n.h"

#define CELLS(names) (names), sizeof(names) / sizeof *(names)

/* Begins the file, adds what is in out, and frees that. */
static enum err write_whole(struct zip *zip, const char *name, struct buf *out)
{
    enum err error = zip_file_begin(zip, name);
    if (error == ERR_NONE)
        error = zip_add(zip, out);
    buf_free(out);
    return error;
}

enum err files_write_calls(struct zip *zip)
{
    static const char *const names[] = {"time", "direction", "number", "peer", "seconds", "cost", "currency"};
    struct buf out = buf_new(0);
    struct csv csv = {.out = &out};
    csv_head(&csv, CELLS(names));
    return write_whole(zip, "calls.csv", &out);
}

static void add_transfer(const struct archive_source *source, const struct archive_transfer *transfer,
                         struct csv *csv)
{
    csv_time(csv, transfer->at);
    csv_text(csv, transfer->order);
    csv_text(csv, transfer->kind);
    csv_text(csv, transfer->text);
    csv_money(csv, transfer->amount);
    csv_text(csv, source->currency);
    csv_end(csv);
}

static enum err add_transfers(const struct archive_source *source, struct arena *arena, struct zip *zip,
                              struct buf *out)
{
    struct csv csv = {.out = out};
    int64_t cursor = 0;
    for (size_t count = 1; count != 0; arena_reset(arena)) {
        struct archive_transfer transfers[LIMIT_PAGE_ROWS] = {0};
        TRY(source->transfers(source->context, arena, cursor, transfers, LIMIT_PAGE_ROWS, &count));
        for (size_t i = 0; i < count; i++) {
            add_transfer(source, &transfers[i], &csv);
            cursor = transfers[i].id;
        }
        TRY(zip_add(zip, out));
    }
    return ERR_NONE;
}

enum err files_write_wallet(const struct archive_source *source, struct zip *zip)
{
    static const char *const names[] = {"time", "order", "kind", "description", "amount", "currency"};
    struct buf out = buf_new(0);
    struct arena *arena = arena_new_wiped(0);
    struct csv csv = {.out = &out};
    enum err error = arena != NULL ? zip_file_begin(zip, "wallet.csv") : ERR_MEMORY;
    csv_head(&csv, CELLS(names));
    if (error == ERR_NONE)
        error = add_transfers(source, arena, zip, &out);
    buf_free(&out);
    arena_free(arena);
    return error;
}

enum err files_write_services(const struct archive_source *source, struct zip *zip)
{
    static const char *const names[] = {"name",     "first_message", "last_message",  "last_code",
                                        "messages", "done",          "security_page", "closing_page"};
    struct buf out = buf_new(0);
    struct csv csv = {.out = &out};
    csv_head(&csv, CELLS(names));
    for (size_t i = 0; i < source->service_count; i++) {
        const struct archive_service *service = &source->services[i];
        csv_text(&csv, service->name);
        csv_time(&csv, service->first_at);
        csv_time(&csv, service->last_at);
        csv_time(&csv, service->last_code_at);
        csv_int(&csv, service->count);
        csv_time(&csv, service->done_at);
        csv_text(&csv, service->security_url);
        csv_text(&csv, service->closing_url);
        csv_end(&csv);
    }
    return write_whole(zip, "services.csv", &out);
}

static void add_numbers(const struct archive_source *source, struct json *json)
{
    json_array(json, "numbers");
    for (size_t i = 0; i < source->number_count; i++) {
        json_object(json, NULL);
        json_str(json, "number", source->numbers[i].e164);
        json_time(json, "from", source->numbers[i].from);
        json_time(json, "until", source->numbers[i].until);
        json_object_end(json);
    }
    json_array_end(json);
}

static void add_contacts(const struct archive_source *source, struct json *json)
{
    json_array(json, "contacts");
    for (size_t i = 0; i < source->contact_count; i++) {
        json_object(json, NULL);
        json_str(json, "kind", source->contacts[i].kind);
        json_str(json, "value", source->contacts[i].value);
        json_time(json, "verified", source->contacts[i].verified_at);
        json_object_end(json);
    }
    json_array_end(json);
}

enum err files_write_account(const struct archive_source *source, struct zip *zip)
{
    struct buf out = buf_new(0);
    struct json json = json_new(&out);
    json_object(&json, NULL);
    json_text(&json, "format", "violet-account-1");
    json_str(&json, "operator", source->operator_name);
    json_str(&json, "user_name", source->user_name);
    json_str(&json, "state", source->state);
    json_str(&json, "language", source->language);
    json_time(&json, "created", source->created_at);
    json_time(&json, "archive_made", source->now);
    json_money(&json, "balance", source->balance);
    json_str(&json, "currency", source->currency);
    add_numbers(source, &json);
    add_contacts(source, &json);
    json_object_end(&json);
    buf_add_char(&out, '\n');
    return write_whole(zip, "account.json", &out);
}

enum err files_write_readme(const struct archive_source *source, int64_t message_count, struct zip *zip)
{
    const struct text_argument arguments[] = {
        {.name = "operator", .kind = TEXT_KIND_TEXT, .text = source->operator_name},
        {.name = "name", .kind = TEXT_KIND_TEXT, .text = source->user_name},
        {.name = "made", .kind = TEXT_KIND_TIME, .number = source->now},
        {.name = "messages", .kind = TEXT_KIND_INT, .number = message_count},
    };
    enum language first = LANGUAGE_EN;
    struct buf out = buf_new(0);
    i18n_read_tag(source->language, &first);
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        enum language language = (enum language)(((int)first + i) % LANGUAGE_COUNT);
        if (i != 0)
            buf_add_c(&out, "\n\n");
        text_add(&out, language, TEXT_ARCHIVE_README, arguments, sizeof arguments / sizeof *arguments, NULL);
        buf_add_char(&out, '\n');
    }
    return write_whole(zip, "README.txt", &out);
}

enum err files_write_manifest(const struct archive_source *source, struct zip *zip)
{
    struct buf out = buf_new(0);
    struct json json = json_new(&out);
    size_t count = 0;
    TRY(zip_file_end(zip));
    struct arena *arena = arena_new(0);
    if (arena == NULL)
        return ERR_MEMORY;
    const struct zip_file *files = zip_files(zip, &count);
    json_object(&json, NULL);
    json_text(&json, "format", "violet-archive-1");
    json_time(&json, "made", source->now);
    json_array(&json, "files");
    for (size_t i = 0; i < count; i++) {
        json_object(&json, NULL);
        json_text(&json, "name", files[i].name);
        json_int(&json, "size", files[i].size);
        json_str(&json, "sha256", encode_hex(arena, str_bytes(files[i].digest, DIGEST_BYTES)));
        json_object_end(&json);
    }
    json_array_end(&json);
    json_object_end(&json);
    buf_add_char(&out, '\n');
    arena_free(arena);
    return write_whole(zip, "manifest.json", &out);
}
