-- name: proof_insert
-- sealed: box
INSERT INTO proof (account_id, proof_id, purpose, contact_id, created_at, expires_at, tries, used_at, box)
VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7);
-- name: proof_newest
SELECT proof_id, contact_id, created_at, expires_at, tries, used_at, box
FROM proof WHERE account_id = $1 AND purpose = $2 ORDER BY proof_id DESC LIMIT 1;
-- name: proof_try
UPDATE proof SET tries = tries + 1 WHERE account_id = $1 AND proof_id = $2;
-- name: proof_use
UPDATE proof SET used_at = $3 WHERE account_id = $1 AND proof_id = $2 AND used_at = 0;
-- name: proof_count_since
SELECT COUNT(*) FROM proof WHERE account_id = $1 AND created_at > $2;
