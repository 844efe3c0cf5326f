#include "check/internal.h"

#include "domain/types.h"

_Static_assert(CLOSURE_REVIEW == 1 && CLOSURE_COOLING == 4 && CLOSURE_UNDONE == 5 && CLOSURE_SETTLING == 6 &&
                   CLOSURE_DISCONNECTING == 7 && CLOSURE_CLOSED == 8 && CLOSURE_FORGETTING == 9 &&
                   CLOSURE_FORGOTTEN == 10 && CLOSURE_SCOPE_ACCOUNT == 1 && CLOSURE_SCOPE_NUMBER == 2,
               "stored values never change");
_Static_assert(ACCOUNT_CLOSING == 3 && ACCOUNT_CLOSED == 4 && RECEIPT_CLOSED == 1 && RECEIPT_FORGOTTEN == 2 &&
                   DECLARATION_UNMATCHED == 3,
               "stored values never change");

/* A closure that a restore made again out of its tombstone has no receipt: that went out, only its hash is
 * kept, in the log. */
#define NOT_RESTORED                                                                                         \
    "NOT EXISTS (SELECT 1 FROM journal WHERE journal.account_id = closure.account_id AND "                   \
    "journal.subject_id = closure.closure_id AND journal.event = 'restored') "
#define RECEIPTS(stage)                                                                                      \
    "(SELECT COUNT(*) FROM receipt WHERE receipt.account_id = closure.account_id AND "                       \
    "receipt.closure_id = closure.closure_id AND receipt.stage = " stage ")"
#define OF_ACCOUNT(condition)                                                                                \
    "EXISTS (SELECT 1 FROM closure WHERE closure.account_id = account.account_id AND closure.scope = 1 "     \
    "AND " condition ") "
#define SUBJECT "closure.account_id || '/' || closure.closure_id"
#define LEFT_IN(table) "SELECT " table ".account_id, '" table "' AS place FROM " table " "
/* The sweep that is on its way may come later than the account's: the closure's key waits for the refund. */
#define LEFT_UNDER_NO_KEY(table)                                                                             \
    LEFT_IN(table)                                                                                           \
    "WHERE key_kind = 'closure' AND key_owner NOT IN (SELECT owner_id FROM data_key WHERE kind = "           \
    "'closure') AND account_id NOT IN (SELECT account_id FROM queue WHERE kind = 'sweep' AND due > $1 - "    \
    "2592000000000) "

