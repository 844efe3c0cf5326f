#include "edge/mail/message.h"

#include "edge/mail/encode.h"

#include <string.h>

enum { ADDRESS_BYTES = 254, LOCAL_BYTES = 64, MESSAGE_ID_BYTES = 200, FILE_NAME_BYTES = 100 };

/* "=_" can stand neither in base64 nor in quoted-printable, so no part can hold the boundary (RFC 2045, 6.7).
 */
#define BOUNDARY "=_violet_part"

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool has_only(struct str text, const char *others)
{
    for (size_t i = 0; i < text.length; i++)
        if (!is_alphanumeric(text.data[i]) && (text.data[i] == '\0' || strchr(others, text.data[i]) == NULL))
            return false;
    return text.length != 0;
}

bool mail_address_is_plain(struct str address)
{
    size_t at = str_find(address, STR("@"), 0);
    if (at == SIZE_MAX || at == 0 || at > LOCAL_BYTES || address.length > ADDRESS_BYTES)
        return false;
    return has_only(str_part(address, 0, at), "!#$%&'*+-/=?^_`{|}~.") &&
           has_only(str_part(address, at + 1, address.length), "-.");
}

static bool is_message_id(struct str id)
{
    size_t at = str_find(id, STR("@"), 0);
    return id.length <= MESSAGE_ID_BYTES && at != SIZE_MAX &&
           has_only(str_part(id, 0, at), "!#$%&'*+-/=?^_`{|}~.") &&
           has_only(str_part(id, at + 1, id.length), "-.");
}

static enum err check(const struct mail_message *message)
{
    bool good = mail_address_is_plain(message->from) && mail_address_is_plain(message->to) &&
                (message->reply_to.length == 0 || mail_address_is_plain(message->reply_to)) &&
                is_message_id(message->message_id) &&
                (message->in_reply_to.length == 0 || is_message_id(message->in_reply_to)) &&
                (message->language.length == 0 ||
                 (message->language.length <= 35 && has_only(message->language, "-"))) &&
                str_is_utf8(message->from_name) && str_is_utf8(message->subject) &&
                str_is_utf8(message->text);
    for (size_t i = 0; i < message->attachment_count; i++)
        good = good && str_is_utf8(message->attachments[i].name);
    return good ? ERR_NONE : ERR_INVALID;
}

/* A display name in clear only where it needs no quotes (RFC 5322, atom). */
static void add_name(struct str name, struct buf *out)
{
    if (has_only(name, " !#$%&'*+-/=?^_`{|}~"))
        mail_encode_words(name, out);
    else
        mail_encode_words_always(name, out);
}

static void add_address(const char *header, struct str name, struct str address, struct buf *out)
{
    buf_printf(out, "%s: ", header);
    if (name.length != 0) {
        add_name(name, out);
        buf_add_c(out, "\r\n ");
    }
    buf_printf(out, name.length != 0 ? "<%.*s>\r\n" : "%.*s\r\n", STR_ARG(address));
}

static void add_headers(const struct mail_message *message, struct buf *out)
{
    buf_add_c(out, "Date: ");
    mail_encode_date(message->date, out);
    buf_add_c(out, "\r\n");
    add_address("From", message->from_name, message->from, out);
    add_address("To", STR_NONE, message->to, out);
    if (message->reply_to.length != 0)
        add_address("Reply-To", STR_NONE, message->reply_to, out);
    buf_add_c(out, "Subject: ");
    mail_encode_words(message->subject, out);
    buf_printf(out, "\r\nMessage-ID: <%.*s>\r\n", STR_ARG(message->message_id));
    if (message->in_reply_to.length != 0)
        buf_printf(out, "In-Reply-To: <%.*s>\r\nReferences: <%.*s>\r\n", STR_ARG(message->in_reply_to),
                   STR_ARG(message->in_reply_to));
    if (message->automatic)
        buf_add_c(out, "Auto-Submitted: auto-generated\r\n");
    if (message->language.length != 0)
        buf_printf(out, "Content-Language: %.*s\r\n", STR_ARG(message->language));
    buf_add_c(out, "MIME-Version: 1.0\r\n");
}

/* Mostly ASCII stays readable as quoted-printable; Chinese is a third shorter in base64. */
static bool wants_base64(struct str text)
{
    size_t high = 0;
    for (size_t i = 0; i < text.length; i++)
        high += (unsigned char)text.data[i] >= 0x80;
    return high > text.length / 6;
}

static void add_text(struct str text, struct buf *out)
{
    struct buf lines = buf_new(out->limit);
    mail_encode_lines(text, &lines);
    bool base64 = wants_base64(buf_str(&lines));
    buf_printf(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
               base64 ? "base64" : "quoted-printable");
    (base64 ? mail_encode_base64 : mail_encode_quoted)(buf_str(&lines), out);
    out->failed = out->failed || lines.failed;
    buf_free(&lines);
}

static bool is_type(struct str type)
{
    size_t slash = str_find(type, STR("/"), 0);
    return slash != SIZE_MAX && type.length <= 100 && has_only(str_part(type, 0, slash), "-+.") &&
           has_only(str_part(type, slash + 1, type.length), "-+.");
}

/* A name in ASCII stands in quotes, any other as RFC 2231 has it. */
static void add_file_name(struct str name, struct buf *out)
{
    bool ascii = true;
    name = str_part(name, 0, FILE_NAME_BYTES);
    while (!str_is_utf8(name))
        name.length--;
    for (size_t i = 0; i < name.length; i++)
        ascii = ascii && (unsigned char)name.data[i] < 0x80;
    buf_add_c(out, ascii ? "filename=\"" : "filename*=UTF-8''");
    for (size_t i = 0; i < name.length; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (is_alphanumeric((char)c) || c == '-' || c == '.' || (ascii && c == ' '))
            buf_add_char(out, (char)c);
        else if (c >= 0x80 || c == ' ')
            buf_printf(out, "%%%02X", c);
        else
            buf_add_char(out, '_');
    }
    buf_add_c(out, ascii ? "\"" : "");
}

static void add_attachment(const struct mail_attachment *attachment, struct buf *out)
{
    struct str type = is_type(attachment->type) ? attachment->type : STR("application/octet-stream");
    buf_printf(out, "--" BOUNDARY "\r\nContent-Type: %.*s\r\nContent-Transfer-Encoding: base64\r\n",
               STR_ARG(type));
    buf_add_c(out, "Content-Disposition: attachment;\r\n ");
    add_file_name(attachment->name, out);
    buf_add_c(out, "\r\n\r\n");
    mail_encode_base64(attachment->bytes, out);
}

enum err mail_message_build(const struct mail_message *message, struct buf *out)
{
    TRY(check(message));
    add_headers(message, out);
    if (message->attachment_count != 0)
        buf_add_c(out,
                  "Content-Type: multipart/mixed;\r\n boundary=\"" BOUNDARY "\"\r\n\r\n--" BOUNDARY "\r\n");
    add_text(message->text, out);
    for (size_t i = 0; i < message->attachment_count; i++)
        add_attachment(&message->attachments[i], out);
    if (message->attachment_count != 0)
        buf_add_c(out, "--" BOUNDARY "--\r\n");
    return out->failed ? ERR_TOO_LARGE : ERR_NONE;
}
