-- name: expired_session
DELETE FROM session WHERE (account_id, session_id) IN (
    SELECT account_id, session_id FROM session WHERE expires_at < $1 ORDER BY expires_at LIMIT $2);
-- name: expired_proof
DELETE FROM proof WHERE (account_id, proof_id) IN (
    SELECT account_id, proof_id FROM proof WHERE expires_at < $1 ORDER BY expires_at LIMIT $2);
-- name: expired_idempotency
DELETE FROM idempotency WHERE (account_id, key_hash) IN (
    SELECT account_id, key_hash FROM idempotency WHERE at < $1 ORDER BY at LIMIT $2);
