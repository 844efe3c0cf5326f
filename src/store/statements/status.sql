-- name: status_last_text
SELECT CASE WHEN seen.at > noted.at THEN seen.at ELSE noted.at END
FROM (SELECT COALESCE(MAX(seen_at), 0) AS at FROM carrier_seen) AS seen,
    (SELECT COALESCE(MAX(at), 0) AS at FROM carrier_note) AS noted;
-- name: status_outbox_late
SELECT 1 FROM queue WHERE bucket = $1 AND due < $2 AND kind = 'outbox' LIMIT 1;
-- name: status_closings_late
SELECT COUNT(*) FROM closure WHERE state = $1 AND due_at < $2;
