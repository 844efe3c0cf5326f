/* Rows of messages as a reader sees them: with the names of their line and service. Inside one read. */
#ifndef APP_MESSAGE_ROWS_H
#define APP_MESSAGE_ROWS_H

#include "app/account.h"
#include "app/message_list.h"
#include "store/line.h"
#include "store/message.h"
#include "store/service.h"

/* What the rows of an account refer to. */
struct message_names {
    struct app *app;
    struct arena *arena;
    struct store_line *lines;
    struct store_service *services;
    size_t line_count, service_count;
};

/* Loads into arena what count rows refer to; rows NULL: all that rows of the account may. */
enum err message_names_load(struct app *app, struct sql_tx *tx, struct arena *arena,
                            const struct account *account, const struct store_message *rows, size_t count,
                            struct message_names *ret_names);
/* Adds to sent texts what became of them. */
enum err message_views_add_sent(struct sql_tx *tx, int64_t account_id, struct message_view *views,
                                size_t count);
struct message_view message_view_of(const struct message_names *names, const struct store_message *row);

#endif
