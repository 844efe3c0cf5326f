#include "check/internal.h"

#include <stdlib.h>

static const struct check_rule *const rule_tables[] = {
    check_rules_owner, check_rules_money, check_rules_closure, check_rules_number, check_rules_work};

static const struct sql_statement plain_statements[CHECK_STATEMENTS] = {
    [CHECK_COUNTS] = {"check_counts",
                      "SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM closure), "
                      "(SELECT COUNT(*) FROM transfer), (SELECT COUNT(*) FROM message), "
                      "(SELECT COUNT(*) FROM number)"},
    [CHECK_JOURNAL] =
        {"check_journal",
         "SELECT account_id, subject_id, seq, at, event, actor, box, previous, hash FROM journal "
         "WHERE (account_id, subject_id, seq) > ($1, $2, $3) "
         "ORDER BY account_id, subject_id, seq LIMIT $4"},
    [CHECK_KEYS] = {"check_keys", "SELECT owner_id, kind, epoch, wrapped FROM data_key "
                                  "WHERE (owner_id, kind) > ($1, $2) ORDER BY owner_id, kind LIMIT $3"},
    [CHECK_LEAVES] = {"check_leaves",
                      "SELECT kind, hash FROM log_leaf WHERE written_at BETWEEN 1 AND $3 AND hash > $1 "
                      "ORDER BY hash LIMIT $2"},
};

void check_find(struct check *check, const char *rule, struct str subject, struct str text)
{
    struct check_report *report = check->report;
    report->found++;
    if (report->count == CHECK_FINDINGS)
        return;
    report->findings[report->count++] = (struct check_finding){
        .rule = rule, .subject = arena_str(check->arena, subject), .text = arena_str(check->arena, text)};
}

static size_t count_rules(void)
{
    size_t count = 0;
    for (size_t table = 0; table < sizeof rule_tables / sizeof *rule_tables; table++)
        for (const struct check_rule *rule = rule_tables[table]; rule->name != NULL; rule++)
            count++;
    return count;
}

/* One table for the port: the plain statements, then one a rule. */
static struct sql_statement *make_statements(struct arena *arena, size_t *ret_count)
{
    size_t count = CHECK_STATEMENTS;
    struct sql_statement *statements = ARENA_ARRAY(arena, count + count_rules(), struct sql_statement);
    for (size_t i = 0; i < CHECK_STATEMENTS; i++)
        statements[i] = plain_statements[i];
    for (size_t table = 0; table < sizeof rule_tables / sizeof *rule_tables; table++)
        for (const struct check_rule *rule = rule_tables[table]; rule->name != NULL; rule++)
            statements[count++] = (struct sql_statement){rule->name, rule->text};
    *ret_count = count;
    return statements;
}

struct rule_job {
    struct check *check;
    const struct check_rule *rule;
    unsigned statement;
};

static enum err ask(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct rule_job *job = context;
    struct keyring *keyring = job->check->app->keyring;
    struct sql_rows rows;
    (void)arena;
    if (job->rule->arguments == CHECK_NOW)
        TRY(sql_query(tx, job->statement, &rows, SQL_INT(job->check->now)));
    else if (job->rule->arguments == CHECK_EPOCHS)
        TRY(sql_query(tx, job->statement, &rows, SQL_INT(keyring_epoch_oldest(keyring)),
                      SQL_INT(keyring_epoch(keyring))));
    else
        TRY(sql_query(tx, job->statement, &rows));
    while (sql_next(&rows))
        check_find(job->check, job->rule->name, sql_text(&rows, 0), sql_text(&rows, 1));
    return sql_end(&rows);
}

static enum err ask_all(struct check *check, struct arena *arena)
{
    unsigned statement = CHECK_STATEMENTS;
    for (size_t table = 0; table < sizeof rule_tables / sizeof *rule_tables; table++)
        for (const struct check_rule *rule = rule_tables[table]; rule->name != NULL; rule++, statement++) {
            struct rule_job job = {check, rule, statement};
            if ((rule->arguments == CHECK_EPOCHS && check->app->keyring == NULL) ||
                (rule->arguments == CHECK_FILE && !check->file))
                continue;
            arena_reset(arena);
            TRY(sql_read(check->view, ask, arena, &job));
            check->report->rules++;
        }
    return ERR_NONE;
}

static enum err count_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct check_report *report = context;
    struct sql_rows rows;
    (void)arena;
    TRY(sql_query(tx, CHECK_COUNTS, &rows));
    if (sql_next(&rows)) {
        report->accounts = sql_int(&rows, 0);
        report->closures = sql_int(&rows, 1);
        report->transfers = sql_int(&rows, 2);
        report->messages = sql_int(&rows, 3);
        report->numbers = sql_int(&rows, 4);
    }
    return sql_end(&rows);
}

static enum err look(struct check *check, struct arena *arena)
{
    TRY(sql_read(check->view, count_run, arena, check->report));
    TRY(ask_all(check, arena));
    TRY(check_journals(check));
    if (check->app->keyring != NULL)
        TRY(check_keys(check));
    return check->app->logs != NULL ? check_logs(check) : ERR_NONE;
}

enum err check_run(const struct app *app, const char *url, struct arena *arena, int64_t now,
                   struct check_report *ret_report)
{
    struct check check = {
        .app = app, .arena = arena, .now = now, .file = sql_is_file(url), .report = ret_report};
    struct arena *own = arena_new(0);
    size_t count;
    if (own == NULL)
        return ERR_MEMORY;
    *ret_report = (struct check_report){.count = 0};
    struct sql_statement *statements = make_statements(arena, &count);
    enum err error = sql_open_view(url, statements, count, &check.view, NULL);
    if (error == ERR_NONE)
        error = look(&check, own);
    sql_close(check.view);
    arena_free(own);
    return error;
}
