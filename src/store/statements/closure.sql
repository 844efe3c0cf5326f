-- name: closure_insert
-- sealed: own_box
INSERT INTO closure (
    account_id, closure_id, reference, scope, line_id, state, state_at, version, declared_at, submitted_at,
    start_at, due_at, review_end_at, undo_end_at, undo_micros, deadline_at, fresh, objected_at, hold,
    approved_by, first_refuser, refusal_reason, reason, refund_choice, tries, waits_for, reminded_at,
    settled_amount, closed_at, forgotten_at, confirmed_at, secret_hash, link_public, own_box
) VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
    $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34
);
-- name: closure_get
SELECT
    account_id, closure_id, reference, scope, line_id, state, state_at, version, declared_at, submitted_at,
    start_at, due_at, review_end_at, undo_end_at, undo_micros, deadline_at, fresh, objected_at, hold,
    approved_by, first_refuser, refusal_reason, reason, refund_choice, tries, waits_for, reminded_at,
    settled_amount, closed_at, forgotten_at, confirmed_at, secret_hash, link_public, own_box
FROM closure WHERE account_id = $1 AND closure_id = $2;
-- name: closure_of_account
SELECT closure_id FROM closure WHERE account_id = $1 ORDER BY closure_id DESC LIMIT $2;
-- name: closure_outline
SELECT closure_id, scope, line_id, state FROM closure WHERE account_id = $1 ORDER BY closure_id DESC LIMIT $2;
-- name: closure_facts
SELECT
    (SELECT COUNT(*) FROM line WHERE account_id = $1 AND ended_at = 0),
    (SELECT COUNT(*) FROM (SELECT 1 FROM message
                           WHERE account_id = $1 AND unread IN (0, 1) AND message_id > $2 LIMIT $3) AS newer),
    (SELECT COUNT(*) FROM ticket WHERE account_id = $1 AND state <> $4),
    (SELECT balance FROM ledger_balance WHERE ledger_id = $5 AND code = $6),
    (SELECT proof_until FROM session WHERE account_id = $1 AND session_id = $7);
-- name: closure_update
-- sealed: own_box
UPDATE closure SET
    state = $3, state_at = $4, version = $5, declared_at = $6, start_at = $7, due_at = $8,
    review_end_at = $9, undo_end_at = $10, undo_micros = $11, deadline_at = $12, fresh = $13,
    objected_at = $14, hold = $15, approved_by = $16, first_refuser = $17, refusal_reason = $18,
    reason = $19, refund_choice = $20, tries = $21, waits_for = $22, reminded_at = $23, settled_amount = $24,
    closed_at = $25, forgotten_at = $26, confirmed_at = $27, own_box = $28
WHERE account_id = $1 AND closure_id = $2 AND version = $29;
-- name: closure_in_state
SELECT account_id, closure_id FROM closure WHERE state = $1 ORDER BY state_at, closure_id LIMIT $2;
-- name: closure_recipient_put
INSERT INTO closure_recipient (account_id, closure_id, recipient, told_at, result) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id, closure_id, recipient) DO UPDATE SET told_at = excluded.told_at, result = excluded.result;
-- name: closure_recipient_list
SELECT recipient, told_at, result FROM closure_recipient WHERE account_id = $1 AND closure_id = $2 ORDER BY recipient;
-- name: receipt_insert
-- sealed: link_box
INSERT INTO receipt (account_id, closure_id, stage, made_at, hash, signature, link_box)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account_id, closure_id, stage) DO NOTHING;
-- name: receipt_get
SELECT made_at, hash, signature, link_box FROM receipt WHERE account_id = $1 AND closure_id = $2 AND stage = $3;
-- name: log_leaf_insert
INSERT INTO log_leaf (hash, kind, at, written_at) VALUES ($1, $2, $3, 0) ON CONFLICT (hash) DO NOTHING;
-- name: log_leaf_unwritten
SELECT hash, kind FROM log_leaf WHERE written_at = 0 ORDER BY at, hash LIMIT $1;
-- name: log_leaf_written
UPDATE log_leaf SET written_at = $2 WHERE hash = $1;
-- name: refund_insert
-- sealed: box
INSERT INTO refund (account_id, closure_id, payment_id, attempt, amount, state, owed_at, sent_at, settled_at, box)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8) ON CONFLICT (account_id, closure_id, payment_id, attempt) DO NOTHING;
-- name: refund_count
SELECT COUNT(*) FROM refund WHERE account_id = $1 AND closure_id = $2;
-- name: refund_list
SELECT payment_id, attempt, amount, state, owed_at, sent_at, settled_at, box
FROM refund WHERE account_id = $1 AND closure_id = $2 ORDER BY payment_id, attempt;
-- name: refund_get
SELECT payment_id, attempt, amount, state, owed_at, sent_at, settled_at, box
FROM refund WHERE account_id = $1 AND closure_id = $2 AND payment_id = $3 AND attempt = $4;
-- name: refund_unfinished
SELECT 1 FROM refund WHERE account_id = $1 AND closure_id = $2 AND (state IN ($3, $4) OR (state = $5 AND NOT EXISTS (
    SELECT 1 FROM refund AS later WHERE later.account_id = refund.account_id AND later.closure_id = refund.closure_id
    AND later.payment_id = refund.payment_id AND later.attempt > refund.attempt))) LIMIT 1;
-- name: refund_waiting_count
SELECT COUNT(*) FROM desk_item JOIN refund ON refund.account_id = desk_item.account_id
    AND refund.closure_id = desk_item.subject_id
WHERE desk_item.kind = 'refund' AND (refund.state IN ($1, $2) OR (refund.state = $3 AND NOT EXISTS (
    SELECT 1 FROM refund AS later WHERE later.account_id = refund.account_id AND later.closure_id = refund.closure_id
    AND later.payment_id = refund.payment_id AND later.attempt > refund.attempt)));
-- name: refund_update
-- sealed: box
UPDATE refund SET state = $5, sent_at = $6, settled_at = $7, box = $8
WHERE account_id = $1 AND closure_id = $2 AND payment_id = $3 AND attempt = $4 AND state = $9;
