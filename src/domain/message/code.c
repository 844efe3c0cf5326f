#include "domain/message/code.h"

#include "domain/message/words.h"

#include <string.h>

enum {
    CODE_DIGITS_MIN = 4,
    CODE_DIGITS_MAX = 8,
    CODE_MIXED_MIN = 5,
    FAR = 60,      /* bytes between a word for a code and the code */
    BESIDE = 24,   /* the same for what might be a year, a date or a word */
    AFTER_COST = 4 /* a word after the code counts as that much farther away */
};

struct candidate {
    size_t from, length;
    bool doubtful; /* looks like a year or a day, or has letters in it */
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

/* Part of a longer number: an amount, a date, a time, a phone or order number, a word. */
static bool is_glued_before(struct str text, size_t from)
{
    char near = from > 0 ? words_at(text, from - 1) : ' ', far = from > 1 ? words_at(text, from - 2) : ' ';
    if (near == '-' &&
        words_is_letter(far)) /* "G-123456" and "FB-12345" are codes, "order AB1-2345" is none */
        return from > 4 &&
               (words_is_letter(words_at(text, from - 4)) || words_is_digit(words_at(text, from - 4)));
    if (near == '$' || near == '+' || near == '_' || near == '@' || near == '=' || near == '%')
        return true;
    if (near == '-' || near == '/' || near == '.' || near == ',' || near == ':')
        return words_is_digit(far) || near == '/' || (near == '.' && words_is_letter(far));
    if (near == ' ' && words_is_digit(far))
        return from > 3 && words_is_digit(words_at(text, from - 3)) &&
               words_is_digit(words_at(text, from - 4));
    return words_is_letter(near) || words_is_digit(near);
}

static bool is_glued_after(struct str text, size_t end)
{
    char near = words_at(text, end), far = words_at(text, end + 1);
    if (near == '.' || near == ',' || near == ':' || near == '-' || near == '/')
        return words_is_digit(far) || near == '/' || (near == '-' && words_is_letter(far));
    if (near == ' ' && digits_from(text, end + 1) >= 3)
        return true;
    return near == '%' || near == '_' || near == '$' || near == '=' || near == '+' || words_is_letter(near) ||
           words_is_digit(near);
}

/* What stands before a number that is no code. */
static const char *const no_code_before[] = {"$",
                                             "€",
                                             "£",
                                             "¥",
                                             "￥",
                                             "₹",
                                             "usd",
                                             "eur",
                                             "rmb",
                                             "order",
                                             "order no",
                                             "order no.",
                                             "order number",
                                             "ticket",
                                             "ticket number",
                                             "tracking",
                                             "tracking number",
                                             "ending",
                                             "ending in",
                                             "ends in",
                                             "card",
                                             "account",
                                             "account ending in",
                                             "ref",
                                             "reference",
                                             "ref.",
                                             "invoice",
                                             "flight",
                                             "gate",
                                             "call",
                                             "tel",
                                             "phone",
                                             "fax",
                                             "dial",
                                             "text",
                                             "zip code",
                                             "promo code",
                                             "area code",
                                             "postal code",
                                             "error",
                                             "error code",
                                             "coupon code",
                                             "discount code",
                                             "gift code",
                                             "voucher code",
                                             "tracking code",
                                             "zip",
                                             "case",
                                             "case number",
                                             "booking",
                                             "number",
                                             "no.",
                                             "room",
                                             "suite",
                                             "since",
                                             "until",
                                             "before",
                                             "year",
                                             "of",
                                             "save",
                                             "win",
                                             "尾号",
                                             "尾号为",
                                             "订单",
                                             "订单号",
                                             "单号",
                                             "取件号",
                                             "取件码",
                                             "金额",
                                             "人民币",
                                             "电话",
                                             "致电",
                                             "拨打",
                                             "热线",
                                             "余额",
                                             "航班",
                                             "车牌",
                                             "编号",
                                             "卡号",
                                             "优惠码",
                                             "邀请码",
                                             "兑换码",
                                             "提货码",
                                             "积分",
                                             "支出",
                                             "收入",
                                             "转账",
                                             "付款",
                                             "满",
                                             NULL};

/* And after it. */
static const char *const no_code_after[] = {
    "minutes", "minute",  "mins",   "min",  "hours",  "days", "points", "miles", "usd",
    "eur",     "dollars", "euros",  "new",  "people", "gb",   "mb",     "steps", "stars",
    "items",   "percent", "street", "元",   "美元",   "分钟", "小时",   "天",    "积分",
    "人民币",  "号",      "年",     "用户", "€",      "km",   NULL};

/* Senders' names in brackets may hold digits: 【铁路12306】. */
static bool is_in_signature(struct str text, size_t from)
{
    size_t open = str_find(text, STR("【"), 0);
    size_t close = open == SIZE_MAX ? SIZE_MAX : str_find(text, STR("】"), open);
    return close != SIZE_MAX && from > open && from < close;
}

static bool is_in_address(struct str text, size_t from)
{
    size_t word = from;
    while (word > 0 && !is_space(text.data[word - 1]))
        word--;
    size_t end = from;
    while (end < text.length && !is_space(text.data[end]))
        end++;
    return str_find(str_part(text, word, end - word), STR("://"), 0) != SIZE_MAX;
}

static bool is_code_place(struct str text, size_t from, size_t length)
{
    return !is_glued_before(text, from) && !is_glued_after(text, from + length) &&
           !words_before(text, from, no_code_before) && !words_after(text, from + length, no_code_after) &&
           !is_in_signature(text, from) && !is_in_address(text, from);
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

static bool digits_candidate(struct str text, size_t index, struct candidate *ret_candidate)
{
    size_t first = digits_from(text, index), length = split_code(text, index, first);
    bool whole = first >= CODE_DIGITS_MIN && first <= CODE_DIGITS_MAX;
    if (length == 0 || !is_code_place(text, index, length))
        length = whole && is_code_place(text, index, first) ? first : 0;
    *ret_candidate = (struct candidate){
        .from = index,
        .length = length,
        .doubtful = length == first && looks_like_date(str_part(text, index, length)),
    };
    return length != 0;
}

/* Capital letters and digits mixed, as "K7Q2M". */
static bool mixed_candidate(struct str text, size_t index, struct candidate *ret_candidate)
{
    size_t end = index, digits = 0;
    for (; words_is_upper(words_at(text, end)) || words_is_digit(words_at(text, end)); end++)
        digits += words_is_digit(words_at(text, end));
    size_t length = end - index;
    *ret_candidate = (struct candidate){.from = index, .length = length, .doubtful = true};
    return digits > 0 && digits < length && length >= CODE_MIXED_MIN && length <= CODE_DIGITS_MAX &&
           is_code_place(text, index, length);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Bytes to the nearest word for a code; FAR + 1 where there is none near enough. */
static size_t distance(struct str text, const struct candidate *candidate)
{
    size_t nearest = FAR + 1, length, end = candidate->from + candidate->length;
    for (size_t at = words_find_code_word(text, 0, &length); at != SIZE_MAX;
         at = words_find_code_word(text, at + length, &length)) {
        if (at + length <= candidate->from)
            nearest = least(nearest, candidate->from - at - length);
        else if (at >= end)
            nearest = least(nearest, at - end + AFTER_COST);
    }
    return nearest;
}

/* "Use 123456 to sign in", "Confirm with 123456.": beside such a verb no other word is needed. */
static bool is_commanded(struct str text, const struct candidate *candidate)
{
    static const char *const verbs[] = {"use", "enter", "confirm with", "sign in with", "type", "输入", NULL};
    return candidate->length >= 6 && !candidate->doubtful && words_before(text, candidate->from, verbs);
}

static size_t cost(struct str text, const struct candidate *candidate)
{
    size_t far = distance(text, candidate), limit = candidate->doubtful ? BESIDE : FAR;
    if (is_commanded(text, candidate))
        far = 0;
    return far <= limit ? far : SIZE_MAX;
}

/* "@example.com #123456" at the beginning of a line: WICG, origin-bound one-time codes. */
static struct str domain_bound_code(struct str text)
{
    for (size_t at = str_find(text, STR("@"), 0); at != SIZE_MAX; at = str_find(text, STR("@"), at + 1)) {
        bool at_begin = at == 0 || text.data[at - 1] == '\n';
        size_t space = str_find(text, STR(" #"), at), from = space + 2, end = from;
        if (!at_begin || space == SIZE_MAX || memchr(text.data + at, '\n', space - at) != NULL)
            continue;
        while (words_is_digit(words_at(text, end)) || words_is_letter(words_at(text, end)))
            end++;
        if (end - from >= CODE_DIGITS_MIN && end - from <= 2 * CODE_DIGITS_MAX)
            return str_part(text, from, end - from);
    }
    return STR_NONE;
}

static bool begins_word(struct str text, size_t index)
{
    return index == 0 || (!words_is_digit(text.data[index - 1]) && !words_is_letter(text.data[index - 1]));
}

struct str message_find_code(struct str text)
{
    struct str found = domain_bound_code(text);
    size_t least_cost = SIZE_MAX;
    if (found.length != 0)
        return found;
    for (size_t i = 0; i < text.length; i++) {
        struct candidate candidate;
        if (!begins_word(text, i) ||
            !(digits_candidate(text, i, &candidate) || mixed_candidate(text, i, &candidate)))
            continue;
        size_t here = cost(text, &candidate);
        if (here < least_cost) {
            least_cost = here;
            found = str_part(text, candidate.from, candidate.length);
        }
        i += candidate.length - 1;
    }
    return found;
}
