/* Search in the reader's own messages. They are sealed, so that they are opened one by one and looked into:
 * the newest LIMIT_SEARCH_ROWS at once, older ones on demand. */
#ifndef APP_MESSAGE_SEARCH_H
#define APP_MESSAGE_SEARCH_H

#include "app/message_list.h"

struct message_search {
    struct str
        words; /* all of them must be found in text, sender, code or service; ASCII letters in any case */
    int64_t line_id; /* 0: all */
    int64_t before;  /* messages older than this id; 0: from the newest */
    size_t limit;    /* 1 to LIMIT_PAGE_ROWS; 0: that */
};

struct message_hits {
    struct message_view *messages; /* newest first */
    size_t count;
    int64_t searched; /* how many were looked into */
    int64_t next;     /* `before` to go on with; 0: no older ones */
};

/* Results live in arena (a wiped one). ERR_INVALID for no words or more than LIMIT_SEARCH_BYTES; ERR_KEY_GONE
 * once forgotten. */
enum err message_search(struct app *app, struct arena *arena, int64_t account_id,
                        const struct message_search *search, struct message_hits *ret_hits);

#endif
