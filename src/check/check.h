/* The oracle: every invariant over the whole store, asked with SQL of its own, so that a mistake of the code
 * that writes is not hidden by the code that reads. It changes nothing. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "app/app.h"

enum { CHECK_FINDINGS = 500 };

struct check_finding {
    const char *rule;
    struct str subject; /* ids only, nothing personal */
    struct str text;
};

struct check_report {
    struct check_finding findings[CHECK_FINDINGS];
    size_t count;  /* kept ones; the rest is only counted */
    int64_t found; /* all */
    size_t rules;  /* asked */
    int64_t accounts, closures, transfers, messages, numbers, journal_rows, keys, tombstones, log_records;
};

/* Asks all rules at `now` (microseconds UTC) of the store at url, beside whoever writes it; texts live in
 * arena. With a keyring every wrapped key is opened, with logs their records are compared. An error means
 * that it could not look, not that something was found. */
enum err check_run(const struct app *app, const char *url, struct arena *arena, int64_t now,
                   struct check_report *ret_report);

#endif
