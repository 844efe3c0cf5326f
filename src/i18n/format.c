#include "base/clock.h"
#include "base/money.h"
#include "i18n/i18n.h"

#include <stdlib.h>

enum { FORMAT_LIMIT_BYTES = 256 };

void i18n_add_money(struct buf *out, enum language language, int64_t micros)
{
    (void)language; /* both write dollars the same way */
    char plain[32];
    money_write(micros, plain);
    struct str digits = str_from(plain);
    if (micros < 0) {
        buf_add(out, STR("\u2212"));
        digits = str_part(digits, 1, digits.length);
    }
    buf_add_char(out, '$');
    size_t whole = str_find(digits, STR("."), 0);
    for (size_t i = 0; i < digits.length; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, digits.data[i]);
    }
}

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};

static void add_number(struct buf *out, int number, unsigned width, const char *after)
{
    buf_add_int(out, number, width);
    buf_add_c(out, after);
}

static void add_day(struct buf *out, enum language language, const struct clock_date *date)
{
    if (language == LANGUAGE_ZH) {
        add_number(out, date->year, 1, "年");
        add_number(out, date->month, 1, "月");
        add_number(out, date->day, 1, "日");
        return;
    }
    add_number(out, date->day, 1, " ");
    buf_add_c(out, months[date->month - 1]);
    buf_add_char(out, ' ');
    buf_add_int(out, date->year, 1);
}

static void add_zone(struct buf *out, int offset_minutes)
{
    buf_add(out, STR("UTC"));
    if (offset_minutes == 0)
        return;
    int minutes = abs(offset_minutes);
    buf_printf(out, "%s%d", offset_minutes < 0 ? "\u2212" : "+", minutes / 60);
    if (minutes % 60 != 0)
        buf_printf(out, ":%02d", minutes % 60);
}

static void add_clock(struct buf *out, enum language language, const struct clock_date *date,
                      int offset_minutes)
{
    add_number(out, date->hour, 2, ":");
    buf_add_int(out, date->minute, 2);
    buf_add(out, language == LANGUAGE_ZH ? STR("（") : STR(" "));
    add_zone(out, offset_minutes);
    buf_add(out, language == LANGUAGE_ZH ? STR("）") : STR(""));
}

void i18n_add_date(struct buf *out, enum language language, int64_t micros, int offset_minutes)
{
    struct clock_date date = clock_date_of(micros, offset_minutes);
    add_day(out, language, &date);
}

void i18n_add_date_time(struct buf *out, enum language language, int64_t micros, int offset_minutes)
{
    struct clock_date date = clock_date_of(micros, offset_minutes);
    add_day(out, language, &date);
    buf_add(out, language == LANGUAGE_ZH ? STR(" ") : STR(", "));
    add_clock(out, language, &date, offset_minutes);
}

void i18n_add_hour(struct buf *out, enum language language, int64_t micros, int offset_minutes)
{
    struct clock_date date = clock_date_of(micros, offset_minutes);
    add_clock(out, language, &date, offset_minutes);
}

void i18n_add_span(struct buf *out, enum language language, int64_t micros)
{
    static const struct {
        int64_t unit;
        enum text_id text;
    } units[] = {
        {MICROS_DAY, TEXT_SPAN_DAYS}, {MICROS_HOUR, TEXT_SPAN_HOURS}, {MICROS_MINUTE, TEXT_SPAN_MINUTES}};
    size_t i = 0;
    while (i < 2 && micros < units[i].unit)
        i++;
    struct text_argument count = {"count", TEXT_KIND_INT, .number = micros > 0 ? micros / units[i].unit : 0};
    text_add(out, language, units[i].text, &count, 1, NULL);
}

static struct str finish(struct arena *arena, struct buf *out)
{
    struct str text = arena_str(arena, buf_str(out));
    buf_free(out);
    return text;
}

struct str i18n_money(struct arena *arena, enum language language, int64_t micros)
{
    struct buf out = buf_new(FORMAT_LIMIT_BYTES);
    i18n_add_money(&out, language, micros);
    return finish(arena, &out);
}

struct str i18n_date(struct arena *arena, enum language language, int64_t micros, int offset_minutes)
{
    struct buf out = buf_new(FORMAT_LIMIT_BYTES);
    i18n_add_date(&out, language, micros, offset_minutes);
    return finish(arena, &out);
}

struct str i18n_date_time(struct arena *arena, enum language language, int64_t micros, int offset_minutes)
{
    struct buf out = buf_new(FORMAT_LIMIT_BYTES);
    i18n_add_date_time(&out, language, micros, offset_minutes);
    return finish(arena, &out);
}

struct str i18n_span(struct arena *arena, enum language language, int64_t micros)
{
    struct buf out = buf_new(FORMAT_LIMIT_BYTES);
    i18n_add_span(&out, language, micros);
    return finish(arena, &out);
}
