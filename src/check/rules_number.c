#include "check/internal.h"

#include "domain/types.h"

_Static_assert(NUMBER_AVAILABLE == 1 && NUMBER_ASSIGNED == 2 && NUMBER_PARKED == 3 && NUMBER_AGING == 4 &&
                   NUMBER_PORTED_OUT == 6,
               "stored values never change");

/* Numbers are the operator's and no secret; the line tells which one is meant. */
/* SQL keeps its own lines. */
/* clang-format off */
const struct check_rule check_rules_number[] = {
    {"number_owner", CHECK_NO_ARGUMENT,
     "SELECT e164, 'in state ' || state || ' with account ' || account_id || ', line ' || line_id FROM "
     "number WHERE (state IN (2, 3) AND (state = 2 OR leaving_at = 0 OR account_id <> 0)) <> (account_id <> 0) "
     "OR (account_id <> 0) <> (line_id <> 0) LIMIT 100"},
    {"number_leaving", CHECK_NO_ARGUMENT,
     "SELECT e164, 'is leaving in state ' || state FROM number WHERE leaving_at > 0 AND state NOT IN (2, 3) "
     "LIMIT 100"},
    {"leaving_has_clock", CHECK_NO_ARGUMENT,
     "SELECT e164, 'is leaving and nobody will be asked what became of it' FROM number WHERE leaving_at > 0 AND "
     "NOT EXISTS (SELECT 1 FROM queue WHERE queue.kind = 'port' AND queue.account_id = 0 AND queue.subject_id = "
     "CAST(SUBSTR(number.e164, 2) AS BIGINT)) LIMIT 100"},
    {"ported_not_reported", CHECK_NO_ARGUMENT,
     "SELECT number.e164, 'went to another carrier and stands in the files as disconnected' FROM number JOIN "
     "rnd_row ON rnd_row.e164 = number.e164 AND rnd_row.disconnected_at = number.disconnected_at WHERE "
     "number.state = 6 LIMIT 100"},
    {"line_pin", CHECK_NO_ARGUMENT,
     "SELECT account_id || '/' || line_id, 'holds a transfer PIN and is locked or has ended' FROM line WHERE "
     "pin_until > 0 AND (locked_at > 0 OR ended_at > 0) LIMIT 100"},
    {"number_of_line", CHECK_NO_ARGUMENT,
     "SELECT number.e164, 'is assigned to no living line' FROM number WHERE number.state IN (2, 3) AND number.account_id <> 0 AND NOT "
     "EXISTS (SELECT 1 FROM line WHERE line.account_id = number.account_id AND line.line_id = "
     "number.line_id AND line.ended_at = 0) LIMIT 100"},
    {"line_has_number", CHECK_NO_ARGUMENT,
     "SELECT line.account_id || '/' || line.line_id, 'lives with ' || (SELECT COUNT(*) FROM number WHERE "
     "number.account_id = line.account_id AND number.line_id = line.line_id) || ' numbers' FROM line JOIN "
     "account ON account.account_id = line.account_id WHERE line.ended_at = 0 AND account.box IS NOT NULL "
     "AND (SELECT COUNT(*) FROM number WHERE number.account_id = line.account_id AND number.line_id = "
     "line.line_id AND number.state IN (2, 3)) <> 1 LIMIT 100"},
    {"aging_times", CHECK_NO_ARGUMENT,
     "SELECT e164, 'rests from ' || disconnected_at || ' until ' || aging_until FROM number WHERE state = 4 "
     "AND (disconnected_at = 0 OR aging_until - disconnected_at NOT BETWEEN 3888000000000 AND "
     "31536000000000) LIMIT 100"},
    {"aging_reported_once", CHECK_NO_ARGUMENT,
     "SELECT number.e164, 'its disconnect stands ' || COALESCE(filed.times, 0) || ' times in the files' "
     "FROM number LEFT JOIN (SELECT e164, disconnected_at, COUNT(*) AS times FROM rnd_row "
     "GROUP BY e164, disconnected_at) AS filed ON filed.e164 = number.e164 "
     "AND filed.disconnected_at = number.disconnected_at "
     "WHERE number.state = 4 AND COALESCE(filed.times, 0) <> 1 LIMIT 100"},
    {"aging_has_clock", CHECK_NO_ARGUMENT,
     "SELECT e164, 'rests and nothing looks at it again' FROM number WHERE state = 4 AND NOT EXISTS (SELECT "
     "1 FROM queue WHERE queue.kind = 'aging' AND queue.account_id = 0 AND queue.subject_id = "
     "CAST(SUBSTR(number.e164, 2) AS BIGINT)) LIMIT 100"},
    {"freed_after_report", CHECK_NO_ARGUMENT,
     "SELECT e164, 'is available, its disconnect was never submitted' FROM number WHERE state = 1 "
     "AND disconnected_at > 0 AND (e164, disconnected_at) NOT IN (SELECT e164, disconnected_at FROM rnd_row "
     "WHERE submitted_at > 0) LIMIT 100"},
    {"rnd_month", CHECK_NO_ARGUMENT,
     "SELECT rnd_row.month || ' ' || rnd_row.e164, 'submitted, but its month is not' FROM rnd_row WHERE "
     "rnd_row.submitted_at > 0 AND NOT EXISTS (SELECT 1 FROM rnd_month WHERE rnd_month.month = "
     "rnd_row.month) LIMIT 100"},
    {0},
};
