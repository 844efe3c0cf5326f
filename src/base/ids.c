#include "base/ids.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { REFERENCE_DIGITS = 12, TIME_BITS = 20, HANDFUL_BYTES = 256 };
enum { BURST_MILLIS = 4, LATE_MILLIS = 60000 };

void ids_random(void *ret_bytes, size_t length)
{
    unsigned char *at = ret_bytes;
    while (length != 0) {
        ssize_t got = getrandom(at, length, 0);
        if (got <= 0) {
            log_error("random_failed");
            abort();
        }
        at += got;
        length -= (size_t)got;
    }
}

/* Ids are no secrets: each thread takes their chance from a handful that it fetched at once. */
static void take_random(void *ret_bytes, size_t length)
{
    static _Thread_local unsigned char handful[HANDFUL_BYTES];
    static _Thread_local size_t left;
    if (left < length) {
        ids_random(handful, sizeof handful);
        left = sizeof handful;
    }
    left -= length;
    memcpy(ret_bytes, handful + left, length);
}

static int64_t next(int64_t now_micros, int64_t late_millis)
{
    static _Atomic int64_t last;
    uint32_t random;
    take_random(&random, sizeof random);
    int64_t wanted = (int64_t)(((uint64_t)(now_micros / 1000) & ((UINT64_C(1) << 43) - 1)) << TIME_BITS) |
                     (int64_t)(random & ((1u << TIME_BITS) - 1));
    int64_t before = atomic_load(&last);
    int64_t id;
    do {
        /* The random part of a burst may run over into the next milliseconds. An id that is asked for an
         * earlier time (history, seeds) keeps that time, and leaves alone what keeps the ids of now apart. */
        bool burst = wanted <= before && before - wanted < (late_millis << TIME_BITS);
        if (wanted <= before && !burst)
            return wanted;
        id = burst ? before + 1 : wanted;
    } while (!atomic_compare_exchange_weak(&last, &before, id));
    return id;
}

int64_t ids_next(int64_t now_micros)
{
    return next(now_micros, BURST_MILLIS);
}

int64_t ids_next_late(int64_t now_micros)
{
    return next(now_micros, LATE_MILLIS);
}

int64_t ids_random_id(void)
{
    uint64_t value;
    do
        take_random(&value, sizeof value);
    while ((value & ((UINT64_C(1) << 62) - 1)) == 0);
    return (int64_t)(value & ((UINT64_C(1) << 62) - 1));
}

int64_t ids_time(int64_t id)
{
    return (id >> TIME_BITS) * 1000;
}

int64_t ids_lowest(int64_t micros)
{
    return (int64_t)(((uint64_t)(micros / 1000) & ((UINT64_C(1) << 43) - 1)) << TIME_BITS);
}

/* Weighted sum modulo 31, so that one wrong digit and one swap of neighbours are found; the check symbol is
 * one of the first 31 digits. */
static char check_symbol(const unsigned char values[REFERENCE_DIGITS - 1])
{
    unsigned sum = 0;
    for (unsigned i = 0; i < REFERENCE_DIGITS - 1; i++)
        sum += (i + 2) * values[i];
    return crockford[sum % 31];
}

static void reference_write(const char prefix[2], const unsigned char values[REFERENCE_DIGITS - 1],
                            char ret_text[IDS_REFERENCE_SIZE])
{
    char *at = ret_text;
    *at++ = prefix[0];
    *at++ = prefix[1];
    for (unsigned i = 0; i < REFERENCE_DIGITS; i++) {
        if (i % 4 == 0)
            *at++ = '-';
        *at++ = i < REFERENCE_DIGITS - 1 ? crockford[values[i]] : check_symbol(values);
    }
    *at = '\0';
}

void ids_reference(const char prefix[2], char ret_text[IDS_REFERENCE_SIZE])
{
    unsigned char values[REFERENCE_DIGITS - 1];
    for (unsigned i = 0; i < sizeof values; i++) {
        /* 31 is prime: values below it make the weighted check find every single error. */
        do
            take_random(&values[i], 1);
        while (values[i] >= 248);
        values[i] = (unsigned char)(values[i] % 31);
    }
    reference_write(prefix, values, ret_text);
}

static int digit_value(char character)
{
    if (character >= 'a' && character <= 'z')
        character = (char)(character - 'a' + 'A');
    if (character == 'O')
        return 0;
    if (character == 'I' || character == 'L')
        return 1;
    for (int i = 0; i < 32; i++)
        if (crockford[i] == character)
            return i;
    return -1;
}

static bool same_letter(char typed, char wanted)
{
    return typed == wanted || (typed >= 'a' && typed <= 'z' && typed - 'a' + 'A' == wanted);
}

bool ids_reference_read(struct str typed, const char prefix[2], char ret_text[IDS_REFERENCE_SIZE])
{
    char digits[REFERENCE_DIGITS];
    unsigned char values[REFERENCE_DIGITS];
    unsigned count = 0;
    typed = str_trim(typed);
    if (typed.length < 2 || !same_letter(typed.data[0], prefix[0]) || !same_letter(typed.data[1], prefix[1]))
        return false;
    for (size_t i = 2; i < typed.length; i++) {
        if (typed.data[i] == ' ' || typed.data[i] == '-')
            continue;
        int value = digit_value(typed.data[i]);
        if (value < 0 || value > 30 || count == REFERENCE_DIGITS)
            return false;
        digits[count] = crockford[value];
        values[count++] = (unsigned char)value;
    }
    if (count != REFERENCE_DIGITS || digits[REFERENCE_DIGITS - 1] != check_symbol(values))
        return false;
    reference_write(prefix, values, ret_text);
    return true;
}
