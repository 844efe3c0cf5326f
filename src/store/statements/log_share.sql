-- name: tombstone_insert
INSERT INTO tombstone (at, closure_id, part, record) VALUES ($1, $2, $3, $4) ON CONFLICT (at, closure_id, part) DO NOTHING;
-- name: tombstone_since
SELECT at, record FROM tombstone WHERE at >= $1 ORDER BY at, closure_id, part LIMIT $2;
-- name: log_leaf_since
SELECT written_at, hash, kind FROM log_leaf WHERE written_at >= $1 ORDER BY written_at, at, hash LIMIT $2;
