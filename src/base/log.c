#include "base/log.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static enum log_level log_level_now = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    log_level_now = level;
}

/* Quotes where needed, so that a line stays one line whatever the value holds. */
static void add_value(struct buf *line, struct str text)
{
    bool plain = text.length != 0;
    for (size_t i = 0; i < text.length; i++) {
        unsigned char character = (unsigned char)text.data[i];
        if (character <= ' ' || character == '"' || character == '\\' || character == '=' ||
            character == 0x7f)
            plain = false;
    }
    if (plain) {
        buf_add(line, text);
        return;
    }
    buf_add_char(line, '"');
    for (size_t i = 0; i < text.length; i++) {
        unsigned char character = (unsigned char)text.data[i];
        if (character < ' ' || character == 0x7f)
            buf_printf(line, "\\x%02x", character);
        else if (character == '"' || character == '\\')
            buf_printf(line, "\\%c", character);
        else
            buf_add_char(line, (char)character);
    }
    buf_add_char(line, '"');
}

static void add_time(struct buf *line)
{
    struct timespec now;
    struct tm parts;
    char text[32];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    buf_printf(line, "%s.%03ldZ", text, now.tv_nsec / 1000000);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    if (level > log_level_now)
        return;
    struct buf line = buf_new(8192);
    add_time(&line);
    buf_printf(&line, " %s %s", names[level], event);
    for (const struct log_field *field = fields; field->name != NULL; field++) {
        buf_printf(&line, " %s=", field->name);
        if (field->kind == LOG_KIND_INT)
            buf_printf(&line, "%lld", (long long)field->number);
        else
            add_value(&line, field->text);
    }
    buf_add_char(&line, '\n');
    struct str text = buf_str(&line);
    ssize_t written = write(STDERR_FILENO, text.data, text.length);
    (void)written; /* a log that cannot be written must not stop the service */
    buf_free(&line);
}
