-- name: data_key_list_epoch
SELECT owner_id, kind, wrapped FROM data_key WHERE epoch = $1 ORDER BY owner_id, kind LIMIT $2;
-- name: data_key_count_epoch
SELECT COUNT(*) FROM data_key WHERE epoch = $1;
-- name: data_key_rewrap
UPDATE data_key SET epoch = $3, wrapped = $4 WHERE owner_id = $1 AND kind = $2 AND epoch = $5;
-- name: directory_list_epoch
SELECT kind, tag, account_id FROM directory WHERE epoch = $1 ORDER BY account_id LIMIT $2;
-- name: directory_count_epoch
SELECT COUNT(*) FROM directory WHERE epoch = $1;
-- name: directory_drop
DELETE FROM directory WHERE kind = $1 AND tag = $2;
-- name: directory_drop_older
DELETE FROM directory WHERE epoch < $1;
-- name: closure_list_since
SELECT account_id, closure_id, reference, state_at FROM closure
WHERE state = $1 AND (state_at, closure_id) > ($2, $3) ORDER BY state_at, closure_id LIMIT $4;
