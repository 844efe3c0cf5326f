-- name: archive_insert
INSERT INTO archive (account_id, archive_id, state, created_at, done_at, step, steps, size, chunks)
VALUES ($1, $2, $3, $4, 0, 0, $5, 0, 0);
-- name: archive_get
SELECT archive_id, state, created_at, done_at, step, steps, size, chunks
FROM archive WHERE account_id = $1 AND archive_id = $2;
-- name: archive_newest
SELECT archive_id, state, created_at, done_at, step, steps, size, chunks
FROM archive WHERE account_id = $1 ORDER BY archive_id DESC LIMIT 1;
-- name: archive_update
UPDATE archive SET state = $3, done_at = $4, step = $5, steps = $6, size = $7, chunks = $8
WHERE account_id = $1 AND archive_id = $2 AND state = $9;
-- name: archive_delete_older
DELETE FROM archive WHERE account_id = $1 AND archive_id < $2;
-- name: archive_chunk_delete_older
DELETE FROM archive_chunk WHERE account_id = $1 AND archive_id < $2;
-- name: archive_chunk_delete
DELETE FROM archive_chunk WHERE account_id = $1 AND archive_id = $2;
-- name: archive_chunk_insert
-- sealed: box
INSERT INTO archive_chunk (account_id, archive_id, seq, box) VALUES ($1, $2, $3, $4);
-- name: archive_chunk_get
SELECT box FROM archive_chunk WHERE account_id = $1 AND archive_id = $2 AND seq = $3;
