#include "edge/web/render.h"

#include "base/clock.h"

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return (unsigned char)c < ' ' && c != '\n' && c != '\t' && c != '\r' ? "\xef\xbf\xbd" : NULL;
    }
}

static void render_checked(struct buf *out, struct str text)
{
    size_t start = 0;
    for (size_t i = 0; i < text.length; i++) {
        if ((unsigned char)text.data[i] > '>') /* most, and none that has an entity */
            continue;
        const char *instead = entity(text.data[i]);
        if (instead == NULL)
            continue;
        buf_add_bytes(out, text.data + start, i - start);
        buf_add_c(out, instead);
        start = i + 1;
    }
    buf_add_bytes(out, text.data + start, text.length - start);
}

void render_text(struct buf *out, struct str text)
{
    if (text.length == 0)
        return;
    if (str_is_utf8(text)) {
        render_checked(out, text);
        return;
    }
    for (size_t i = 0; i < text.length; i++) {
        struct str one = str_part(text, i, 1);
        if ((unsigned char)text.data[i] < 0x80 && text.data[i] != '\0')
            render_checked(out, one);
        else
            buf_add_c(out, "\xef\xbf\xbd");
    }
}

void render_int(struct buf *out, int64_t number)
{
    buf_add_int(out, number, 1);
}

static bool is_plain(struct str address)
{
    for (size_t i = 0; i < address.length; i++) {
        unsigned char c = (unsigned char)address.data[i];
        if (c <= ' ' || c >= 0x7f || c == '\\')
            return false;
    }
    return true;
}

static bool is_path(struct str path)
{
    return str_starts(path, STR("/")) && !str_starts(path, STR("//")) && is_plain(path);
}

void render_path(struct buf *out, struct str path)
{
    render_text(out, is_path(path) ? path : STR("#"));
}

void render_url(struct buf *out, struct str url)
{
    static const char *const schemes[] = {"https://", "http://", "mailto:"};
    bool safe = is_path(url);
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes && is_plain(url); i++)
        safe = safe || str_starts(url, str_from(schemes[i]));
    render_text(out, safe ? url : STR("#"));
}

void render_percent(struct buf *out, struct str text)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t start = 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
            c == '.' || c == '_' || c == '~')
            continue;
        buf_add_bytes(out, text.data + start, i - start);
        buf_add_bytes(out, (char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
        start = i + 1;
    }
    buf_add_bytes(out, text.data + start, text.length - start);
}

static void open_time(struct buf *out, int64_t micros)
{
    char text[21];
    clock_format(micros, text);
    buf_add(out, STR("<time datetime=\""));
    buf_add_c(out, text);
    buf_add(out, STR("\">"));
}

void render_date(struct buf *out, enum language language, int64_t micros)
{
    open_time(out, micros);
    i18n_add_date(out, language, micros, 0);
    buf_add(out, STR("</time>"));
}

void render_time(struct buf *out, enum language language, int64_t micros)
{
    open_time(out, micros);
    i18n_add_date_time(out, language, micros, 0);
    buf_add(out, STR("</time>"));
}

void render_hour(struct buf *out, enum language language, int64_t micros)
{
    open_time(out, micros);
    i18n_add_hour(out, language, micros, 0);
    buf_add(out, STR("</time>"));
}
