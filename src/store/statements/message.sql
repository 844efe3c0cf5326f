-- name: message_recent
SELECT message_id FROM (
    SELECT message_id FROM message
    WHERE account_id = $1 AND unread = 1 AND message_id > $2 ORDER BY message_id DESC LIMIT $3) AS unread_ones
UNION ALL
SELECT message_id FROM (
    SELECT message_id FROM message
    WHERE account_id = $1 AND unread = 0 AND message_id > $2 ORDER BY message_id DESC LIMIT $3) AS read_ones
ORDER BY message_id DESC LIMIT $3;
-- name: message_insert
-- sealed: box
INSERT INTO message (account_id, message_id, line_id, direction, read_at, box, unread)
VALUES ($1, $2, $3, $4, $5, $6, $7);
-- name: message_get
SELECT message_id, line_id, direction, read_at, box FROM message
WHERE account_id = $1 AND unread IN (0, 1) AND message_id = $2;
-- name: message_list
SELECT message_id, line_id, direction, read_at, box FROM (
    SELECT message_id, line_id, direction, read_at, box FROM message
    WHERE account_id = $1 AND unread = 1 AND message_id < $2 ORDER BY message_id DESC LIMIT $3) AS unread_ones
UNION ALL
SELECT message_id, line_id, direction, read_at, box FROM (
    SELECT message_id, line_id, direction, read_at, box FROM message
    WHERE account_id = $1 AND unread = 0 AND message_id < $2 ORDER BY message_id DESC LIMIT $3) AS read_ones
ORDER BY message_id DESC LIMIT $3;
-- name: message_list_line
SELECT message_id, line_id, direction, read_at, box FROM (
    SELECT message_id, line_id, direction, read_at, box FROM message
    WHERE account_id = $1 AND unread = 1 AND message_id < $2 AND line_id = $4 ORDER BY message_id DESC LIMIT $3) AS unread_ones
UNION ALL
SELECT message_id, line_id, direction, read_at, box FROM (
    SELECT message_id, line_id, direction, read_at, box FROM message
    WHERE account_id = $1 AND unread = 0 AND message_id < $2 AND line_id = $4 ORDER BY message_id DESC LIMIT $3) AS read_ones
ORDER BY message_id DESC LIMIT $3;
-- name: message_list_after
SELECT message_id, line_id, direction, read_at, box FROM (
    SELECT message_id, line_id, direction, read_at, box FROM message
    WHERE account_id = $1 AND unread = 1 AND message_id > $2 ORDER BY message_id LIMIT $3) AS unread_ones
UNION ALL
SELECT message_id, line_id, direction, read_at, box FROM (
    SELECT message_id, line_id, direction, read_at, box FROM message
    WHERE account_id = $1 AND unread = 0 AND message_id > $2 ORDER BY message_id LIMIT $3) AS read_ones
ORDER BY message_id LIMIT $3;
-- name: message_read
UPDATE message SET unread = 0, read_at = CASE WHEN read_at = 0 THEN $3 ELSE read_at END
WHERE account_id = $1 AND unread IN (0, 1) AND message_id = $2;
-- name: message_read_all
UPDATE message SET unread = 0, read_at = $3 WHERE account_id = $1 AND unread = 1 AND message_id <= $2;
-- name: message_delete
DELETE FROM message WHERE account_id = $1 AND unread IN (0, 1) AND message_id = $2;
-- name: message_count_unread
SELECT COUNT(*) FROM message WHERE account_id = $1 AND unread = 1;
-- name: message_count_since
SELECT COUNT(*) FROM message WHERE account_id = $1 AND unread IN (0, 1) AND message_id > $2;
-- name: replaceable_get
SELECT message_id FROM replaceable_text WHERE account_id = $1 AND slot_id = $2;
-- name: replaceable_put
INSERT INTO replaceable_text (account_id, slot_id, message_id) VALUES ($1, $2, $3)
ON CONFLICT (account_id, slot_id) DO UPDATE SET message_id = excluded.message_id;
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
