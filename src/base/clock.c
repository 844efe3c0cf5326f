#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static _Atomic int64_t clock_added;

static int64_t clock_raw(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * MICROS_SECOND + now.tv_nsec / 1000;
}

struct clock_reading clock_read(void)
{
    int64_t added = atomic_load(&clock_added);
    return (struct clock_reading){clock_raw(CLOCK_REALTIME) + added, clock_raw(CLOCK_MONOTONIC) + added};
}

int64_t clock_now(void)
{
    return clock_read().wall;
}

void clock_advance(int64_t micros)
{
    if (micros > 0)
        atomic_fetch_add(&clock_added, micros);
}

int64_t clock_offset(void)
{
    return atomic_load(&clock_added);
}

/* Days from 1970-01-01 of a civil date, by the usual shift of the year's start to March. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int64_t floor_divide(int64_t value, int64_t by)
{
    int64_t quotient = value / by;
    return quotient - (value % by < 0);
}

struct clock_date clock_date_of(int64_t micros, int offset_minutes)
{
    int64_t seconds = floor_divide(micros, MICROS_SECOND) + offset_minutes * INT64_C(60);
    int64_t days = floor_divide(seconds, 86400);
    int64_t rest = seconds - days * 86400;
    int64_t shifted = days + 719468;
    int64_t era = floor_divide(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_shifted = (5 * day_of_year + 2) / 153;
    int month = (int)(month_shifted < 10 ? month_shifted + 3 : month_shifted - 9);
    int64_t weekday = (days + 4) % 7;
    return (struct clock_date){
        .year = (int)(year_of_era + era * 400 + (month <= 2)),
        .month = month,
        .day = (int)(day_of_year - (153 * month_shifted + 2) / 5 + 1),
        .hour = (int)(rest / 3600),
        .minute = (int)(rest / 60 % 60),
        .second = (int)(rest % 60),
        .weekday = (int)(weekday < 0 ? weekday + 7 : weekday),
    };
}

int64_t clock_from_date(const struct clock_date *date)
{
    int64_t days = days_from_civil(date->year, date->month, date->day);
    return (days * 86400 + date->hour * 3600 + date->minute * 60 + date->second) * MICROS_SECOND;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

int64_t clock_add_months(int64_t micros, int months)
{
    struct clock_date date = clock_date_of(micros, 0);
    int64_t fraction = micros - clock_from_date(&date);
    int64_t index = (int64_t)date.year * 12 + date.month - 1 + months;
    date.year = (int)floor_divide(index, 12);
    date.month = (int)(index - floor_divide(index, 12) * 12) + 1;
    int last = days_in_month(date.year, date.month);
    if (date.day > last)
        date.day = last;
    return clock_from_date(&date) + fraction;
}

int64_t clock_add_working_days(int64_t micros, int days)
{
    int64_t day = floor_divide(micros, MICROS_DAY);
    while (days > 0) {
        day++;
        int64_t weekday = (day + 4) % 7;
        if (weekday != 0 && weekday != 6)
            days--;
    }
    return (day + 1) * MICROS_DAY;
}

/* Writes the lowest digits of a number that is not below 0; by hand, since a page has a hundred dates. */
static char *put_digits(char *at, int value, unsigned digits)
{
    for (unsigned i = digits; i-- > 0; value /= 10)
        at[i] = (char)('0' + (unsigned)value % 10);
    return at + digits;
}

void clock_format(int64_t micros, char ret_text[21])
{
    static const char after[] = "--T::Z";
    struct clock_date date = clock_date_of(micros, 0);
    const int values[] = {date.year, date.month, date.day, date.hour, date.minute, date.second};
    char *at = ret_text;
    for (unsigned i = 0; i < 6; i++) {
        at = put_digits(at, values[i], i == 0 ? 4 : 2);
        *at++ = after[i];
    }
    *at = '\0';
}

void clock_format_day(int64_t micros, char ret_text[11])
{
    char text[21];
    clock_format(micros, text);
    snprintf(ret_text, 11, "%.10s", text);
}

static bool two_or_four_digits(struct str text, size_t from, size_t length, int *ret_value)
{
    int64_t value;
    struct str part = str_part(text, from, length);
    if (part.length != length || part.data[0] < '0' || part.data[0] > '9' || !str_to_int64(part, &value))
        return false;
    *ret_value = (int)value;
    return true;
}

static bool parse_day(struct str text, struct clock_date *date)
{
    return text.length >= 10 && text.data[4] == '-' && text.data[7] == '-' &&
           two_or_four_digits(text, 0, 4, &date->year) && two_or_four_digits(text, 5, 2, &date->month) &&
           two_or_four_digits(text, 8, 2, &date->day) && date->year >= 1970 && date->month >= 1 &&
           date->month <= 12 && date->day >= 1 && date->day <= days_in_month(date->year, date->month);
}

bool clock_parse(struct str text, int64_t *ret_micros)
{
    struct clock_date date = {0};
    if (!parse_day(text, &date))
        return false;
    if (text.length != 10 &&
        !(text.length == 20 && text.data[10] == 'T' && text.data[13] == ':' && text.data[16] == ':' &&
          text.data[19] == 'Z' && two_or_four_digits(text, 11, 2, &date.hour) &&
          two_or_four_digits(text, 14, 2, &date.minute) && two_or_four_digits(text, 17, 2, &date.second) &&
          date.hour < 24 && date.minute < 60 && date.second < 60))
        return false;
    *ret_micros = clock_from_date(&date);
    return true;
}
