#include "http/internal.h"

#include <string.h>

static int hex_digit(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return character >= 'A' && character <= 'F' ? character - 'A' + 10 : -1;
}

bool form_decode(struct arena *arena, struct str text, bool plus, struct str *ret_text)
{
    char *out = arena_alloc(arena, text.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        char character = text.data[i];
        if (character == '%') {
            int high = i + 2 < text.length ? hex_digit(text.data[i + 1]) : -1;
            int low = i + 2 < text.length ? hex_digit(text.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            character = (char)(high * 16 + low);
            i += 2;
        } else if (plus && character == '+')
            character = ' ';
        out[length++] = character;
    }
    struct str decoded = {out, length};
    if (!str_is_utf8(decoded))
        return false;
    *ret_text = decoded;
    return true;
}

/* Takes one "name=value" off the text; false at its end. */
static bool field_next(struct str *rest, struct str *ret_name, struct str *ret_value)
{
    struct str piece;
    while (str_split(rest, '&', &piece)) {
        if (piece.length == 0)
            continue;
        const char *equals = memchr(piece.data, '=', piece.length);
        size_t length = equals != NULL ? (size_t)(equals - piece.data) : piece.length;
        *ret_name = str_part(piece, 0, length);
        *ret_value = str_part(piece, length + 1, piece.length);
        return true;
    }
    return false;
}

static bool body_is_form(const struct http_request *request)
{
    struct str type = http_header(request, "Content-Type"), essence;
    if (!str_split(&type, ';', &essence))
        return false;
    return str_equal_nocase(str_trim(essence), STR("application/x-www-form-urlencoded"));
}

enum err form_read(struct http_request *request)
{
    if (request->form_read)
        return request->form_error;
    request->form_read = true;
    if (!body_is_form(request))
        return ERR_NONE;
    struct str rest = http_body(request), name, value;
    struct http_pair *fields = ARENA_ARRAY(request->arena, LIMIT_FORM_FIELDS, struct http_pair);
    size_t count = 0;
    while (field_next(&rest, &name, &value)) {
        if (count == LIMIT_FORM_FIELDS || !form_decode(request->arena, name, true, &fields[count].name) ||
            !form_decode(request->arena, value, true, &fields[count].value))
            return request->form_error = ERR_BAD_FORM;
        count++;
    }
    request->fields = fields;
    request->field_count = count;
    return ERR_NONE;
}

bool http_form_each(struct http_request *request, const char *name, size_t index, struct str *ret_value)
{
    if (form_read(request) != ERR_NONE)
        return false;
    for (size_t i = 0; i < request->field_count; i++) {
        if (!str_is(request->fields[i].name, name) || index-- != 0)
            continue;
        *ret_value = request->fields[i].value;
        return true;
    }
    return false;
}

struct str http_form(struct http_request *request, const char *name)
{
    struct str value = STR_NONE;
    http_form_each(request, name, 0, &value);
    return value;
}

struct str http_query(const struct http_request *request, const char *name)
{
    struct str rest = request->query, encoded, value, decoded;
    for (size_t count = 0; count < LIMIT_FORM_FIELDS && field_next(&rest, &encoded, &value); count++)
        if (form_decode(request->arena, encoded, true, &decoded) && str_is(decoded, name))
            return form_decode(request->arena, value, true, &decoded) ? decoded : STR_NONE;
    return STR_NONE;
}
