-- name: order_insert
-- sealed: box
INSERT INTO customer_order (account_id, order_id, kind, amount, at, box) VALUES ($1, $2, $3, $4, $5, $6);
-- name: order_list
SELECT order_id, kind, amount, at, box FROM customer_order
WHERE account_id = $1 AND order_id >= $2 AND order_id < $3 ORDER BY order_id DESC LIMIT $4;
-- name: payment_insert
-- sealed: box
INSERT INTO payment (account_id, payment_id, amount, refunded, at, box) VALUES ($1, $2, $3, $4, $5, $6);
-- name: payment_list
SELECT payment_id, amount, refunded, at, box FROM payment
WHERE account_id = $1 ORDER BY payment_id DESC LIMIT $2;
-- name: payment_refund
UPDATE payment SET refunded = refunded + $3
WHERE account_id = $1 AND payment_id = $2 AND $3 > 0 AND amount - refunded >= $3;
