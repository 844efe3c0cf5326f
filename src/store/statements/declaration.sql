-- name: declaration_insert
-- sealed: box
INSERT INTO declaration (declaration_id, reference, kind, state, state_at, received_at, wished_at, deadline_at,
                         account_id, closure_id, secret_hash, box)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11);
-- name: declaration_get
SELECT reference, kind, state, state_at, received_at, wished_at, deadline_at, account_id, closure_id, secret_hash, box
FROM declaration WHERE declaration_id = $1;
-- name: declaration_update
UPDATE declaration SET state = $2, state_at = $3, deadline_at = $4, account_id = $5, closure_id = $6
WHERE declaration_id = $1 AND state = $7;
-- name: declaration_of_account
SELECT declaration_id FROM declaration WHERE account_id = $1 ORDER BY declaration_id DESC LIMIT $2;
-- name: declaration_forget
UPDATE declaration SET box = NULL WHERE declaration_id = $1;
-- name: declaration_rematch
UPDATE declaration SET state = $2, state_at = $3, deadline_at = $4, account_id = $5, secret_hash = $6
WHERE declaration_id = $1 AND account_id = 0;
