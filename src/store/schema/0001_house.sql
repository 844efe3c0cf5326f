-- Every personal field lives in a column named box (or own_box, link_box): one sealed box a row.

CREATE TABLE setting (
    name text NOT NULL PRIMARY KEY,
    value text NOT NULL
);

-- Wrapped keys: kind 'account', 'closure', 'case' (a stranger, a staff member).
CREATE TABLE data_key (
    owner_id int64 NOT NULL,
    kind text NOT NULL,
    epoch int64 NOT NULL,
    wrapped bytes NOT NULL,
    PRIMARY KEY (owner_id, kind)
);
CREATE INDEX data_key_epoch ON data_key (epoch, owner_id);

-- Unique names by keyed tag: kind 'login', 'staff'.
CREATE TABLE directory (
    kind text NOT NULL,
    tag bytes NOT NULL,
    epoch int64 NOT NULL,
    account_id int64 NOT NULL,
    PRIMARY KEY (kind, tag)
);
CREATE INDEX directory_account ON directory (account_id);
CREATE INDEX directory_epoch ON directory (epoch, account_id);

-- Public references (they hold nothing personal): 'VC' closure, 'VO' order, 'VT' ticket, 'VD' declaration.
CREATE TABLE reference (
    code text NOT NULL PRIMARY KEY,
    kind text NOT NULL,
    account_id int64 NOT NULL,
    subject_id int64 NOT NULL
);
CREATE INDEX reference_account ON reference (account_id, subject_id);

CREATE TABLE account (
    account_id int64 NOT NULL PRIMARY KEY,
    state int64 NOT NULL,
    state_at int64 NOT NULL,
    created_at int64 NOT NULL,
    security_at int64 NOT NULL, -- last change of password, contact or factor
    locked_at int64 NOT NULL, -- 'This was not me': contacts, factors and refund destination may not change
    archived_at int64 NOT NULL, -- newest archive that was downloaded or made
    version int64 NOT NULL,
    box bytes -- NULL once the account is forgotten
);

CREATE TABLE session (
    account_id int64 NOT NULL,
    session_id int64 NOT NULL,
    role int64 NOT NULL,
    secret_hash bytes NOT NULL,
    created_at int64 NOT NULL,
    seen_at int64 NOT NULL,
    expires_at int64 NOT NULL,
    proof_until int64 NOT NULL,
    PRIMARY KEY (account_id, session_id)
);
CREATE INDEX session_expires ON session (expires_at);

-- A code that was sent: purpose 'closure' or 'contact'.
CREATE TABLE proof (
    account_id int64 NOT NULL,
    proof_id int64 NOT NULL,
    purpose text NOT NULL,
    contact_id int64 NOT NULL,
    created_at int64 NOT NULL,
    expires_at int64 NOT NULL,
    tries int64 NOT NULL,
    used_at int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, proof_id)
);
CREATE INDEX proof_expires ON proof (expires_at);

CREATE TABLE contact (
    account_id int64 NOT NULL,
    contact_id int64 NOT NULL,
    kind int64 NOT NULL,
    added_at int64 NOT NULL,
    verified_at int64 NOT NULL,
    removed_at int64 NOT NULL,
    version int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, contact_id)
);

CREATE TABLE staff (
    staff_id int64 NOT NULL PRIMARY KEY,
    role int64 NOT NULL,
    created_at int64 NOT NULL,
    disabled_at int64 NOT NULL,
    box bytes NOT NULL
);

-- The operator's inventory.
CREATE TABLE number (
    e164 text NOT NULL PRIMARY KEY,
    state int64 NOT NULL,
    carrier text NOT NULL,
    class int64 NOT NULL,
    account_id int64 NOT NULL,
    line_id int64 NOT NULL,
    assigned_at int64 NOT NULL,
    disconnected_at int64 NOT NULL,
    aging_until int64 NOT NULL,
    leaving_at int64 NOT NULL, -- when its port-out began; 0: it stays
    rested_days int64 NOT NULL, -- how long it rested before the present line; 0: never used before
    seen_wall int64 NOT NULL, -- first of the two observations that end aging
    seen_monotonic int64 NOT NULL
);
CREATE INDEX number_state ON number (state, e164);
CREATE INDEX number_account ON number (account_id, line_id);
-- What is leaving is little, and the desk looks at it.
CREATE INDEX number_leaving ON number (e164) WHERE leaving_at > 0;

