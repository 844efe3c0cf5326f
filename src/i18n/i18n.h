/* What a person reads, in the reader's language: texts of the catalogues (locale/, compiled at build time),
 * money, dates and spans of time. */
#ifndef I18N_I18N_H
#define I18N_I18N_H

#include "base/arena.h"
#include "base/str.h"
#include "i18n/texts.h"

#include <stdint.h>

enum language { LANGUAGE_EN, LANGUAGE_ZH, LANGUAGE_COUNT };

/* "en" or "zh-CN" (RFC 5646), for the lang attribute and headers. */
struct str i18n_tag(enum language language);
/* Reads a tag that a form, cookie or row names ("en", "zh", "zh-CN" …); false for a language we do not have.
 */
bool i18n_read_tag(struct str tag, enum language *ret_language);
/* The language that an Accept-Language header wants most (RFC 9110, section 12.5.4); English where it names
 * none of ours, is empty or broken. */
enum language i18n_negotiate(struct str accept_language);

enum text_kind {
    TEXT_KIND_TEXT,
    TEXT_KIND_INT,
    TEXT_KIND_MONEY,
    TEXT_KIND_DATE,
    TEXT_KIND_TIME,
    TEXT_KIND_SPAN
};

/* A named argument of a text. number: a count, millionths, or microseconds UTC. */
struct text_argument {
    const char *name;
    enum text_kind kind;
    struct str text;
    int64_t number;
    bool strong; /* set in <strong> where the writer makes HTML */
};

/* The text of an id; "" for TEXT_NONE. A plural text gives its "other" form. */
struct str text_get(enum language language, enum text_id id);
/* The id of a name as it stands in the catalogues ("error.not_found"); TEXT_NONE where there is none. */
enum text_id text_find(struct str name);
/* The text of a name; "" where there is none. */
struct str text_by_name(enum language language, const char *name);
/* The text with its arguments filled in; the plural form follows the argument named "count". An argument that
 * the caller did not give stays visible as "{name}". */
struct str text_format(struct arena *arena, enum language language, enum text_id id,
                       const struct text_argument *arguments, size_t count);

/* How appended text is made safe for where it goes; NULL: as it is. */
typedef void i18n_escape(struct buf *out, struct str text);
/* Like text_format, appended to out, every piece through escape. */
void text_add(struct buf *out, enum language language, enum text_id id, const struct text_argument *arguments,
              size_t count, i18n_escape *escape);

/* "$12.40", "−$0.0079": US dollars, at least two decimals, as many as there are. */
void i18n_add_money(struct buf *out, enum language language, int64_t micros);
/* "3 December 2026" / "2026年12月3日", of the day in a zone offset_minutes from UTC. */
void i18n_add_date(struct buf *out, enum language language, int64_t micros, int offset_minutes);
/* "3 December 2026, 14:05 UTC" / "2026年12月3日 14:05（UTC）"; other zones are named "UTC+8", "UTC−3:30". */
void i18n_add_date_time(struct buf *out, enum language language, int64_t micros, int offset_minutes);
/* "14:05 UTC" / "14:05（UTC）" */
void i18n_add_hour(struct buf *out, enum language language, int64_t micros, int offset_minutes);
/* A length of time in its largest unit, rounded down: "3 days", "5 hours", "1 minute" / "3 天". Negative ones
 * count as 0. */
void i18n_add_span(struct buf *out, enum language language, int64_t micros);

/* The same into an arena. */
struct str i18n_money(struct arena *arena, enum language language, int64_t micros);
struct str i18n_date(struct arena *arena, enum language language, int64_t micros, int offset_minutes);
struct str i18n_date_time(struct arena *arena, enum language language, int64_t micros, int offset_minutes);
struct str i18n_span(struct arena *arena, enum language language, int64_t micros);

#endif
