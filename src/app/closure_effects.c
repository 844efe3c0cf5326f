#include "app/closure_effects.h"

#include "app/declaration.h"
#include "app/line_fees.h"
#include "app/ticket.h"
#include "store/identity.h"
#include "store/work.h"

enum { EFFECT_LINES = CLOSURE_NUMBERS };

enum err closure_effect_declare(struct closure_work *closure)
{
    TRY(declaration_prove(closure));
    return declaration_of_closure(closure);
}

enum err closure_effect_revoke_declaration(struct closure_work *closure)
{
    return declaration_revoke(closure);
}

/* Calls each(closure, line) for the lines that this closure ends. */
static enum err each_line(struct closure_work *closure,
                          enum err (*each)(struct closure_work *closure, struct store_line *line))
{
    struct store_line *lines = ARENA_ARRAY(closure->arena, EFFECT_LINES, struct store_line);
    size_t count;
    if (closure->account == NULL)
        return ERR_NONE;
    TRY(store_line_list(closure->tx, closure->arena, &closure->account->key, closure->row.account_id, lines,
                        EFFECT_LINES, &count));
    for (size_t i = 0; i < count; i++) {
        bool ends = closure->row.scope == CLOSURE_SCOPE_ACCOUNT || lines[i].line_id == closure->row.line_id;
        if (ends && lines[i].ended_at == 0)
            TRY(each(closure, &lines[i]));
    }
    return ERR_NONE;
}

static enum err stop_fee(struct closure_work *closure, struct store_line *line)
{
    struct closure_case now = closure_work_case(closure);
    return line_fees_stop(closure->tx, closure->arena, closure->account, line->line_id,
                          closure_fees_stop_at(&now));
}

enum err closure_effect_stop_fees(struct closure_work *closure)
{
    return each_line(closure, stop_fee);
}

static enum err resume_fee(struct closure_work *closure, struct store_line *line)
{
    return line_fees_resume(closure->tx, closure->arena, closure->account, line->line_id, closure->now);
}

enum err closure_effect_resume_fees(struct closure_work *closure)
{
    return each_line(closure, resume_fee);
}

static enum err set_account_state(struct closure_work *closure, enum account_state state)
{
    if (closure->account == NULL)
        return ERR_NONE;
    closure->account->row.state = state;
    closure->account->row.state_at = closure->now;
    closure->account_changed = true;
    return ERR_NONE;
}

enum err closure_effect_account_closing(struct closure_work *closure)
{
    closure->row.own.account_state = closure->account->row.state;
    return set_account_state(closure, ACCOUNT_CLOSING);
}

enum err closure_effect_account_back(struct closure_work *closure)
{
    return set_account_state(closure, (enum account_state)closure->row.own.account_state);
}

enum err closure_effect_account_closed(struct closure_work *closure)
{
    return set_account_state(closure, ACCOUNT_CLOSED);
}

enum err closure_effect_desk_add(struct closure_work *closure)
{
    return store_desk_add(closure->tx, "review", closure->row.deadline_at, closure->row.account_id,
                          closure->row.closure_id);
}

enum err closure_effect_desk_remove(struct closure_work *closure)
{
    return store_desk_remove(closure->tx, "review", closure->row.closure_id);
}

enum err closure_effect_audit_one_person(struct closure_work *closure)
{
    return store_audit_insert(closure->tx, closure->now, closure->actor->staff_id,
                              "refused_by_one_person_after_pause", closure->row.account_id,
                              closure->row.closure_id);
}

enum err closure_effect_end_sessions(struct closure_work *closure)
{
    return store_session_delete_all(closure->tx, closure->row.account_id);
}

/* Of the whole account: nobody comes in any more. One number's route ends with its line. */
enum err closure_effect_end_access(struct closure_work *closure)
{
    return closure->row.scope == CLOSURE_SCOPE_ACCOUNT ? closure_effect_end_sessions(closure) : ERR_NONE;
}

static enum err set_lock(struct closure_work *closure, int64_t at)
{
    if (closure->account == NULL)
        return ERR_NONE;
    closure->account->row.locked_at = at;
    closure->account_changed = true;
    return ERR_NONE;
}

enum err closure_effect_lock(struct closure_work *closure)
{
    return set_lock(closure, closure->now);
}

enum err closure_effect_unlock(struct closure_work *closure)
{
    return set_lock(closure, 0);
}

enum err closure_effect_open_ticket(struct closure_work *closure)
{
    struct str key = arena_printf(closure->arena, "closure %.*s", STR_ARG(closure->row.reference));
    return ticket_open_for_operator(closure->app, closure->tx, closure->arena, closure->row.account_id,
                                    closure->row.closure_id, key, closure->row.waits_for, closure->now);
}

enum err closure_effect_alarm_turn(struct closure_work *closure)
{
    struct str key = arena_printf(closure->arena, "keyring turn for %.*s", STR_ARG(closure->row.reference));
    return ticket_open_for_operator(closure->app, closure->tx, closure->arena, closure->row.account_id,
                                    closure->row.closure_id, key,
                                    STR("the keyring's turn waits for over 7 days"), closure->now);
}