-- Texts to a resting or foreign number are counted, never stored. e164 is '' for a number that is not ours.
CREATE TABLE number_texts (
    e164 text NOT NULL,
    day int64 NOT NULL,
    count int64 NOT NULL,
    PRIMARY KEY (e164, day)
);

-- The Reassigned Numbers Database: one row a disconnect.
CREATE TABLE rnd_row (
    month text NOT NULL,
    e164 text NOT NULL,
    disconnected_at int64 NOT NULL,
    submitted_at int64 NOT NULL,
    PRIMARY KEY (month, e164)
);
CREATE TABLE rnd_month (
    month text NOT NULL PRIMARY KEY,
    submitted_at int64 NOT NULL,
    row_count int64 NOT NULL,
    staff_id int64 NOT NULL -- 0: the command line
);

CREATE TABLE line (
    account_id int64 NOT NULL,
    line_id int64 NOT NULL,
    since int64 NOT NULL,
    ended_at int64 NOT NULL,
    fee int64 NOT NULL,
    paid_until int64 NOT NULL,
    fees_stopped_at int64 NOT NULL,
    last_text_at int64 NOT NULL,
    reminded_at int64 NOT NULL,
    locked_at int64 NOT NULL, -- the number lock: no port-out; 0: open
    pin_until int64 NOT NULL, -- the transfer PIN in the box holds until then; 0: there is none
    pin_tries int64 NOT NULL,
    version int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, line_id)
);

CREATE TABLE carrier_seen (
    carrier text NOT NULL,
    message_hash bytes NOT NULL,
    seen_at int64 NOT NULL,
    PRIMARY KEY (carrier, message_hash)
);
CREATE INDEX carrier_seen_at ON carrier_seen (seen_at);
-- Texts of carriers that give no ids, in the order in which they came: looked through after a start alone, so they need no
-- index by content. content is the beginning of a hash.
CREATE TABLE carrier_note (
    at int64 NOT NULL,
    carrier text NOT NULL,
    content int64 NOT NULL,
    PRIMARY KEY (at, carrier, content)
);

-- Where several nodes run: which one took such a text last, and when an answer of a node's may last have been lost. A
-- carrier brings a text again over any node's bind.
CREATE TABLE carrier_taken (
    carrier text NOT NULL,
    content int64 NOT NULL,
    node_id int64 NOT NULL,
    at int64 NOT NULL,
    PRIMARY KEY (carrier, content)
);
CREATE INDEX carrier_taken_at ON carrier_taken (at);
CREATE TABLE carrier_loss (
    carrier text NOT NULL,
    node_id int64 NOT NULL,
    lost_at int64 NOT NULL,
    PRIMARY KEY (carrier, node_id)
);

-- Read and unread ones are apart in the key, so that the unread are counted without an index of their own: each
-- index costs every text a page.
CREATE TABLE message (
    account_id int64 NOT NULL,
    unread int64 NOT NULL, -- 1: read_at is 0
    message_id int64 NOT NULL,
    line_id int64 NOT NULL,
    direction int64 NOT NULL,
    read_at int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, unread, message_id)
);

-- Parts of long messages that are not whole yet; number 0: prints of those that were, to know one that comes again.
CREATE TABLE message_part (
    account_id int64 NOT NULL,
    group_id int64 NOT NULL,
    number int64 NOT NULL,
    line_id int64 NOT NULL,
    came_at int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, group_id, number)
);

-- Parts of texts that were sent: states of domain's enum sent_state. Below 3 the price is held from the wallet.
-- request_key makes asking twice one text; it is a keyed hash.
CREATE TABLE sent_part (
    account_id int64 NOT NULL,
    message_id int64 NOT NULL,
    number int64 NOT NULL,
    line_id int64 NOT NULL,
    state int64 NOT NULL,
    state_at int64 NOT NULL,
    price int64 NOT NULL,
    tries int64 NOT NULL,
    request_key bytes NOT NULL,
    PRIMARY KEY (account_id, message_id, number)
);
CREATE INDEX sent_part_request ON sent_part (account_id, request_key);
CREATE INDEX sent_part_open ON sent_part (account_id, message_id) WHERE state < 3;

-- What a carrier's receipt is found by: a hash of carrier, recipient and the carrier's id. message_id 0: the receipt
-- came before the answer that says whose it is, and waits with its state.
CREATE TABLE sent_receipt (
    receipt_hash bytes NOT NULL PRIMARY KEY,
    account_id int64 NOT NULL,
    message_id int64 NOT NULL,
    number int64 NOT NULL,
    state int64 NOT NULL,
    at int64 NOT NULL
);
CREATE INDEX sent_receipt_at ON sent_receipt (at);

