-- name: journal_last
SELECT seq, hash FROM journal WHERE account_id = $1 AND subject_id = $2 ORDER BY seq DESC LIMIT 1;
-- name: journal_insert
-- sealed: box
INSERT INTO journal (account_id, subject_id, seq, at, event, actor, box, previous, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);
-- name: journal_list
SELECT seq, at, event, actor FROM journal WHERE account_id = $1 AND subject_id = $2 ORDER BY seq;
