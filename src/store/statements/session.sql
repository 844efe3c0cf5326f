-- name: session_insert
INSERT INTO session (account_id, session_id, role, secret_hash, created_at, seen_at, expires_at, proof_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0);
-- name: session_get
SELECT role, secret_hash, created_at, seen_at, expires_at, proof_until
FROM session WHERE account_id = $1 AND session_id = $2;
-- name: session_touch
UPDATE session SET seen_at = $3 WHERE account_id = $1 AND session_id = $2;
-- name: session_prove
UPDATE session SET proof_until = $3 WHERE account_id = $1 AND session_id = $2;
-- name: session_delete
DELETE FROM session WHERE account_id = $1 AND session_id = $2;
-- name: session_delete_account
DELETE FROM session WHERE account_id = $1;
-- name: session_delete_others
DELETE FROM session WHERE account_id = $1 AND session_id <> $2;
-- name: session_count
SELECT COUNT(*) FROM session WHERE account_id = $1;