-- Who asked a line for no more texts (STOP); peer_id is a keyed hash under the account's key.
CREATE TABLE opted_out (
    account_id int64 NOT NULL,
    line_id int64 NOT NULL,
    peer_id int64 NOT NULL,
    at int64 NOT NULL,
    PRIMARY KEY (account_id, line_id, peer_id)
);

-- Texts that a later one of the same sender, number and type replaces (3GPP TS 23.040, section 9.2.3.9): slot_id is a
-- keyed hash of the three.
CREATE TABLE replaceable_text (
    account_id int64 NOT NULL,
    slot_id int64 NOT NULL,
    message_id int64 NOT NULL,
    PRIMARY KEY (account_id, slot_id)
);

-- service_id is a keyed hash of the service's name under the account's key.
CREATE TABLE linked_service (
    account_id int64 NOT NULL,
    service_id int64 NOT NULL,
    first_at int64 NOT NULL,
    done_at int64 NOT NULL,
    removed_at int64 NOT NULL,
    version int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, service_id)
);

-- What came from it to each line: what ends with one number must be known without reading the mailbox. The account's
-- counts are the sums over these.
CREATE TABLE line_service (
    account_id int64 NOT NULL,
    line_id int64 NOT NULL,
    service_id int64 NOT NULL,
    first_at int64 NOT NULL,
    last_at int64 NOT NULL,
    last_code_at int64 NOT NULL,
    count int64 NOT NULL,
    PRIMARY KEY (account_id, line_id, service_id)
);

-- Senders whose texts the subscriber refuses; sender_id is a keyed hash under the account's key.
CREATE TABLE blocked_sender (
    account_id int64 NOT NULL,
    sender_id int64 NOT NULL,
    blocked_at int64 NOT NULL,
    last_at int64 NOT NULL,
    count int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, sender_id)
);

-- Services beside those that the program ships: a newer list (one generation, made known by a setting when it
-- is whole) and the desk's corrections (generation 0). Nothing of it belongs to a subscriber.
CREATE TABLE service_entry (
    generation int64 NOT NULL,
    service_key text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (generation, service_key)
);

-- Balances of one customer's ledger: code = domain/ledger's account code.
CREATE TABLE ledger_balance (
    ledger_id int64 NOT NULL,
    code int64 NOT NULL,
    balance int64 NOT NULL,
    PRIMARY KEY (ledger_id, code)
);
CREATE TABLE transfer (
    ledger_id int64 NOT NULL,
    transfer_id int64 NOT NULL,
    request_key bytes NOT NULL,
    debit int64 NOT NULL,
    credit int64 NOT NULL,
    amount int64 NOT NULL,
    kind text NOT NULL,
    at int64 NOT NULL,
    PRIMARY KEY (ledger_id, transfer_id)
);
CREATE UNIQUE INDEX transfer_request ON transfer (ledger_id, request_key);

CREATE TABLE customer_order (
    account_id int64 NOT NULL,
    order_id int64 NOT NULL,
    kind text NOT NULL,
    amount int64 NOT NULL,
    at int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, order_id)
);
CREATE TABLE payment (
    account_id int64 NOT NULL,
    payment_id int64 NOT NULL,
    amount int64 NOT NULL,
    refunded int64 NOT NULL,
    at int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, payment_id)
);

CREATE TABLE closure (
    account_id int64 NOT NULL,
    closure_id int64 NOT NULL,
    reference text NOT NULL,
    scope int64 NOT NULL,
    line_id int64 NOT NULL,
    state int64 NOT NULL,
    state_at int64 NOT NULL,
    version int64 NOT NULL,
    declared_at int64 NOT NULL,
    submitted_at int64 NOT NULL,
    start_at int64 NOT NULL,
    due_at int64 NOT NULL,
    review_end_at int64 NOT NULL,
    undo_end_at int64 NOT NULL,
    undo_micros int64 NOT NULL,
    deadline_at int64 NOT NULL,
    fresh int64 NOT NULL,
    objected_at int64 NOT NULL,
    hold int64 NOT NULL,
    approved_by int64 NOT NULL,
    first_refuser int64 NOT NULL,
    refusal_reason int64 NOT NULL,
    reason int64 NOT NULL,
    refund_choice int64 NOT NULL,
    tries int64 NOT NULL,
    waits_for text NOT NULL,
    reminded_at int64 NOT NULL,
    settled_amount int64 NOT NULL,
    closed_at int64 NOT NULL,
    forgotten_at int64 NOT NULL,
    confirmed_at int64 NOT NULL, -- the confirmation was handed over, or given up
    secret_hash bytes NOT NULL,
    link_public bytes NOT NULL,
    own_box bytes, -- under the closure's key; NULL once that is gone
    PRIMARY KEY (account_id, closure_id)
);
CREATE INDEX closure_state ON closure (state, state_at, closure_id);

