/* What people do with a closure under way: undo, answer, object; review at the desk. */
#ifndef APP_CLOSURE_VERBS_H
#define APP_CLOSURE_VERBS_H

#include "app/app.h"
#include "domain/types.h"

struct closure_id {
    int64_t account_id, closure_id;
};

/* The closure of a reference ("VC-…", as typed); ERR_NOT_FOUND. */
enum err closure_find(struct app *app, struct arena *arena, struct str reference, struct closure_id *ret_id);
/* The closure of a reference if the secret is its link's; ERR_NOT_FOUND otherwise (the two look the same). */
enum err closure_find_by_link(struct app *app, struct arena *arena, struct str reference, struct str secret,
                              struct closure_id *ret_id);

/* As closure_find_by_link, for the page "This was not me" alone: the alert's key is enough there too. */
enum err closure_find_by_alert(struct app *app, struct arena *arena, struct str reference, struct str key,
                               struct closure_id *ret_id);

/* Undoes, to the last second of cooling; actor is the subscriber of the account or the link's holder.
 * ERR_STATE when it is too late. */
enum err closure_undo(struct app *app, const struct actor *actor, struct closure_id id);
/* "This was not me". */
enum err closure_not_me(struct app *app, const struct actor *actor, struct closure_id id);
/* Answers a question or a refusal. ERR_INVALID for an empty or too long text. */
enum err closure_answer(struct app *app, const struct actor *actor, struct closure_id id, struct str text);
/* Why somebody leaves, once or again; optional. */
enum err closure_tell_reason(struct app *app, struct closure_id id, enum closure_reason reason,
                             struct str comment);

/* Desk, role reviewer or admin. ERR_FORBIDDEN for other roles. */
enum err closure_approve(struct app *app, const struct actor *actor, struct closure_id id);
enum err closure_ask(struct app *app, const struct actor *actor, struct closure_id id, struct str question);
/* The first person's word waits, the second person's with the same reason refuses. ret_waits: a second is
 * needed. */
enum err closure_refuse(struct app *app, const struct actor *actor, struct closure_id id,
                        enum closure_refusal reason, struct str words, bool *ret_waits);
/* After "This was not me": the holder was proven, the clock runs again. */
enum err closure_prove_holder(struct app *app, const struct actor *actor, struct closure_id id);
/* The operator must keep data by order, or no longer. */
enum err closure_set_hold(struct app *app, const struct actor *actor, struct closure_id id, bool hold);

/* The scheduler's job "closure": does all that is due, step by step, each in its own transaction. */
enum err closure_job(struct app *app, int64_t account_id, int64_t closure_id);
/* The scheduler's job "sweep": deletes a forgotten account's rows in batches. */
enum err closure_sweep(struct app *app, int64_t account_id, int64_t closure_id);

#endif
