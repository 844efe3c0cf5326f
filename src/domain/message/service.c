#include "domain/message/service.h"

#include "domain/message/catalogue.h"
#include "domain/message/code.h"
#include "domain/message/words.h"

#include <string.h>

enum {
    STRANGER_DIGITS = 9,    /* so many digits are somebody's phone, fewer a short code */
    TITLE_BYTES = 28,       /* between a leading name and its colon: "FedEx Delivery Manager:" */
    BEFORE_CODE_BYTES = 48, /* "is your Microsoft account security code" */
    AFTER_CODE_BYTES = 24   /* "código de WhatsApp" */
};

/* A phone number, unless it is a gateway's: those of mainland China begin with 106 and have no plus. */
static bool is_stranger(struct str sender)
{
    size_t digits = 0;
    for (size_t i = 0; i < sender.length; i++) {
        if (words_is_letter(sender.data[i]))
            return false;
        digits += words_is_digit(sender.data[i]);
    }
    return digits >= STRANGER_DIGITS && !str_starts(sender, STR("106"));
}

static const struct service *by_sender(struct str sender)
{
    const struct service_name_row *row = catalogue_name(str_trim(sender));
    bool named = row != NULL && !row->generic && !words_is_digit(words_at(sender, 0));
    return named ? catalogue_service(row) : NULL;
}

static size_t host_length(struct str text, size_t from)
{
    size_t end = from;
    while (words_is_letter(words_at(text, end)) || words_is_digit(words_at(text, end)) ||
           words_at(text, end) == '-' || words_at(text, end) == '.')
        end++;
    while (end > from && text.data[end - 1] == '.')
        end--;
    return end - from;
}

/* "@example.com #123456" at the beginning of a line. */
static const struct service *by_bound_domain(struct str text)
{
    for (size_t at = str_find(text, STR("@"), 0); at != SIZE_MAX; at = str_find(text, STR("@"), at + 1)) {
        size_t length = host_length(text, at + 1);
        bool bound = (at == 0 || text.data[at - 1] == '\n') && length > 0 &&
                     str_starts(str_part(text, at + 1 + length, 2), STR(" #"));
        const struct service *service = bound ? catalogue_host(str_part(text, at + 1, length)) : NULL;
        if (service != NULL)
            return service;
    }
    return NULL;
}

static const struct service *in_brackets(struct str text, struct str open, struct str close)
{
    for (size_t at = str_find(text, open, 0); at != SIZE_MAX; at = str_find(text, open, at + 1)) {
        size_t from = at + open.length, end = str_find(text, close, from);
        if (end == SIZE_MAX)
            return NULL;
        const struct service_name_row *row = catalogue_name(str_trim(str_part(text, from, end - from)));
        bool placed = at == 0 || end + close.length == text.length;
        if (placed && row != NULL && !row->generic)
            return catalogue_service(row);
    }
    return NULL;
}

/* What senders put before their name. */
static struct str without_prefix(struct str text)
{
    static const char *const prefixes[] = {"<#>", "[#]", "free msg:", "freemsg:", "frm:", NULL};
    text = str_trim(text);
    for (const char *const *prefix = prefixes; *prefix != NULL; prefix++)
        if (str_equal_nocase(str_part(text, 0, strlen(*prefix)), str_from(*prefix)))
            text = str_trim(str_part(text, strlen(*prefix), text.length));
    return text;
}

/* "Chase:", "Chase Fraud Alert:", "FedEx Delivery Manager:", "Venmo here!" */
static bool is_title(struct str rest)
{
    if (words_here(rest, 1, "here") || str_starts(rest, STR("：")))
        return true;
    for (size_t i = 0; i < rest.length && i < TITLE_BYTES; i++) {
        if (rest.data[i] == ':')
            return true;
        if (strchr("., !?;\n", rest.data[i]) != NULL && rest.data[i] != ' ')
            return false;
    }
    return false;
}

static const struct service *by_title(struct str text)
{
    size_t length;
    const struct service_name_row *row = text.length != 0 ? catalogue_longest(text, 0, &length) : NULL;
    bool named = row != NULL && is_title(str_part(text, length, text.length));
    return named ? catalogue_service(row) : NULL;
}

