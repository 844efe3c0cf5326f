#include "edge/archive/messages.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "edge/archive/cells.h"

#include <inttypes.h>

/* One file: what stands before, how a message looks, what stands behind. */
struct messages_format {
    const char *file;
    void (*head)(const struct archive_source *source, const struct messages_walk *walk, struct buf *out);
    void (*row)(const struct archive_message *message, int64_t number, struct buf *out);
    void (*tail)(struct buf *out);
};

/* JSON can hold every character, but many readers stop at NUL. */
static struct str without_nul(struct arena *arena, struct str text)
{
    struct str copy = text, piece;
    if (str_find(text, (struct str){"", 1}, 0) == SIZE_MAX)
        return text;
    struct str made = STR_NONE;
    for (size_t i = 0; str_split(&copy, '\0', &piece); i++)
        made = arena_printf(arena, "%.*s%s%.*s", STR_ARG(made), i != 0 ? "\xe2\x90\x80" : "", STR_ARG(piece));
    return made;
}

static void json_head(const struct archive_source *source, const struct messages_walk *walk, struct buf *out)
{
    (void)source;
    (void)walk;
    buf_add_c(out, "{\"format\":\"violet-messages-1\",\"messages\":[");
}

static void json_row(const struct archive_message *message, int64_t number, struct buf *out)
{
    struct json json = json_new(out);
    buf_add_c(out, number == 0 ? "\n" : ",\n");
    json_object(&json, NULL);
    json_time(&json, "time", message->at);
    json_int(&json, "time_micros", message->at);
    json_text(&json, "direction", message->sent ? "sent" : "received");
    json_str(&json, "number", message->number);
    json_str(&json, "peer", message->peer);
    json_str(&json, "text", message->text);
    json_str(&json, "code", message->code);
    json_str(&json, "service", message->service);
    json_bool(&json, "read", message->read);
    json_object_end(&json);
}

static void json_tail(struct buf *out)
{
    buf_add_c(out, "\n]}\n");
}

static void csv_messages_head(const struct archive_source *source, const struct messages_walk *walk,
                              struct buf *out)
{
    static const char *const names[] = {"time", "direction", "number",  "peer",
                                        "text", "code",      "service", "read"};
    struct csv csv = {.out = out};
    (void)source;
    (void)walk;
    csv_head(&csv, names, sizeof names / sizeof *names);
}

static void csv_row(const struct archive_message *message, int64_t number, struct buf *out)
{
    struct csv csv = {.out = out};
    (void)number;
    csv_time(&csv, message->at);
    csv_text(&csv, message->sent ? STR("sent") : STR("received"));
    csv_text(&csv, message->number);
    csv_text(&csv, message->peer);
    csv_text(&csv, message->text);
    csv_text(&csv, message->code);
    csv_text(&csv, message->service);
    csv_text(&csv, message->read ? STR("yes") : STR("no"));
    csv_end(&csv);
}

static void csv_tail(struct buf *out)
{
    (void)out;
}

/* Field names and order as SMS Backup & Restore writes them; "null" is its word for nothing. */
static void xml_head(const struct archive_source *source, const struct messages_walk *walk, struct buf *out)
{
    buf_printf(out,
               "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"
               "<smses count=\"%" PRId64 "\" backup_date=\"%" PRId64 "\" type=\"full\">\n",
               walk->count, source->now / 1000);
}

static void xml_row(const struct archive_message *message, int64_t number, struct buf *out)
{
    char day[21];
    (void)number;
    clock_format(message->at, day);
    buf_add_c(out, "  <sms protocol=\"0\"");
    xml_attribute(out, "address", message->peer);
    buf_printf(out, " date=\"%" PRId64 "\" type=\"%d\" subject=\"null\"", message->at / 1000,
               message->sent ? 2 : 1);
    xml_attribute(out, "body", message->text);
    buf_printf(out,
               " toa=\"null\" sc_toa=\"null\" service_center=\"null\" read=\"%d\" status=\"-1\" locked=\"0\""
               " date_sent=\"0\" sub_id=\"-1\" readable_date=\"%s\" contact_name=\"(Unknown)\" />\n",
               message->read ? 1 : 0, day);
}

static void xml_tail(struct buf *out)
{
    buf_add_c(out, "</smses>\n");
}

static const struct messages_format formats[] = {
    {"messages.json", json_head, json_row, json_tail},
    {"messages.csv", csv_messages_head, csv_row, csv_tail},
    {"messages.xml", xml_head, xml_row, xml_tail},
};

static void walk_add(struct messages_walk *walk, const struct archive_message *message)
{
    walk->count++;
    walk->sum = walk->sum * 31 + (uint64_t)message->id + message->text.length;
}

static enum err write_page(const struct archive_source *source, const struct messages_format *format,
                           struct arena *arena, struct zip *zip, struct buf *out, int64_t *cursor,
                           struct messages_walk *walk, size_t *ret_count)
{
    struct archive_message messages[LIMIT_PAGE_ROWS] = {0};
    TRY(source->messages(source->context, arena, *cursor, messages, LIMIT_PAGE_ROWS, ret_count));
    for (size_t i = 0; i < *ret_count; i++) {
        walk_add(walk, &messages[i]);
        *cursor = messages[i].id;
        if (format->row == json_row)
            messages[i].text = without_nul(arena, messages[i].text);
        format->row(&messages[i], walk->count - 1, out);
    }
    return zip_add(zip, out);
}

static enum err write_file(const struct archive_source *source, const struct messages_format *format,
                           struct zip *zip, struct messages_walk *walk)
{
    struct arena *arena = arena_new_wiped(0);
    struct buf out = buf_new(0);
    struct messages_walk here = {0};
    int64_t cursor = 0;
    size_t count = 1;
    enum err error = arena != NULL ? zip_file_begin(zip, format->file) : ERR_MEMORY;
    format->head(source, walk, &out);
    while (error == ERR_NONE && count != 0) {
        error = write_page(source, format, arena, zip, &out, &cursor, &here, &count);
        if (arena != NULL)
            arena_reset(arena);
    }
    format->tail(&out);
    if (error == ERR_NONE)
        error = zip_add(zip, &out);
    buf_free(&out);
    arena_free(arena);
    *walk = here;
    return error;
}

enum err messages_write(const struct archive_source *source, struct zip *zip, int64_t *ret_count)
{
    struct messages_walk first = {0};
    TRY(write_file(source, &formats[0], zip, &first));
    for (size_t i = 1; i < sizeof formats / sizeof *formats; i++) {
        struct messages_walk walk = first;
        TRY(write_file(source, &formats[i], zip, &walk));
        if (walk.count != first.count || walk.sum != first.sum)
            return ERR_CHANGED;
    }
    *ret_count = first.count;
    return ERR_NONE;
}
