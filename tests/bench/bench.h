/* What the programs of the bench share: times, a log of row changes, its format. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A log of what a run wrote: for each changed row 'I' (new values), 'D' (old) or 'U' (old, then new), the
 * table's name and the number of columns; 'C' ends a transaction. A value is its SQLite type and an int64
 * (number or length), then the bytes of text and blob. */
enum { BENCH_NAME_BYTES = 32 };

/* Seconds of the monotonic clock. */
static inline double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Ends the program with what failed unless it holds. */
static inline void bench_must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "bench: %s failed\n", what);
    exit(1);
}

/* Logs all that connections opened from now on write; the file is complete at the end of the process. */
void bench_record(const char *path);

#endif
