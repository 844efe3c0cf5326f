-- name: outbox_insert
-- sealed: box
INSERT INTO outbox (account_id, outbox_id, kind, effect_key, key_kind, key_owner, closure_id, state, tries, created_at,
                    done_at, result, box)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, 0, '', $9)
ON CONFLICT (account_id, effect_key) DO NOTHING;
-- name: outbox_get
SELECT kind, effect_key, key_kind, key_owner, closure_id, state, tries, created_at, box
FROM outbox WHERE account_id = $1 AND outbox_id = $2;
-- name: outbox_done
UPDATE outbox SET state = $3, tries = $4, done_at = $5, result = $6
WHERE account_id = $1 AND outbox_id = $2 AND state = 0;
-- name: outbox_waiting
SELECT outbox_id FROM outbox WHERE account_id = $1 AND state = 0 AND key_kind = $2 AND key_owner = $3
ORDER BY outbox_id LIMIT $4;
-- name: outbox_cancel
UPDATE outbox SET state = $3, done_at = $4, result = $5 WHERE account_id = $1 AND outbox_id = $2 AND state = 0;
-- name: outbox_waits_for_key
SELECT 1 FROM outbox WHERE account_id = $1 AND state = 0 AND key_kind = $2 AND key_owner = $3 LIMIT 1;
