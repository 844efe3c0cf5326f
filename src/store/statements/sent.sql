-- name: sent_part_insert
INSERT INTO sent_part (account_id, message_id, number, line_id, state, state_at, price, tries, request_key)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8);
-- name: sent_part_list
SELECT message_id, number, line_id, state, state_at, price, tries FROM sent_part
WHERE account_id = $1 AND message_id = $2 ORDER BY number LIMIT $3;
-- name: sent_part_change
UPDATE sent_part SET state = $4, state_at = $5, tries = $6, price = $7
WHERE account_id = $1 AND message_id = $2 AND number = $3 AND state = $8;
-- name: sent_part_open
SELECT message_id, number, line_id, state, state_at, price, tries FROM sent_part
WHERE account_id = $1 AND state < 3 ORDER BY message_id, number LIMIT $2;
-- name: sent_part_open_line
SELECT message_id, number, line_id, state, state_at, price, tries FROM sent_part
WHERE account_id = $1 AND state < 3 AND line_id = $3 ORDER BY message_id, number LIMIT $2;
-- name: sent_part_of_request
SELECT message_id FROM sent_part WHERE account_id = $1 AND request_key = $2 AND message_id > $3
ORDER BY message_id LIMIT 1;
-- name: sent_part_count_since
SELECT COUNT(*) FROM sent_part WHERE account_id = $1 AND message_id > $2;
-- name: sent_part_sums
SELECT message_id, COUNT(*), CAST(COALESCE(SUM(price), 0) AS BIGINT), MIN(state), MAX(state),
CAST(COALESCE(SUM(CASE WHEN state = 5 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM sent_part
WHERE account_id = $1 AND message_id >= $2 AND message_id <= $3 GROUP BY message_id ORDER BY message_id;
-- name: sent_receipt_get
SELECT account_id, message_id, number, state, at FROM sent_receipt WHERE receipt_hash = $1;
-- name: sent_receipt_put
INSERT INTO sent_receipt (receipt_hash, account_id, message_id, number, state, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (receipt_hash) DO UPDATE SET account_id = excluded.account_id, message_id = excluded.message_id,
number = excluded.number, state = excluded.state, at = excluded.at;
-- name: sent_receipt_forget
DELETE FROM sent_receipt WHERE receipt_hash IN (
    SELECT receipt_hash FROM sent_receipt WHERE at < $1 ORDER BY at LIMIT $2);
-- name: opted_out_put
INSERT INTO opted_out (account_id, line_id, peer_id, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, line_id, peer_id) DO NOTHING;
-- name: opted_out_delete
DELETE FROM opted_out WHERE account_id = $1 AND line_id = $2 AND peer_id = $3;
-- name: opted_out_get
SELECT at FROM opted_out WHERE account_id = $1 AND line_id = $2 AND peer_id = $3;
