/* Time: int64 microseconds since 1970-01-01T00:00:00Z, no leap seconds. Rules never read a clock; edges and
 * jobs read it here once and pass it on. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define MICROS_SECOND INT64_C(1000000)
#define MICROS_MINUTE (60 * MICROS_SECOND)
#define MICROS_HOUR (60 * MICROS_MINUTE)
#define MICROS_DAY (24 * MICROS_HOUR)

/* One reading: the wall clock in microseconds UTC and a monotonic time in microseconds since some start. */
struct clock_reading {
    int64_t wall, monotonic;
};

/* Reads both clocks. Safe from every thread. */
struct clock_reading clock_read(void);
/* The wall clock alone, microseconds UTC. */
int64_t clock_now(void);
/* Moves wall and monotonic clock of this process ahead together, by micros > 0. The demo's button. */
void clock_advance(int64_t micros);
/* What clock_advance has added so far, microseconds. */
int64_t clock_offset(void);

struct clock_date {
    int year, month, day;              /* month 1..12, day 1..31 */
    int hour, minute, second, weekday; /* weekday 0 = Sunday */
};

/* Calendar parts of an instant shifted by offset_minutes from UTC. */
struct clock_date clock_date_of(int64_t micros, int offset_minutes);
/* Instant of a calendar time in UTC. Days beyond the month's end roll over. */
int64_t clock_from_date(const struct clock_date *date);
/* The same time of day months later; where that month is shorter, its last day. */
int64_t clock_add_months(int64_t micros, int months);
/* The end of the nth working day (Monday to Friday, UTC, no holidays) after micros. */
int64_t clock_add_working_days(int64_t micros, int days);
/* Writes "2026-11-23T00:06:11Z" (RFC 3339, section 5.6) and a NUL: 21 bytes. */
void clock_format(int64_t micros, char ret_text[21]);
/* Writes "2026-11-23" and a NUL: 11 bytes. */
void clock_format_day(int64_t micros, char ret_text[11]);
/* Reads "2026-11-23" or RFC 3339 with Z; false where it is neither or no such day. */
bool clock_parse(struct str text, int64_t *ret_micros);

#endif
