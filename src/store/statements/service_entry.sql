-- name: service_entry_put
INSERT INTO service_entry (generation, service_key, value) VALUES ($1, $2, $3)
ON CONFLICT (generation, service_key) DO UPDATE SET value = excluded.value;
-- name: service_entry_list
SELECT service_key, value FROM service_entry
WHERE generation = $1 AND service_key > $2 ORDER BY service_key LIMIT $3;
-- name: service_entry_delete
DELETE FROM service_entry WHERE generation = $1 AND service_key = $2;
-- name: service_entry_prune
DELETE FROM service_entry WHERE (generation, service_key) IN (
    SELECT generation, service_key FROM service_entry WHERE generation > 0 AND generation <> $1
    ORDER BY generation, service_key LIMIT $2);
