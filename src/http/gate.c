#include "http/internal.h"

#include <string.h>

/* Debian's libmicrohttpd 0.9.75 lets through what RFC 9112 calls ambiguous; whatever two readers of one byte
 * stream could take for different requests is refused here, before any handler. */

static bool token_character(char character)
{
    if ((character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
        (character >= '0' && character <= '9'))
        return true;
    return character != '\0' && strchr("!#$%&'*+-.^_`|~", character) != NULL;
}

bool gate_is_token(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!token_character(text.data[i]))
            return false;
    return text.length != 0;
}

bool gate_is_value(struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return false;
    }
    return true;
}

/* Origin form only (RFC 9112, section 3.2.1): no proxy, no "*". The target came through the library's log
 * callback, which sees it raw. */
static bool target_is_fine(struct str target)
{
    if (target.length == 0 || target.data[0] != '/')
        return false;
    for (size_t i = 0; i < target.length; i++) {
        unsigned char byte = (unsigned char)target.data[i];
        if (byte <= 0x20 || byte >= 0x7f || byte == '#' || byte == '"' || byte == '<' || byte == '>' ||
            byte == '\\' || byte == '^' || byte == '`' || byte == '{' || byte == '|' || byte == '}')
            return false;
    }
    return true;
}

static bool host_is_fine(struct str host)
{
    for (size_t i = 0; i < host.length; i++) {
        char character = host.data[i];
        bool letter = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
        bool digit = character >= '0' && character <= '9';
        if (!letter && !digit && (character == '\0' || strchr(".-_:[]", character) == NULL))
            return false;
    }
    return host.length != 0;
}

/* Digits only: no sign, no list, nothing that a lax reader would read differently. */
static enum err length_read(struct str value, size_t *ret_length)
{
    if (value.length == 0)
        return ERR_BAD_REQUEST;
    size_t length = 0;
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return ERR_BAD_REQUEST;
        if (__builtin_mul_overflow(length, 10, &length) ||
            __builtin_add_overflow(length, (size_t)(value.data[i] - '0'), &length))
            return ERR_BAD_REQUEST;
    }
    *ret_length = length;
    return ERR_NONE;
}

struct gate_walk {
    struct http_request *request;
    size_t capacity, bytes;
    unsigned hosts, lengths, encodings;
    bool too_many, bad, gap;
    uintptr_t next; /* where the next header's name must begin */
};

/* libmicrohttpd 0.9.75 takes a bare LF for a line's end, unfolds folded lines, cuts values off at a NUL,
 * takes an empty name for the end of the head, and skips spaces in the first line. All that leaves gaps: what
 * it shows lies in its read buffer just as it came, so that each text must begin where the one before and its
 * separator end. Newer versions are strict themselves and may lay it out in other ways. */
static const bool gate_sees_gaps = MHD_VERSION < 0x00097600;

static uintptr_t address(const char *text)
{
    return (uintptr_t)text;
}

static void line_walk(struct gate_walk *walk)
{
    const struct http_request *request = walk->request;
    walk->gap = address(request->raw_target) != address(request->raw_method) + request->method.length + 1 ||
                address(request->raw_version) != address(request->raw_target) + request->target.length + 1;
    walk->next = address(request->raw_version) + sizeof "HTTP/1.1\r\n" - 1;
}

static void header_walk(struct gate_walk *walk, const struct http_pair *pair)
{
    if (address(pair->name.data) != walk->next ||
        address(pair->value.data) <= address(pair->name.data) + pair->name.length)
        walk->gap = true;
    walk->next = address(pair->value.data) + pair->value.length + sizeof "\r\n" - 1;
}

static void end_walk(struct gate_walk *walk)
{
    const struct http_request *request = walk->request;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (info == NULL || address(request->raw_method) + info->header_size != walk->next + sizeof "\r\n" - 1)
        walk->gap = true;
}

static enum MHD_Result header_take(void *context, enum MHD_ValueKind kind, const char *name,
                                   size_t name_length, const char *value, size_t value_length)
{
    (void)kind;
    struct gate_walk *walk = context;
    struct http_request *request = walk->request;
    struct http_pair pair = {str_bytes(name, name_length), str_bytes(value, value_length)};
    if (request->header_count == walk->capacity) {
        walk->too_many = true;
        return MHD_NO;
    }
    walk->bytes += name_length + value_length + 4;
    walk->bad = walk->bad || !gate_is_token(pair.name) || !gate_is_value(pair.value);
    header_walk(walk, &pair);
    pair.value = str_trim(pair.value);
    request->headers[request->header_count++] = pair;
    if (str_equal_nocase(pair.name, STR("Host"))) {
        walk->hosts++;
        walk->bad = walk->bad || !host_is_fine(pair.value);
    } else if (str_equal_nocase(pair.name, STR("Content-Length"))) {
        walk->lengths++;
        walk->bad = walk->bad || length_read(pair.value, &request->content_length) != ERR_NONE;
    } else if (str_equal_nocase(pair.name, STR("Transfer-Encoding")))
        walk->encodings++;
    return MHD_YES;
}

enum err gate_check(struct http_request *request)
{
    struct gate_walk walk = {.request = request, .capacity = LIMIT_HEADERS};
    walk.bytes = request->method.length + request->target.length + sizeof "  HTTP/1.1\r\n\r\n" - 1;
    request->headers = ARENA_ARRAY(request->arena, LIMIT_HEADERS, struct http_pair);
    line_walk(&walk);
    MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, header_take, &walk);
    if (walk.too_many || walk.bytes > LIMIT_HEAD_BYTES)
        return ERR_HEAD_TOO_LARGE;
    end_walk(&walk);
    if (gate_sees_gaps && walk.gap)
        return ERR_BAD_REQUEST;
    if (walk.bad || walk.hosts != 1 || walk.lengths > 1)
        return ERR_BAD_REQUEST;
    if (!gate_is_token(request->method) || !target_is_fine(request->target))
        return ERR_BAD_REQUEST;
    if (walk.encodings != 0)
        return ERR_LENGTH_REQUIRED;
    return ERR_NONE;
}
