/* Quiet hours: when an open inbox stays still and nothing is forwarded. */
#ifndef DOMAIN_MESSAGE_QUIET_H
#define DOMAIN_MESSAGE_QUIET_H

#include "base/str.h"

#include <stdint.h>

enum { QUIET_DAY_MINUTES = 24 * 60, QUIET_ZONE_MINUTES = 14 * 60 };

/* Every day from `from` to `to`, minutes of the day in a zone that is so many minutes east of UTC. from equal
 * to to: never. */
struct quiet_hours {
    int64_t from, to, zone;
};

/* Whether the minutes are of a day and the zone of this earth. */
bool quiet_is_valid(const struct quiet_hours *quiet);
/* When the quiet hours end that now (microseconds UTC) is in; now itself outside of them. */
int64_t quiet_end(const struct quiet_hours *quiet, int64_t now);
/* "22:30" as minutes of the day; false where it is no time. */
bool quiet_read_minutes(struct str text, int64_t *ret_minutes);
/* "+08:00", "-05:30" or "Z" as minutes east of UTC; false where it is none. */
bool quiet_read_zone(struct str text, int64_t *ret_minutes);

#endif
