-- name: job_failure_add
INSERT INTO job_failure (account_id, subject_id, kind, first_at, tries, ticket_id) VALUES ($1, $2, $3, $4, 1, 0)
ON CONFLICT (account_id, subject_id, kind) DO UPDATE SET tries = job_failure.tries + 1 RETURNING tries, ticket_id;
-- name: job_failure_ticket
UPDATE job_failure SET ticket_id = $4 WHERE account_id = $1 AND subject_id = $2 AND kind = $3;
-- name: job_failure_get
SELECT tries, ticket_id FROM job_failure WHERE account_id = $1 AND subject_id = $2 AND kind = $3;
-- name: job_failure_delete
DELETE FROM job_failure WHERE account_id = $1 AND subject_id = $2 AND kind = $3;
-- name: job_failure_put_off
UPDATE queue SET due = $4 WHERE account_id = $1 AND subject_id = $2 AND kind = $3;
