-- name: sweep_message
DELETE FROM message WHERE account_id = $1 AND (unread, message_id) IN (
    SELECT unread, message_id FROM message WHERE account_id = $1 ORDER BY unread, message_id LIMIT $2);
-- name: sweep_message_part
DELETE FROM message_part WHERE account_id = $1 AND (group_id, number) IN (
    SELECT group_id, number FROM message_part WHERE account_id = $1 ORDER BY group_id, number LIMIT $2);
-- name: sweep_service
DELETE FROM linked_service WHERE account_id = $1 AND service_id IN (
    SELECT service_id FROM linked_service WHERE account_id = $1 ORDER BY service_id LIMIT $2);
-- name: sweep_line_service
DELETE FROM line_service WHERE account_id = $1 AND (line_id, service_id) IN (
    SELECT line_id, service_id FROM line_service WHERE account_id = $1 ORDER BY line_id, service_id LIMIT $2);
-- name: sweep_blocked_sender
DELETE FROM blocked_sender WHERE account_id = $1 AND sender_id IN (
    SELECT sender_id FROM blocked_sender WHERE account_id = $1 ORDER BY sender_id LIMIT $2);
-- name: sweep_sent_part
DELETE FROM sent_part WHERE account_id = $1 AND (message_id, number) IN (
    SELECT message_id, number FROM sent_part WHERE account_id = $1 AND state > 2 ORDER BY message_id, number LIMIT $2);
-- name: sweep_opted_out
DELETE FROM opted_out WHERE account_id = $1 AND (line_id, peer_id) IN (
    SELECT line_id, peer_id FROM opted_out WHERE account_id = $1 ORDER BY line_id, peer_id LIMIT $2);
-- name: sweep_replaceable_text
DELETE FROM replaceable_text WHERE account_id = $1 AND slot_id IN (
    SELECT slot_id FROM replaceable_text WHERE account_id = $1 ORDER BY slot_id LIMIT $2);
-- name: sweep_contact
DELETE FROM contact WHERE account_id = $1 AND contact_id IN (
    SELECT contact_id FROM contact WHERE account_id = $1 ORDER BY contact_id LIMIT $2);
-- name: sweep_proof
DELETE FROM proof WHERE account_id = $1 AND proof_id IN (
    SELECT proof_id FROM proof WHERE account_id = $1 ORDER BY proof_id LIMIT $2);
-- name: sweep_line
DELETE FROM line WHERE account_id = $1 AND line_id IN (
    SELECT line_id FROM line WHERE account_id = $1 ORDER BY line_id LIMIT $2);
-- name: sweep_order
DELETE FROM customer_order WHERE account_id = $1 AND order_id IN (
    SELECT order_id FROM customer_order WHERE account_id = $1 ORDER BY order_id LIMIT $2);
-- name: sweep_payment
DELETE FROM payment WHERE account_id = $1 AND payment_id IN (
    SELECT payment_id FROM payment WHERE account_id = $1 ORDER BY payment_id LIMIT $2);
-- name: sweep_archive
DELETE FROM archive WHERE account_id = $1 AND archive_id IN (
    SELECT archive_id FROM archive WHERE account_id = $1
    AND NOT EXISTS (SELECT 1 FROM archive_chunk AS chunk WHERE chunk.account_id = $1
    AND chunk.archive_id = archive.archive_id) ORDER BY archive_id LIMIT $2);
-- name: sweep_outbox
DELETE FROM outbox WHERE account_id = $1 AND outbox_id IN (
    SELECT outbox_id FROM outbox WHERE account_id = $1 AND key_kind = 'account' AND state <> 0 ORDER BY outbox_id LIMIT $2);
-- name: sweep_ticket
DELETE FROM ticket WHERE account_id = $1 AND ticket_id IN (
    SELECT ticket_id FROM ticket WHERE account_id = $1 AND key_kind = 'account'
    AND NOT EXISTS (SELECT 1 FROM ticket_message AS message WHERE message.account_id = $1
    AND message.ticket_id = ticket.ticket_id) ORDER BY ticket_id LIMIT $2);
-- name: sweep_archive_chunk
DELETE FROM archive_chunk WHERE account_id = $1 AND (archive_id, seq) IN (
    SELECT archive_id, seq FROM archive_chunk WHERE account_id = $1 ORDER BY archive_id, seq LIMIT $2);
-- name: sweep_keys
DELETE FROM idempotency WHERE account_id = $1 AND key_hash IN (
    SELECT key_hash FROM idempotency WHERE account_id = $1 ORDER BY key_hash LIMIT $2);
-- name: sweep_ticket_message
DELETE FROM ticket_message WHERE account_id = $1 AND (ticket_id, message_id) IN (
    SELECT message.ticket_id, message.message_id FROM ticket_message AS message
    JOIN ticket ON ticket.account_id = message.account_id AND ticket.ticket_id = message.ticket_id
    WHERE message.account_id = $1 AND ticket.key_kind = 'account' ORDER BY message.ticket_id, message.message_id LIMIT $2);
-- name: sweep_closure_outbox
DELETE FROM outbox WHERE account_id = $1 AND outbox_id IN (
    SELECT outbox_id FROM outbox WHERE account_id = $1 AND key_kind = 'closure' AND key_owner = $2 AND state <> 0
    ORDER BY outbox_id LIMIT $3);
-- name: sweep_closure_ticket_message
DELETE FROM ticket_message WHERE account_id = $1 AND (ticket_id, message_id) IN (
    SELECT message.ticket_id, message.message_id FROM ticket_message AS message
    JOIN ticket ON ticket.account_id = message.account_id AND ticket.ticket_id = message.ticket_id
    WHERE message.account_id = $1 AND ticket.key_kind = 'closure' AND ticket.key_owner = $2
    ORDER BY message.ticket_id, message.message_id LIMIT $3);
-- name: sweep_closure_ticket
DELETE FROM ticket WHERE account_id = $1 AND ticket_id IN (
    SELECT ticket_id FROM ticket WHERE account_id = $1 AND key_kind = 'closure' AND key_owner = $2
    AND NOT EXISTS (SELECT 1 FROM ticket_message AS message WHERE message.account_id = $1
    AND message.ticket_id = ticket.ticket_id) ORDER BY ticket_id LIMIT $3);
