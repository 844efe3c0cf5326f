#include "app/journal.h"

#include "store/work.h"

struct str journal_actor(struct arena *arena, const struct actor *actor)
{
    static const char *const words[] = {[ACTOR_SUBSCRIBER] = "subscriber",
                                        [ACTOR_STAFF] = "staff",
                                        [ACTOR_LINK] = "link",
                                        [ACTOR_SYSTEM] = "system",
                                        [ACTOR_OPERATOR] = "operator"};
    if (actor->kind == ACTOR_STAFF)
        return arena_printf(arena, "staff:%lld", (long long)actor->staff_id);
    return str_from(words[actor->kind]);
}

enum err journal_account(struct sql_tx *tx, struct arena *arena, struct account *account, int64_t now,
                         const char *event, const struct actor *actor, struct str details)
{
    return store_journal_add(tx, arena, &account->key, account->row.account_id, 0, now, event,
                             journal_actor(arena, actor), details);
}
