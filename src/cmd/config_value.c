#include "cmd/config_table.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_printable(struct str value)
{
    for (size_t i = 0; i < value.length; i++)
        if ((unsigned char)value.data[i] < 0x20 || value.data[i] == 0x7f)
            return false;
    return str_is_utf8(value);
}

static bool has_only(struct str value, const char *others)
{
    for (size_t i = 0; i < value.length; i++) {
        char c = value.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (c == '\0' || strchr(others, c) == NULL))
            return false;
    }
    return value.length != 0;
}

static bool is_port(struct str text)
{
    int64_t port;
    return has_only(text, "") && str_to_int64(text, &port) && port >= 0 && port <= 65535;
}

static bool is_numeric_address(struct str text, int family)
{
    char name[INET6_ADDRSTRLEN] = {0};
    unsigned char bytes[sizeof(struct in6_addr)];
    if (text.length == 0 || text.length >= sizeof name)
        return false;
    memcpy(name, text.data, text.length);
    return inet_pton(family, name, bytes) == 1;
}

static size_t last_colon(struct str value)
{
    for (size_t at = value.length; at != 0; at--)
        if (value.data[at - 1] == ':')
            return at - 1;
    return SIZE_MAX;
}

static bool is_listen(struct str value)
{
    size_t colon = last_colon(value);
    if (colon == SIZE_MAX || !is_port(str_part(value, colon + 1, value.length)))
        return false;
    struct str host = str_part(value, 0, colon);
    if (host.length > 2 && host.data[0] == '[' && host.data[host.length - 1] == ']')
        return is_numeric_address(str_part(host, 1, host.length - 2), AF_INET6);
    return is_numeric_address(host, AF_INET);
}

static bool is_authority(struct str text)
{
    size_t colon = last_colon(text);
    if (text.length != 0 && text.data[0] == '[') {
        size_t end = str_find(text, STR("]"), 0);
        return end != SIZE_MAX && is_numeric_address(str_part(text, 1, end - 1), AF_INET6) &&
               (end + 1 == text.length ||
                (colon == end + 1 && is_port(str_part(text, colon + 1, text.length))));
    }
    return has_only(str_part(text, 0, colon), ".-") &&
           (colon == SIZE_MAX || is_port(str_part(text, colon + 1, text.length)));
}

/* scheme://host[:port], with a path only where allowed. */
static bool is_url(struct str value, const char *scheme, bool path_allowed)
{
    struct str start = str_from(scheme);
    if (!str_starts(value, start))
        return false;
    struct str rest = str_part(value, start.length, value.length);
    size_t slash = str_find(rest, STR("/"), 0);
    if (!is_authority(str_part(rest, 0, slash)))
        return false;
    struct str path = slash != SIZE_MAX ? str_part(rest, slash, rest.length) : STR_NONE;
    if (path.length > 1 && !path_allowed)
        return false;
    return path.length == 0 || has_only(path, "/-._~!$&'()*+,;=:@%?#");
}

static bool is_mail(struct str value)
{
    size_t at = str_find(value, STR("@"), 0);
    if (at == SIZE_MAX || at == 0 || at > 64 || value.length > 254)
        return false;
    struct str domain = str_part(value, at + 1, value.length);
    return has_only(str_part(value, 0, at), "!#$%&'*+-/=?^_`{|}~.") && has_only(domain, ".-") &&
           domain.data[0] != '.' && domain.data[0] != '-';
}

static bool is_web(struct str value)
{
    return is_url(value, "https://", true) || is_url(value, "http://", true);
}

static bool is_origin(struct str value)
{
    return is_url(value, "https://", false) || is_url(value, "http://", false);
}

static bool is_smtp(struct str value)
{
    return is_url(value, "smtp://", false) || is_url(value, "smtps://", false);
}

static bool is_token(struct str value)
{
    return has_only(value, "-_.");
}

static bool is_template(struct str value)
{
    static const char *const names[] = {"company_id", "number", "e164", "date"};
    for (size_t at = str_find(value, STR("{"), 0); at != SIZE_MAX; at = str_find(value, STR("{"), at + 1)) {
        size_t end = str_find(value, STR("}"), at);
        struct str name = str_part(value, at + 1, end - at - 1);
        bool known = false;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            known = known || str_is(name, names[i]);
        if (!known || end == SIZE_MAX)
            return false;
    }
    return is_printable(value);
}

static bool is_store(struct str value)
{
    return is_printable(value) &&
           ((str_starts(value, STR("sqlite:")) && value.length > 7) ||
            str_starts(value, STR("postgresql://")) || str_starts(value, STR("postgres://")));
}

