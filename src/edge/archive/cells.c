#include "edge/archive/cells.h"

#include "base/clock.h"
#include "base/money.h"

#include <inttypes.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define REPLACEMENT "\xef\xbf\xbd"

/* U+2400 to U+241F show the controls 0 to 31. */
static void add_picture(struct buf *out, unsigned char control)
{
    char picture[] = {'\xe2', '\x90', (char)(0x80 + control)};
    buf_add_bytes(out, picture, sizeof picture);
}

bool cells_are_utf8(struct str text)
{
    for (struct str piece; str_split(&text, '\0', &piece);)
        if (!str_is_utf8(piece))
            return false;
    return true;
}

static void csv_begin(struct csv *csv)
{
    if (csv->comma)
        buf_add_char(csv->out, ',');
    csv->comma = true;
}

void csv_head(struct csv *csv, const char *const *names, size_t count)
{
    buf_add_c(csv->out, BYTE_ORDER_MARK);
    for (size_t i = 0; i < count; i++) {
        csv_begin(csv);
        buf_add_c(csv->out, names[i]);
    }
    csv_end(csv);
}

static bool looks_like_formula(struct str text)
{
    static const char *const starts[] = {
        "=",           "+", "-", "@", "\t", "\r", "\n", "'", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
        "\xef\xbc\xa0"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (str_starts(text, str_from(starts[i])))
            return true;
    return false;
}

void csv_text(struct csv *csv, struct str text)
{
    bool valid = cells_are_utf8(text);
    csv_begin(csv);
    buf_add_c(csv->out, looks_like_formula(text) ? "\"'" : "\"");
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"')
            buf_add_c(csv->out, "\"\"");
        else if (c < 0x20 && c != '\t' && c != '\r' && c != '\n')
            add_picture(csv->out, c);
        else if (c >= 0x80 && !valid)
            buf_add_c(csv->out, REPLACEMENT);
        else
            buf_add_char(csv->out, (char)c);
    }
    buf_add_char(csv->out, '"');
}

void csv_int(struct csv *csv, int64_t number)
{
    csv_begin(csv);
    buf_printf(csv->out, "%" PRId64, number);
}

void csv_time(struct csv *csv, int64_t micros)
{
    char text[21] = "";
    csv_begin(csv);
    if (micros != 0)
        clock_format(micros, text);
    buf_add_c(csv->out, text);
}

void csv_money(struct csv *csv, int64_t micros)
{
    char text[32];
    csv_begin(csv);
    money_write(micros, text);
    buf_add_c(csv->out, text);
}

void csv_end(struct csv *csv)
{
    buf_add_c(csv->out, "\r\n");
    csv->comma = false;
}

static bool is_noncharacter(struct str text, size_t at)
{
    return at + 2 < text.length && memcmp(text.data + at, "\xef\xbf", 2) == 0 &&
           (unsigned char)text.data[at + 2] >= 0xbe;
}

static void add_xml(struct buf *out, unsigned char c)
{
    static const struct {
        char c;
        const char *reference;
    } rows[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].c == (char)c) {
            buf_add_c(out, rows[i].reference);
            return;
        }
    if (c == '\t' || c == '\r' || c == '\n' || c == 0x7f)
        buf_printf(out, "&#%u;", c);
    else if (c < 0x20)
        add_picture(out, c);
    else
        buf_add_char(out, (char)c);
}

void xml_attribute(struct buf *out, const char *name, struct str text)
{
    bool valid = cells_are_utf8(text);
    buf_printf(out, " %s=\"", name);
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 0x80 && !valid) {
            buf_add_c(out, REPLACEMENT);
        } else if (c >= 0x80 && is_noncharacter(text, i)) {
            buf_add_c(out, REPLACEMENT);
            i += 2;
        } else {
            add_xml(out, c);
        }
    }
    buf_add_char(out, '"');
}
