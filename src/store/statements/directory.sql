-- name: directory_claim
INSERT INTO directory (kind, tag, epoch, account_id) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, tag) DO NOTHING;
-- name: directory_get
SELECT account_id FROM directory WHERE kind = $1 AND tag = $2;
-- name: directory_delete_account
DELETE FROM directory WHERE account_id = $1;
-- name: reference_insert
INSERT INTO reference (code, kind, account_id, subject_id) VALUES ($1, $2, $3, $4);
-- name: reference_get
SELECT account_id, subject_id FROM reference WHERE code = $1 AND kind = $2;
