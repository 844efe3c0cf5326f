-- name: declaration_insert
-- sealed: box
INSERT INTO declaration (declaration_id, reference, kind, state, state_at, received_at, wished_at, deadline_at,
                         account_id, line_id, closure_id, bought_at, secret_hash, box)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, $12, $13);
-- name: declaration_get
SELECT reference, kind, state, state_at, received_at, wished_at, deadline_at, account_id, line_id, closure_id,
       bought_at, secret_hash, box
FROM declaration WHERE declaration_id = $1;
-- name: declaration_update
UPDATE declaration SET state = $2, state_at = $3, deadline_at = $4, closure_id = $5
WHERE declaration_id = $1 AND state = $6;
-- name: declaration_of_closure
SELECT declaration_id FROM declaration WHERE account_id = $1 AND closure_id = $2 ORDER BY declaration_id LIMIT $3;
-- name: declaration_in_state
SELECT declaration_id FROM declaration WHERE account_id = $1 AND state = $2 ORDER BY declaration_id LIMIT $3;
-- name: declaration_holds_line
SELECT 1 FROM declaration
WHERE account_id = $1 AND state = $2 AND declaration_id <> $3 AND line_id IN (0, $4) LIMIT 1;
-- name: declaration_forget
UPDATE declaration SET box = NULL WHERE declaration_id = $1;
-- name: declaration_rematch
-- sealed: box
UPDATE declaration SET state = $2, state_at = $3, deadline_at = $4, account_id = $5, line_id = $6, bought_at = $7,
                       secret_hash = $8, box = $9
WHERE declaration_id = $1 AND account_id = 0;
