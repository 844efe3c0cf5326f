-- name: restore_key_clear
DELETE FROM data_key;
-- name: restore_key_put
INSERT INTO data_key (owner_id, kind, epoch, wrapped) VALUES ($1, $2, $3, $4);
-- name: restore_key_prune
DELETE FROM data_key WHERE
    (kind = 'account' AND owner_id NOT IN (SELECT account_id FROM account WHERE box IS NOT NULL))
    OR (kind = 'closure' AND owner_id NOT IN (SELECT closure_id FROM closure))
    OR (kind = 'case' AND owner_id NOT IN (SELECT staff_id FROM staff)
        AND owner_id NOT IN (SELECT declaration_id FROM declaration)
        AND owner_id NOT IN (SELECT key_owner FROM ticket WHERE key_kind = 'case'));
-- name: restore_directory_clear
DELETE FROM directory;
-- name: restore_session_clear
DELETE FROM session;
-- name: restore_staff_list
SELECT staff_id FROM staff WHERE staff_id > $1 ORDER BY staff_id LIMIT $2;
-- name: restore_account_close
INSERT INTO account (account_id, state, state_at, created_at, security_at, locked_at, archived_at, version, box)
VALUES ($1, $2, $3, $3, 0, 0, 0, 1, NULL)
ON CONFLICT (account_id) DO UPDATE SET state = excluded.state, state_at = excluded.state_at,
    version = account.version + 1, box = NULL;
-- name: restore_account_held
UPDATE account SET state = $2, state_at = $3 WHERE account_id = $1;
-- name: restore_closure
INSERT INTO closure (
    account_id, closure_id, reference, scope, line_id, state, state_at, version, declared_at, submitted_at,
    start_at, due_at, review_end_at, undo_end_at, undo_micros, deadline_at, fresh, objected_at, hold,
    approved_by, first_refuser, refusal_reason, reason, refund_choice, tries, waits_for, reminded_at,
    settled_amount, closed_at, forgotten_at, confirmed_at, secret_hash, link_public, own_box
) VALUES (
    $1, $2, $3, $4, $5, $6, $7, 1, $13, $13, $8, $8, $8, $8, 0, $9, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 0,
    $10, $8, 0, $8, $11, $12, NULL
)
ON CONFLICT (account_id, closure_id) DO UPDATE SET state = excluded.state, state_at = excluded.state_at,
    deadline_at = excluded.deadline_at, settled_amount = excluded.settled_amount, closed_at = excluded.closed_at,
    objected_at = 0, waits_for = '';
-- name: restore_reference
INSERT INTO reference (code, kind, account_id, subject_id) VALUES ($1, 'closure', $2, $3) ON CONFLICT (code) DO NOTHING;
-- name: restore_refund
INSERT INTO refund (account_id, closure_id, payment_id, attempt, amount, state, owed_at, sent_at, settled_at, box)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 0, NULL) ON CONFLICT (account_id, closure_id, payment_id, attempt) DO NOTHING;
-- name: restore_line_end
UPDATE line SET ended_at = $3, fees_stopped_at = CASE WHEN fees_stopped_at = 0 THEN $3 ELSE fees_stopped_at END
WHERE account_id = $1 AND ($2 = 0 OR line_id = $2) AND ended_at = 0;
-- name: restore_closure_unsealed
UPDATE closure SET own_box = NULL WHERE own_box IS NOT NULL
AND closure_id NOT IN (SELECT owner_id FROM data_key WHERE kind = 'closure');
-- name: restore_declaration_unsealed
UPDATE declaration SET box = NULL WHERE box IS NOT NULL
AND declaration_id NOT IN (SELECT owner_id FROM data_key WHERE kind = 'case');
-- name: restore_ticket_unsealed
UPDATE ticket SET box = NULL, state = $1 WHERE NOT EXISTS (
    SELECT 1 FROM data_key WHERE data_key.owner_id = ticket.key_owner AND data_key.kind = ticket.key_kind);
-- name: restore_ticket_message_drop
DELETE FROM ticket_message WHERE (account_id, ticket_id) IN (SELECT account_id, ticket_id FROM ticket WHERE box IS NULL);
-- name: restore_outbox_cancel
UPDATE outbox SET state = $1, box = NULL, done_at = $2, result = 'key gone' WHERE state = 0 AND NOT EXISTS (
    SELECT 1 FROM data_key WHERE data_key.owner_id = outbox.key_owner AND data_key.kind = outbox.key_kind);
-- name: restore_queue_prune
DELETE FROM queue WHERE
    (kind = 'outbox' AND (account_id, subject_id) NOT IN (SELECT account_id, outbox_id FROM outbox WHERE state = 0))
    OR (kind = 'line' AND (account_id, subject_id) NOT IN (SELECT account_id, line_id FROM line WHERE ended_at = 0))
    OR (kind = 'archive' AND account_id IN (SELECT account_id FROM account WHERE box IS NULL));
-- name: restore_desk_prune
DELETE FROM desk_item WHERE
    (kind = 'review' AND subject_id NOT IN (SELECT closure_id FROM closure WHERE state = 1 OR (objected_at > 0 AND state <= 4)))
    OR (kind = 'ticket' AND subject_id NOT IN (SELECT ticket_id FROM ticket WHERE box IS NOT NULL));
-- name: restore_unreadable
SELECT COUNT(*) FROM account WHERE box IS NOT NULL
AND account_id NOT IN (SELECT owner_id FROM data_key WHERE kind = 'account');
