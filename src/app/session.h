/* Coming in: log-in by name and password, sessions, fresh proof. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "app/app.h"

enum { SESSION_TOKEN_SIZE = 64, SESSION_CODE_DIGITS = 6 };

/* Checks name and password and opens a session; staff: of the desk. client is the peer's address, for the
 * rate limit. ret_token is what cookie or bearer key carry. Waits for a password hash: not on event threads.
 * ERR_WRONG_LOGIN (also for names that nobody has, at the same cost), ERR_RATE, ERR_BUSY. */
enum err session_login(struct app *app, struct str name, struct str password, struct str client, bool staff,
                       char ret_token[SESSION_TOKEN_SIZE], struct actor *ret_actor);
/* Who holds this token. ERR_UNAUTHENTICATED where the session is no more: ended, over, or not used for
 * LIMIT_SESSION_IDLE_DAYS. Writes down that it is used, once an hour at most. */
enum err session_find(struct app *app, struct arena *arena, struct str token, bool staff,
                      struct actor *ret_actor);
/* As session_find, but reads only: an open page that shows itself is nobody who uses it. */
enum err session_look(struct app *app, struct arena *arena, struct str token, bool staff,
                      struct actor *ret_actor);
/* Ends a session. */
enum err session_logout(struct app *app, const struct actor *actor);
/* The token that a form of this session must carry against cross-site requests. */
struct str session_form_token(struct arena *arena, struct str token);

/* Sends a six-digit code to the account's first verified mail contact, for the fresh proof. ERR_NOT_FOUND
 * where it has none, ERR_RATE. ret_masked: where it went, masked, in arena. */
enum err session_send_code(struct app *app, struct arena *arena, const struct actor *actor,
                           struct str *ret_masked);
/* Proves the subscriber afresh by password and code; the session counts as proven for LIMIT_PROOF_MINUTES.
 * ERR_WRONG_PROOF, ERR_RATE after LIMIT_CODE_TRIES wrong codes. Where the account has no verified mail
 * contact the password alone is taken and the closure is looked at by a person. Waits for a password hash. */
enum err session_prove(struct app *app, struct arena *arena, const struct actor *actor, struct str password,
                       struct str code);
/* True where the session was proven afresh and the proof has not run out; reads only. */
enum err session_is_proven(struct app *app, struct arena *arena, const struct actor *actor, bool *ret_proven);
/* An address as it is shown to somebody who should know it: first letter and domain, or the last digits. */
struct str session_mask_address(struct arena *arena, struct str address);

#endif
