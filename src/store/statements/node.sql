-- name: node_put
INSERT INTO node (node_id, state, name, version, started_at, beaten_at, epoch, epoch_oldest, exchange_key, exchange_tag,
                  sealed_epoch, sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11)
ON CONFLICT (node_id) DO UPDATE SET state = $2, name = $3, version = $4, started_at = $5, beaten_at = $6, epoch = $7,
                                    epoch_oldest = $8, exchange_key = $9, exchange_tag = $10, sealed_epoch = 0,
                                    sealed = $11;
-- name: node_get
SELECT node_id, state, started_at, beaten_at, epoch, epoch_oldest, name, version, exchange_key, exchange_tag,
       sealed_epoch, sealed
FROM node WHERE node_id = $1;
-- name: node_list
SELECT node_id, state, started_at, beaten_at, epoch, epoch_oldest, name, version, exchange_key, exchange_tag,
       sealed_epoch, sealed
FROM node WHERE node_id > $1 ORDER BY node_id LIMIT $2;
-- name: node_beat
UPDATE node SET name = $2, version = $3, started_at = $4, beaten_at = $5, epoch = $6, epoch_oldest = $7 WHERE node_id = $1;
-- name: node_publish
UPDATE node SET exchange_key = $2, exchange_tag = $3, sealed_epoch = 0, sealed = $4 WHERE node_id = $1;
-- name: node_seal
UPDATE node SET sealed_epoch = $2, sealed = $3 WHERE node_id = $1;
-- name: node_set_state
UPDATE node SET state = $2, sealed_epoch = 0, sealed = $3 WHERE node_id = $1;
