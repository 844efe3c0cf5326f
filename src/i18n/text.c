#include "i18n/i18n.h"
#include "i18n/tables.h"

#include <stdlib.h>
#include <string.h>

enum { FORM_ONE, FORM_OTHER };
enum { TEXT_LIMIT_BYTES = 1 << 20 };

static struct str text_form(enum language language, enum text_id id, int form)
{
    if (id <= TEXT_NONE || id >= TEXT_COUNT || language >= LANGUAGE_COUNT)
        return STR("");
    return text_rows[language][id].forms[form];
}

struct str text_get(enum language language, enum text_id id)
{
    return text_form(language, id, FORM_OTHER);
}

static int compare_name(const void *key, const void *member)
{
    const struct str *name = key;
    const struct text_name *row = member;
    size_t common = name->length < row->name.length ? name->length : row->name.length;
    int order = common > 0 ? memcmp(name->data, row->name.data, common) : 0;
    if (order != 0)
        return order;
    return (name->length > row->name.length) - (name->length < row->name.length);
}

enum text_id text_find(struct str name)
{
    const struct text_name *row =
        bsearch(&name, text_names, TEXT_COUNT - 1, sizeof *text_names, compare_name);
    return row != NULL ? row->id : TEXT_NONE;
}

struct str text_by_name(enum language language, const char *name)
{
    return text_get(language, text_find(str_from(name)));
}

static void add(struct buf *out, struct str text, i18n_escape *escape)
{
    if (escape != NULL)
        escape(out, text);
    else
        buf_add(out, text);
}

static void add_value(struct buf *out, enum language language, const struct text_argument *argument,
                      i18n_escape *escape)
{
    switch (argument->kind) {
    case TEXT_KIND_TEXT:
        add(out, argument->text, escape);
        break;
    case TEXT_KIND_INT:
        buf_printf(out, "%lld", (long long)argument->number);
        break;
    case TEXT_KIND_MONEY:
        i18n_add_money(out, language, argument->number);
        break;
    case TEXT_KIND_DATE:
        i18n_add_date(out, language, argument->number, 0);
        break;
    case TEXT_KIND_TIME:
        i18n_add_date_time(out, language, argument->number, 0);
        break;
    case TEXT_KIND_SPAN:
        i18n_add_span(out, language, argument->number);
        break;
    }
}

static const struct text_argument *find_argument(struct str name, const struct text_argument *arguments,
                                                 size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, arguments[i].name))
            return &arguments[i];
    return NULL;
}

static int plural_form(const struct text_argument *arguments, size_t count)
{
    const struct text_argument *number = find_argument(STR("count"), arguments, count);
    return number != NULL && number->number == 1 ? FORM_ONE : FORM_OTHER;
}

void text_add(struct buf *out, enum language language, enum text_id id, const struct text_argument *arguments,
              size_t count, i18n_escape *escape)
{
    struct str rest = text_form(language, id, plural_form(arguments, count));
    while (rest.length > 0) {
        size_t open = str_find(rest, STR("{"), 0);
        size_t close = open != SIZE_MAX ? str_find(rest, STR("}"), open) : SIZE_MAX;
        if (close == SIZE_MAX)
            break;
        const struct text_argument *argument =
            find_argument(str_part(rest, open + 1, close - open - 1), arguments, count);
        size_t taken = argument != NULL ? open : close + 1;
        add(out, str_part(rest, 0, taken), escape);
        if (argument != NULL) {
            bool strong = argument->strong && escape != NULL;
            buf_add(out, strong ? STR("<strong>") : STR(""));
            add_value(out, language, argument, escape);
            buf_add(out, strong ? STR("</strong>") : STR(""));
        }
        rest = str_part(rest, close + 1, rest.length);
    }
    add(out, rest, escape);
}

struct str text_format(struct arena *arena, enum language language, enum text_id id,
                       const struct text_argument *arguments, size_t count)
{
    struct buf out = buf_new(TEXT_LIMIT_BYTES);
    text_add(&out, language, id, arguments, count, NULL);
    struct str text = arena_str(arena, buf_str(&out));
    buf_free(&out);
    return text;
}
