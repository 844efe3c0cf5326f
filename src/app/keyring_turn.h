/* The keyring's turn over the store: every data key goes under the next epoch, then the old epoch's keys are
 * overwritten. From then on every older copy of the store holds the accounts that were closed before the turn
 * under keys that nobody has. Killed anywhere, it is gone on with. */
#ifndef APP_KEYRING_TURN_H
#define APP_KEYRING_TURN_H

#include "app/app.h"

enum keyring_turn_phase {
    KEYRING_TURN_NONE,            /* none under way */
    KEYRING_TURN_REWRAPS,         /* keys and tags of the old epoch are left */
    KEYRING_TURN_WAITS,           /* for a verified backup that holds the re-wrapped keys */
    KEYRING_TURN_WAITS_FOR_NODES, /* that take the next epoch, or destroy the old one */
};

struct keyring_turn {
    enum keyring_turn_phase phase;
    int64_t epoch;                  /* written now */
    int64_t keys_left, tags_left;   /* under the old epoch */
    int64_t began_at, rewrapped_at; /* of the one under way; 0: none, not yet */
    int64_t finished_at;            /* of the last one; 0: never */
    int64_t attested;               /* closures that the last run attested */
    int64_t backup_at;              /* the last verified backup; 0: none */
    bool mirrored;
};

/* Begins a turn, or goes on with the one under way, as far as it can. ERR_NONE where it was finished
 * (phase none) and where it waits for a backup. ERR_LOCKED where another process has the keyring open,
 * ERR_BUSY where this one has been turning it for LIMIT_TURN_WAIT_SECONDS, ERR_IO. What was destroyed while
 * another run was under way is attested by this one, which begins a turn of its own then. */
enum err keyring_turn_run(struct app *app, struct keyring_turn *ret_turn);
/* How it stands. */
enum err keyring_turn_status(struct app *app, struct keyring_turn *ret_turn);

/* True where a turn that began after destroyed_at (microseconds UTC) was finished: what was destroyed then
 * can be read from no copy any more. */
enum err keyring_turn_attested(struct sql_tx *tx, int64_t destroyed_at, bool *ret_attested);

/* The scheduler's job "turn" (account 0, subject 0): nightly, and until one that is under way is finished. */
enum err keyring_turn_job(struct app *app, int64_t account_id, int64_t subject_id);
/* Puts the job on the clock: at once where a turn is under way or was missed, else at 03:00 UTC. To be called
 * when the service starts. */
enum err keyring_turn_plan(struct app *app);

/* A backup was verified that was taken at taken_at and holds no data key older than epoch; a turn that waited
 * for it goes on. */
enum err keyring_turn_backup_verified(struct app *app, int64_t taken_at, int64_t epoch);

#endif