/* SQL keeps its own lines. */
/* clang-format off */
const struct check_rule check_rules_closure[] = {
    {"closure_scope", CHECK_NO_ARGUMENT,
     "SELECT " SUBJECT ", 'scope ' || scope || ' with line ' || line_id || ' in state ' || state FROM "
     "closure WHERE (scope = 1) <> (line_id = 0) OR (scope = 2 AND state > 8) LIMIT 100"},
    {"closure_times", CHECK_NO_ARGUMENT,
     "SELECT " SUBJECT ", 'its times do not fit state ' || state FROM closure WHERE (closed_at > 0) <> "
     "(state >= 8) OR (forgotten_at > 0) <> (state = 10) OR state_at < submitted_at OR (state >= 9 AND hold "
     "<> 0 AND state <> 10) OR (state = 4 AND undo_end_at = 0) LIMIT 100"},
    {"closure_once", CHECK_NO_ARGUMENT,
     "SELECT CAST(account_id AS TEXT), COUNT(*) || ' closures of one scope are open' FROM closure WHERE "
     "state NOT IN (5, 8, 9, 10) GROUP BY account_id, scope, line_id HAVING COUNT(*) > 1 LIMIT 100"},
    {"closed_once", CHECK_NO_ARGUMENT,
     "SELECT CAST(account_id AS TEXT), COUNT(*) || ' closures ended the same' FROM closure WHERE state >= 8 "
     "GROUP BY account_id, scope, line_id HAVING COUNT(*) > 1 LIMIT 100"},
    {"closing_account", CHECK_NO_ARGUMENT,
     "SELECT CAST(account_id AS TEXT), 'account in state ' || state || ' does not fit its closures' FROM "
     "account WHERE (state = 3) <> " OF_ACCOUNT("closure.state IN (1, 2, 3, 4, 6, 7)") " AND state <> 4 "
     "LIMIT 100"},
    {"closed_account", CHECK_NO_ARGUMENT,
     "SELECT CAST(account_id AS TEXT), 'account in state ' || state || ' does not fit its closures' FROM "
     "account WHERE (state = 4) <> " OF_ACCOUNT("closure.state >= 8") " LIMIT 100"},
    {"closure_has_clock", CHECK_NO_ARGUMENT,
     "SELECT " SUBJECT ", 'in state ' || state || ' nothing looks at it again' FROM closure WHERE state NOT "
     "IN (5, 10) AND (deadline_at <> 0 OR state <> 8) AND NOT EXISTS (SELECT 1 FROM queue WHERE "
     "queue.account_id = closure.account_id AND queue.subject_id = closure.closure_id AND queue.kind = "
     "'closure') LIMIT 100"},
    {"closure_in_time", CHECK_NOW,
     "SELECT " SUBJECT ", 'was due in state ' || state FROM closure WHERE state IN (1, 2, 4, 6, 7) AND "
     "objected_at = 0 AND due_at < $1 - 86400000000 LIMIT 100"},
    {"declaration_has_outcome", CHECK_NOW,
     "SELECT CAST(declaration_id AS TEXT), 'no outcome in state ' || state FROM declaration WHERE state <= "
     "3 AND (deadline_at = 0 OR deadline_at < $1 - 86400000000) LIMIT 100"},
    {"receipt_of_closed", CHECK_NO_ARGUMENT,
     "SELECT " SUBJECT ", 'in state ' || state || ' with ' || " RECEIPTS("1") " || ' receipts' FROM closure "
     "WHERE " RECEIPTS("1") " <> CASE WHEN state >= 8 THEN 1 ELSE 0 END AND " NOT_RESTORED "LIMIT 100"},
    {"receipt_of_forgotten", CHECK_NO_ARGUMENT,
     "SELECT " SUBJECT ", 'in state ' || state || ' with ' || " RECEIPTS("2") " || ' second lines' FROM "
     "closure WHERE " RECEIPTS("2") " <> CASE WHEN state = 10 THEN 1 ELSE 0 END LIMIT 100"},
    {"receipt_in_log", CHECK_NOW,
     "SELECT receipt.account_id || '/' || receipt.closure_id, 'its hash is no leaf of the log' FROM receipt "
     "WHERE NOT EXISTS (SELECT 1 FROM log_leaf WHERE log_leaf.hash = receipt.hash AND (log_leaf.written_at "
     "> 0 OR log_leaf.at > $1 - 86400000000)) LIMIT 100"},
    {"access_ended", CHECK_NO_ARGUMENT,
     "SELECT session.account_id || '/' || session.session_id, 'a session of a closed account' FROM session "
     "JOIN closure ON closure.account_id = session.account_id WHERE session.role = 0 AND closure.scope = 1 "
     "AND closure.state >= 6 LIMIT 100"},
    {"key_of_forgotten", CHECK_NO_ARGUMENT,
     "SELECT " SUBJECT ", 'the key of a forgotten account is there' FROM closure JOIN data_key ON "
     "data_key.owner_id = closure.account_id AND data_key.kind = 'account' WHERE closure.state >= 9 LIMIT "
     "100"},
    {"name_of_forgotten", CHECK_NO_ARGUMENT,
     "SELECT " SUBJECT ", 'the name of a forgotten account can be looked up' FROM closure JOIN directory ON "
     "directory.account_id = closure.account_id WHERE closure.state >= 9 LIMIT 100"},
    {"box_of_forgotten", CHECK_NO_ARGUMENT,
     "SELECT CAST(account_id AS TEXT), 'box and closure do not fit' FROM account WHERE (box IS NULL) <> "
     OF_ACCOUNT("closure.state >= 9") " LIMIT 100"},
    {"left_of_forgotten", CHECK_NOW,
     "SELECT CAST(part.account_id AS TEXT), COUNT(*) || ' rows of ' || part.place FROM (" LEFT_IN("message")
     "UNION ALL " LEFT_IN("message_part") "UNION ALL " LEFT_IN("contact") "UNION ALL " LEFT_IN("linked_service") "UNION ALL "
     LEFT_IN("line_service") "UNION ALL " LEFT_IN("blocked_sender") "UNION ALL " LEFT_IN("line")
     "UNION ALL " LEFT_IN("customer_order") "UNION ALL " LEFT_IN("payment") "UNION ALL " LEFT_IN("proof")
     "UNION ALL " LEFT_IN("archive") "UNION ALL " LEFT_IN("archive_chunk") "UNION ALL "
     LEFT_IN("idempotency") "UNION ALL " LEFT_IN("ticket") "WHERE key_kind = 'account' UNION ALL "
     LEFT_IN("outbox") "WHERE key_kind = 'account' UNION ALL "
     LEFT_UNDER_NO_KEY("ticket") "UNION ALL " LEFT_UNDER_NO_KEY("outbox") ") AS part JOIN closure ON "
     "closure.account_id = part.account_id AND closure.scope = 1 WHERE closure.state >= 9 AND closure.closed_at < $1 - "
     "2592000000000 GROUP BY part.account_id, part.place LIMIT 100"},
    {0},
};
