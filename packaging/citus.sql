-- Violet's tables over the workers of a Citus cluster (12 or newer). Apply once, as the owner of the tables, on the
-- coordinator, after `violet init` and before the first account: psql -f citus.sql violet
-- A check in Violet's own test run holds this file against the schema: every table once, by a column of its key.

-- Small, read with everything: on every worker.
SELECT create_reference_table('setting');
SELECT create_reference_table('node');
SELECT create_reference_table('carrier_loss');
SELECT create_reference_table('staff');
SELECT create_reference_table('service_entry');
SELECT create_reference_table('rnd_month');

-- An account lies whole on one worker: what one command touches is there together.
SELECT create_distributed_table('account', 'account_id');
SELECT create_distributed_table('session', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('proof', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('contact', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('line', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('message', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('message_part', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('sent_part', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('replaceable_text', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('opted_out', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('linked_service', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('line_service', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('blocked_sender', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('customer_order', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('payment', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('closure', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('closure_recipient', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('refund', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('receipt', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('journal', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('outbox', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('ticket', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('ticket_message', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('archive', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('archive_chunk', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('idempotency', 'account_id', colocate_with => 'account');
SELECT create_distributed_table('job_failure', 'account_id', colocate_with => 'account');

-- The ledger has a random id of its own: nothing but a sealed field leads from it to an account.
SELECT create_distributed_table('ledger_balance', 'ledger_id', colocate_with => 'none');
SELECT create_distributed_table('transfer', 'ledger_id', colocate_with => 'ledger_balance');

-- What is unique in the whole house, by the thing that is unique.
SELECT create_distributed_table('data_key', 'owner_id', colocate_with => 'none');
SELECT create_distributed_table('directory', 'tag', colocate_with => 'none');
SELECT create_distributed_table('reference', 'code', colocate_with => 'none');
SELECT create_distributed_table('number', 'e164', colocate_with => 'none');
SELECT create_distributed_table('number_texts', 'e164', colocate_with => 'number');
SELECT create_distributed_table('rnd_row', 'e164', colocate_with => 'number');
SELECT create_distributed_table('carrier_seen', 'message_hash', colocate_with => 'none');
SELECT create_distributed_table('carrier_note', 'content', colocate_with => 'none');
SELECT create_distributed_table('carrier_taken', 'content', colocate_with => 'none');
SELECT create_distributed_table('sent_receipt', 'receipt_hash', colocate_with => 'none');
SELECT create_distributed_table('declaration', 'declaration_id', colocate_with => 'none');
SELECT create_distributed_table('log_leaf', 'hash', colocate_with => 'none');
SELECT create_distributed_table('tombstone', 'closure_id', colocate_with => 'none');
SELECT create_distributed_table('desk_item', 'subject_id', colocate_with => 'none');
SELECT create_distributed_table('audit', 'audit_id', colocate_with => 'none');

-- Work that is found by time: 64 buckets, which a node leases.
SELECT create_distributed_table('queue', 'bucket', colocate_with => 'none');
