/* Sends one mail as its arguments say and prints "OUTCOME CODE STATUS REASON"; the test's hand. */
#include "edge/mail/smtp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *argument(const char *name)
{
    const char *value = getenv(name);
    return value != NULL ? value : "";
}

int main(int count, char **arguments)
{
    static const char *const words[] = {"delivered", "temporary", "permanent"};
    struct arena *arena = arena_new(0);
    struct settings_mail settings = {
        .url = argument("URL"),
        .user = argument("LOGIN"),
        .password_file = argument("PASSWORD_FILE"),
        .ca_file = argument("CA_FILE"),
        .starttls_required = strcmp(argument("STARTTLS"), "if_offered") != 0,
    };
    struct mail_attachment attachments[8];
    struct mail_message message = {
        .from = str_from(argument("FROM")),
        .from_name = str_from(argument("FROM_NAME")),
        .to = str_from(argument("TO")),
        .reply_to = str_from(argument("REPLY_TO")),
        .subject = str_from(argument("SUBJECT")),
        .text = str_from(argument("TEXT")),
        .message_id = str_from(argument("ID")),
        .language = str_from(argument("LANGUAGE_TAG")),
        .date = INT64_C(1795392371000000),
        .automatic = true,
        .attachments = attachments,
    };
    for (int i = 1; i + 2 < count && message.attachment_count < 8; i += 3)
        attachments[message.attachment_count++] = (struct mail_attachment){
            str_from(arguments[i]), str_from(arguments[i + 1]), str_from(arguments[i + 2])};
    struct smtp_result result;
    enum err error = smtp_send(&settings, arena, &message, &result);
    if (error != ERR_NONE)
        printf("error %s\n", err_code(error));
    else
        printf("%s %d %s %s\n", words[result.outcome], result.code,
               result.status[0] != '\0' ? result.status : "-", result.reason);
    arena_free(arena);
    return 0;
}
