#include "cmd/config_table.h"

#include <stdio.h>

#define FIELD(member) offsetof(struct settings, member)
#define CARRIER(member) offsetof(struct settings_carrier, member)
#define SMPP(member) offsetof(struct settings_carrier, smpp.member)

const struct config_row config_rows[CONFIG_ROWS] = {
    {"server.data", CONFIG_TEXT, FIELD(data), "/var/lib/violet", "directory", .example = "/var/lib/violet",
     .explanation = "Where the database and, unless said otherwise, keyring, logs and signing key lie. "
                    "Relative paths of "
                    "other keys are taken from here. --data DIR on the command line wins."},
    {"server.listen", CONFIG_ADDRESS, FIELD(server.listen), "127.0.0.1:8080", "address:port",
     .example = "127.0.0.1:8080",
     .explanation =
         "Where pages and API are served, numeric, [::1]:8080 for IPv6. Put nginx or Caddy in front "
         "for TLS and HTTP/2. Beyond loopback public_url must be https. --listen wins."},
    {"server.private_listen", CONFIG_ADDRESS, FIELD(server.private_listen), "127.0.0.1:9090", "address:port",
     .example = "127.0.0.1:9090", .can_be_empty = true,
     .explanation = "Where /healthz, /readyz and /metrics are served. Never let the outside reach it. Empty: "
                    "not at all."},
    {"server.public_url", CONFIG_ORIGIN, FIELD(server.public_url), "", "web address",
     .example = "https://violet.example", .can_be_empty = true,
     .explanation =
         "The address that people type. Every link in pages and mails is made from it, never from a "
         "request's Host. Without a path."},
    {"server.trusted_proxies", CONFIG_PROXIES, FIELD(server.trusted_proxies), "", "addresses, by commas",
     .example = "127.0.0.1, ::1", .can_be_empty = true,
     .explanation = "Proxies whose X-Forwarded-For is believed. Empty: none, the peer's address counts."},

    {"server.node_name", CONFIG_TEXT, FIELD(node_name), "", "text", .example = "east", .can_be_empty = true,
     .explanation = "What this node is called in `violet node list`. Empty: as the machine."},

    {"store.url", CONFIG_STORE, FIELD(store_url), "sqlite:violet.db", "store address",
     .example = "sqlite:violet.db",
     .explanation =
         "The database: sqlite: and a file, or postgresql://USER@HOST/DATABASE with libpq's parameters "
         "(several "
         "hosts, sslmode, service, passfile): PostgreSQL 13 or newer, UTF8. Keep the password in a "
         "passfile."},

    {"keyring.path", CONFIG_PATH, FIELD(keyring.path), "keyring/violet.keyring", "file",
     .example = "keyring/violet.keyring",
     .explanation = "The keyring: the only file that a backup must not hold, alone in its directory."},
    {"keyring.mirror", CONFIG_PATH, FIELD(keyring.mirror), "", "file",
     .example = "/mnt/second/violet.keyring", .can_be_empty = true,
     .explanation = "A second copy, on another device. Whoever loses every copy of the keyring loses the "
                    "personal data of every account."},
    {"keyring.single_copy", CONFIG_FLAG, FIELD(keyring.single_copy), "no", "word",
     .choices = {"no", "accepted"}, .example = "accepted",
     .explanation = "Says accepted where the operator knowingly runs without a mirror."},
    {"keyring.replica", CONFIG_FLAG, FIELD(keyring.replica), "no", "word", .choices = {"no", "yes"},
     .example = "yes",
     .explanation =
         "A turn of the keyring waits for a verified backup (violet backup) before it destroys the "
         "old keys. Say yes where a replica holds the store, or no backup is wanted."},

    {"logs.path", CONFIG_PATH, FIELD(logs_path), "logs", "directory", .example = "logs",
     .explanation = "The two append-only files: log (hashes of receipts, may be published) and tombstones "
                    "(what a restore replays)."},
    {"logs.mirror", CONFIG_PATH, FIELD(logs_mirror), "", "directory", .example = "/mnt/second/violet-logs",
     .can_be_empty = true, .explanation = "A second copy of both, on another device."},

    {"signing.path", CONFIG_PATH, FIELD(signing_path), "signing", "directory", .example = "signing",
     .explanation = "The key that signs receipts, and its public half, violet.pub."},

    {"operator.legal_name", CONFIG_TEXT, FIELD(operator.legal_name), "", "text",
     .example = "Example Telecom Ltd", .can_be_empty = true,
     .explanation = "Who runs this service: printed in the footer, on acknowledgements and on receipts. "
                    "Without it serve refuses to start."},
    {"operator.address", CONFIG_TEXT, FIELD(operator.address), "", "text",
     .example = "1 Example Street, 10001 New York", .can_be_empty = true,
     .explanation = "Its postal address, on one line. Printed beside the name. Without it serve refuses."},
    {"operator.complaint_body", CONFIG_TEXT, FIELD(operator.complaint_body), "", "text",
     .example = "Federal Communications Commission, consumercomplaints.fcc.gov", .can_be_empty = true,
     .explanation = "Where a subscriber may complain: shown with every refusal. Without it serve refuses."},
    {"operator.support_mail", CONFIG_MAIL, FIELD(operator.support_mail), "", "mail address",
     .example = "help@violet.example", .can_be_empty = true,
     .explanation = "Where answers to Violet's mails go, and the address in 'ask support'. Without it serve "
                    "refuses."},
    {"operator.markets", CONFIG_MARKETS, FIELD(operator.markets), "us", "words, by commas",
     .example = "us, us-ca, eu, cn",
     .explanation =
         "Where subscribers live: cn, eu, de, us, us-ca. Decides rights, fixed labels and clocks: "
         "closing within 15 working days (cn), a month (eu, de) or 45 days (us-ca), the earliest of "
         "those named; withdrawal within 14 days (eu, de)."},
    {"operator.terms_url", CONFIG_WEB, FIELD(operator.terms_url), "", "web address",
     .example = "https://violet.example/terms", .can_be_empty = true,
     .explanation = "The terms of service; linked in the footer. Without it serve refuses."},
    {"operator.privacy_url", CONFIG_WEB, FIELD(operator.privacy_url), "", "web address",
     .example = "https://violet.example/privacy", .can_be_empty = true,
     .explanation = "The privacy notice; linked in the footer. Without it serve refuses."},

    {"closing.undo_days", CONFIG_INT, FIELD(closing.undo_days), "3", "days", 1, 14, .example = "3",
     .explanation = "How long a closing can be undone after its approval."},
    {"closing.review_hours", CONFIG_INT, FIELD(closing.review_hours), "72", "hours", 1, 72, .example = "72",
     .explanation = "A review that nobody makes ends after these, approved; earlier where the due date wants "
                    "it."},

    {"desk.people", CONFIG_INT, FIELD(desk_people), "2", "people", 1, 10000, .example = "1",
     .explanation = "How many work at the desk. With 1, a pause of 24 hours and an audit line stand for the "
                    "second person that a refusal needs."},

    {"number.aging_days", CONFIG_INT, FIELD(number.aging_days), "85", "days", 45, 365, .example = "85",
     .explanation = "How long a disconnected number rests before it may be assigned again: 45 to 90 where "
                    "class is residential, to 365 where it is business (47 CFR 52.15)."},
    {"number.class", CONFIG_CHOICE, FIELD(number.number_class), "residential", "word",
     .choices = {"residential", "business"}, .example = "residential",
     .explanation = "What the numbers are used for; bounds aging_days."},

    {"mail.smtp", CONFIG_SMTP, FIELD(mail.url), "", "smtp address", .example = "smtp://mail.example:587",
     .can_be_empty = true,
     .explanation = "The server that takes outgoing mail: smtp:// (STARTTLS) or smtps:// and host:port. "
                    "Without it serve refuses, since every closing is acknowledged by mail."},
    {"mail.from", CONFIG_MAIL, FIELD(mail.from), "", "mail address", .example = "noreply@violet.example",
     .can_be_empty = true, .explanation = "The sender of all mails."},
    {"mail.user", CONFIG_TEXT, FIELD(mail.user), "", "text", .example = "violet", .can_be_empty = true,
     .explanation = "The name to log in with. Empty: no log-in."},
    {"mail.password_file", CONFIG_PATH, FIELD(mail.password_file), "", "file",
     .example = "/etc/violet/mail.password", .can_be_empty = true,
     .explanation = "A file with the password on one line, readable by nobody else."},
    {"mail.ca_file", CONFIG_PATH, FIELD(mail.ca_file), "", "file", .example = "/etc/violet/mail-ca.pem",
     .can_be_empty = true,
     .explanation = "Certificates to trust for the mail server instead of the system's."},
    {"mail.starttls", CONFIG_FLAG, FIELD(mail.starttls_required), "required", "word",
     .choices = {"if_offered", "required"}, .example = "required",
     .explanation = "required: no mail leaves without TLS. if_offered: for a server on the same machine. "
                    "A password leaves through TLS only, either way."},

    {"webhook.ca_file", CONFIG_PATH, FIELD(webhook.ca_file), "", "file",
     .example = "/etc/violet/webhook-ca.pem", .can_be_empty = true,
     .explanation = "Certificates to trust for subscribers' webhooks instead of the system's."},
    {"webhook.private", CONFIG_FLAG, FIELD(webhook.private_allowed), "refused", "word",
     .choices = {"refused", "allowed"}, .example = "refused",
     .explanation =
         "Whether a subscriber's webhook may have an address of a private network. Say allowed only "
         "where every subscriber may reach your own machines."},

    {"carrier.NAME.kind", CONFIG_CHOICE, CARRIER(kind), "http", "word", .choices = {"http", "smpp"},
     .example = "http",
     .explanation = "How it delivers texts: http posts them to /api/v1/hooks/sms/NAME, smpp is bound to by "
                    "SMPP 3.4. The other kind's keys are ignored."},
    {"carrier.NAME.secret_file", CONFIG_PATH, CARRIER(secret_file), "", "file",
     .example = "/etc/violet/acme.secret", .required = true,
     .explanation = "A file with the key of the HMAC-SHA256 over timestamp, '.' and body, readable by nobody "
                    "else. NAME is the carrier's name in /api/v1/hooks/sms/NAME."},
    {"carrier.NAME.format", CONFIG_CHOICE, CARRIER(format), "form", "word", .choices = {"form", "json"},
     .example = "json", .explanation = "How it sends: form fields or one JSON object."},
    {"carrier.NAME.field_from", CONFIG_TOKEN, CARRIER(field_from), "from", "field name", .example = "from",
     .explanation = "Its field with the sender."},
    {"carrier.NAME.field_to", CONFIG_TOKEN, CARRIER(field_to), "to", "field name", .example = "to",
     .explanation = "Its field with our number, with or without '+'."},
    {"carrier.NAME.field_text", CONFIG_TOKEN, CARRIER(field_text), "text", "field name", .example = "text",
     .explanation = "Its field with the text, UTF-8."},
    {"carrier.NAME.field_id", CONFIG_TOKEN, CARRIER(field_id), "id", "field name", .example = "id",
     .explanation = "Its field with its own id of the message; a second one with the same id is not stored "
                    "again."},
    {"carrier.NAME.field_time", CONFIG_TOKEN, CARRIER(field_time), "", "field name", .example = "time",
     .can_be_empty = true,
     .explanation = "Its field with the time of sending. Empty: the time of arrival counts."},
    {"carrier.NAME.signature_header", CONFIG_TOKEN, CARRIER(header_signature), "X-Signature", "header name",
     .example = "X-Signature", .explanation = "Its header with the signature, in hexadecimal."},
    {"carrier.NAME.timestamp_header", CONFIG_TOKEN, CARRIER(header_timestamp), "X-Timestamp", "header name",
     .example = "X-Timestamp",
     .explanation = "Its header with the time of the request, seconds since 1970; five minutes off are "
                    "refused."},
    {"carrier.NAME.host", CONFIG_TEXT, SMPP(host), "", "host name or address", .example = "smpp.acme.example",
     .required = true, .smpp = true,
     .explanation = "Where its SMPP server is. For TLS name the local end of stunnel "
                    "(packaging/stunnel-smpp.conf)."},
    {"carrier.NAME.port", CONFIG_INT, SMPP(port), "2775", "port", 1, 65535, .example = "2775",
     .explanation = "The port of its SMPP server."},
    {"carrier.NAME.system_id", CONFIG_TEXT, SMPP(system_id), "", "text", .example = "violet",
     .required = true, .smpp = true, .explanation = "The name to bind with, 15 characters at most."},
    {"carrier.NAME.password_file", CONFIG_PATH, SMPP(password_file), "", "file",
     .example = "/etc/violet/acme.password", .required = true, .smpp = true,
     .explanation = "A file with the password on one line, 8 characters at most, readable by nobody else. "
                    "Read at every bind."},
    {"carrier.NAME.system_type", CONFIG_TEXT, SMPP(system_type), "", "text", .example = "VMA",
     .can_be_empty = true,
     .explanation = "What some carriers want to hear at the bind, 12 characters at most."},
    {"carrier.NAME.bind", CONFIG_CHOICE, SMPP(bind), "transceiver", "word",
     .choices = {"transceiver", "receiver", "both"}, .example = "transceiver",
     .explanation =
         "transceiver: one connection for both ways. receiver: receiving only. both: a receiver and a "
         "transmitter."},
    {"carrier.NAME.binds", CONFIG_INT, SMPP(binds), "1", "count", 1, SETTINGS_BINDS, .example = "2",
     .explanation = "How many such binds to hold at once, as far as the carrier allows."},
    {"carrier.NAME.window", CONFIG_INT, SMPP(window), "100", "texts", 1, 1000, .example = "100",
     .explanation = "How many texts of one bind may wait for their answer. They share one commit."},
    {"carrier.NAME.enquire_seconds", CONFIG_INT, SMPP(enquire_seconds), "30", "seconds", 1, 600,
     .example = "30",
     .explanation = "After so much silence the carrier is asked whether it is there; after twice as much the "
                    "connection is made anew."},
    {"carrier.NAME.charset", CONFIG_CHOICE, SMPP(charset), "gsm7", "word",
     .choices = {"gsm7", "gsm7-packed", "latin1", "ascii"}, .example = "gsm7",
     .explanation = "What it means by data_coding 0, its default alphabet."},
    {"carrier.NAME.ton", CONFIG_INT, SMPP(ton), "0", "number", 0, 6, .example = "1",
     .explanation = "The type of number said at the bind."},
    {"carrier.NAME.npi", CONFIG_INT, SMPP(npi), "0", "number", 0, 18, .example = "1",
     .explanation = "The numbering plan said at the bind."},
    {"carrier.NAME.address_range", CONFIG_TEXT, SMPP(address_range), "", "text", .example = "^1415",
     .can_be_empty = true,
     .explanation = "The numbers that this bind serves, in the carrier's own words, 40 characters at most."},
    {"carrier.NAME.ages", CONFIG_CHOICE, CARRIER(ages), "we", "word", .choices = {"we", "carrier"},
     .example = "we",
     .explanation = "Who lets its numbers rest and reports them: we, or the carrier that they return to."},

    {"rnd.company_id", CONFIG_TEXT, FIELD(rnd.company_id), "", "text", .example = "12345",
     .can_be_empty = true,
     .explanation = "The company id that the Reassigned Numbers Database has given. Empty: no file is made."},
    {"rnd.header", CONFIG_TEXT, FIELD(rnd.header), "Company ID,Number,Date", "text",
     .example = "Company ID,Number,Date", .can_be_empty = true,
     .explanation = "The first line of the monthly file. Empty: none. The registry's guide decides."},
    {"rnd.row", CONFIG_TEMPLATE, FIELD(rnd.row), "{company_id},{number},{date}", "text",
     .example = "{company_id},{number},{date}",
     .explanation = "A line of it: {company_id}, {number} (ten digits), {e164}, {date}."},
    {"rnd.nothing", CONFIG_TEMPLATE, FIELD(rnd.nothing), "{company_id},NONE,{date}", "text",
     .example = "{company_id},NONE,{date}", .can_be_empty = true,
     .explanation =
         "The line of a month without disconnects: nothing to report is said as well. {date} is the "
         "last day covered."},
    {"rnd.date_format", CONFIG_TEXT, FIELD(rnd.date_format), "YYYY-MM-DD", "text", .example = "MM/DD/YYYY",
     .explanation = "How {date} is written: YYYY, MM, DD and what stands between."},
    {"log.level", CONFIG_WORD, FIELD(log_level), "info", "word",
     .choices = {"error", "warn", "info", "debug"}, .example = "info",
     .explanation = "How much is written to standard error. No level writes personal data."},
};

