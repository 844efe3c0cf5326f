/* The demo's mail: rendered as it would be sent, kept in memory only. */
#ifndef DEMO_MAILBOX_H
#define DEMO_MAILBOX_H

#include "app/outbox.h"
#include "app/settings.h"

enum { MAILBOX_MAILS = 400 };

struct mailbox;

struct mailbox_mail {
    int64_t id, at; /* id counts from 1 */
    struct str to, subject, text, message_id, link;
    struct str receipt, signature; /* attachments of the confirmation; else empty */
    int deliveries;                /* how often it was handed over: the same Message-ID is one mail */
};

enum err mailbox_new(const struct settings *settings, struct mailbox **ret_mailbox);
/* Wipes and frees; accepts NULL. */
void mailbox_free(struct mailbox *mailbox);
/* The effect "mail"; context is the mailbox. */
enum effect_result mailbox_perform(void *context, struct arena *arena, const struct effect *effect,
                                   struct str *ret_result);
/* Newest first, copied into arena; at most limit. */
size_t mailbox_list(struct mailbox *mailbox, struct arena *arena, struct mailbox_mail *ret_mails,
                    size_t limit);
/* One mail; ERR_NOT_FOUND. */
enum err mailbox_get(struct mailbox *mailbox, struct arena *arena, int64_t id, struct mailbox_mail *ret_mail);

#endif
