#include "cmd/config.h"

#include "cmd/config_table.h"

#include <string.h>

static void add_value(const struct config_row *row, struct buf *out)
{
    buf_printf(out, "%s", row->unit);
    if (row->kind == CONFIG_INT)
        buf_printf(out, ", %lld to %lld", (long long)row->low, (long long)row->high);
    for (size_t i = 0; i < CONFIG_CHOICES && row->choices[i] != NULL; i++)
        buf_printf(out, "%s%s", i == 0 ? ": " : " | ", row->choices[i]);
}

static const char *default_words(const struct config_row *row)
{
    if (row->required)
        return row->smpp ? "(none: must be set where kind is smpp)" : "(none: must be set)";
    return row->fallback[0] != '\0' ? row->fallback : "(empty)";
}

static void explain_row(const struct config_row *row, struct buf *out)
{
    buf_printf(out, "%s\n  value    ", row->key);
    add_value(row, out);
    buf_printf(out, "\n  default  %s\n  example  %s = %s\n  %s\n", default_words(row),
               strrchr(row->key, '.') + 1, row->example, row->explanation);
}

enum err config_explain(struct str key, struct buf *out)
{
    const struct config_row *row = config_row_find(key);
    if (row != NULL) {
        explain_row(row, out);
        return ERR_NONE;
    }
    bool found = false;
    for (size_t i = 0; i < CONFIG_ROWS; i++) {
        struct str name = str_from(config_rows[i].key);
        if (!str_starts(name, key) || key.length == 0 || name.data[key.length] != '.')
            continue;
        buf_add_c(out, found ? "\n" : "");
        explain_row(&config_rows[i], out);
        found = true;
    }
    if (!found)
        buf_printf(out, "%.*s: no such key. Did you mean %s?\n", STR_ARG(str_part(key, 0, CONFIG_KEY_BYTES)),
                   config_row_nearest(key)->key);
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

static struct str section_of(const struct config_row *row)
{
    const char *name = strrchr(row->key, '.');
    return str_bytes(row->key, (size_t)(name - row->key));
}

static void document_row(const struct config_row *row, struct buf *out)
{
    buf_printf(out, "| `%s` | ", strrchr(row->key, '.') + 1);
    buf_add_c(out, row->unit);
    if (row->kind == CONFIG_INT)
        buf_printf(out, ", %lld to %lld", (long long)row->low, (long long)row->high);
    for (size_t i = 0; i < CONFIG_CHOICES && row->choices[i] != NULL; i++)
        buf_printf(out, "%s `%s`", i == 0 ? ":" : ",", row->choices[i]);
    if (row->required)
        buf_add_c(out, row->smpp ? " | must be set for smpp" : " | must be set");
    else if (row->fallback[0] == '\0')
        buf_add_c(out, " | empty");
    else
        buf_printf(out, " | `%s`", row->fallback);
    buf_printf(out, " | %s |\n", row->explanation);
}

void config_document(struct buf *out)
{
    buf_add_c(
        out,
        "# Configuration\n\n"
        "One INI file, by default `/etc/violet/violet.ini`. `violet config explain KEY` prints what stands "
        "here.\n\n"
        "- A comment begins with `;` or `#` at the start of a line, or with ` ;` after a value. Values "
        "take no quotes.\n"
        "- A line holds at most 198 bytes; a line that begins with a space goes on with the value before "
        "it.\n"
        "- An unknown key, a key given twice or a value out of range stops the start, with file, line and "
        "remedy.\n"
        "- Secrets never stand in the file: it names files that nobody else can read.\n");
    struct str section = STR_NONE;
    for (size_t i = 0; i < CONFIG_ROWS; i++) {
        struct str here = section_of(&config_rows[i]);
        if (!str_equal(here, section))
            buf_printf(out,
                       "\n## [%.*s]\n\n| key | value | default | explanation |\n| --- | --- | --- | --- |\n",
                       STR_ARG(here));
        section = here;
        document_row(&config_rows[i], out);
    }
}

void config_keys(void (*each)(const char *key, void *context), void *context)
{
    for (size_t i = 0; i < CONFIG_ROWS; i++)
        each(config_rows[i].key, context);
}
