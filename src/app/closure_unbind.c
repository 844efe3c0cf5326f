#include "app/closure_unbind.h"

#include "app/links.h"
#include "app/service_catalogue.h"
#include "app/service_name.h"
#include "app/service_rows.h"

enum { NAMES_SHOWN = 8, NAMES_BYTES = 1024 };

static bool still_texts(const struct closure_work *closure, const struct store_service *row)
{
    int64_t since = row->done_at != 0 ? row->done_at : closure->row.submitted_at;
    const struct service *known =
        row->known != 0 ? service_catalogue_key(closure->app, closure->arena, row->name) : NULL;
    return known != NULL && known->dangerous && row->last_at > since;
}

static int64_t list_names(struct closure_work *closure, const struct store_service *rows, size_t count,
                          struct buf *names)
{
    int64_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!still_texts(closure, &rows[i]) || ++found > NAMES_SHOWN)
            continue;
        if (names->length != 0)
            buf_add_c(names, ", ");
        buf_add(names, service_name(closure->app, closure->arena, &rows[i]));
    }
    return found;
}

enum err closure_unbind_remind(struct closure_work *closure)
{
    struct store_service *rows;
    size_t count;
    if (closure->account == NULL)
        return ERR_NONE;
    TRY(service_rows(closure->tx, closure->arena, closure->account, closure->row.line_id, &rows, &count));
    struct buf names = buf_new(NAMES_BYTES);
    int64_t found = list_names(closure, rows, count, &names);
    const struct mail_argument arguments[] = {
        MAIL_ARGUMENT_TEXT("services", arena_str(closure->arena, buf_str(&names))),
        MAIL_ARGUMENT_INT("count", found), MAIL_ARGUMENT_TIME("undo_end", closure->row.undo_end_at),
        MAIL_ARGUMENT_LINK("services_link", links_make(closure->app, closure->arena, STR("/services")))};
    buf_free(&names);
    return found != 0 ? closure_work_mail(closure, "still_texts", STR(""), arguments, 4) : ERR_NONE;
}
