/* The numbers of an account. */
#ifndef APP_LINE_LIST_H
#define APP_LINE_LIST_H

#include "app/app.h"

struct line_view {
    int64_t line_id;
    struct str e164, name, order_code;
    int64_t since, ended_at; /* ended_at 0: it lives */
    int64_t fee;             /* millionths a month */
    int64_t next_fee_at;     /* 0: no fee is to come */
    int64_t fees_stopped_at, last_text_at;
    int64_t locked_at;    /* the number lock; 0: open */
    int64_t pin_until;    /* of the transfer PIN; 0: there is none that counts */
    int64_t leaving_at;   /* when its port-out began; 0: it stays */
    bool ported;          /* it ended because it went to another carrier */
    int64_t rested_days;  /* how long the number rested before this line; 0: never used before */
    int64_t number_state; /* enum number_state; of a line that ended, what became of the number is not told */
};

/* Lines of the account, oldest first, ended ones last; in arena. ERR_KEY_GONE once forgotten. */
enum err line_list(struct app *app, struct arena *arena, int64_t account_id, struct line_view **ret_lines,
                   size_t *ret_count);
/* Gives a line the subscriber's own name; ERR_INVALID past LIMIT_LABEL_BYTES, ERR_NOT_FOUND. */
enum err line_rename(struct app *app, const struct actor *actor, int64_t line_id, struct str name);

#endif
