-- name: line_insert
-- sealed: box
INSERT INTO line (account_id, line_id, since, ended_at, fee, paid_until, fees_stopped_at, last_text_at, reminded_at,
                  version, box, locked_at, pin_until, pin_tries)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);
-- name: line_get
SELECT line_id, since, ended_at, fee, paid_until, fees_stopped_at, last_text_at, reminded_at, version, box,
       locked_at, pin_until, pin_tries
FROM line WHERE account_id = $1 AND line_id = $2;
-- name: line_list
SELECT line_id, since, ended_at, fee, paid_until, fees_stopped_at, last_text_at, reminded_at, version, box,
       locked_at, pin_until, pin_tries
FROM line WHERE account_id = $1 ORDER BY line_id LIMIT $2;
-- name: line_update
-- sealed: box
UPDATE line SET ended_at = $3, fee = $4, paid_until = $5, fees_stopped_at = $6, reminded_at = $7, version = $8, box = $9,
                locked_at = $11, pin_until = $12, pin_tries = $13
WHERE account_id = $1 AND line_id = $2 AND version = $10;
-- name: line_touch
UPDATE line SET last_text_at = $3 WHERE account_id = $1 AND line_id = $2 AND last_text_at < $3;
-- name: line_count
SELECT COUNT(*) FILTER (WHERE ended_at = 0), COUNT(*) FROM line WHERE account_id = $1;
