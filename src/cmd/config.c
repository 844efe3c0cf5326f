#include "cmd/config.h"

#include "cmd/config_table.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CONFIG_LINES = 10000, CONFIG_CARRIER_NAME_BYTES = 32 };

struct config_reader {
    FILE *file;
    const char *path;
    int line;
    bool continued; /* the line begins with white space: it goes on with the key before it */
    bool stopped;
    struct arena *arena;
    struct settings *settings;
    struct buf *errors;
    int mistakes;
    const struct config_row *last_row; /* of the last key, for lines that go on with it */
    void *last_target;
    struct str last_value;
    int seen[CONFIG_ROWS]; /* line where the key stood */
    int carrier_seen[SETTINGS_CARRIERS][CONFIG_ROWS];
};

static void mistake(struct config_reader *reader, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void mistake(struct config_reader *reader, int line, const char *format, ...)
{
    char text[768];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buf_printf(reader->errors, "%s:%d: %s\n", reader->path, line, text);
    reader->mistakes++;
}

/* inih reads by lines of at most `size` bytes and would take the rest of a longer one for a line of its own.
 */
static char *read_line(char *line, int size, void *context)
{
    struct config_reader *reader = context;
    if (reader->stopped || fgets(line, size, reader->file) == NULL)
        return NULL;
    reader->line++;
    reader->continued = line[0] == ' ' || line[0] == '\t';
    if (strchr(line, '\n') == NULL && !feof(reader->file)) {
        mistake(reader, reader->line,
                "the line is longer than %d bytes. Go on in the next line, beginning it with a space.",
                size - 2);
        for (int c = fgetc(reader->file); c != EOF && c != '\n';)
            c = fgetc(reader->file);
    }
    reader->stopped = reader->line == CONFIG_LINES;
    return line;
}

/* A key that has no default is a text, which stands empty until it is read. */
static void set_carrier_defaults(struct config_reader *reader, struct settings_carrier *carrier)
{
    for (size_t i = 0; i < CONFIG_ROWS; i++) {
        const struct config_row *row = &config_rows[i];
        if (!config_row_is_carrier(row))
            continue;
        if (row->required)
            *(const char **)(void *)((char *)carrier + row->offset) = "";
        else
            config_value_set(row, str_from(row->fallback), reader->arena, carrier);
    }
}

static struct settings_carrier *carrier_of(struct config_reader *reader, struct str key, size_t *ret_index)
{
    struct settings *settings = reader->settings;
    size_t start = sizeof "carrier." - 1;
    size_t end = str_find(key, STR("."), start);
    struct str name = str_part(key, start, end - start);
    for (size_t i = 0; i < settings->carrier_count; i++) {
        *ret_index = i;
        if (str_is(name, settings->carriers[i].name))
            return &settings->carriers[i];
    }
    bool good = name.length != 0 && name.length <= CONFIG_CARRIER_NAME_BYTES;
    for (size_t i = 0; i < name.length; i++)
        good = good && (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", name.data[i]) != NULL);
    if (!good || settings->carrier_count == SETTINGS_CARRIERS) {
        mistake(reader, reader->line,
                good ? "more than 16 carriers."
                     : "a carrier's name is made of lower-case letters, digits and '-', 32 at most.");
        return NULL;
    }
    *ret_index = settings->carrier_count++;
    struct settings_carrier *carrier = &settings->carriers[*ret_index];
    set_carrier_defaults(reader, carrier);
    carrier->name = arena_cstr(reader->arena, name);
    return carrier;
}

static void set_value(struct config_reader *reader, struct str key, struct str value)
{
    const struct config_row *row = reader->last_row;
    const char *must = config_value_set(row, value, reader->arena, reader->last_target);
    if (must != NULL)
        mistake(reader, reader->line, "%.*s = %.*s: must be %s (%s). For example: %s = %s", STR_ARG(key),
                STR_ARG(str_part(value, 0, 80)), must, row->unit, strrchr(row->key, '.') + 1, row->example);
}

static void take_key(struct config_reader *reader, struct str key, struct str value)
{
    size_t index = 0;
    const struct config_row *row = config_row_find(key);
    reader->last_row = NULL;
    if (row == NULL) {
        mistake(reader, reader->line, "%.*s: no such key. Did you mean %s?", STR_ARG(key),
                config_row_nearest(key)->key);
        return;
    }
    void *target = reader->settings;
    if (config_row_is_carrier(row) && (target = carrier_of(reader, key, &index)) == NULL)
        return;
    size_t number = (size_t)(row - config_rows);
    int *seen = config_row_is_carrier(row) ? &reader->carrier_seen[index][number] : &reader->seen[number];
    if (*seen != 0) {
        mistake(reader, reader->line, "%.*s stands in line %d already. Keep one of them.", STR_ARG(key),
                *seen);
        return;
    }
    *seen = reader->line;
    reader->last_row = row;
    reader->last_target = target;
    reader->last_value = arena_str(reader->arena, value);
    set_value(reader, key, value);
}

static int take_line(void *context, const char *section, const char *name, const char *value)
{
    struct config_reader *reader = context;
    struct str key = section[0] != '\0' ? arena_printf(reader->arena, "%s.%s", section, name)
                                        : arena_str(reader->arena, str_from(name));
    if (!reader->continued) {
        take_key(reader, key, str_from(value));
    } else if (reader->last_row != NULL) {
        reader->last_value = arena_printf(reader->arena, "%.*s %s", STR_ARG(reader->last_value), value);
        set_value(reader, key, reader->last_value);
    }
    return 1;
}

/* Which keys a carrier must have says its kind; all of them are texts. */
static bool is_missing(const struct config_row *row, const struct settings_carrier *carrier)
{
    if (!row->required || row->smpp != (carrier->kind == SETTINGS_CARRIER_SMPP))
        return false;
    const char *const *value = (const char *const *)(const void *)((const char *)carrier + row->offset);
    return (*value)[0] == '\0';
}

static void check_length(struct config_reader *reader, const struct settings_carrier *carrier,
                         const char *key, const char *text, size_t most)
{
    if (strlen(text) > most)
        mistake(reader, reader->line, "carrier.%s.%s: must be %zu characters at most (SMPP 3.4).",
                carrier->name, key, most);
}

static void check_carrier(struct config_reader *reader, size_t c)
{
    const struct settings_carrier *carrier = &reader->settings->carriers[c];
    for (size_t i = 0; i < CONFIG_ROWS; i++)
        if (is_missing(&config_rows[i], carrier))
            mistake(reader, reader->line, "carrier.%s.%s is missing. For example: %s = %s", carrier->name,
                    strrchr(config_rows[i].key, '.') + 1, strrchr(config_rows[i].key, '.') + 1,
                    config_rows[i].example);
    check_length(reader, carrier, "system_id", carrier->smpp.system_id, 15);
    check_length(reader, carrier, "system_type", carrier->smpp.system_type, 12);
    check_length(reader, carrier, "address_range", carrier->smpp.address_range, 40);
}

static void check_carriers(struct config_reader *reader)
{
    for (size_t c = 0; c < reader->settings->carrier_count; c++)
        check_carrier(reader, c);
}

/* What two keys together must not be. */
static void check_together(struct config_reader *reader)
{
    const struct settings *settings = reader->settings;
    if (settings->number.number_class == SETTINGS_CLASS_RESIDENTIAL && settings->number.aging_days > 90)
        mistake(reader, reader->line,
                "number.aging_days = %lld: must be 90 at most where number.class is residential (days).",
                (long long)settings->number.aging_days);
    if ((settings->mail.user[0] == '\0') != (settings->mail.password_file[0] == '\0'))
        mistake(reader, reader->line, "mail.user and mail.password_file go together: set both or none.");
    if (settings->mail.url[0] != '\0' && settings->mail.from[0] == '\0')
        mistake(reader, reader->line, "mail.from is missing. For example: from = noreply@violet.example");
    check_carriers(reader);
}

static void resolve(struct arena *arena, const char *data, const char **path)
{
    if ((*path)[0] != '\0' && (*path)[0] != '/')
        *path = arena_printf(arena, "%s/%s", data, *path).data;
}

/* Makes a path that counts from where the program was started absolute. */
static enum err resolve_here(struct arena *arena, const char **path)
{
    char here[4096];
    if ((*path)[0] == '\0' || (*path)[0] == '/')
        return ERR_NONE;
    if (getcwd(here, sizeof here) == NULL)
        return ERR_IO;
    *path = arena_printf(arena, "%s/%s", here, *path).data;
    return ERR_NONE;
}

/* Makes every path absolute; those of the keys count from the data directory. */
static enum err resolve_paths(struct arena *arena, struct settings *settings)
{
    TRY(resolve_here(arena, &settings->data));
    TRY(resolve_here(arena, &settings->file));
    for (size_t i = 0; i < CONFIG_ROWS; i++) {
        if (config_rows[i].kind != CONFIG_PATH)
            continue;
        if (!config_row_is_carrier(&config_rows[i])) {
            resolve(arena, settings->data, (const char **)(void *)((char *)settings + config_rows[i].offset));
            continue;
        }
        for (size_t c = 0; c < settings->carrier_count; c++)
            resolve(arena, settings->data,
                    (const char **)(void *)((char *)&settings->carriers[c] + config_rows[i].offset));
    }
    static const char file_prefix[] = "sqlite:";
    if (str_starts(str_from(settings->store_url), STR("sqlite:"))) {
        const char *file = settings->store_url + sizeof file_prefix - 1;
        resolve(arena, settings->data, &file);
        settings->store_url = arena_printf(arena, "%s%s", file_prefix, file).data;
    }
    return ERR_NONE;
}

static void set_defaults(const char *data, struct arena *arena, struct settings *settings)
{
    *settings = (struct settings){.file = ""};
    for (size_t i = 0; i < CONFIG_ROWS; i++)
        if (!config_row_is_carrier(&config_rows[i]))
            config_value_set(&config_rows[i], str_from(config_rows[i].fallback), arena, settings);
    if (data != NULL)
        settings->data = arena_cstr(arena, str_from(data));
}

enum err config_defaults(const char *data, struct arena *arena, struct settings *ret_settings)
{
    struct settings settings;
    set_defaults(data, arena, &settings);
    TRY(resolve_paths(arena, &settings));
    *ret_settings = settings;
    return ERR_NONE;
}

static enum err read_file(struct config_reader *reader)
{
    int wrong_line = ini_parse_stream(read_line, reader, take_line, reader);
    if (ferror(reader->file))
        return ERR_IO;
    if (wrong_line > 0)
        mistake(reader, wrong_line, "neither [section] nor key = value. Comments begin with ';' or '#'.");
    if (reader->stopped)
        mistake(reader, reader->line, "more than %d lines.", CONFIG_LINES);
    return ERR_NONE;
}

enum err config_load(const char *path, const char *data, struct arena *arena, struct settings *ret_settings,
                     struct buf *errors)
{
    struct settings settings;
    set_defaults(NULL, arena, &settings);
    struct config_reader reader = {.path = path, .arena = arena, .settings = &settings, .errors = errors};
    reader.file = fopen(path, "re");
    if (reader.file == NULL) {
        buf_printf(errors, "%s: %s. Name a file that can be read with --config FILE.\n", path,
                   strerror(errno));
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    }
    enum err error = read_file(&reader);
    fclose(reader.file);
    if (error != ERR_NONE) {
        buf_printf(errors, "%s: can't be read.\n", path);
        return error;
    }
    check_together(&reader);
    if (reader.mistakes != 0)
        return ERR_CONFIG;
    if (data != NULL)
        settings.data = arena_cstr(arena, str_from(data));
    settings.file = arena_cstr(arena, str_from(path));
    TRY(resolve_paths(arena, &settings));
    *ret_settings = settings;
    return ERR_NONE;
}

static bool is_equal(const struct config_row *row, const void *a, const void *b)
{
    const void *left = (const char *)a + row->offset, *right = (const char *)b + row->offset;
    if (row->kind == CONFIG_INT)
        return *(const int64_t *)left == *(const int64_t *)right;
    if (row->kind == CONFIG_CHOICE)
        return *(const int *)left == *(const int *)right;
    if (row->kind == CONFIG_FLAG)
        return *(const bool *)left == *(const bool *)right;
    return strcmp(*(const char *const *)left, *(const char *const *)right) == 0;
}

bool config_carrier_equal(const struct settings_carrier *a, const struct settings_carrier *b)
{
    bool equal = strcmp(a->name, b->name) == 0;
    for (size_t i = 0; i < CONFIG_ROWS; i++)
        if (config_row_is_carrier(&config_rows[i]))
            equal = equal && is_equal(&config_rows[i], a, b);
    return equal;
}
