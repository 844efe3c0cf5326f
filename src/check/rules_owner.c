#include "check/internal.h"

#define STATE(table, id, condition)                                                                          \
    "SELECT '" table " ' || " id " AS subject, state FROM " table " WHERE " condition " "
#define NO_ACCOUNT(table, id)                                                                                \
    "SELECT '" table " ' || account_id || '/' || " id " AS subject FROM " table                              \
    " WHERE account_id NOT IN (SELECT account_id FROM account) "
#define NO_CLOSURE(table)                                                                                    \
    "SELECT '" table " ' || account_id || '/' || closure_id AS subject FROM " table                          \
    " WHERE (account_id, closure_id) NOT IN (SELECT account_id, closure_id FROM closure) "

/* What belongs to something belongs to something that is there, and is in a state that there is. */
/* SQL keeps its own lines. */
/* clang-format off */
const struct check_rule check_rules_owner[] = {
    {"integrity", CHECK_FILE,
     "SELECT 'database', integrity_check FROM pragma_integrity_check(20) WHERE integrity_check <> 'ok'"},
    {"known_state", CHECK_NO_ARGUMENT,
     "SELECT subject, 'is in state ' || state FROM ("
     STATE("account", "account_id", "state NOT BETWEEN 1 AND 4") "UNION ALL "
     STATE("number", "e164", "state NOT BETWEEN 1 AND 6") "UNION ALL "
     STATE("closure", "closure_id", "state NOT BETWEEN 1 AND 10") "UNION ALL "
     STATE("refund", "closure_id", "state NOT BETWEEN 1 AND 5") "UNION ALL "
     STATE("declaration", "declaration_id", "state NOT BETWEEN 1 AND 6") "UNION ALL "
     STATE("ticket", "ticket_id", "state NOT BETWEEN 1 AND 3") "UNION ALL "
     STATE("archive", "archive_id", "state NOT BETWEEN 1 AND 3") "UNION ALL "
     STATE("sent_part", "message_id", "state NOT BETWEEN 1 AND 6") "UNION ALL "
     STATE("outbox", "outbox_id", "state NOT BETWEEN 0 AND 3") "UNION ALL SELECT 'contact ' || contact_id, "
     "kind FROM contact WHERE kind NOT IN (1, 2) UNION ALL SELECT 'message ' || message_id, direction FROM "
     "message WHERE direction NOT IN (1, 2) UNION ALL SELECT 'message ' || message_id, unread FROM message WHERE "
     "unread <> CASE WHEN read_at = 0 THEN 1 ELSE 0 END UNION ALL SELECT 'receipt ' || closure_id, stage FROM receipt "
     "WHERE stage NOT IN (1, 2) UNION ALL SELECT 'staff ' || staff_id, role FROM staff WHERE role NOT "
     "BETWEEN 1 AND 4) AS part LIMIT 100"},
    {"has_account", CHECK_NO_ARGUMENT,
     "SELECT subject, 'belongs to no account' FROM (" NO_ACCOUNT("contact", "contact_id") "UNION ALL "
     NO_ACCOUNT("proof", "proof_id") "UNION ALL " NO_ACCOUNT("line", "line_id") "UNION ALL "
     NO_ACCOUNT("message", "message_id") "UNION ALL " NO_ACCOUNT("message_part", "group_id") "UNION ALL "
     NO_ACCOUNT("sent_part", "message_id") "UNION ALL " NO_ACCOUNT("opted_out", "peer_id") "UNION ALL " NO_ACCOUNT("replaceable_text", "slot_id") "UNION ALL " NO_ACCOUNT("linked_service", "service_id") "UNION ALL "
     NO_ACCOUNT("line_service", "service_id") "UNION ALL " NO_ACCOUNT("blocked_sender", "sender_id") "UNION ALL "
     NO_ACCOUNT("customer_order", "order_id") "UNION ALL " NO_ACCOUNT("payment", "payment_id") "UNION ALL "
     NO_ACCOUNT("closure", "closure_id") "UNION ALL " NO_ACCOUNT("archive", "archive_id") "UNION ALL "
     NO_ACCOUNT("session", "session_id") "AND role = 0) AS part LIMIT 100"},
    {"has_parent", CHECK_NO_ARGUMENT,
     "SELECT subject, 'belongs to nothing' FROM (" NO_CLOSURE("refund") "UNION ALL " NO_CLOSURE("receipt")
     "UNION ALL " NO_CLOSURE("closure_recipient") "UNION ALL SELECT 'ticket_message ' || account_id || '/' "
     "|| ticket_id FROM ticket_message WHERE (account_id, ticket_id) NOT IN (SELECT account_id, ticket_id "
     "FROM ticket) UNION ALL SELECT 'archive_chunk ' || account_id || '/' || archive_id FROM archive_chunk "
     "WHERE (account_id, archive_id) NOT IN (SELECT account_id, archive_id FROM archive) UNION ALL SELECT "
     "'message ' || account_id || '/' || message_id FROM message WHERE (account_id, line_id) NOT IN (SELECT "
     "account_id, line_id FROM line) AND account_id IN (SELECT account_id FROM account WHERE box IS NOT "
     "NULL) UNION ALL SELECT 'session ' || account_id || '/' || session_id FROM session WHERE role <> 0 AND "
     "account_id NOT IN (SELECT staff_id FROM staff)) AS part LIMIT 100"},
    {"reference_subject", CHECK_NO_ARGUMENT,
     "SELECT code, 'stands for nothing' FROM reference WHERE (kind = 'closure' AND subject_id NOT IN "
     "(SELECT closure_id FROM closure)) OR (kind = 'ticket' AND subject_id NOT IN (SELECT ticket_id FROM "
     "ticket) AND account_id NOT IN (SELECT account_id FROM account WHERE box IS NULL)) OR (kind = "
     "'declaration' AND subject_id NOT IN (SELECT declaration_id FROM declaration)) OR (kind = 'VO' AND "
     "subject_id NOT IN (SELECT order_id FROM customer_order) AND account_id NOT IN (SELECT account_id FROM "
     "account WHERE box IS NULL)) LIMIT 100"},
    {"closure_reference", CHECK_NO_ARGUMENT,
     "SELECT account_id || '/' || closure_id, 'can not be found by its reference' FROM closure WHERE NOT "
     "EXISTS (SELECT 1 FROM reference WHERE reference.code = closure.reference AND reference.subject_id = "
     "closure.closure_id) LIMIT 100"},
    {"closure_journal", CHECK_NO_ARGUMENT,
     "SELECT account_id || '/' || closure_id, 'has no journal' FROM closure WHERE NOT EXISTS (SELECT 1 FROM "
     "journal WHERE journal.account_id = closure.account_id AND journal.subject_id = closure.closure_id) "
     "LIMIT 100"},
    {"key_of_box", CHECK_NO_ARGUMENT,
     "SELECT subject, 'has a box and no key' FROM (SELECT 'account ' || account_id AS subject FROM account "
     "WHERE box IS NOT NULL AND account_id NOT IN (SELECT owner_id FROM data_key WHERE kind = 'account') "
     "UNION ALL SELECT 'closure ' || closure_id FROM closure WHERE own_box IS NOT NULL AND closure_id NOT "
     "IN (SELECT owner_id FROM data_key WHERE kind = 'closure') UNION ALL SELECT 'staff ' || staff_id FROM "
     "staff WHERE staff_id NOT IN (SELECT owner_id FROM data_key WHERE kind = 'case') UNION ALL SELECT "
     "'declaration ' || declaration_id FROM declaration WHERE box IS NOT NULL AND declaration_id NOT IN "
     "(SELECT owner_id FROM data_key WHERE kind = 'case') UNION ALL SELECT 'ticket ' || ticket_id FROM "
     "ticket WHERE box IS NOT NULL AND state <> 3 AND NOT EXISTS (SELECT 1 FROM data_key WHERE "
     "data_key.owner_id = ticket.key_owner AND data_key.kind = ticket.key_kind)) AS part LIMIT 100"},
    {"owner_of_key", CHECK_NO_ARGUMENT,
     "SELECT kind || ' ' || owner_id, 'a key of nobody' FROM data_key WHERE (kind = 'account' AND owner_id "
     "NOT IN (SELECT account_id FROM account WHERE box IS NOT NULL)) OR (kind = 'closure' AND owner_id NOT "
     "IN (SELECT closure_id FROM closure)) OR (kind = 'case' AND owner_id NOT IN (SELECT staff_id FROM "
     "staff) AND owner_id NOT IN (SELECT declaration_id FROM declaration) AND owner_id NOT IN (SELECT "
     "key_owner FROM ticket WHERE key_kind = 'case')) OR kind NOT IN ('account', 'closure', 'case') LIMIT "
     "100"},
    {"owner_of_name", CHECK_NO_ARGUMENT,
     "SELECT kind || ' ' || account_id, 'a name of nobody' FROM directory WHERE (kind = 'login' AND "
     "account_id NOT IN (SELECT account_id FROM account WHERE box IS NOT NULL)) OR (kind = 'staff' AND "
     "account_id NOT IN (SELECT staff_id FROM staff)) OR kind NOT IN ('login', 'staff') LIMIT 100"},
    {"epoch_is_held", CHECK_EPOCHS,
     "SELECT kind || ' ' || owner_id, 'under epoch ' || epoch || ', which the keyring does not hold' FROM "
     "data_key WHERE epoch < $1 OR epoch > $2 UNION ALL SELECT 'name ' || account_id, 'under epoch ' || "
     "epoch || ', which the keyring does not hold' FROM directory WHERE epoch < $1 OR epoch > $2 LIMIT 100"},
    {0},
};
