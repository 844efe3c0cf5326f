/* What the operator has set: plain data, read once at start by cmd/config and never changed afterwards. Texts
 * are never NULL: what is not set is "". Secrets are not in here, only the files that hold them. */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SETTINGS_CARRIERS = 16,
    SETTINGS_PROXIES = 16,
};

/* Where the operator sells: decides rights, fixed labels and clocks. Bits of settings_operator.markets. */
enum settings_market {
    SETTINGS_MARKET_CN = 1 << 0,    /* mainland China: closing within 15 working days */
    SETTINGS_MARKET_EU = 1 << 1,    /* European Union: within one month; withdrawal within 14 days */
    SETTINGS_MARKET_DE = 1 << 2,    /* Germany, includes EU: the fixed labels of section 312k BGB */
    SETTINGS_MARKET_US = 1 << 3,    /* United States */
    SETTINGS_MARKET_US_CA = 1 << 4, /* California, includes US: within 45 days (CCPA) */
};

enum settings_number_class {
    SETTINGS_CLASS_RESIDENTIAL, /* numbers age 45 to 90 days (47 CFR 52.15(f)(1)(ii)) */
    SETTINGS_CLASS_BUSINESS,    /* 45 to 365 days */
};

enum settings_ages {
    SETTINGS_AGES_WE,     /* we let the number age and report it */
    SETTINGS_AGES_CARRIER /* the number goes back; the carrier does */
};

enum settings_format { SETTINGS_FORMAT_FORM, SETTINGS_FORMAT_JSON };

struct settings_operator {
    const char *legal_name;
    const char *address;        /* on one line */
    const char *complaint_body; /* where a subscriber may complain, in words */
    const char *support_mail;
    const char *terms_url;
    const char *privacy_url;
    unsigned markets; /* bits of enum settings_market */
};

struct settings_server {
    const char *listen;         /* "ADDRESS:PORT" */
    const char *private_listen; /* "ADDRESS:PORT" for /healthz, /readyz and /metrics; "" for none */
    const char *public_url;     /* without a slash at its end; "" only in the demo or on loopback */
    const char *trusted_proxies[SETTINGS_PROXIES + 1]; /* addresses, literally; ends with NULL */
};

struct settings_keyring {
    const char *path;
    const char *mirror; /* "" for none */
    bool single_copy;   /* the operator accepts to have no mirror */
    bool replica;       /* the operator says that no backup need be waited for: there is a replica, or none is
                           wanted */
};

struct settings_closing {
    int64_t undo_days;    /* 1 to 14 */
    int64_t review_hours; /* 1 to 72; a review that nobody makes ends by itself after these */
};

struct settings_number {
    int64_t aging_days;
    enum settings_number_class number_class;
};

struct settings_mail {
    const char *url;           /* "smtp://HOST:PORT" or "smtps://HOST:PORT"; "" for no mail */
    const char *from;          /* an address */
    const char *user;          /* "" for no log-in */
    const char *password_file; /* "" for no log-in */
    const char *ca_file;       /* "" for the system's certificates */
    bool starttls_required;
};

struct settings_webhook {
    const char *ca_file;  /* "" for the system's certificates */
    bool private_allowed; /* addresses of private networks may be called */
};

enum settings_carrier_kind { SETTINGS_CARRIER_HTTP, SETTINGS_CARRIER_SMPP };
enum settings_bind { SETTINGS_BIND_TRANSCEIVER, SETTINGS_BIND_RECEIVER, SETTINGS_BIND_BOTH };
enum settings_charset {
    SETTINGS_CHARSET_GSM7,
    SETTINGS_CHARSET_GSM7_PACKED,
    SETTINGS_CHARSET_LATIN1,
    SETTINGS_CHARSET_ASCII
};

/* A carrier that we bind to by SMPP 3.4. */
struct settings_smpp {
    const char *host;
    int64_t port;
    const char *system_id, *password_file, *system_type, *address_range;
    enum settings_bind bind;
    int64_t binds;                 /* 1 to SETTINGS_BINDS; with "both", pairs */
    int64_t window;                /* texts of one bind that may be unanswered, 1 to 1000 */
    int64_t enquire_seconds;       /* of silence before the peer is asked whether it is there; 1 to 600 */
    enum settings_charset charset; /* what it means by data_coding 0 */
    int64_t ton, npi;
};

enum { SETTINGS_BINDS = 8 };

/* One carrier: it delivers texts by HTTP, at /api/v1/hooks/sms/NAME, or by SMPP. */
struct settings_carrier {
    const char *name; /* lower-case letters, digits, '-' */
    enum settings_carrier_kind kind;
    struct settings_smpp smpp;
    const char *secret_file;
    enum settings_format format;
    const char *field_from, *field_to, *field_text, *field_id,
        *field_time; /* field_time "": time of arrival */
    const char *header_signature, *header_timestamp;
    enum settings_ages ages;
};

/* The monthly file for the Reassigned Numbers Database; its guide decides the form, so it is a template. */
struct settings_rnd {
    const char *company_id;
    const char *header;  /* the file's first line; "" for none */
    const char *row;     /* of {company_id}, {number} (ten digits), {e164} and {date} */
    const char *nothing; /* the line where no number was disconnected: {company_id}, {date}; "" for none */
    const char *date_format; /* made of YYYY, MM, DD and separators */
};

struct settings {
    const char *data; /* directory, absolute */
    const char *file; /* that this was read from, absolute; "" for none */
    struct settings_server server;
    const char *node_name; /* "": the machine's */
    const char *store_url;
    struct settings_keyring keyring;
    const char *logs_path, *logs_mirror;
    const char *signing_path;
    struct settings_operator operator;
    struct settings_closing closing;
    int64_t desk_people; /* 1: the second decision is a pause of 24 h and an audit line */
    struct settings_number number;
    struct settings_mail mail;
    struct settings_webhook webhook;
    struct settings_carrier carriers[SETTINGS_CARRIERS];
    size_t carrier_count;
    struct settings_rnd rnd;
    const char *log_level; /* error, warn, info or debug */
};

#endif