static const char carrier_prefix[] = "carrier.NAME.";

bool config_row_is_carrier(const struct config_row *row)
{
    return str_starts(str_from(row->key), str_from(carrier_prefix));
}

/* The key with a carrier's own name replaced by NAME, so that it can be compared with the rows. */
static struct str key_of_table(struct str key, char space[CONFIG_KEY_BYTES])
{
    size_t first = str_find(key, STR("."), 0);
    if (first == SIZE_MAX || first == 0)
        return key;
    size_t last = key.length;
    while (key.data[last - 1] != '.')
        last--;
    if (last - 1 == first || first + 6 + key.length - last >= CONFIG_KEY_BYTES)
        return key;
    int length = snprintf(space, CONFIG_KEY_BYTES, "%.*s.NAME.%.*s", (int)first, key.data,
                          (int)(key.length - last), key.data + last);
    return str_bytes(space, (size_t)length);
}

const struct config_row *config_row_find(struct str key)
{
    char space[CONFIG_KEY_BYTES];
    struct str wanted = key_of_table(key, space);
    for (size_t i = 0; i < CONFIG_ROWS; i++)
        if (str_is(wanted, config_rows[i].key))
            return &config_rows[i];
    return NULL;
}

const struct config_row *config_row_nearest(struct str key)
{
    char space[CONFIG_KEY_BYTES];
    struct str wanted = str_part(key_of_table(key, space), 0, CONFIG_KEY_BYTES);
    size_t best = 0, best_edits = SIZE_MAX;
    for (size_t i = 0; i < CONFIG_ROWS; i++) {
        size_t here = str_edits(wanted, str_from(config_rows[i].key));
        if (here < best_edits) {
            best = i;
            best_edits = here;
        }
    }
    return &config_rows[best];
}
