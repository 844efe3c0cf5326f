/* The inbox: pages of messages, newest first, opened. */
#ifndef APP_MESSAGE_LIST_H
#define APP_MESSAGE_LIST_H

#include "app/app.h"

struct message_view {
    int64_t message_id, line_id;
    bool sent;  /* false: received */
    bool flash; /* was meant to be shown at once */
    int64_t at, read_at;
    int64_t sent_at; /* what the carrier says; 0: unknown */
    struct str peer, text;
    struct str code;    /* the verification code found in it; empty: none */
    struct str service; /* name of the linked service; empty: none */
    struct str number;  /* E.164 of its line */
    int64_t line_ended_at;
    /* Of a sent text: what became of it (enum sent_state; waiting means on its way), its parts and what they
     * cost, millionths. state 0: it was received. */
    int64_t state, parts, price;
};

struct message_page {
    struct message_view *messages;
    size_t count;
    int64_t next; /* `before` (or `after`) of the next page; 0 at the end */
    int64_t unread;
};

struct message_filter {
    int64_t line_id; /* 0: all lines */
    int64_t before;  /* messages older than this id; 0: from the newest */
    int64_t after;   /* above 0: messages newer than this id, oldest first, of all lines */
    size_t limit;    /* 1 to LIMIT_PAGE_ROWS; 0: that */
};

/* A page; results live in arena (a wiped one). ERR_KEY_GONE once forgotten. */
enum err message_list(struct app *app, struct arena *arena, int64_t account_id,
                      const struct message_filter *filter, struct message_page *ret_page);
/* One message of the account; ERR_NOT_FOUND. */
enum err message_get(struct app *app, struct arena *arena, int64_t account_id, int64_t message_id,
                     struct message_view *ret_message);
/* Marks one as read (once), or all up to the id; ERR_NOT_FOUND. */
enum err message_read(struct app *app, const struct actor *actor, int64_t message_id);
enum err message_read_all(struct app *app, const struct actor *actor, int64_t up_to);
/* Deletes one for good; one that was not sent yet is not; ERR_NOT_FOUND. */
enum err message_delete(struct app *app, const struct actor *actor, int64_t message_id);

#endif
