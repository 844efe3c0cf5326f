#include "app/mail.h"

#include "base/ids.h"
#include "base/pack.h"
#include "store/work.h"

enum { FIELD_TO = 1, FIELD_LANGUAGE, FIELD_KIND, FIELD_ATTACHMENT, FIELD_SIGNATURE, FIELD_ARGUMENT = 10 };
enum { ARGUMENT_NAME = 1, ARGUMENT_KIND, ARGUMENT_TEXT, ARGUMENT_NUMBER };

static void add_argument(struct buf *fields, const struct mail_argument *argument)
{
    struct buf nested = buf_new(0);
    pack_add(&nested, ARGUMENT_NAME, str_from(argument->name));
    pack_add_int(&nested, ARGUMENT_KIND, argument->kind);
    pack_add(&nested, ARGUMENT_TEXT, argument->text);
    pack_add_int(&nested, ARGUMENT_NUMBER, argument->number);
    fields->failed = fields->failed || nested.failed;
    pack_add(fields, FIELD_ARGUMENT, buf_str(&nested));
    buf_free(&nested);
}

static void pack_mail(struct buf *fields, const struct mail *mail)
{
    pack_add(fields, FIELD_TO, mail->to);
    pack_add_int(fields, FIELD_LANGUAGE, mail->language);
    pack_add(fields, FIELD_KIND, mail->kind);
    pack_add(fields, FIELD_ATTACHMENT, mail->attachment);
    pack_add(fields, FIELD_SIGNATURE, mail->signature);
    for (size_t i = 0; i < mail->argument_count; i++)
        add_argument(fields, &mail->arguments[i]);
}

enum err mail_queue(struct sql_tx *tx, struct arena *arena, const struct mail_place *place,
                    const struct mail *mail, struct str effect_key, int64_t now, int64_t due)
{
    struct buf fields = buf_new(0);
    pack_mail(&fields, mail);
    if (fields.failed) {
        buf_free(&fields);
        return ERR_TOO_LARGE;
    }
    struct store_outbox row = {
        .account_id = place->account_id,
        .outbox_id = ids_next(now),
        .kind = STR("mail"),
        .effect_key = effect_key,
        .key_kind = str_from(place->key_kind),
        .key_owner = place->key_owner,
        .closure_id = place->closure_id,
        .created_at = now,
        .fields = buf_str(&fields),
    };
    enum err error = store_outbox_insert(tx, arena, place->key, &row, due);
    buf_free(&fields);
    return error;
}

static void read_argument(struct arena *arena, struct str nested, struct mail_argument *ret_argument)
{
    *ret_argument = (struct mail_argument){
        .name = arena_cstr(arena, pack_get(nested, ARGUMENT_NAME)),
        .kind = (enum mail_argument_kind)pack_get_int(nested, ARGUMENT_KIND),
        .text = pack_get(nested, ARGUMENT_TEXT),
        .number = pack_get_int(nested, ARGUMENT_NUMBER),
    };
}

enum err mail_read(struct arena *arena, struct str fields, struct mail *ret_mail)
{
    size_t cursor = 0;
    unsigned field;
    struct str value;
    TRY(pack_check(fields));
    *ret_mail = (struct mail){
        .to = pack_get(fields, FIELD_TO),
        .language = pack_get_int(fields, FIELD_LANGUAGE),
        .kind = pack_get(fields, FIELD_KIND),
        .attachment = pack_get(fields, FIELD_ATTACHMENT),
        .signature = pack_get(fields, FIELD_SIGNATURE),
    };
    while (pack_next(fields, &cursor, &field, &value) && ret_mail->argument_count < MAIL_ARGUMENTS)
        if (field == FIELD_ARGUMENT) {
            TRY(pack_check(value));
            read_argument(arena, value, &ret_mail->arguments[ret_mail->argument_count++]);
        }
    return ERR_NONE;
}
