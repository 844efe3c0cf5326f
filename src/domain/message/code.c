#include "domain/message/code.h"

#include "domain/message/lookalike.h"
#include "domain/message/words.h"

#include <string.h>

enum {
    CODE_DIGITS_MIN = 4,
    CODE_DIGITS_MAX = 8,
    CODE_MIXED_MIN = 5,
    NEAR = 60,      /* bytes between a word for a code and the code */
    BESIDE = 24,    /* the same for what might be a year, a date or a word */
    FAR = 120,      /* the same where "is" or a colon stands before the code */
    AFTER_COST = 4, /* a word after the code counts as that much farther away */
};

struct candidate {
    size_t from, length;
    bool doubtful; /* looks like a year or a day, or has letters in it */
};

/* What is true of the whole text. */
struct surroundings {
    struct str text;
    struct code_words words;
    size_t signature_from, signature_end; /* 【…】 */
    bool promotion;
};

static size_t digits_from(struct str text, size_t index)
{
    size_t end = index;
    while (words_is_digit(words_at(text, end)))
        end++;
    return end - index;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* "123 456", "123-456" and "1234 5678": two equal groups and no third. Returns the whole length, or 0. */
static size_t split_code(struct str text, size_t index, size_t first)
{
    char separator = words_at(text, index + first);
    if ((first != 3 && first != 4) || (separator != ' ' && separator != '-'))
        return 0;
    size_t second = digits_from(text, index + first + 1);
    size_t end = index + first + 1 + second;
    bool third = words_at(text, end) == separator && words_is_digit(words_at(text, end + 1));
    return second == first && !third && !(first == 4 && separator == '-') ? first + 1 + second : 0;
}

/* Why the number at this place is no code; NULL where it may be one. */
static const char *why_no_code(const struct surroundings *around, size_t from, size_t length)
{
    if (from > around->signature_from && from < around->signature_end)
        return "sender_name";
    return lookalike_why(around->text, from, length);
}

static int two_digits(const char *digits)
{
    return (digits[0] - '0') * 10 + digits[1] - '0';
}

/* 2026, 20261123 */
static bool looks_like_date(struct str digits)
{
    int century = two_digits(digits.data);
    bool year = century == 19 || century == 20;
    if (digits.length == 4)
        return year;
    return digits.length == 8 && year && two_digits(digits.data + 4) >= 1 &&
           two_digits(digits.data + 4) <= 12 && two_digits(digits.data + 6) <= 31;
}

/* The candidate of digits at index; its length 0: none, and why where there are as many digits as a code has.
 */
static struct candidate digits_candidate(const struct surroundings *around, size_t index,
                                         const char **ret_why)
{
    struct str text = around->text;
    size_t first = digits_from(text, index), length = split_code(text, index, first);
    bool whole = first >= CODE_DIGITS_MIN && first <= CODE_DIGITS_MAX;
    *ret_why = NULL;
    if (length != 0 && (*ret_why = why_no_code(around, index, length)) != NULL)
        length = 0;
    if (length == 0 && whole)
        length = (*ret_why = why_no_code(around, index, first)) == NULL ? first : 0;
    bool date = length != 0 && length == first && looks_like_date(str_part(text, index, length));
    return (struct candidate){.from = index, .length = length, .doubtful = date};
}

static size_t capitals_from(struct str text, size_t index, size_t *ret_digits)
{
    size_t end = index;
    *ret_digits = 0;
    for (; words_is_upper(words_at(text, end)) || words_is_digit(words_at(text, end)); end++)
        *ret_digits += words_is_digit(words_at(text, end));
    return end - index;
}

/* Letters alone are a code only where the text says so in the next word: "code is TKWRBVDS". */
static bool is_announced(const struct surroundings *around, size_t from)
{
    for (size_t i = 0; i < around->words.count; i++) {
        size_t end = around->words.at[i].end;
        struct str between = end <= from ? str_part(around->text, end, from - end) : STR_NONE;
        if (str_is(between, " is ") || str_is(between, " is: ") || str_is(between, ": "))
            return true;
    }
    return false;
}

/* Capital letters and digits mixed, as "K7Q2M" or "K3M-9PX". */
static struct candidate mixed_candidate(const struct surroundings *around, size_t index, const char **ret_why)
{
    struct str text = around->text;
    size_t digits, more;
    size_t length = capitals_from(text, index, &digits);
    if ((length == 3 || length == 4) && words_at(text, index + length) == '-') {
        size_t second = capitals_from(text, index + length + 1, &more);
        if (second == length && digits + more != 0 && digits + more != 2 * length) {
            length += 1 + second;
            digits += more;
        }
    }
    bool letters = digits == 0 && length >= 6 && is_announced(around, index);
    bool fits = length >= CODE_MIXED_MIN && length <= CODE_DIGITS_MAX + 1 && digits < length &&
                (digits != 0 || letters);
    *ret_why = fits ? why_no_code(around, index, length) : NULL;
    return (struct candidate){
        .from = index, .length = fits && *ret_why == NULL ? length : 0, .doubtful = true};
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Bytes to the nearest word for a code; more than FAR where there is none near enough. */
static size_t distance(const struct surroundings *around, const struct candidate *candidate)
{
    size_t nearest = FAR + 1, end = candidate->from + candidate->length;
    for (size_t i = 0; i < around->words.count; i++) {
        if (around->words.at[i].end <= candidate->from)
            nearest = least(nearest, candidate->from - around->words.at[i].end);
        else if (around->words.at[i].from >= end)
            nearest = least(nearest, around->words.at[i].from - end + AFTER_COST);
    }
    return nearest;
}

static const char *const commands[] = {"use",    "enter",   "confirm with", "sign in with",
                                       "type",   "type in", "verify with",  "输入",
                                       "请输入", "ingrese", "gib",          NULL};
static const char *const copulas[] = {"is",     "是", "为", "es", "est", "ist",
                                      "lautet", "é",  "è",  "är", "er",  NULL};
static struct words_index by_command, by_copula;

__attribute__((constructor)) static void index_words(void)
{
    words_index(&by_command, commands, WORDS_BY_LAST);
    words_index(&by_copula, copulas, WORDS_BY_LAST);
}

/* "Use 123456 to sign in", "Confirm with 123456.": beside such a verb no other word is needed. */
static bool is_commanded(struct str text, const struct candidate *candidate)
{
    size_t least_length = candidate->doubtful ? CODE_MIXED_MIN + 1 : CODE_DIGITS_MIN + 1;
    return candidate->length >= least_length && words_before(text, candidate->from, &by_command) != NULL;
}

static bool is_announced_far(struct str text, const struct candidate *candidate)
{
    size_t from = candidate->from;
    bool colon = from > 1 && (text.data[from - 1] == ':' || text.data[from - 2] == ':');
    return !candidate->doubtful && (colon || words_before(text, from, &by_copula) != NULL);
}

struct judgement {
    size_t cost; /* SIZE_MAX: none */
    int sureness;
    const char *rule;
};

static struct judgement judge(const struct surroundings *around, const struct candidate *candidate)
{
    size_t far = distance(around, candidate);
    int doubt = candidate->doubtful ? 10 : 0;
    if (far <= BESIDE)
        return (struct judgement){far, 98 - doubt, "beside_word"};
    if (is_commanded(around->text, candidate))
        return (struct judgement){BESIDE, 90 - doubt, "command"};
    if (far <= NEAR && !candidate->doubtful)
        return (struct judgement){far, 90, "near_word"};
    if (far <= FAR && is_announced_far(around->text, candidate))
        return (struct judgement){far, 75, "far_word"};
    return (struct judgement){SIZE_MAX, 0, ""};
}

/* "@example.com #123456" at the beginning of a line: WICG, origin-bound one-time codes. */
static struct str domain_bound_code(struct str text)
{
    for (size_t at = str_find(text, STR("@"), 0); at != SIZE_MAX; at = str_find(text, STR("@"), at + 1)) {
        bool at_begin = at == 0 || text.data[at - 1] == '\n';
        size_t end = at + 1;
        while (at_begin && end < text.length && !is_space(text.data[end]))
            end++;
        if (!at_begin || words_at(text, end) != ' ' || words_at(text, end + 1) != '#')
            continue;
        size_t from = end + 2;
        for (end = from; words_is_digit(words_at(text, end)) || words_is_letter(words_at(text, end)); end++)
            ;
        if (end - from >= CODE_DIGITS_MIN && end - from <= 2 * CODE_DIGITS_MAX)
            return str_part(text, from, end - from);
    }
    return STR_NONE;
}

static bool begins_word(struct str text, size_t index)
{
    return index == 0 || (!words_is_digit(text.data[index - 1]) && !words_is_letter(text.data[index - 1]));
}

static void look_around(struct str text, struct surroundings *ret_around)
{
    size_t open = str_find(text, STR("【"), 0);
    size_t close = open == SIZE_MAX ? SIZE_MAX : str_find(text, STR("】"), open);
    ret_around->text = text;
    ret_around->signature_from = close != SIZE_MAX && open == 0 ? open : 0;
    ret_around->signature_end = close != SIZE_MAX && open == 0 ? close : 0;
    ret_around->promotion = lookalike_is_promotion(text);
    words_find_code_words(text, &ret_around->words);
}

static void reject(struct message_code *code, struct str text, const char *why)
{
    if (code->rejected_count == MESSAGE_REJECTED)
        return;
    code->rejected[code->rejected_count].text = text;
    code->rejected[code->rejected_count++].why = why;
}

/* Weighs what stands at index; returns how far to go on. */
static size_t weigh(const struct surroundings *around, size_t index, size_t *least_cost, size_t *candidates,
                    struct message_code *code)
{
    const char *why, *why_mixed = NULL;
    struct candidate candidate = digits_candidate(around, index, &why);
    if (candidate.length == 0)
        candidate = mixed_candidate(around, index, &why_mixed);
    size_t digits = digits_from(around->text, index);
    if (candidate.length == 0) {
        *candidates += why != NULL || why_mixed != NULL;
        if (why != NULL || why_mixed != NULL)
            reject(code, str_part(around->text, index, digits != 0 ? digits : CODE_MIXED_MIN),
                   why != NULL ? why : why_mixed);
        return digits != 0 ? digits : 1;
    }
    struct str seen = str_part(around->text, index, candidate.length);
    struct judgement found = judge(around, &candidate);
    ++*candidates;
    if (found.cost != SIZE_MAX && around->promotion && candidate.doubtful)
        reject(code, seen, "promotion");
    else if (found.cost >= *least_cost)
        reject(code, seen, found.cost == SIZE_MAX ? "no_word_near" : "farther_than_the_code");
    else {
        if (code->code.length != 0)
            reject(code, code->code, "farther_than_the_code");
        code->code = seen;
        code->sureness = found.sureness;
        code->rule = found.rule;
        *least_cost = found.cost;
    }
    return candidate.length;
}

void message_look_for_code(struct str text, struct message_code *ret_code)
{
    struct surroundings around;
    size_t least_cost = SIZE_MAX, candidates = 0;
    text = str_part(text, 0, WORDS_BYTES);
    *ret_code =
        (struct message_code){.code = domain_bound_code(text), .sureness = 100, .rule = "bound_domain"};
    if (ret_code->code.length != 0)
        return;
    *ret_code = (struct message_code){.rule = ""};
    look_around(text, &around);
    for (size_t i = 0; i < text.length && candidates < MESSAGE_CANDIDATES;) {
        bool may = words_is_digit(text.data[i]) || words_is_upper(text.data[i]);
        if (!may || !begins_word(text, i)) {
            i++;
            continue;
        }
        i += weigh(&around, i, &least_cost, &candidates, ret_code);
    }
}

struct str message_find_code(struct str text)
{
    struct message_code code;
    message_look_for_code(text, &code);
    return code.code;
}
