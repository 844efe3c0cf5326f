/* Mails wait in the outbox as an id and arguments; here they become words in the reader's language, and
 * leave. */
#ifndef EDGE_MAIL_RENDER_H
#define EDGE_MAIL_RENDER_H

#include "app/mail.h"
#include "app/outbox.h"
#include "app/settings.h"
#include "edge/mail/message.h"

enum { MAIL_ATTACHMENTS = 3 };

struct mail_rendered {
    struct mail_message message;
    struct mail_attachment attachments[MAIL_ATTACHMENTS];
    struct str link; /* its first link, for the demo's mail page; may be empty */
};

/* Renders one effect of kind "mail". The Message-ID is made of the effect's key, so that a mail that is sent
 * twice has the same. Texts live in arena. ERR_CORRUPT, ERR_NOT_FOUND for a kind that the catalogue does not
 * have. */
enum err mail_render(const struct settings *settings, struct arena *arena, const struct effect *effect,
                     struct mail_rendered *ret_rendered);
/* The effect "mail" by SMTP; context is the settings. */
enum effect_result mail_perform(void *context, struct arena *arena, const struct effect *effect,
                                struct str *ret_result);

#endif
