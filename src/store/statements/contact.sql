-- name: contact_insert
-- sealed: box
INSERT INTO contact (account_id, contact_id, kind, added_at, verified_at, removed_at, version, box)
VALUES ($1, $2, $3, $4, $5, 0, 0, $6);
-- name: contact_list
SELECT contact_id, kind, added_at, verified_at, removed_at, version, box
FROM contact WHERE account_id = $1 ORDER BY contact_id;
-- name: contact_verify
UPDATE contact SET verified_at = $3 WHERE account_id = $1 AND contact_id = $2 AND removed_at = 0;
-- name: contact_remove
UPDATE contact SET removed_at = $3 WHERE account_id = $1 AND contact_id = $2 AND removed_at = 0;
