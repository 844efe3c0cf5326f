#include "wire/phone.h"

#include <string.h>

enum { DIGITS_MAX = 15, DIGITS_MIN = 7, NANP_DIGITS = 10 };

/* The digits of typed without what people put between them; false where something else stands there. */
static bool read_digits(struct str typed, char ret_digits[DIGITS_MAX + 4], size_t *ret_count)
{
    size_t count = 0;
    for (size_t i = 0; i < typed.length; i++) {
        char c = typed.data[i];
        bool digit = c >= '0' && c <= '9';
        if (digit && count >= DIGITS_MAX + 3)
            return false;
        if (digit)
            ret_digits[count++] = c;
        else if (memchr(" -.()/", c, 6) == NULL)
            return false;
    }
    ret_digits[count] = '\0';
    *ret_count = count;
    return true;
}

/* An area code or an exchange: 2 to 9, any, any, but not N11. */
static bool is_nanp_code(const char *digits)
{
    return digits[0] >= '2' && digits[0] <= '9' && !(digits[1] == '1' && digits[2] == '1');
}

static bool is_nanp_number(const char *digits)
{
    return is_nanp_code(digits) && is_nanp_code(digits + 3);
}

bool phone_is_nanp(struct str e164)
{
    if (e164.length != 2 + NANP_DIGITS || !str_starts(e164, STR("+1")))
        return false;
    for (size_t i = 1; i < e164.length; i++)
        if (e164.data[i] < '0' || e164.data[i] > '9')
            return false;
    return is_nanp_number(e164.data + 2);
}

/* A number with its country code: the plan of country code 1 is known, of the others only the length. */
static bool is_international(const char *digits, size_t count)
{
    if (digits[0] == '1')
        return count == 1 + NANP_DIGITS && is_nanp_number(digits + 1);
    return digits[0] != '0' && count >= DIGITS_MIN && count <= DIGITS_MAX;
}

bool phone_read(struct arena *arena, struct str typed, struct str *ret_e164)
{
    char digits[DIGITS_MAX + 4];
    size_t count, skip = 0;
    struct str text = str_trim(typed);
    bool plus = str_starts(text, STR("+"));
    if (!read_digits(str_part(text, plus ? 1 : 0, text.length), digits, &count))
        return false;
    if (!plus && count > 3 && memcmp(digits, "011", 3) == 0)
        skip = 3;
    else if (!plus && count > 2 && memcmp(digits, "00", 2) == 0)
        skip = 2;
    bool prefixed = plus || skip != 0;
    const char *number = digits + skip;
    count -= skip;
    if (!prefixed && count == NANP_DIGITS && is_nanp_number(number)) {
        *ret_e164 = arena_printf(arena, "+1%s", number);
        return true;
    }
    if (!is_international(number, count) || (!prefixed && number[0] != '1'))
        return false;
    *ret_e164 = arena_printf(arena, "+%s", number);
    return true;
}

struct str phone_show(struct arena *arena, struct str e164)
{
    if (!phone_is_nanp(e164))
        return e164;
    return arena_printf(arena, "+1 %.3s %.3s %.4s", e164.data + 2, e164.data + 5, e164.data + 8);
}

struct str phone_mask(struct arena *arena, struct str e164)
{
    char dots[DIGITS_MAX * 3 + 1] = "";
    if (phone_is_nanp(e164))
        return arena_printf(arena, "+1 %.3s ••• ••%.2s", e164.data + 2, e164.data + 10);
    if (e164.length < 1 + DIGITS_MIN || e164.length > 1 + DIGITS_MAX || e164.data[0] != '+')
        return arena_str(arena, STR("•••"));
    for (size_t i = 5; i < e164.length; i++)
        strcat(dots, "•");
    return arena_printf(arena, "%.3s %s%.2s", e164.data, dots, e164.data + e164.length - 2);
}
