-- name: ticket_insert
-- sealed: box
INSERT INTO ticket (account_id, ticket_id, reference, key_kind, key_owner, state, created_at, updated_at, closure_id,
                    secret_hash, version, box)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, 1, $10);
-- name: ticket_get
SELECT reference, key_kind, key_owner, state, created_at, updated_at, closure_id, secret_hash, version, box
FROM ticket WHERE account_id = $1 AND ticket_id = $2;
-- name: ticket_list
SELECT ticket_id FROM ticket WHERE account_id = $1 ORDER BY ticket_id DESC LIMIT $2;
-- name: ticket_open_count
SELECT COUNT(*) FROM ticket WHERE account_id = $1 AND state <> $2;
-- name: ticket_state
UPDATE ticket SET state = $3, updated_at = $4 WHERE account_id = $1 AND ticket_id = $2;
-- name: ticket_reseal
-- sealed: box
UPDATE ticket SET key_kind = $3, key_owner = $4, box = $5, closure_id = $6 WHERE account_id = $1 AND ticket_id = $2;
-- name: ticket_end_closure
UPDATE ticket SET box = NULL, state = $3 WHERE account_id = $1 AND key_kind = 'closure' AND key_owner = $2;
-- name: ticket_end_desk
DELETE FROM desk_item WHERE kind = 'ticket' AND account_id = $1 AND subject_id IN (
    SELECT ticket_id FROM ticket WHERE account_id = $1 AND box IS NULL);
-- name: ticket_unsealed
SELECT ticket_id FROM ticket WHERE account_id = $1 AND key_kind = 'account' AND state <> $2 ORDER BY ticket_id LIMIT 1;
-- name: ticket_message_count
SELECT COUNT(*) FROM ticket_message WHERE account_id = $1 AND ticket_id = $2;
-- name: ticket_message_insert
-- sealed: box
INSERT INTO ticket_message (account_id, ticket_id, message_id, staff_id, at, box) VALUES ($1, $2, $3, $4, $5, $6);
-- name: ticket_message_list
SELECT message_id, staff_id, at, box FROM ticket_message
WHERE account_id = $1 AND ticket_id = $2 ORDER BY message_id LIMIT $3;
-- name: ticket_message_reseal
-- sealed: box
UPDATE ticket_message SET box = $4 WHERE account_id = $1 AND ticket_id = $2 AND message_id = $3;
-- name: ticket_forget
UPDATE ticket SET box = NULL WHERE account_id = $1 AND ticket_id = $2;
-- name: ticket_message_forget
DELETE FROM ticket_message WHERE account_id = $1 AND ticket_id = $2;