-- Who is told of the disconnect, and each one's result.
CREATE TABLE closure_recipient (
    account_id int64 NOT NULL,
    closure_id int64 NOT NULL,
    recipient text NOT NULL,
    told_at int64 NOT NULL,
    result text NOT NULL,
    PRIMARY KEY (account_id, closure_id, recipient)
);

CREATE TABLE refund (
    account_id int64 NOT NULL,
    closure_id int64 NOT NULL,
    payment_id int64 NOT NULL,
    attempt int64 NOT NULL,
    amount int64 NOT NULL,
    state int64 NOT NULL,
    owed_at int64 NOT NULL,
    sent_at int64 NOT NULL,
    settled_at int64 NOT NULL,
    box bytes, -- under the closure's key
    PRIMARY KEY (account_id, closure_id, payment_id, attempt)
);

CREATE TABLE receipt (
    account_id int64 NOT NULL,
    closure_id int64 NOT NULL,
    stage int64 NOT NULL,
    made_at int64 NOT NULL,
    hash bytes NOT NULL,
    signature text NOT NULL,
    link_box bytes NOT NULL, -- to the secret link's public key
    PRIMARY KEY (account_id, closure_id, stage)
);

CREATE TABLE log_leaf (
    hash bytes NOT NULL PRIMARY KEY,
    kind text NOT NULL,
    at int64 NOT NULL,
    written_at int64 NOT NULL
);
CREATE INDEX log_leaf_written ON log_leaf (written_at, at);

-- What stands in the file of that name, for the files of the other nodes.
CREATE TABLE tombstone (
    at int64 NOT NULL,
    closure_id int64 NOT NULL,
    part int64 NOT NULL,
    record text NOT NULL,
    PRIMARY KEY (at, closure_id, part)
);

-- subject_id is 0 for the account's own journal, else the closure's.
CREATE TABLE journal (
    account_id int64 NOT NULL,
    subject_id int64 NOT NULL,
    seq int64 NOT NULL,
    at int64 NOT NULL,
    event text NOT NULL,
    actor text NOT NULL,
    box bytes,
    previous bytes NOT NULL,
    hash bytes NOT NULL,
    PRIMARY KEY (account_id, subject_id, seq)
);

-- An effect on the world outside. key_kind tells under whose key the box is: 'account', 'closure', 'case'.
CREATE TABLE outbox (
    account_id int64 NOT NULL,
    outbox_id int64 NOT NULL,
    kind text NOT NULL,
    effect_key text NOT NULL,
    key_kind text NOT NULL,
    key_owner int64 NOT NULL,
    closure_id int64 NOT NULL,
    state int64 NOT NULL,
    tries int64 NOT NULL,
    created_at int64 NOT NULL,
    done_at int64 NOT NULL,
    result text NOT NULL,
    box bytes,
    PRIMARY KEY (account_id, outbox_id)
);
CREATE UNIQUE INDEX outbox_key ON outbox (account_id, effect_key);
-- What failed for good is little, and people look at it.
CREATE INDEX outbox_dead ON outbox (done_at, outbox_id) WHERE state = 2;

-- What is found by time: ids only. kind: 'outbox', 'closure', 'declaration', 'line', 'archive', 'sweep', 'aging' …
-- A lease is the node's that claimed it last; the fence grows with every claim, and what was begun under an
-- older one may not be ended.
CREATE TABLE queue (
    bucket int64 NOT NULL,
    due int64 NOT NULL,
    queue_id int64 NOT NULL,
    kind text NOT NULL,
    account_id int64 NOT NULL,
    subject_id int64 NOT NULL,
    lease_until int64 NOT NULL,
    lease_node int64 NOT NULL,
    fence int64 NOT NULL,
    PRIMARY KEY (bucket, due, queue_id)
);
CREATE INDEX queue_subject ON queue (account_id, subject_id, kind);

