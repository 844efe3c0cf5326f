/* The one table of limits: sizes, times and counts with their units. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
    /* HTTP */
    LIMIT_HEAD_BYTES = 8 * 1024,
    LIMIT_HEADERS = 64,
    LIMIT_CONNECTION_POOL_BYTES = 16 * 1024,
    LIMIT_BODY_DEFAULT_BYTES = 64 * 1024,
    LIMIT_FORM_FIELDS = 128,
    LIMIT_CONNECTIONS = 4096,
    LIMIT_HEAD_SECONDS = 15,
    LIMIT_BODY_SECONDS = 30,
    LIMIT_ANSWER_SECONDS = 120,
    LIMIT_IDLE_SECONDS = 60,
    LIMIT_HEARTBEAT_SECONDS = 20,
    LIMIT_WORKERS = 32,
    LIMIT_WORKER_QUEUE = 1024,
    LIMIT_EVENT_STREAMS = 1024,
    LIMIT_EVENT_STREAMS_TOPIC = 16,
    /* store */
    LIMIT_SQL_QUEUE = 4096,
    LIMIT_SQL_GROUP = 256,
    LIMIT_SQL_READERS = 16,
    LIMIT_SQL_ARGUMENTS = 48,
    LIMIT_SQL_COMMAND_MICROS = 5000,
    LIMIT_SQL_CONNECTIONS = 8,       /* that write, of one process on PostgreSQL */
    LIMIT_SQL_BULK_CONNECTIONS = 2,  /* of those, at once for the low lane */
    LIMIT_SQL_DEADLINE_SECONDS = 10, /* from a command's submission until "try later" */
    LIMIT_SQL_READ_SECONDS = 3,      /* how long a read waits for a connection */
    LIMIT_SQL_SETTLE_SECONDS = 60,   /* how long a commit whose answer was lost is asked for */
    LIMIT_SQL_RUNS = 100,            /* of one command */
    LIMIT_SQL_STATEMENT_SECONDS = 8,
    LIMIT_SQL_VIEW_SECONDS = 600, /* of a check or a count over everything */
    LIMIT_SQL_LOCK_SECONDS = 5,
    LIMIT_SQL_IDLE_SECONDS = 30, /* of an open transaction */
    LIMIT_SQL_CONNECT_SECONDS = 3,
    LIMIT_SQL_KEEPALIVE_SECONDS = 5,
    LIMIT_SQL_TCP_MILLIS = 10000,        /* unacknowledged bytes end a connection */
    LIMIT_SQL_MARK_SECONDS = 600,        /* how long a commit can be asked for, and clocks may differ */
    LIMIT_WAL_BYTES = 256 * 1024 * 1024, /* from here on the log is moved until it can begin anew */
    LIMIT_BOX_BYTES = 64 * 1024,
    /* identity */
    LIMIT_LOGIN_NAME_BYTES = 64,
    LIMIT_PASSWORD_MIN_BYTES = 8,
    LIMIT_PASSWORD_MAX_BYTES = 256,
    LIMIT_PASSWORD_QUEUE = 64,
    LIMIT_SESSION_DAYS = 30,
    LIMIT_SESSION_IDLE_DAYS = 14,
    LIMIT_SESSION_TOUCH_HOURS = 1, /* its use is written down no more often */
    LIMIT_STAFF_SESSION_HOURS = 12,
    LIMIT_PROOF_MINUTES = 15,
    LIMIT_CODE_TRIES = 5,
    LIMIT_CONTACTS = 10,
    LIMIT_CONTACT_BYTES = 254,
    /* messages */
    LIMIT_MESSAGE_BYTES = 4096,
    LIMIT_SENDER_BYTES = 64,
    LIMIT_CARRIER_ID_BYTES = 128,
    LIMIT_CARRIER_NOTE_HOURS = 24,     /* how long a text of a carrier without ids is remembered */
    LIMIT_CARRIER_ID_DAYS = 30,        /* how long a carrier may repeat a delivery */
    LIMIT_CARRIER_REPEAT_MINUTES = 15, /* how long after a lost answer one without ids may */
    LIMIT_CARRIER_DOUBT_SECONDS = 60,  /* how long before it was lost an answer may have been given */
    LIMIT_PARTS_MINUTES = 60,          /* how long a long message waits for its missing parts */
    LIMIT_SENT_PARTS_DAY = 1000,       /* the most that an operator may allow an account */
    LIMIT_SEND_MINUTES = 60,           /* how long a text waits for its carrier; then it is given up */
    LIMIT_SEND_BACK_OFF_SECONDS = 60,
    LIMIT_RECEIPT_DAYS = 7, /* how long a carrier's receipt finds its text */
    LIMIT_PAGE_ROWS = 50,
    LIMIT_HOOK_SKEW_SECONDS = 300,
    /* requests of programs */
    LIMIT_IDEMPOTENCY_KEY_BYTES = 128,
    LIMIT_IDEMPOTENCY_HOURS = 24,
    LIMIT_IDEMPOTENCY_FLIGHT_SECONDS = 60, /* a request in flight for longer did not survive */
    /* tickets */
    LIMIT_TICKET_BYTES = 8000,
    LIMIT_TICKETS_OPEN = 20,
    LIMIT_CASE_KEPT_DAYS = 30, /* what was written under a key of its own, after its end */
    /* Of one conversation, so that it is shown and re-sealed whole; the last ones are for support's answers.
     */
    LIMIT_TICKET_MESSAGES = 100,
    LIMIT_TICKET_MESSAGES_ASKED = 80,
    LIMIT_REASON_BYTES = 1000,
    /* effects */
    LIMIT_OUTBOX_TRIES = 12,
    LIMIT_OUTBOX_TRIES_TO_TICKET = 3,
    LIMIT_LEASE_SECONDS = 8,      /* of a job; renewed with every sign of life */
    LIMIT_JOB_RETRY_SECONDS = 60, /* until a job that failed is tried again */
    LIMIT_NODE_BEAT_SECONDS = 2,  /* between a node's signs of life */
    LIMIT_NODE_GONE_SECONDS = 10, /* without one it is taken for gone */
    LIMIT_TURN_WAIT_SECONDS = 30, /* of a command, for the keyring's turn that is under way */
    LIMIT_NODES = 64,             /* of one store, retired ones too */
    LIMIT_NODE_NAME_BYTES = 64,
    LIMIT_BUCKETS = 64,
    LIMIT_ACKNOWLEDGEMENTS_DAY = 3,
    /* mail */
    LIMIT_MAIL_BYTES = 1024 * 1024,
    LIMIT_MAIL_CONNECT_SECONDS = 15,
    LIMIT_MAIL_SECONDS = 45,
    LIMIT_SECRET_FILE_BYTES = 4096,
    /* numbers and money */
    LIMIT_LINES = 64,        /* of one account, ended ones too */
    LIMIT_PORT_PIN_DAYS = 7, /* how long a transfer PIN holds */
    LIMIT_PORT_DAYS = 7,     /* until somebody is asked what became of a port-out */
    LIMIT_PORT_TRIES = 5,    /* wrong ones, until it counts no more */
    LIMIT_BLOCKED = 200,     /* blocked senders of one account */
    LIMIT_WEBHOOK_URL_BYTES = 512,
    LIMIT_WEBHOOK_SECONDS = 30,
    LIMIT_SEARCH_ROWS = 2000, /* messages that one search opens */
    LIMIT_SEARCH_BYTES = 128,
    LIMIT_SERVICES = 500, /* linked services of one account */
    /* After so many attempts that failed for good a refund waits for a person of the desk, who hears from the
     * holder where it goes; the status page says so. */
    LIMIT_REFUND_ATTEMPTS = 5,
    LIMIT_REFUND_WORKING_DAYS = 10, /* from sent to "with you by", at the latest */
    LIMIT_LABEL_BYTES = 128,        /* what a person names something */
    LIMIT_TOP_UP_UNITS = 100000,    /* currency units at once */
    LIMIT_IMPORT_BYTES = 8 * 1024 * 1024,
    LIMIT_IMPORT_LINES = 100000,
    LIMIT_IMPORT_ERRORS = 100,
    LIMIT_BULK_ROWS = 128, /* rows of one command in the low lane */
    /* log and tombstones */
    LIMIT_LOGS_RECORD_BYTES = 4096,
    LIMIT_LOGS_BYTES = 1024 * 1024 * 1024,
    /* archive */
    LIMIT_ARCHIVE_CHUNK_BYTES = 48 * 1024,
};

#endif
