#include "app/rnd_file.h"

#include "base/clock.h"

#include <string.h>

/* "MM/DD/YYYY" with the day filled in. */
static void add_date(const char *format, int64_t at, struct buf *out)
{
    struct clock_date date = clock_date_of(at, 0);
    while (*format != '\0') {
        if (strncmp(format, "YYYY", 4) == 0) {
            buf_printf(out, "%04d", date.year);
            format += 4;
        } else if (strncmp(format, "MM", 2) == 0 || strncmp(format, "DD", 2) == 0) {
            buf_printf(out, "%02d", *format == 'M' ? date.month : date.day);
            format += 2;
        } else {
            buf_add_char(out, *format++);
        }
    }
}

static bool is_north_american(struct str e164)
{
    if (e164.length != 12 || !str_starts(e164, STR("+1")))
        return false;
    for (size_t i = 2; i < e164.length; i++)
        if (e164.data[i] < '0' || e164.data[i] > '9')
            return false;
    return true;
}

static enum err add_value(const struct settings_rnd *settings, struct str name, const struct rnd_row *row,
                          struct buf *out)
{
    if (str_is(name, "company_id"))
        buf_add_c(out, settings->company_id);
    else if (str_is(name, "number"))
        buf_add(out, str_part(row->e164, 2, row->e164.length));
    else if (str_is(name, "e164"))
        buf_add(out, row->e164);
    else if (str_is(name, "date"))
        add_date(settings->date_format, row->disconnected_at, out);
    else
        return ERR_CONFIG;
    return ERR_NONE;
}

static enum err add_line(const struct settings_rnd *settings, const char *template, const struct rnd_row *row,
                         struct buf *out)
{
    for (const char *at = template; *at != '\0';) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (end == NULL) {
            buf_add_char(out, *at++);
            continue;
        }
        TRY(add_value(settings, str_bytes(at + 1, (size_t)(end - at - 1)), row, out));
        at = end + 1;
    }
    buf_add_c(out, "\r\n");
    return ERR_NONE;
}

void rnd_file_head(const struct settings_rnd *settings, struct buf *out)
{
    if (settings->header[0] != '\0')
        buf_printf(out, "%s\r\n", settings->header);
}

enum err rnd_file_row(const struct settings_rnd *settings, const struct rnd_row *row, struct buf *out)
{
    if (!is_north_american(row->e164))
        return ERR_INVALID;
    return add_line(settings, settings->row, row, out);
}

enum err rnd_file_nothing(const struct settings_rnd *settings, int64_t through, struct buf *out)
{
    if (settings->nothing[0] == '\0')
        return ERR_NONE;
    return add_line(settings, settings->nothing, &(struct rnd_row){STR_NONE, through}, out);
}

enum err rnd_file_make(const struct settings_rnd *settings, const struct rnd_row *rows, size_t count,
                       int64_t through, struct buf *out)
{
    if (settings->company_id[0] == '\0')
        return ERR_CONFIG;
    rnd_file_head(settings, out);
    for (size_t i = 0; i < count; i++)
        TRY(rnd_file_row(settings, &rows[i], out));
    return count == 0 ? rnd_file_nothing(settings, through, out) : ERR_NONE;
}
