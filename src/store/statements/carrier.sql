-- name: carrier_claim
INSERT INTO carrier_seen (carrier, message_hash, seen_at) VALUES ($1, $2, $3)
ON CONFLICT (carrier, message_hash) DO NOTHING;
-- name: carrier_forget
DELETE FROM carrier_seen WHERE (carrier, message_hash) IN (
    SELECT carrier, message_hash FROM carrier_seen WHERE seen_at < $1 ORDER BY seen_at LIMIT $2);
-- name: carrier_note
INSERT INTO carrier_note (at, carrier, content) VALUES ($1, $2, $3)
ON CONFLICT (at, carrier, content) DO NOTHING;
-- name: carrier_note_list
SELECT at, content FROM carrier_note WHERE at >= $1 AND carrier = $2 ORDER BY at DESC, content LIMIT $3;
-- name: carrier_note_forget
DELETE FROM carrier_note WHERE (at, carrier, content) IN (
    SELECT at, carrier, content FROM carrier_note
    WHERE at < $1 AND at < (SELECT MAX(at) FROM carrier_note) ORDER BY at, carrier, content LIMIT $2);
-- name: carrier_taken_get
SELECT node_id, at FROM carrier_taken WHERE carrier = $1 AND content = $2;
-- name: carrier_taken_put
INSERT INTO carrier_taken (carrier, content, node_id, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (carrier, content) DO UPDATE SET node_id = excluded.node_id, at = excluded.at;
-- name: carrier_taken_forget
DELETE FROM carrier_taken WHERE (carrier, content) IN (
    SELECT carrier, content FROM carrier_taken WHERE at < $1 ORDER BY at LIMIT $2);
-- name: carrier_loss_get
SELECT lost_at FROM carrier_loss WHERE carrier = $1 AND node_id = $2;
-- name: carrier_loss_put
INSERT INTO carrier_loss (carrier, node_id, lost_at) VALUES ($1, $2, $3)
ON CONFLICT (carrier, node_id) DO UPDATE SET lost_at = excluded.lost_at;
