-- name: blocked_put
-- sealed: box
INSERT INTO blocked_sender (account_id, sender_id, blocked_at, last_at, count, box) VALUES ($1, $2, $3, 0, 0, $4)
ON CONFLICT (account_id, sender_id) DO NOTHING;
-- name: blocked_touch
UPDATE blocked_sender SET last_at = $3, count = count + 1 WHERE account_id = $1 AND sender_id = $2;
-- name: blocked_delete
DELETE FROM blocked_sender WHERE account_id = $1 AND sender_id = $2;
-- name: blocked_list
SELECT sender_id, blocked_at, last_at, count, box FROM blocked_sender
WHERE account_id = $1 ORDER BY sender_id LIMIT $2;
