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
SELECT message_id, line_id, direction, read_at, box FROM message
WHERE account_id = $1 AND unread = $2 AND message_id > $3 AND message_id < $4
ORDER BY message_id DESC LIMIT $5;
-- name: message_list_line
SELECT message_id, line_id, direction, read_at, box FROM message
WHERE account_id = $1 AND unread = $2 AND message_id > $3 AND message_id < $4 AND line_id = $6
ORDER BY message_id DESC LIMIT $5;
-- name: message_list_after
SELECT message_id, line_id, direction, read_at, box FROM message
WHERE account_id = $1 AND unread = $2 AND message_id > $3 AND message_id < $4
ORDER BY message_id LIMIT $5;
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
