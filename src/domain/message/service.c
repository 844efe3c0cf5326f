#include "domain/message/service.h"

#include "domain/message/catalogue.h"
#include "domain/message/words.h"

#include <string.h>

enum {
    STRANGER_DIGITS = 9,    /* so many digits are somebody's phone, fewer a short code */
    TITLE_BYTES = 28,       /* between a leading name and its colon: "FedEx Delivery Manager:" */
    BEFORE_CODE_BYTES = 56, /* "is your Microsoft account security code" */
    AFTER_CODE_BYTES = 40,  /* "código de verificación de Google" */
    YOUR_BYTES = 4          /* "Your" */
};

/* The text and what is asked of it. */
struct question {
    const struct service_list *list;
    struct str sender, text, plain; /* plain: without what senders put before their name */
    bool has_code;
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

/* A name that may count here; where it is a common word, only with a code. */
static const struct service *accept(const struct question *question, const struct catalogue_name *name)
{
    bool title = name->use == SERVICE_NAME_TITLE && question->has_code;
    return name->use == SERVICE_NAME_PLAIN || title ? name->service : NULL;
}

/* "Chase", or "VM-HDFCBK": operators of some countries put two letters before the sender's own. */
static const struct service *by_sender_name(const struct question *question)
{
    struct str sender = str_trim(question->sender);
    if (sender.length > 3 && sender.data[2] == '-')
        sender = str_part(sender, 3, sender.length);
    if (words_is_digit(words_at(sender, 0)) || words_at(sender, 0) == '+')
        return NULL;
    const struct service *service = catalogue_sender(question->list, sender);
    struct catalogue_name name = catalogue_name(question->list, sender);
    return service != NULL ? service : accept(question, &name);
}

static const struct service *by_sender_number(const struct question *question)
{
    return catalogue_sender(question->list, question->sender);
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
static const struct service *by_bound_domain(const struct question *question)
{
    struct str text = question->text;
    for (size_t at = str_find(text, STR("@"), 0); at != SIZE_MAX; at = str_find(text, STR("@"), at + 1)) {
        bool at_begin = at == 0 || text.data[at - 1] == '\n';
        size_t length = at_begin ? host_length(text, at + 1) : 0;
        bool bound = length != 0 && str_starts(str_part(text, at + 1 + length, 2), STR(" #"));
        const struct service *service =
            bound ? catalogue_host(question->list, str_part(text, at + 1, length)) : NULL;
        if (service != NULL)
            return service;
    }
    return NULL;
}

/* "快手科技", "网易有道" …: the name and what companies add to it. */
static const struct service *in_signature(const struct question *question, struct str signature)
{
    static const char *const additions[] = {"科技",     "集团", "公司", "客服", "官方",
                                            "安全中心", "中心", "平台", NULL};
    struct catalogue_name name = catalogue_name(question->list, signature);
    const struct service *service = accept(question, &name);
    for (size_t i = 0; additions[i] != NULL && service == NULL; i++) {
        struct str addition = str_from(additions[i]);
        if (!str_ends(signature, addition) || signature.length == addition.length)
            continue;
        name = catalogue_name(question->list, str_part(signature, 0, signature.length - addition.length));
        service = accept(question, &name);
    }
    return service;
}

static const struct service *in_brackets(const struct question *question, struct str open, struct str close)
{
    struct str text = question->plain;
    for (size_t at = str_find(text, open, 0); at != SIZE_MAX; at = str_find(text, open, at + 1)) {
        size_t from = at + open.length, end = str_find(text, close, from);
        if (end == SIZE_MAX)
            return NULL;
        bool placed = at == 0 || end + close.length == text.length;
        const struct service *service =
            placed ? in_signature(question, str_trim(str_part(text, from, end - from))) : NULL;
        if (service != NULL)
            return service;
    }
    return NULL;
}

static const struct service *by_brackets(const struct question *question)
{
    const struct service *service = in_brackets(question, STR("【"), STR("】"));
    return service != NULL ? service : in_brackets(question, STR("["), STR("]"));
}

/* What senders and gateways put before the sender's name. */
static struct str without_prefix(struct str text)
{
    static const char *const prefixes[] = {"<#>", "[#]", "[web발신]", "free msg:", "freemsg:", "frm:", NULL};
    text = str_trim(text);
    for (const char *const *prefix = prefixes; *prefix != NULL; prefix++)
        if (str_equal_nocase(str_part(text, 0, strlen(*prefix)), str_from(*prefix)))
            text = str_trim(str_part(text, strlen(*prefix), text.length));
    return text;
}

/* "Chase:", "Chase Fraud Alert:", "FedEx Delivery Manager:", "Venmo here!", "Wells Fargo will never …" */
static bool is_title(struct str rest, bool has_code)
{
    if (words_here(rest, 1, "here") || str_starts(rest, STR("：")) ||
        (has_code && words_here(rest, 1, "will")))
        return true;
    for (size_t i = 0; i < rest.length && i < TITLE_BYTES; i++) {
        if (rest.data[i] == ':')
            return true;
        if (strchr("., !?;\n", rest.data[i]) != NULL && rest.data[i] != ' ')
            return false;
    }
    return false;
}

static const struct service *by_title(const struct question *question)
{
    struct str text = question->plain;
    if (text.length == 0)
        return NULL;
    struct catalogue_name name = catalogue_longest(question->list, text, 0, question->has_code);
    const struct service *service = name.length != 0 ? accept(question, &name) : NULL;
    struct str rest = str_part(text, name.length, text.length);
    return service != NULL && is_title(rest, question->has_code) ? service : NULL;
}

static bool begins_word(struct str text, size_t index)
{
    char before = index == 0 ? ' ' : text.data[index - 1];
    return !words_is_letter(before) && !words_is_digit(before) &&
           ((unsigned char)text.data[index] & 0xc0) != 0x80;
}

static const char *const your[] = {"your", NULL};
static struct words_index your_index;

__attribute__((constructor)) static void index_words(void)
{
    words_index(&your_index, your, WORDS_BY_LAST);
}

/* A common word, or one or two letters, counts behind "your" alone: "Your X confirmation code". */
static bool counts_at(struct str text, size_t index, const struct catalogue_name *name)
{
    bool common =
        name->use == SERVICE_NAME_TITLE || (name->length <= 2 && (unsigned char)text.data[index] < 0x80);
    return name->use != SERVICE_NAME_NEVER && (!common || words_before(text, index, &your_index) != NULL);
}

/* "BestBuy.com", "binance.com/en/…" */
static const struct service *host_at(const struct question *question, size_t index)
{
    size_t length = host_length(question->text, index);
    struct str host = str_part(question->text, index, length);
    bool dotted = length != 0 && memchr(host.data, '.', length) != NULL;
    return dotted ? catalogue_host(question->list, host) : NULL;
}

/* The first name of the list between two places of one sentence. */
static const struct service *named_between(const struct question *question, size_t from, size_t end)
{
    struct str text = question->text;
    for (size_t i = from; i < end && i < text.length; i++) {
        if (!begins_word(text, i))
            continue;
        struct catalogue_name name = catalogue_longest(question->list, text, i, false);
        bool counts = name.length != 0 && i + name.length <= end && counts_at(text, i, &name);
        if (counts && accept(question, &name) != NULL)
            return name.service;
        const struct service *service = question->has_code ? host_at(question, i) : NULL;
        if (service != NULL)
            return service;
    }
    return NULL;
}

/* "is your Facebook code", "Tu código de Uber": a name in the sentence of a word for a code. */
static const struct service *by_code_word(const struct question *question)
{
    struct str text = question->text;
    struct code_words words;
    words_find_code_words(text, &words);
    for (size_t i = 0; i < words.count; i++) {
        size_t from = words.at[i].from, end = words.at[i].end;
        while (from > 0 && words.at[i].from - from < BEFORE_CODE_BYTES && !words_end_sentence(text, from - 1))
            from--;
        while (end < text.length && end - words.at[i].end < AFTER_CODE_BYTES &&
               !words_end_sentence(text, end))
            end++;
        const struct service *service = named_between(question, from, words.at[i].from);
        if (service == NULL)
            service = named_between(question, words.at[i].end, end);
        if (service != NULL)
            return service;
    }
    return NULL;
}

/* "Your Uber is arriving now."; with a code "on your HDFC Bank card" anywhere. */
static const struct service *by_your(const struct question *question)
{
    struct str text = question->text;
    size_t start = text.length - question->plain.length;
    if (words_here(question->plain, 0, "your"))
        return named_between(question, start + YOUR_BYTES + 1, start + YOUR_BYTES + 2 + TITLE_BYTES);
    for (size_t at = str_find(text, STR("your "), 0); at != SIZE_MAX && question->has_code;
         at = str_find(text, STR("your "), at + YOUR_BYTES)) {
        struct catalogue_name name = catalogue_longest(question->list, text, at + YOUR_BYTES + 1, false);
        if (name.length > 2 && name.use == SERVICE_NAME_PLAIN && name.service != NULL)
            return name.service;
    }
    return NULL;
}

static const struct service *by_link(const struct question *question)
{
    struct str text = question->text;
    for (size_t at = str_find(text, STR("://"), 0); at != SIZE_MAX; at = str_find(text, STR("://"), at + 3)) {
        const struct service *service =
            catalogue_host(question->list, str_part(text, at + 3, host_length(text, at + 3)));
        if (service != NULL)
            return service;
    }
    return NULL;
}

/* The rules in their order. What a stranger's phone number claims counts only with a code. */
static const struct rule {
    const struct service *(*find)(const struct question *question);
    const char *name;
    int sureness;
    bool with_code;    /* asked only where the text holds a code */
    bool not_stranger; /* never believed of a phone number */
} rules[] = {
    {by_sender_name, "sender_name", 97, false, false},
    {by_bound_domain, "bound_domain", 99, true, false},
    {by_brackets, "brackets", 97, false, false},
    {by_title, "title", 95, false, false},
    {by_code_word, "code_sentence", 92, true, false},
    {by_your, "your", 85, false, true},
    {by_link, "link", 80, false, true},
    {by_sender_number, "sender_number", 75, false, true},
};

struct service_match service_match(const struct service_list *list, struct str sender, struct str text,
                                   bool has_code)
{
    bool stranger = is_stranger(sender);
    text = str_part(text, 0, WORDS_BYTES);
    struct question question = {list, sender, str_trim(text), without_prefix(text), has_code};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        bool asked = (has_code || !(rules[i].with_code || (stranger && i != 0))) &&
                     !(stranger && rules[i].not_stranger);
        const struct service *service = asked ? rules[i].find(&question) : NULL;
        if (service != NULL)
            return (struct service_match){service, rules[i].sureness, rules[i].name};
    }
    return (struct service_match){.rule = ""};
}

const struct service *service_by_name(const struct service_list *list, struct str typed)
{
    struct str name = str_trim(typed);
    struct catalogue_name found = catalogue_name(list, name);
    if (found.service != NULL)
        return found.service;
    size_t scheme = str_find(name, STR("://"), 0), from = scheme == SIZE_MAX ? 0 : scheme + 3;
    struct str host = str_part(name, from, host_length(name, from));
    bool whole = from + host.length == name.length || name.data[from + host.length] == '/';
    return host.length != 0 && whole ? catalogue_host(list, host) : NULL;
}

static const char *const dangerous_first[] = {"bank", "payment", "mail", "identity", "social"};
enum { DANGEROUS_CATEGORIES = 4, RANKED_CATEGORIES = 5 };

int service_rank(const struct service *service)
{
    int rank = 0;
    while (rank < RANKED_CATEGORIES && strcmp(service->category, dangerous_first[rank]) != 0)
        rank++;
    return rank;
}

bool service_category_is_dangerous(struct str category)
{
    for (int i = 0; i < DANGEROUS_CATEGORIES; i++)
        if (str_is(category, dangerous_first[i]))
            return true;
    return false;
}