static bool ends_sentence(struct str text, size_t index)
{
    char c = text.data[index];
    return c == '\n' || c == '!' || c == '?' || c == ';' || c == ':' ||
           (c == '.' && words_at(text, index + 1) == ' ');
}

static bool begins_word(struct str text, size_t index)
{
    char before = index == 0 ? ' ' : text.data[index - 1];
    return !words_is_letter(before) && !words_is_digit(before) &&
           ((unsigned char)text.data[index] & 0xc0) != 0x80;
}

/* The first name of the list between two places of one sentence. */
static const struct service *named_between(struct str text, size_t from, size_t end)
{
    size_t length;
    for (size_t i = from; i < end && i < text.length; i++) {
        const struct service_name_row *row =
            begins_word(text, i) ? catalogue_longest(text, i, &length) : NULL;
        if (row != NULL && i + length <= end && (length > 2 || (unsigned char)text.data[i] >= 0x80))
            return catalogue_service(row);
    }
    return NULL;
}

/* "is your Facebook code", "Tu código de Uber": a name in the sentence of a word for a code. */
static const struct service *by_code_word(struct str text)
{
    size_t length;
    for (size_t at = words_find_code_word(text, 0, &length); at != SIZE_MAX;
         at = words_find_code_word(text, at + length, &length)) {
        size_t from = at, end = at + length;
        while (from > 0 && at - from < BEFORE_CODE_BYTES && !ends_sentence(text, from - 1))
            from--;
        while (end < text.length && end - at - length < AFTER_CODE_BYTES && !ends_sentence(text, end))
            end++;
        const struct service *service = named_between(text, from, at);
        if (service == NULL)
            service = named_between(text, at + length, end);
        if (service != NULL)
            return service;
    }
    return NULL;
}

/* "Your Uber is arriving now." */
static const struct service *by_your(struct str text)
{
    return str_starts(text, STR("Your ")) ? named_between(text, 5, 6 + TITLE_BYTES) : NULL;
}

static const struct service *by_link(struct str text)
{
    for (size_t at = str_find(text, STR("://"), 0); at != SIZE_MAX; at = str_find(text, STR("://"), at + 3)) {
        const struct service *service = catalogue_host(str_part(text, at + 3, host_length(text, at + 3)));
        if (service != NULL)
            return service;
    }
    return NULL;
}

const struct service *service_match(struct str sender, struct str text)
{
    bool has_code = message_find_code(text).length != 0, stranger = is_stranger(sender);
    struct str plain = without_prefix(text);
    const struct service *service = by_sender(sender);
    if (service == NULL && has_code)
        service = by_bound_domain(text);
    if (stranger && !has_code)
        return service;
    if (service == NULL)
        service = in_brackets(plain, STR("【"), STR("】"));
    if (service == NULL)
        service = in_brackets(plain, STR("["), STR("]"));
    if (service == NULL)
        service = by_title(plain);
    if (service == NULL && has_code)
        service = by_code_word(text);
    if (service == NULL && !stranger)
        service = by_your(plain);
    return service == NULL && !stranger ? by_link(text) : service;
}

const struct service *service_by_key(struct str key)
{
    size_t low = 0, high = service_row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct str here = str_from(service_rows[middle].key);
        size_t common = here.length < key.length ? here.length : key.length;
        int order = memcmp(key.data != NULL ? key.data : "", here.data, common);
        if (order == 0 && here.length == key.length)
            return &service_rows[middle];
        if (order < 0 || (order == 0 && key.length < here.length))
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct service *service_by_name(struct str typed)
{
    struct str name = str_trim(typed);
    const struct service_name_row *row = name.length != 0 ? catalogue_name(name) : NULL;
    if (row != NULL)
        return catalogue_service(row);
    size_t scheme = str_find(name, STR("://"), 0), from = scheme == SIZE_MAX ? 0 : scheme + 3;
    struct str host = str_part(name, from, host_length(name, from));
    bool whole = from + host.length == name.length || name.data[from + host.length] == '/';
    return host.length != 0 && whole ? catalogue_host(host) : NULL;
}

int service_rank(const struct service *service)
{
    static const char *const order[] = {"bank", "payment", "mail", "identity", "social"};
    int rank = 0;
    while (rank < 5 && strcmp(service->category, order[rank]) != 0)
        rank++;
    return rank;
}
