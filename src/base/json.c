#include "base/json.h"

#include "base/clock.h"
#include "base/money.h"

struct json json_new(struct buf *out)
{
    return (struct json){.out = out};
}

static void add_quoted(struct buf *out, struct str text)
{
    buf_add_char(out, '"');
    bool valid = str_is_utf8(text);
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte == '"' || byte == '\\')
            buf_printf(out, "\\%c", byte);
        else if (byte < 0x20 || byte == 0x7f)
            buf_printf(out, "\\u%04x", byte);
        else if (byte >= 0x80 && !valid)
            buf_add_c(out, "\xef\xbf\xbd");
        else
            buf_add_char(out, (char)byte);
    }
    buf_add_char(out, '"');
}

static void begin_value(struct json *json, const char *name)
{
    if (json->comma)
        buf_add_char(json->out, ',');
    json->comma = true;
    if (name == NULL)
        return;
    add_quoted(json->out, str_from(name));
    buf_add_char(json->out, ':');
}

static void open_value(struct json *json, const char *name, char bracket)
{
    begin_value(json, name);
    buf_add_char(json->out, bracket);
    json->comma = false;
}

static void close_value(struct json *json, char bracket)
{
    buf_add_char(json->out, bracket);
    json->comma = true;
}

void json_object(struct json *json, const char *name)
{
    open_value(json, name, '{');
}

void json_object_end(struct json *json)
{
    close_value(json, '}');
}

void json_array(struct json *json, const char *name)
{
    open_value(json, name, '[');
}

void json_array_end(struct json *json)
{
    close_value(json, ']');
}

void json_str(struct json *json, const char *name, struct str value)
{
    begin_value(json, name);
    add_quoted(json->out, value);
}

void json_text(struct json *json, const char *name, const char *value)
{
    if (value == NULL)
        json_null(json, name);
    else
        json_str(json, name, str_from(value));
}

void json_int(struct json *json, const char *name, int64_t value)
{
    begin_value(json, name);
    buf_printf(json->out, "%lld", (long long)value);
}

void json_bool(struct json *json, const char *name, bool value)
{
    begin_value(json, name);
    buf_add_c(json->out, value ? "true" : "false");
}

void json_null(struct json *json, const char *name)
{
    begin_value(json, name);
    buf_add_c(json->out, "null");
}

void json_time(struct json *json, const char *name, int64_t micros)
{
    char text[21];
    if (micros == 0) {
        json_null(json, name);
        return;
    }
    clock_format(micros, text);
    json_text(json, name, text);
}

void json_money(struct json *json, const char *name, int64_t micros)
{
    char text[32];
    money_write(micros, text);
    json_text(json, name, text);
}
