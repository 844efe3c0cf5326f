-- name: desk_insert
INSERT INTO desk_item (kind, due, subject_id, account_id) VALUES ($1, $2, $3, $4);
-- name: desk_delete
DELETE FROM desk_item WHERE kind = $1 AND subject_id = $2;
-- name: desk_list
SELECT due, account_id, subject_id FROM desk_item WHERE kind = $1 ORDER BY due, subject_id LIMIT $2;
