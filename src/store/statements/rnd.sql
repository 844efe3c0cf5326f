-- name: rnd_insert
INSERT INTO rnd_row (month, e164, disconnected_at, submitted_at) VALUES ($1, $2, $3, 0)
ON CONFLICT (month, e164) DO NOTHING;
-- name: rnd_get
SELECT month, e164, disconnected_at, submitted_at FROM rnd_row WHERE month = $1 AND e164 = $2;
-- name: rnd_list
SELECT month, e164, disconnected_at, submitted_at FROM rnd_row
WHERE month = $1 AND e164 > $2 ORDER BY e164 LIMIT $3;
-- name: rnd_count
SELECT COUNT(*) FROM rnd_row WHERE month = $1;
-- name: rnd_submit_rows
UPDATE rnd_row SET submitted_at = $2 WHERE month = $1 AND submitted_at = 0;
-- name: rnd_submit_month
INSERT INTO rnd_month (month, submitted_at, row_count, staff_id) VALUES ($1, $2, $3, $4) ON CONFLICT (month) DO NOTHING;
-- name: rnd_month_get
SELECT submitted_at, staff_id FROM rnd_month WHERE month = $1;
