/* One closure, opened inside a transaction, and what every verb on it shares. */
#ifndef APP_CLOSURE_WORK_H
#define APP_CLOSURE_WORK_H

#include "app/account.h"
#include "app/mail.h"
#include "domain/closure/closure.h"
#include "store/closure.h"
#include "store/work.h"

struct closure_work {
    struct app *app;
    struct sql_tx *tx;
    struct arena *arena;
    int64_t now;
    struct store_closure row;
    struct seal_key key;     /* the closure's own */
    bool has_key;            /* false once it is gone */
    struct account *account; /* NULL once forgotten */
    const struct actor *actor;
    /* Row, account and place in the queue are written once, at the end of a transaction. */
    bool is_new, account_changed;
    struct store_journal_end journal;
    struct str receipt, signature; /* made in this transaction */
};

/* Loads and opens what can be opened. ERR_NOT_FOUND. */
enum err closure_work_load(struct app *app, struct sql_tx *tx, struct arena *arena, int64_t account_id,
                           int64_t closure_id, int64_t now, const struct actor *actor,
                           struct closure_work **ret_work);
/* The case as the domain judges it, of the row. */
struct closure_case closure_work_case(const struct closure_work *closure);
/* Writes the row as it is, and the account where it was changed. */
enum err closure_work_save(struct closure_work *closure);
/* A row in the closure's journal; details are sealed under the closure's key. */
enum err closure_work_journal(struct closure_work *closure, const char *event, struct str details);
/* Takes over what was decided and does every effect that is wanted, in this transaction. The row itself is
 * still to be written: closure_work_finish. event is NULL where nothing happened that is worth a row in the
 * journal. */
enum err closure_work_change(struct closure_work *closure, const struct closure_decision *decision,
                             const char *event, struct str details);
/* Writes the row and its place in the queue: its deadline. */
enum err closure_work_finish(struct closure_work *closure);
/* closure_work_change and closure_work_finish. */
enum err closure_work_apply(struct closure_work *closure, const struct closure_decision *decision,
                            const char *event, struct str details);
/* The actor as the domain asks for them. */
struct closure_actor closure_work_actor(const struct closure_work *closure);
/* Queues a mail to every contact of the closure, sealed under its key. The effect key is made of closure,
 * kind, `occasion` (a word or number that tells repetitions apart, may be "") and the contact's place. Every
 * mail has the arguments reference, link and name besides those given. */
enum err closure_work_mail(struct closure_work *closure, const char *kind, struct str occasion,
                           const struct mail_argument *arguments, size_t count);
/* Queues the confirmation with the receipt to one contact; a bounce asks again with the next one. */
enum err closure_work_confirm(struct closure_work *closure, size_t contact, struct str receipt,
                              struct str signature);
/* The configuration of the clocks. */
struct closure_config closure_work_config(const struct app *app);

#endif
