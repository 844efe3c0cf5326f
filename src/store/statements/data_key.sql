-- name: data_key_insert
INSERT INTO data_key (owner_id, kind, epoch, wrapped) VALUES ($1, $2, $3, $4);
-- name: data_key_get
SELECT epoch, wrapped FROM data_key WHERE owner_id = $1 AND kind = $2;
-- name: data_key_delete
DELETE FROM data_key WHERE owner_id = $1 AND kind = $2;
