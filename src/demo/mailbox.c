#include "demo/mailbox.h"

#include "base/clock.h"
#include "base/log.h"
#include "edge/mail/render.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct mailbox {
    const struct settings *settings;
    pthread_mutex_t lock;
    struct {
        struct arena *arena; /* of one mail */
        struct mailbox_mail mail;
    } slots[MAILBOX_MAILS]; /* a ring: the newest MAILBOX_MAILS */
    int64_t count;          /* ever taken */
};

enum err mailbox_new(const struct settings *settings, struct mailbox **ret_mailbox)
{
    struct mailbox *mailbox = calloc(1, sizeof *mailbox);
    if (mailbox == NULL)
        return ERR_MEMORY;
    mailbox->settings = settings;
    pthread_mutex_init(&mailbox->lock, NULL);
    *ret_mailbox = mailbox;
    return ERR_NONE;
}

void mailbox_free(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    for (size_t i = 0; i < MAILBOX_MAILS; i++)
        arena_free(mailbox->slots[i].arena);
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox);
}

static void copy_mail(struct arena *arena, const struct mailbox_mail *mail, struct mailbox_mail *ret_mail)
{
    *ret_mail = (struct mailbox_mail){
        .id = mail->id,
        .at = mail->at,
        .to = arena_str(arena, mail->to),
        .subject = arena_str(arena, mail->subject),
        .text = arena_str(arena, mail->text),
        .message_id = arena_str(arena, mail->message_id),
        .link = arena_str(arena, mail->link),
        .receipt = arena_str(arena, mail->receipt),
        .signature = arena_str(arena, mail->signature),
        .deliveries = mail->deliveries,
    };
}

/* A mail that is sent again (the program was killed between sending and noting it) is the same mail. */
static bool count_again(struct mailbox *mailbox, struct str message_id)
{
    for (size_t i = 0; i < MAILBOX_MAILS; i++)
        if (mailbox->slots[i].arena != NULL && str_equal(mailbox->slots[i].mail.message_id, message_id)) {
            mailbox->slots[i].mail.deliveries++;
            return true;
        }
    return false;
}

static enum err mailbox_take(struct mailbox *mailbox, const struct mail_rendered *rendered)
{
    const struct mail_message *message = &rendered->message;
    if (count_again(mailbox, message->message_id))
        return ERR_NONE;
    size_t slot = (size_t)(mailbox->count % MAILBOX_MAILS);
    struct arena *arena = arena_new_wiped(0);
    if (arena == NULL)
        return ERR_MEMORY;
    struct mailbox_mail mail = {.id = ++mailbox->count,
                                .at = clock_now(),
                                .to = message->to,
                                .subject = message->subject,
                                .text = message->text,
                                .message_id = message->message_id,
                                .link = rendered->link,
                                .deliveries = 1};
    if (message->attachment_count == 2) {
        mail.receipt = message->attachments[0].bytes;
        mail.signature = message->attachments[1].bytes;
    }
    arena_free(mailbox->slots[slot].arena);
    mailbox->slots[slot].arena = arena;
    copy_mail(arena, &mail, &mailbox->slots[slot].mail);
    return ERR_NONE;
}

enum effect_result mailbox_perform(void *context, struct arena *arena, const struct effect *effect,
                                   struct str *ret_result)
{
    struct mailbox *mailbox = context;
    struct mail_rendered rendered;
    enum err error = mail_render(mailbox->settings, arena, effect, &rendered);
    if (error == ERR_NONE) {
        pthread_mutex_lock(&mailbox->lock);
        error = mailbox_take(mailbox, &rendered);
        pthread_mutex_unlock(&mailbox->lock);
        log_info("mail_taken", LOG_STR("message_id", rendered.message.message_id)); /* outlives a kill */
    }
    *ret_result = str_from(err_code(error));
    if (error == ERR_MEMORY)
        return EFFECT_RETRY;
    return error == ERR_NONE ? EFFECT_DONE : EFFECT_FAILED;
}

size_t mailbox_list(struct mailbox *mailbox, struct arena *arena, struct mailbox_mail *ret_mails,
                    size_t limit)
{
    size_t count = 0;
    pthread_mutex_lock(&mailbox->lock);
    for (int64_t id = mailbox->count; id > 0 && id > mailbox->count - MAILBOX_MAILS && count < limit; id--)
        copy_mail(arena, &mailbox->slots[(id - 1) % MAILBOX_MAILS].mail, &ret_mails[count++]);
    pthread_mutex_unlock(&mailbox->lock);
    return count;
}

enum err mailbox_get(struct mailbox *mailbox, struct arena *arena, int64_t id, struct mailbox_mail *ret_mail)
{
    enum err error = ERR_NOT_FOUND;
    pthread_mutex_lock(&mailbox->lock);
    if (id > 0 && id <= mailbox->count && id > mailbox->count - MAILBOX_MAILS) {
        copy_mail(arena, &mailbox->slots[(id - 1) % MAILBOX_MAILS].mail, ret_mail);
        error = ERR_NONE;
    }
    pthread_mutex_unlock(&mailbox->lock);
    return error;
}
