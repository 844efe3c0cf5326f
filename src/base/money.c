#include "base/money.h"

#include <stdio.h>

enum err money_add(int64_t a, int64_t b, int64_t *ret_sum)
{
    return __builtin_add_overflow(a, b, ret_sum) ? ERR_OVERFLOW : ERR_NONE;
}

enum err money_subtract(int64_t a, int64_t b, int64_t *ret_difference)
{
    return __builtin_sub_overflow(a, b, ret_difference) ? ERR_OVERFLOW : ERR_NONE;
}

static bool all_digits(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.length != 0;
}

enum err money_read(struct str text, int64_t *ret_micros)
{
    bool negative = text.length != 0 && text.data[0] == '-';
    struct str rest = negative ? str_part(text, 1, text.length) : text;
    struct str whole, decimals = STR("0");
    int64_t units, fraction = 0;
    if (!str_split(&rest, '.', &whole))
        return ERR_INVALID;
    if (rest.data != NULL)
        decimals = rest;
    if (!all_digits(whole) || !all_digits(decimals) || decimals.length > 6)
        return ERR_INVALID;
    if (!str_to_int64(whole, &units) || __builtin_mul_overflow(units, MONEY_UNIT, &units))
        return ERR_OVERFLOW;
    for (size_t i = 0; i < 6; i++)
        fraction = fraction * 10 + (i < decimals.length ? decimals.data[i] - '0' : 0);
    TRY(money_add(units, fraction, &units));
    *ret_micros = negative ? -units : units;
    return ERR_NONE;
}

void money_write(int64_t micros, char ret_text[32])
{
    uint64_t size = micros < 0 ? ~(uint64_t)micros + 1 : (uint64_t)micros;
    char decimals[7];
    snprintf(decimals, sizeof decimals, "%06u", (unsigned)(size % 1000000));
    int last = 6;
    while (last > 2 && decimals[last - 1] == '0')
        last--;
    snprintf(ret_text, 32, "%s%llu.%.*s", micros < 0 ? "-" : "", (unsigned long long)(size / 1000000), last,
             decimals);
}
