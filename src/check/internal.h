/* Inside of the oracle. */
#ifndef CHECK_INTERNAL_H
#define CHECK_INTERNAL_H

#include "check/check.h"

/* What a rule's statement is asked with. */
enum check_arguments { CHECK_NO_ARGUMENT, CHECK_NOW, CHECK_EPOCHS, CHECK_FILE };

/* One invariant: its rows are what breaks it, as (subject, text). $1 is the time (CHECK_NOW), or $1 and $2
 * the oldest and the newest epoch of the keyring; CHECK_FILE: nothing, and the store is a file (a PostgreSQL
 * server checks its own pages). */
struct check_rule {
    const char *name;
    enum check_arguments arguments;
    const char *text;
};

extern const struct check_rule check_rules_money[], check_rules_closure[], check_rules_number[],
    check_rules_work[], check_rules_owner[]; /* each ends with a row without a name */

/* The statements that are no rules. */
enum check_statement { CHECK_COUNTS, CHECK_JOURNAL, CHECK_KEYS, CHECK_LEAVES, CHECK_STATEMENTS };

struct check {
    const struct app *app;
    struct sql_store *view;
    bool file;           /* the store is one: SQLite */
    struct arena *arena; /* of the report */
    int64_t now;
    struct check_report *report;
};

/* Adds a finding; texts are copied. */
void check_find(struct check *check, const char *rule, struct str subject, struct str text);
/* Every journal is numbered without a gap and chained by its hashes. */
enum err check_journals(struct check *check);
/* Every wrapped key opens. */
enum err check_keys(struct check *check);
/* Tombstones are known to the store; what was written to the log stands there. */
enum err check_logs(struct check *check);

#endif
