/* One mail as bytes: RFC 5322 with MIME, plain text in UTF-8 and attachments. Whatever the fields hold, no
 * header can be added by them. The bytes depend on the fields alone, so that a mail sent twice is the same
 * mail. */
#ifndef EDGE_MAIL_MESSAGE_H
#define EDGE_MAIL_MESSAGE_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mail_attachment {
    struct str name; /* of the file, UTF-8; what no file name may hold becomes '_' */
    struct str type; /* "application/json"; what is no type becomes application/octet-stream */
    struct str bytes;
};

struct mail_message {
    struct str from;       /* plain address */
    struct str from_name;  /* shown beside it, UTF-8; may be empty */
    struct str to;         /* plain address */
    struct str reply_to;   /* plain address; may be empty */
    struct str subject;    /* UTF-8 */
    struct str text;       /* UTF-8, any line ends */
    struct str message_id; /* without angle brackets: "mail-4711@violet.example"; equal for each repetition */
    struct str in_reply_to; /* likewise; may be empty */
    struct str language;    /* RFC 5646, "en", "zh-CN"; may be empty */
    int64_t date;           /* microseconds UTC */
    bool automatic;         /* made by a program: no out-of-office answers, please (RFC 3834) */
    const struct mail_attachment *attachments;
    size_t attachment_count;
};

/* Appends the mail with CRLF line ends. ERR_INVALID where an address, the Message-ID or the language is not
 * one (RFC 5321: printable ASCII without quoting), or a text is not UTF-8; ERR_TOO_LARGE where out is full.
 */
enum err mail_message_build(const struct mail_message *message, struct buf *out);
/* True for one plain address that may stand in a header and an SMTP command: ASCII, one '@', no quoting. */
bool mail_address_is_plain(struct str address);

#endif
