-- name: staff_insert
-- sealed: box
INSERT INTO staff (staff_id, role, created_at, disabled_at, box) VALUES ($1, $2, $3, 0, $4);
-- name: staff_get
SELECT staff_id, role, created_at, disabled_at, box FROM staff WHERE staff_id = $1;
-- name: audit_insert
INSERT INTO audit (audit_id, at, staff_id, event, account_id, subject_id) VALUES ($1, $2, $3, $4, $5, $6);
