#include "domain/message/quiet.h"

#define MINUTE_MICROS INT64_C(60000000)
#define DAY_MICROS (QUIET_DAY_MINUTES * MINUTE_MICROS)

enum { HOUR_MINUTES = 60, TIME_LENGTH = 5, ZONE_LENGTH = 6 };

static bool is_minute(int64_t minute)
{
    return minute >= 0 && minute < QUIET_DAY_MINUTES;
}

bool quiet_is_valid(const struct quiet_hours *quiet)
{
    return is_minute(quiet->from) && is_minute(quiet->to) && quiet->zone >= -QUIET_ZONE_MINUTES &&
           quiet->zone <= QUIET_ZONE_MINUTES;
}

int64_t quiet_end(const struct quiet_hours *quiet, int64_t now)
{
    int64_t local = now + quiet->zone * MINUTE_MICROS;
    int64_t into_day = (local % DAY_MICROS + DAY_MICROS) % DAY_MICROS, midnight = now - into_day;
    int64_t from = quiet->from * MINUTE_MICROS, to = quiet->to * MINUTE_MICROS;
    bool overnight = from > to;
    if (from == to)
        return now;
    if (!overnight)
        return into_day >= from && into_day < to ? midnight + to : now;
    if (into_day < to)
        return midnight + to;
    return into_day >= from ? midnight + DAY_MICROS + to : now;
}

bool quiet_read_minutes(struct str text, int64_t *ret_minutes)
{
    int64_t hours, minutes;
    if (text.length != TIME_LENGTH || text.data[2] != ':' || text.data[0] < '0' || text.data[3] < '0' ||
        !str_to_int64(str_part(text, 0, 2), &hours) || !str_to_int64(str_part(text, 3, 2), &minutes) ||
        minutes >= HOUR_MINUTES || !is_minute(hours * HOUR_MINUTES + minutes))
        return false;
    *ret_minutes = hours * HOUR_MINUTES + minutes;
    return true;
}

bool quiet_read_zone(struct str text, int64_t *ret_minutes)
{
    int64_t minutes;
    if (str_is(text, "Z")) {
        *ret_minutes = 0;
        return true;
    }
    if (text.length != ZONE_LENGTH || (text.data[0] != '+' && text.data[0] != '-') ||
        !quiet_read_minutes(str_part(text, 1, TIME_LENGTH), &minutes) || minutes > QUIET_ZONE_MINUTES)
        return false;
    *ret_minutes = text.data[0] == '-' ? -minutes : minutes;
    return true;
}
