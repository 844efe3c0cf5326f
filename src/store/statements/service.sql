-- name: service_seen
-- sealed: box
INSERT INTO linked_service (account_id, service_id, first_at, done_at, removed_at, version, box)
VALUES ($1, $2, $3, 0, 0, 0, $4)
ON CONFLICT (account_id, service_id) DO NOTHING;
-- name: service_seen_again
UPDATE line_service SET
    first_at = CASE WHEN first_at = 0 OR first_at > $4 THEN $4 ELSE first_at END,
    last_at = CASE WHEN last_at < $4 THEN $4 ELSE last_at END,
    last_code_at = CASE WHEN last_code_at < $5 THEN $5 ELSE last_code_at END,
    count = count + 1
WHERE account_id = $1 AND line_id = $2 AND service_id = $3;
-- name: service_seen_line
INSERT INTO line_service (account_id, line_id, service_id, first_at, last_at, last_code_at, count)
VALUES ($1, $2, $3, $4, $4, $5, $6)
ON CONFLICT (account_id, line_id, service_id) DO UPDATE SET
    first_at = CASE WHEN line_service.first_at = 0 OR line_service.first_at > excluded.first_at
                    THEN excluded.first_at ELSE line_service.first_at END,
    last_at = CASE WHEN line_service.last_at < excluded.last_at THEN excluded.last_at ELSE line_service.last_at END,
    last_code_at = CASE WHEN line_service.last_code_at < excluded.last_code_at
                        THEN excluded.last_code_at ELSE line_service.last_code_at END,
    count = line_service.count + excluded.count;
-- name: service_list_line
SELECT linked_service.service_id, line_service.first_at, line_service.last_at, line_service.last_code_at,
    line_service.count, linked_service.done_at, linked_service.box
FROM line_service JOIN linked_service ON linked_service.account_id = line_service.account_id
    AND linked_service.service_id = line_service.service_id
WHERE line_service.account_id = $1 AND line_service.line_id = $2 AND linked_service.removed_at = 0
ORDER BY line_service.service_id LIMIT $3;
-- name: service_add
-- sealed: box
INSERT INTO linked_service (account_id, service_id, first_at, done_at, removed_at, version, box)
VALUES ($1, $2, $3, 0, 0, 0, $4)
ON CONFLICT (account_id, service_id) DO UPDATE SET removed_at = 0, done_at = 0
WHERE linked_service.removed_at > 0;
-- name: service_list
SELECT linked_service.service_id, linked_service.first_at, COALESCE(texts.last_at, 0), COALESCE(texts.last_code_at, 0),
    COALESCE(texts.count, 0), linked_service.done_at, linked_service.box
FROM linked_service LEFT JOIN (
    SELECT service_id, MAX(last_at) AS last_at, MAX(last_code_at) AS last_code_at, CAST(SUM(count) AS BIGINT) AS count
    FROM line_service WHERE account_id = $1 GROUP BY service_id) AS texts
    ON texts.service_id = linked_service.service_id
WHERE linked_service.account_id = $1 AND linked_service.removed_at = 0
ORDER BY linked_service.first_at, linked_service.service_id LIMIT $2;
-- name: service_names
SELECT service_id, box FROM linked_service WHERE account_id = $1 AND removed_at = 0 ORDER BY service_id;
-- name: service_done
UPDATE linked_service SET done_at = $3 WHERE account_id = $1 AND service_id = $2 AND removed_at = 0;
-- name: service_remove
UPDATE linked_service SET removed_at = $3 WHERE account_id = $1 AND service_id = $2 AND removed_at = 0;
-- name: service_count
SELECT COUNT(*) FROM linked_service WHERE account_id = $1 AND removed_at = 0;
