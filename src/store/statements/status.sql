-- name: status_last_text
SELECT COALESCE(MAX(seen_at), 0) FROM carrier_seen;
-- name: status_outbox_late
SELECT 1 FROM queue WHERE bucket = $1 AND due < $2 AND kind = 'outbox' LIMIT 1;
-- name: status_closings_late
SELECT COUNT(*) FROM closure WHERE state = $1 AND due_at < $2;
