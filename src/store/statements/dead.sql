-- name: dead_list
SELECT account_id, outbox_id, closure_id, tries, created_at, done_at, kind, effect_key, result
FROM outbox WHERE state = 2 ORDER BY done_at DESC, outbox_id DESC LIMIT $1;
-- name: dead_end
UPDATE outbox SET state = $3, tries = 0, done_at = $4, result = $5
WHERE account_id = $1 AND outbox_id = $2 AND state = 2;
-- name: queue_kinds
SELECT kind, COUNT(*) FILTER (WHERE due <= $2), MIN(due), COUNT(*) FILTER (WHERE due > $2)
FROM queue WHERE bucket = $1 AND due <= $3 GROUP BY kind ORDER BY kind;
-- name: closure_reason_count
SELECT reason, COUNT(*) FROM closure WHERE state = $1 AND state_at >= $2 GROUP BY reason ORDER BY reason;
