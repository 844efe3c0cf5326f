#include "check/internal.h"

#include "domain/types.h"

/* The digits in the texts below. */
_Static_assert(LEDGER_WALLET == 1 && LEDGER_REFUND_PAYABLE == 2 && LEDGER_RECEIVABLE == 3 &&
                   LEDGER_CASH == 4 && LEDGER_WRITTEN_OFF == 7 && LEDGER_HELD == 8 && SENT_ACCEPTED == 3 &&
                   REFUND_FAILED == 4,
               "stored values never change");

/* SQL keeps its own lines. */
/* clang-format off */
const struct check_rule check_rules_money[] = {
    {"balance_is_sum", CHECK_NO_ARGUMENT,
     "SELECT CAST(ledger_id AS TEXT), 'account ' || code || ' holds ' || kept || ', transfers say ' || "
     "moved FROM (SELECT ledger_id, code, SUM(kept) AS kept, SUM(moved) AS moved FROM (SELECT ledger_id, "
     "code, balance AS kept, 0 AS moved FROM ledger_balance UNION ALL SELECT ledger_id, credit, 0, amount "
     "FROM transfer WHERE credit < 4 UNION ALL SELECT ledger_id, debit, 0, -amount FROM transfer WHERE "
     "debit < 4) AS part GROUP BY ledger_id, code) AS whole WHERE kept <> moved LIMIT 100"},
    {"ledger_sums_to_zero", CHECK_NO_ARGUMENT,
     "SELECT CAST(ledger_id AS TEXT), 'sums to ' || total FROM (SELECT ledger_id, SUM(part) AS total FROM "
     "(SELECT ledger_id, balance AS part FROM ledger_balance UNION ALL SELECT ledger_id, amount FROM "
     "transfer WHERE credit >= 4 UNION ALL SELECT ledger_id, -amount FROM transfer WHERE debit >= 4) AS "
     "parts GROUP BY ledger_id) AS whole WHERE total <> 0 LIMIT 100"},
    {"transfer_shape", CHECK_NO_ARGUMENT,
     "SELECT ledger_id || '/' || transfer_id, 'moves ' || amount || ' from ' || debit || ' to ' || credit "
     "FROM transfer WHERE amount <= 0 OR debit = credit OR debit NOT BETWEEN 1 AND 8 OR credit NOT BETWEEN "
     "1 AND 8 LIMIT 100"},
    {"request_key_once", CHECK_NO_ARGUMENT,
     "SELECT CAST(ledger_id AS TEXT), COUNT(*) || ' transfers of one request' FROM transfer GROUP BY "
     "ledger_id, request_key HAVING COUNT(*) > 1 LIMIT 100"},
    {"balance_sign", CHECK_NO_ARGUMENT,
     "SELECT CAST(ledger_id AS TEXT), 'account ' || code || ' holds ' || balance FROM ledger_balance WHERE "
     "(code = 2 AND balance < 0) OR (code = 3 AND balance > 0) OR code NOT BETWEEN 1 AND 3 LIMIT 100"},
    /* Nothing leads from a ledger to its account but a sealed field: the sums of the house are compared. */
    {"held_for_texts", CHECK_NO_ARGUMENT,
     "SELECT 'ledgers', 'hold ' || held || ' for texts under way, which cost ' || open FROM (SELECT (SELECT "
     "COALESCE(SUM(CASE WHEN credit = 8 THEN amount ELSE -amount END), 0) FROM transfer WHERE credit = 8 OR "
     "debit = 8) AS held, (SELECT COALESCE(SUM(price), 0) FROM sent_part WHERE state < 3) AS open) AS whole "
     "WHERE held <> open"},
    {"held_sign", CHECK_NO_ARGUMENT,
     "SELECT CAST(ledger_id AS TEXT), 'holds ' || held || ' for texts' FROM (SELECT ledger_id, SUM(CASE WHEN "
     "credit = 8 THEN amount ELSE -amount END) AS held FROM transfer WHERE credit = 8 OR debit = 8 GROUP BY "
     "ledger_id) AS whole WHERE held < 0 LIMIT 100"},
    {"payment_refunded", CHECK_NO_ARGUMENT,
     "SELECT account_id || '/' || payment_id, refunded || ' of ' || amount || ' went back' FROM payment "
     "WHERE refunded < 0 OR refunded > amount OR amount <= 0 LIMIT 100"},
    {"refund_within_balance", CHECK_NO_ARGUMENT,
     "SELECT account_id || '/' || closure_id, 'owes ' || owed || ' of ' || settled FROM (SELECT "
     "refund.account_id, refund.closure_id, SUM(refund.amount) AS owed, MAX(closure.settled_amount) AS "
     "settled FROM refund JOIN closure ON closure.account_id = refund.account_id AND closure.closure_id = "
     "refund.closure_id WHERE refund.state <> 4 GROUP BY refund.account_id, refund.closure_id) AS whole "
     "WHERE owed > settled OR owed <= 0 LIMIT 100"},
    {0},
};
