/* One closure as people see it: the status page, the account's own pages, the desk. */
#ifndef APP_CLOSURE_VIEW_H
#define APP_CLOSURE_VIEW_H

#include "app/closure_verbs.h"
#include "base/limits.h"
#include "store/closure.h"
#include "store/work.h"

enum { VIEW_RECIPIENTS = 80, VIEW_JOURNAL = 200 };

struct closure_view {
    struct store_closure row; /* row.own is empty once the closure's key is gone */
    bool has_key;
    bool can_undo;
    int64_t undo_until; /* 0 where !can_undo; before the approval, what it would be if it came now */
    bool receipt_made, forgotten_made;
    bool account_there;           /* the account's own data can still be read */
    const char *state_name;       /* "review" … as in text ids */
    struct store_refund *refunds; /* all attempts, by payment and attempt */
    size_t refund_count;
    struct store_recipient recipients[VIEW_RECIPIENTS];
    size_t recipient_count;
    struct store_journal_row journal[VIEW_JOURNAL];
    size_t journal_count;
};

/* Reads one closure; in arena. ERR_NOT_FOUND. Who may see it is the caller's question (closure_find_by_link,
 * or the account's own id). */
enum err closure_view(struct app *app, struct arena *arena, struct closure_id id,
                      struct closure_view **ret_view);
/* The account's closures, newest first, without refunds, recipients and journal; at most limit. */
enum err closure_list(struct app *app, struct arena *arena, int64_t account_id,
                      struct closure_view *ret_views, size_t limit, size_t *ret_count);
/* Closures of a state by its name ("review"; NULL: of all states), oldest first; at most limit. ERR_USAGE for
 * a name that is no state. */
enum err closure_ids(struct app *app, struct arena *arena, const char *state, struct closure_id *ret_ids,
                     size_t limit, size_t *ret_count);
/* The whole-account closure under way; ERR_NOT_FOUND. For the banner "undo closing". */
enum err closure_under_way(struct app *app, struct arena *arena, int64_t account_id,
                           struct closure_view *ret_view);

/* What waits for a person, soonest due first: kind "review", "refund", "ticket" or "declaration". */
enum err desk_queue(struct app *app, struct arena *arena, const char *kind, struct store_desk_item *ret_items,
                    size_t limit, size_t *ret_count);

/* What a reviewer may know of the account: facts, never message texts. */
struct desk_facts {
    int64_t account_state, account_created_at, security_at, locked_at;
    int64_t balance;
    int64_t line_count, messages_total, tickets_open, contacts_verified, contacts_removed_lately;
    bool gone; /* forgotten: nothing can be read any more */
};
enum err desk_facts(struct app *app, struct arena *arena, int64_t account_id, struct desk_facts *ret_facts);

#endif
