-- name: ledger_balance
SELECT balance FROM ledger_balance WHERE ledger_id = $1 AND code = $2;
-- name: ledger_balance_derived
SELECT CAST(COALESCE(SUM(CASE WHEN credit = $2 THEN amount ELSE -amount END), 0) AS BIGINT) FROM transfer
WHERE ledger_id = $1 AND (debit = $2 OR credit = $2);
-- name: ledger_balance_put
INSERT INTO ledger_balance (ledger_id, code, balance) VALUES ($1, $2, $3)
ON CONFLICT (ledger_id, code) DO UPDATE SET balance = excluded.balance;
-- name: transfer_insert
INSERT INTO transfer (ledger_id, transfer_id, request_key, debit, credit, amount, kind, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (ledger_id, request_key) DO NOTHING;
-- name: transfer_find
SELECT transfer_id, request_key, debit, credit, amount, kind, at FROM transfer
WHERE ledger_id = $1 AND request_key = $2;
-- name: transfer_list
SELECT transfer_id, request_key, debit, credit, amount, kind, at FROM transfer
WHERE ledger_id = $1 AND transfer_id < $2 AND (debit = $3 OR credit = $3) ORDER BY transfer_id DESC LIMIT $4;
-- name: transfer_balance_payable
INSERT INTO transfer (ledger_id, transfer_id, request_key, debit, credit, amount, kind, at)
SELECT $1, $2, $3, $4, $5, balance, $6, $7 FROM ledger_balance WHERE ledger_id = $1 AND code = $4 AND balance > 0
ON CONFLICT (ledger_id, request_key) DO NOTHING
RETURNING amount;
-- name: transfer_balance_receivable
INSERT INTO transfer (ledger_id, transfer_id, request_key, debit, credit, amount, kind, at)
SELECT $1, $2, $3, $5, $4, -balance, $6, $7 FROM ledger_balance WHERE ledger_id = $1 AND code = $4 AND balance < 0
ON CONFLICT (ledger_id, request_key) DO NOTHING
RETURNING amount;