-- Work of the queue that failed and is tried again; a row goes when it works.
CREATE TABLE job_failure (
    account_id int64 NOT NULL,
    subject_id int64 NOT NULL,
    kind text NOT NULL,
    first_at int64 NOT NULL,
    tries int64 NOT NULL,
    ticket_id int64 NOT NULL, -- the operator's; 0: none yet
    PRIMARY KEY (account_id, subject_id, kind)
);

-- The processes that serve this store. state 1: asks to be let in, 2: a member, 3: retired. What is sealed is keys of
-- the keyring, for the public key alone whose secret half stands in that node's keyring.
CREATE TABLE node (
    node_id int64 NOT NULL PRIMARY KEY,
    state int64 NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    started_at int64 NOT NULL,
    beaten_at int64 NOT NULL,
    epoch int64 NOT NULL,
    epoch_oldest int64 NOT NULL,
    exchange_key bytes NOT NULL,
    exchange_tag bytes NOT NULL,
    sealed_epoch int64 NOT NULL,
    sealed bytes NOT NULL
);

-- What waits for a person at the desk: kind 'review', 'ticket', 'refund', 'declaration'.
CREATE TABLE desk_item (
    kind text NOT NULL,
    due int64 NOT NULL,
    subject_id int64 NOT NULL,
    account_id int64 NOT NULL,
    PRIMARY KEY (kind, due, subject_id)
);
CREATE INDEX desk_item_subject ON desk_item (subject_id, kind);

CREATE TABLE audit (
    audit_id int64 NOT NULL PRIMARY KEY,
    at int64 NOT NULL,
    staff_id int64 NOT NULL,
    event text NOT NULL,
    account_id int64 NOT NULL,
    subject_id int64 NOT NULL
);

-- A declaration belongs to a case until it is matched. line_id: the one number that it concerns, 0: all.
-- bought_at: the purchase that it may withdraw from; 0: none is known.
CREATE TABLE declaration (
    declaration_id int64 NOT NULL PRIMARY KEY,
    reference text NOT NULL,
    kind int64 NOT NULL,
    state int64 NOT NULL,
    state_at int64 NOT NULL,
    received_at int64 NOT NULL,
    wished_at int64 NOT NULL,
    deadline_at int64 NOT NULL,
    account_id int64 NOT NULL,
    line_id int64 NOT NULL,
    closure_id int64 NOT NULL,
    bought_at int64 NOT NULL,
    secret_hash bytes NOT NULL,
    box bytes
);
CREATE INDEX declaration_account ON declaration (account_id, declaration_id);

-- key_kind as in outbox.
CREATE TABLE ticket (
    account_id int64 NOT NULL,
    ticket_id int64 NOT NULL,
    reference text NOT NULL,
    key_kind text NOT NULL,
    key_owner int64 NOT NULL,
    state int64 NOT NULL,
    created_at int64 NOT NULL,
    updated_at int64 NOT NULL,
    closure_id int64 NOT NULL,
    secret_hash bytes NOT NULL,
    version int64 NOT NULL,
    box bytes,
    PRIMARY KEY (account_id, ticket_id)
);
CREATE TABLE ticket_message (
    account_id int64 NOT NULL,
    ticket_id int64 NOT NULL,
    message_id int64 NOT NULL,
    staff_id int64 NOT NULL,
    at int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, ticket_id, message_id)
);

CREATE TABLE archive (
    account_id int64 NOT NULL,
    archive_id int64 NOT NULL,
    state int64 NOT NULL,
    created_at int64 NOT NULL,
    done_at int64 NOT NULL,
    step int64 NOT NULL,
    steps int64 NOT NULL,
    size int64 NOT NULL,
    chunks int64 NOT NULL,
    PRIMARY KEY (account_id, archive_id)
);
CREATE TABLE archive_chunk (
    account_id int64 NOT NULL,
    archive_id int64 NOT NULL,
    seq int64 NOT NULL,
    box bytes NOT NULL,
    PRIMARY KEY (account_id, archive_id, seq)
);

CREATE TABLE idempotency (
    account_id int64 NOT NULL,
    key_hash bytes NOT NULL,
    body_hash bytes NOT NULL,
    state int64 NOT NULL,
    status int64 NOT NULL,
    at int64 NOT NULL,
    subject_id int64 NOT NULL,
    box bytes,
    PRIMARY KEY (account_id, key_hash)
);
CREATE INDEX idempotency_at ON idempotency (at);
