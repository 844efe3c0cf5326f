-- name: queue_insert
INSERT INTO queue (bucket, due, queue_id, kind, account_id, subject_id, lease_until, lease_node, fence)
VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7);
-- name: queue_due
SELECT due, queue_id, kind, account_id, subject_id, fence FROM queue
WHERE bucket = $1 AND due <= $2 AND lease_until <= $2 ORDER BY due, queue_id LIMIT $3;
-- name: queue_claim
UPDATE queue SET lease_until = $4, lease_node = $6, fence = fence + 1
WHERE bucket = $1 AND due = $2 AND queue_id = $3 AND fence = $5;
-- name: queue_hold
UPDATE queue SET lease_until = $4 WHERE account_id = $1 AND subject_id = $2 AND kind = $3 AND bucket = $5 AND fence = $6;
-- name: queue_renew
UPDATE queue SET lease_until = $4
WHERE account_id = $1 AND subject_id = $2 AND kind = $3 AND bucket = $5 AND fence = $6 AND lease_until > 0;
-- name: queue_move
UPDATE queue SET due = $4 WHERE account_id = $1 AND subject_id = $2 AND kind = $3 AND bucket = $5;
-- name: queue_delete_subject
DELETE FROM queue WHERE account_id = $1 AND subject_id = $2 AND kind = $3 AND bucket = $4;
-- name: queue_release
UPDATE queue SET lease_until = 0 WHERE bucket = $1 AND lease_until > $2 AND lease_node = $3;