/* What a text must be like, by kind; the words follow "must be". */
static const struct {
    bool (*check)(struct str value);
    const char *words;
} text_kinds[] = {
    [CONFIG_TEXT] = {is_printable, "text in UTF-8"},
    [CONFIG_PATH] = {is_printable, "a path"},
    [CONFIG_STORE] = {is_store,
                      "sqlite: and a file, or the address of a PostgreSQL database (postgresql://…)"},
    [CONFIG_ADDRESS] = {is_listen, "a numeric address and a port"},
    [CONFIG_WEB] = {is_web, "an address that begins with https:// or http://"},
    [CONFIG_ORIGIN] = {is_origin, "https:// (or http://) and a name, without a path"},
    [CONFIG_SMTP] = {is_smtp, "smtp:// or smtps://, a host and a port"},
    [CONFIG_MAIL] = {is_mail, "one plain mail address"},
    [CONFIG_TEMPLATE] = {is_template,
                         "text that names {company_id}, {number}, {e164} or {date}, nothing else in braces"},
    [CONFIG_TOKEN] = {is_token, "a name of letters, digits, '-', '_' and '.'"},
};

static const char *set_text(const struct config_row *row, struct str value, struct arena *arena, void *field)
{
    if (value.length != 0 && !text_kinds[row->kind].check(value))
        return text_kinds[row->kind].words;
    const char *text = arena_cstr(arena, value);
    memcpy(field, &text, sizeof text);
    return NULL;
}

static const char *set_int(const struct config_row *row, struct str value, struct arena *arena, void *field)
{
    int64_t number;
    if (!str_to_int64(value, &number) || number < row->low || number > row->high)
        return arena_printf(arena, "a whole number from %lld to %lld", (long long)row->low,
                            (long long)row->high)
            .data;
    memcpy(field, &number, sizeof number);
    return NULL;
}

static const char *choice_words(const struct config_row *row, struct arena *arena)
{
    struct str words = STR_NONE;
    for (size_t i = 0; i < CONFIG_CHOICES && row->choices[i] != NULL; i++)
        words = arena_printf(arena, "%.*s%s%s", STR_ARG(words), i != 0 ? " or " : "", row->choices[i]);
    return words.data;
}

static const char *set_choice(const struct config_row *row, struct str value, struct arena *arena,
                              void *field)
{
    for (unsigned i = 0; i < CONFIG_CHOICES && row->choices[i] != NULL; i++) {
        if (!str_is(value, row->choices[i]))
            continue;
        if (row->kind == CONFIG_FLAG)
            memcpy(field, &(bool){i == 1}, sizeof(bool));
        else if (row->kind == CONFIG_CHOICE)
            memcpy(field, &i, sizeof i);
        else
            memcpy(field, &row->choices[i], sizeof row->choices[i]);
        return NULL;
    }
    return choice_words(row, arena);
}

static const char *set_markets(struct str value, void *field)
{
    static const struct {
        const char *word;
        unsigned bits;
    } rows[] = {
        {"cn", SETTINGS_MARKET_CN},
        {"eu", SETTINGS_MARKET_EU},
        {"de", SETTINGS_MARKET_DE | SETTINGS_MARKET_EU},
        {"us", SETTINGS_MARKET_US},
        {"us-ca", SETTINGS_MARKET_US_CA | SETTINGS_MARKET_US},
    };
    unsigned bits = 0;
    for (struct str piece; str_split(&value, ',', &piece);) {
        unsigned found = 0;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (str_is(str_trim(piece), rows[i].word))
                found = rows[i].bits;
        if (found == 0)
            return "some of cn, eu, de, us, us-ca, by commas";
        bits |= found;
    }
    memcpy(field, &bits, sizeof bits);
    return NULL;
}

static const char *set_proxies(struct str value, struct arena *arena, void *field)
{
    const char *list[SETTINGS_PROXIES + 1] = {0};
    size_t count = 0;
    for (struct str piece; str_split(&value, ',', &piece);) {
        struct str address = str_trim(piece);
        if (count == SETTINGS_PROXIES)
            return "16 addresses at most";
        if (!is_numeric_address(address, AF_INET) && !is_numeric_address(address, AF_INET6))
            return "numeric addresses, by commas";
        list[count++] = arena_cstr(arena, address);
    }
    memcpy(field, list, sizeof list);
    return NULL;
}

const char *config_value_set(const struct config_row *row, struct str value, struct arena *arena,
                             void *target)
{
    void *field = (char *)target + row->offset;
    if (value.length == 0 && (row->required || (row->fallback[0] != '\0' && !row->can_be_empty)))
        return "not empty";
    switch (row->kind) {
    case CONFIG_INT:
        return set_int(row, value, arena, field);
    case CONFIG_CHOICE:
    case CONFIG_FLAG:
    case CONFIG_WORD:
        return set_choice(row, value, arena, field);
    case CONFIG_MARKETS:
        return set_markets(value, field);
    case CONFIG_PROXIES:
        return value.length != 0 ? set_proxies(value, arena, field) : NULL;
    case CONFIG_TEXT:
    case CONFIG_PATH:
    case CONFIG_STORE:
    case CONFIG_ADDRESS:
    case CONFIG_WEB:
    case CONFIG_ORIGIN:
    case CONFIG_SMTP:
    case CONFIG_MAIL:
    case CONFIG_TOKEN:
    case CONFIG_TEMPLATE:
        break;
    }
    return set_text(row, value, arena, field);
}
