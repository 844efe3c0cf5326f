-- name: idempotency_get
SELECT body_hash, state, status, at, box, subject_id FROM idempotency WHERE account_id = $1 AND key_hash = $2;
-- name: idempotency_put
INSERT INTO idempotency (account_id, key_hash, body_hash, state, status, at, subject_id, box)
VALUES ($1, $2, $3, $4, 0, $5, $6, NULL)
ON CONFLICT (account_id, key_hash) DO UPDATE SET
    body_hash = excluded.body_hash, state = excluded.state, status = 0, at = excluded.at, subject_id = excluded.subject_id,
    box = NULL;
-- name: idempotency_made
UPDATE idempotency SET subject_id = $4 WHERE account_id = $1 AND key_hash = $2 AND at = $3;
-- name: idempotency_finish
-- sealed: box
UPDATE idempotency SET state = $4, status = $5, box = $6 WHERE account_id = $1 AND key_hash = $2 AND at = $3;
-- name: idempotency_release
DELETE FROM idempotency WHERE account_id = $1 AND key_hash = $2 AND at = $3;
