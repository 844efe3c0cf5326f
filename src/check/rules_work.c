#include "check/internal.h"

#include "domain/types.h"

_Static_assert(CLOSURE_REVIEW == 1 && CLOSURE_COOLING == 4 && TICKET_CLOSED == 3,
               "stored values never change");

#define SUBJECT_OF(kind, table, id)                                                                          \
    "(queue.kind = '" kind "' AND NOT EXISTS (SELECT 1 FROM " table " WHERE " table                          \
    ".account_id = queue.account_id AND " table "." id " = queue.subject_id)) "

/* SQL keeps its own lines. */
/* clang-format off */
const struct check_rule check_rules_work[] = {
    {"outbox_has_clock", CHECK_NO_ARGUMENT,
     "SELECT outbox.account_id || '/' || outbox.outbox_id, 'waits and nothing sends it' FROM outbox WHERE "
     "outbox.state = 0 AND NOT EXISTS (SELECT 1 FROM queue WHERE queue.account_id = outbox.account_id AND "
     "queue.subject_id = outbox.outbox_id AND queue.kind = 'outbox') LIMIT 100"},
    {"outbox_owner", CHECK_NO_ARGUMENT,
     "SELECT outbox.account_id || '/' || outbox.outbox_id, 'its ' || outbox.key_kind || ' is not there' "
     "FROM outbox WHERE (outbox.state = 0 AND NOT EXISTS (SELECT 1 FROM data_key WHERE data_key.owner_id = "
     "outbox.key_owner AND data_key.kind = outbox.key_kind)) OR (outbox.account_id <> 0 AND "
     "outbox.account_id NOT IN (SELECT account_id FROM account)) OR (outbox.closure_id <> 0 AND NOT EXISTS "
     "(SELECT 1 FROM closure WHERE closure.account_id = outbox.account_id AND closure.closure_id = "
     "outbox.closure_id)) LIMIT 100"},
    {"queue_subject", CHECK_NO_ARGUMENT,
     "SELECT queue.kind || ' ' || queue.account_id || '/' || queue.subject_id, 'is not there' FROM queue "
     "WHERE " SUBJECT_OF("outbox", "outbox", "outbox_id") "OR "
     SUBJECT_OF("closure", "closure", "closure_id") "OR " SUBJECT_OF("sweep", "closure", "closure_id") "OR "
     SUBJECT_OF("ticket", "ticket", "ticket_id") "OR "
     SUBJECT_OF("archive", "archive", "archive_id") "OR "
     SUBJECT_OF("send", "sent_part", "message_id") "OR (queue.kind = 'line' AND NOT EXISTS (SELECT 1 FROM "
     "line WHERE line.account_id = queue.account_id AND line.line_id = queue.subject_id AND line.ended_at = "
     "0)) OR (queue.kind = 'declaration' AND queue.subject_id NOT IN (SELECT declaration_id FROM "
     "declaration)) OR (queue.kind IN ('aging', 'port') AND queue.subject_id NOT IN (SELECT CAST(SUBSTR(e164, 2) AS "
     "BIGINT) FROM number)) LIMIT 100"},
    {"sent_has_clock", CHECK_NO_ARGUMENT,
     "SELECT account_id || '/' || message_id, 'waits and nothing sends it' FROM sent_part WHERE state < 3 AND "
     "account_id IN (SELECT account_id FROM account WHERE box IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM queue WHERE queue.account_id = sent_part.account_id AND queue.subject_id = "
     "sent_part.message_id AND queue.kind = 'send') LIMIT 100"},
    {"queue_once", CHECK_NO_ARGUMENT,
     "SELECT kind || ' ' || account_id || '/' || subject_id, COUNT(*) || ' times on the clock' FROM queue "
     "GROUP BY kind, account_id, subject_id HAVING COUNT(*) > 1 LIMIT 100"},
    {"desk_subject", CHECK_NO_ARGUMENT,
     "SELECT desk_item.kind || ' ' || desk_item.account_id || '/' || desk_item.subject_id, 'is not there' "
     "FROM desk_item WHERE (desk_item.kind IN ('review', 'refund') AND NOT EXISTS (SELECT 1 FROM closure "
     "WHERE closure.account_id = desk_item.account_id AND closure.closure_id = desk_item.subject_id AND "
     "(desk_item.kind = 'refund' OR closure.state = 1 OR (closure.objected_at > 0 AND closure.state <= 4)))) "
     "OR (desk_item.kind = 'ticket' AND NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.account_id = "
     "desk_item.account_id AND ticket.ticket_id = desk_item.subject_id)) OR (desk_item.kind = 'declaration' AND desk_item.subject_id NOT IN (SELECT "
     "declaration_id FROM declaration)) LIMIT 100"},
    {"leaf_written", CHECK_NOW,
     "SELECT kind, COUNT(*) || ' leaves wait for the log for a day' FROM log_leaf WHERE written_at = 0 AND "
     "at < $1 - 86400000000 GROUP BY kind LIMIT 100"},
    {0},
};
