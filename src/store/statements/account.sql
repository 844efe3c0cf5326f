-- name: account_insert
-- sealed: box
INSERT INTO account (account_id, state, state_at, created_at, security_at, locked_at, archived_at, version, box)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);
-- name: account_get
SELECT account.account_id, account.state, account.state_at, account.created_at, account.security_at, account.locked_at,
    account.archived_at, account.version, account.box, data_key.epoch, data_key.wrapped
FROM account LEFT JOIN data_key ON data_key.owner_id = account.account_id AND data_key.kind = 'account'
WHERE account.account_id = $1;
-- name: account_update
-- sealed: box
UPDATE account SET state = $2, state_at = $3, security_at = $4, locked_at = $5, archived_at = $6, version = $7, box = $8
WHERE account_id = $1 AND version = $9;
-- name: account_list
SELECT account_id, state, created_at FROM account WHERE account_id > $1 ORDER BY account_id LIMIT $2;
