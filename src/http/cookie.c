#include "base/log.h"
#include "http/internal.h"

#include <string.h>

/* The value of the cookie in one header's "a=b; c=d" (RFC 6265, section 5.4). */
static bool cookie_find(struct str header, struct str prefix, const char *name, struct str *ret_value)
{
    struct str piece;
    while (str_split(&header, ';', &piece)) {
        piece = str_trim(piece);
        size_t name_length = strlen(name), equals = prefix.length + name_length;
        if (!str_starts(piece, prefix) || piece.length <= equals || piece.data[equals] != '=')
            continue;
        if (!str_is(str_part(piece, prefix.length, name_length), name))
            continue;
        struct str value = str_part(piece, equals + 1, piece.length);
        if (value.length >= 2 && value.data[0] == '"' && value.data[value.length - 1] == '"')
            value = str_part(value, 1, value.length - 2);
        *ret_value = value;
        return true;
    }
    return false;
}

static struct str cookie_of(const struct http_request *request, struct str prefix, const char *name)
{
    struct str value;
    for (size_t i = 0; i < request->header_count; i++)
        if (str_equal_nocase(request->headers[i].name, STR("Cookie")) &&
            cookie_find(request->headers[i].value, prefix, name, &value))
            return value;
    return STR_NONE;
}

struct str http_cookie(const struct http_request *request, const char *name)
{
    /* Over https only the prefixed name counts: a neighbouring host can plant the plain one, the prefixed
     * one it can't. */
    struct str value = cookie_of(request, STR("__Host-"), name);
    if (value.data != NULL || request->server->secure)
        return value;
    return cookie_of(request, STR(""), name);
}

/* cookie-octet (RFC 6265, section 4.1.1). */
static bool cookie_value_is_fine(struct str value)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if (byte <= 0x20 || byte >= 0x7f || byte == '"' || byte == ',' || byte == ';' || byte == '\\')
            return false;
    }
    return true;
}

void http_set_cookie(struct http_request *request, const char *name, struct str value, int64_t max_age)
{
    if (!gate_is_token(str_from(name)) || !cookie_value_is_fine(value)) {
        log_error("http_cookie_refused", LOG_TEXT("name", name));
        return;
    }
    bool secure = request->server->secure;
    struct str age = STR("");
    if (max_age >= 0)
        age = arena_printf(request->arena, "; Max-Age=%lld", (long long)max_age);
    http_add_header(request, "Set-Cookie",
                    arena_printf(request->arena, "%s%s=%.*s; Path=/; HttpOnly; SameSite=Lax%s%.*s",
                                 secure ? "__Host-" : "", name, STR_ARG(value), secure ? "; Secure" : "",
                                 STR_ARG(age)));
}
