-- name: number_insert
INSERT INTO number (e164, state, carrier, class, account_id, line_id, assigned_at, disconnected_at, aging_until,
                    rested_days, seen_wall, seen_monotonic, leaving_at)
VALUES ($1, $2, $3, $4, 0, 0, 0, 0, 0, 0, 0, 0, 0)
ON CONFLICT (e164) DO NOTHING;
-- name: number_get
SELECT e164, state, carrier, class, account_id, line_id, assigned_at, disconnected_at, aging_until, rested_days,
       seen_wall, seen_monotonic, leaving_at
FROM number WHERE e164 = $1;
-- name: number_update
UPDATE number SET state = $2, account_id = $3, line_id = $4, assigned_at = $5, disconnected_at = $6,
                  aging_until = $7, rested_days = $8, seen_wall = $9, seen_monotonic = $10, leaving_at = $11
WHERE e164 = $1 AND state = $12 AND line_id = $13 AND leaving_at = $14;
-- name: number_list
SELECT e164, state, carrier, class, account_id, line_id, assigned_at, disconnected_at, aging_until, rested_days,
       seen_wall, seen_monotonic, leaving_at
FROM number WHERE state = $1 AND e164 > $2 ORDER BY e164 LIMIT $3;
-- name: number_list_account
SELECT e164, state, carrier, class, account_id, line_id, assigned_at, disconnected_at, aging_until, rested_days,
       seen_wall, seen_monotonic, leaving_at
FROM number WHERE account_id = $1 ORDER BY line_id LIMIT $2;
-- name: number_list_leaving
SELECT e164, state, carrier, class, account_id, line_id, assigned_at, disconnected_at, aging_until, rested_days,
       seen_wall, seen_monotonic, leaving_at
FROM number WHERE leaving_at > 0 AND e164 > $1 ORDER BY e164 LIMIT $2;
-- name: number_count
SELECT COUNT(*) FROM number WHERE state = $1;
-- name: number_text_count
INSERT INTO number_texts (e164, day, count) VALUES ($1, $2, 1)
ON CONFLICT (e164, day) DO UPDATE SET count = number_texts.count + 1;
-- name: number_texts
SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM number_texts WHERE e164 = $1 AND day >= $2;
