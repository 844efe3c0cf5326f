#include "edge/mail/render.h"

#include "edge/mail/smtp.h"

#include "i18n/i18n.h"

static struct str mail_domain(const struct settings *settings)
{
    struct str from = str_from(settings->mail.from);
    size_t at = str_find(from, STR("@"), 0);
    return at == SIZE_MAX ? STR("violet.invalid") : str_part(from, at + 1, from.length);
}

/* Effect keys hold words and ids only; what an address part may not hold becomes '.'. */
static struct str message_id(const struct settings *settings, struct arena *arena,
                             const struct effect *effect)
{
    char *local = arena_cstr(arena, effect->effect_key);
    for (char *at = local; *at != '\0'; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '-' || *at == '_';
        if (!plain)
            *at = '.';
    }
    return arena_printf(arena, "%s.%lld@%.*s", local, (long long)effect->outbox_id,
                        STR_ARG(mail_domain(settings)));
}

static struct text_argument text_argument(const struct mail_argument *argument)
{
    static const enum text_kind kinds[] = {
        [MAIL_TEXT] = TEXT_KIND_TEXT, [MAIL_INT] = TEXT_KIND_INT,   [MAIL_MONEY] = TEXT_KIND_MONEY,
        [MAIL_DATE] = TEXT_KIND_DATE, [MAIL_TIME] = TEXT_KIND_TIME, [MAIL_LINK] = TEXT_KIND_TEXT};
    return (struct text_argument){.name = argument->name,
                                  .kind = kinds[argument->kind],
                                  .text = argument->text,
                                  .number = argument->number};
}

static enum err text_of(struct arena *arena, const struct mail *mail, const char *part,
                        const struct text_argument *arguments, size_t count, struct str *ret_text)
{
    enum text_id id = text_find(arena_printf(arena, "mail.%.*s.%s", STR_ARG(mail->kind), part));
    if (id == TEXT_NONE)
        return ERR_NOT_FOUND;
    *ret_text =
        text_format(arena, mail->language == LANGUAGE_ZH ? LANGUAGE_ZH : LANGUAGE_EN, id, arguments, count);
    return ERR_NONE;
}

static size_t read_arguments(const struct settings *settings, const struct mail *mail,
                             struct text_argument *ret_arguments, struct mail_rendered *rendered)
{
    size_t count = 0;
    for (; count < mail->argument_count; count++) {
        ret_arguments[count] = text_argument(&mail->arguments[count]);
        if (mail->arguments[count].kind == MAIL_LINK && rendered->link.length == 0)
            rendered->link = mail->arguments[count].text;
    }
    const char *const fixed[][2] = {
        {"operator", settings->operator.legal_name },
         {"address", settings->operator.address },
          {"support", settings->operator.support_mail }, {"complaint", settings->operator.complaint_body } };
    for (size_t i = 0; i < 4; i++)
        ret_arguments[count++] = (struct text_argument){
            .name = fixed[i][0], .kind = TEXT_KIND_TEXT, .text = str_from(fixed[i][1])};
    return count;
}

static void add_attachments(const struct mail *mail, struct mail_rendered *rendered)
{
    if (mail->attachment.length == 0)
        return;
    rendered->attachments[rendered->message.attachment_count++] = (struct mail_attachment){
        .name = STR("receipt.json"), .type = STR("application/json"), .bytes = mail->attachment};
    rendered->attachments[rendered->message.attachment_count++] = (struct mail_attachment){
        .name = STR("receipt.json.minisig"), .type = STR("text/plain"), .bytes = mail->signature};
}

enum err mail_render(const struct settings *settings, struct arena *arena, const struct effect *effect,
                     struct mail_rendered *ret_rendered)
{
    struct mail mail;
    struct text_argument arguments[MAIL_ARGUMENTS + 4];
    struct str subject, body;
    TRY(mail_read(arena, effect->fields, &mail));
    *ret_rendered = (struct mail_rendered){0};
    size_t count = read_arguments(settings, &mail, arguments, ret_rendered);
    TRY(text_of(arena, &mail, "subject", arguments, count, &subject));
    TRY(text_of(arena, &mail, "body", arguments, count, &body));
    ret_rendered->message = (struct mail_message){
        .from = str_from(settings->mail.from),
        .from_name = str_from(settings->operator.legal_name),
        .to = mail.to,
        .reply_to = str_from(settings->operator.support_mail),
        .subject = subject,
        .text = body,
        .message_id = message_id(settings, arena, effect),
        .language = i18n_tag(mail.language == LANGUAGE_ZH ? LANGUAGE_ZH : LANGUAGE_EN),
        .date = effect->created_at,
        .automatic = true,
        .attachments = ret_rendered->attachments,
    };
    add_attachments(&mail, ret_rendered);
    return ERR_NONE;
}

enum effect_result mail_perform(void *context, struct arena *arena, const struct effect *effect,
                                struct str *ret_result)
{
    const struct settings *settings = context;
    struct mail_rendered rendered;
    struct smtp_result result;
    enum err error = mail_render(settings, arena, effect, &rendered);
    if (error == ERR_NONE)
        error = smtp_send(&settings->mail, arena, &rendered.message, &result);
    if (error != ERR_NONE) {
        *ret_result = str_from(err_code(error));
        return EFFECT_FAILED;
    }
    *ret_result = arena_printf(arena, "%d %s %s", result.code, result.status, result.reason);
    if (result.outcome == SMTP_DELIVERED)
        return EFFECT_DONE;
    return result.outcome == SMTP_TEMPORARY ? EFFECT_RETRY : EFFECT_FAILED;
}
