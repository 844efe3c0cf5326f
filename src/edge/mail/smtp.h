/* Hands one mail to the operator's mail server, by libcurl. */
#ifndef EDGE_MAIL_SMTP_H
#define EDGE_MAIL_SMTP_H

#include "app/settings.h"
#include "base/arena.h"
#include "base/err.h"
#include "edge/mail/message.h"

enum smtp_outcome {
    SMTP_DELIVERED, /* the server has answered for it */
    SMTP_TEMPORARY, /* try again later, with the same Message-ID: the server may have it already */
    SMTP_PERMANENT, /* this recipient or this mail is refused for good: a bounce */
};

struct smtp_result {
    enum smtp_outcome outcome;
    int code;           /* the server's last reply, for example 550; 0: none came */
    char status[12];    /* its enhanced status code (RFC 3463), for example "5.1.1"; "" where it gave none */
    const char *reason; /* static text for logs and tickets, with nothing of the mail in it */
};

/* Sends the mail and waits for the answer, LIMIT_MAIL_SECONDS at most: never from an event thread. Safe from
 * several threads. With settings->user the password is read from its file at each call and leaves through TLS
 * only. What the operator has to mend (host, certificate, log-in, refused sender) is temporary: no subscriber
 * loses a mail by it. ERR_INVALID or ERR_TOO_LARGE where the mail can't be built (no result then). */
enum err smtp_send(const struct settings_mail *settings, struct arena *arena,
                   const struct mail_message *message, struct smtp_result *ret_result);

#endif
