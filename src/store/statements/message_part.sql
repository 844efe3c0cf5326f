-- name: message_part_put
-- sealed: box
INSERT INTO message_part (account_id, group_id, number, line_id, came_at, box) VALUES ($1, $2, $3, $4, $5, $6);
-- name: message_part_list
SELECT number, line_id, came_at, box FROM message_part WHERE account_id = $1 AND group_id = $2 ORDER BY number LIMIT $3;
-- name: message_part_delete
DELETE FROM message_part WHERE account_id = $1 AND group_id = $2;
