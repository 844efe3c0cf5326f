#include "app/session.h"

#include "app/account.h"
#include "app/rate.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/log.h"
#include "crypto/password.h"
#include "store/identity.h"

#include <stdio.h>
#include <string.h>

enum { TOKEN_SECRET_BYTES = 16, TOKEN_BYTES = 8 + 8 + TOKEN_SECRET_BYTES };

struct login_job {
    struct app *app;
    struct arena *arena;
    struct str name, password_hash;
    bool staff, found;
    struct actor actor;
    uint8_t token[TOKEN_BYTES];
    int64_t now;
};

static enum err login_read_staff(struct login_job *job, struct sql_tx *tx)
{
    struct seal_key key;
    struct store_staff staff;
    TRY(keys_find_name(job->app, tx, "staff", job->name, &job->actor.staff_id));
    TRY(keys_open(job->app, tx, "case", job->actor.staff_id, &key));
    TRY(store_staff_get(tx, job->arena, &key, job->actor.staff_id, &staff));
    if (staff.disabled_at != 0)
        return ERR_NOT_FOUND;
    job->actor.kind = ACTOR_STAFF;
    job->actor.role = staff.role;
    job->password_hash = staff.password_hash;
    return ERR_NONE;
}

static enum err login_read_subscriber(struct login_job *job, struct sql_tx *tx)
{
    struct account *account;
    TRY(keys_find_name(job->app, tx, "login", job->name, &job->actor.account_id));
    TRY(account_load(job->app, tx, job->arena, job->actor.account_id, &account));
    job->actor.kind = ACTOR_SUBSCRIBER;
    job->password_hash = account->row.password_hash;
    return ERR_NONE;
}

static enum err login_read(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct login_job *job = context;
    (void)arena;
    enum err error = job->staff ? login_read_staff(job, tx) : login_read_subscriber(job, tx);
    job->found = error == ERR_NONE;
    return error == ERR_NOT_FOUND || error == ERR_KEY_GONE ? ERR_NONE : error;
}

static int64_t token_owner(const struct actor *actor)
{
    return actor->kind == ACTOR_STAFF ? actor->staff_id : actor->account_id;
}

static void put_int64(uint8_t *bytes, int64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
}

static int64_t get_int64(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return (int64_t)value;
}

static void token_hash(const uint8_t token[TOKEN_BYTES], uint8_t ret_hash[32])
{
    const struct str parts[] = {STR("session"), str_bytes(token, TOKEN_BYTES)};
    seal_hash(parts, 2, ret_hash);
}

static int64_t session_length(bool staff)
{
    return staff ? LIMIT_STAFF_SESSION_HOURS * MICROS_HOUR : LIMIT_SESSION_DAYS * MICROS_DAY;
}

/* The account may have been closed since the password was checked. */
static enum err login_still_there(struct login_job *job, struct sql_tx *tx, struct arena *arena)
{
    struct account *account;
    if (job->staff)
        return ERR_NONE;
    enum err error = account_load(job->app, tx, arena, job->actor.account_id, &account);
    return error == ERR_KEY_GONE || error == ERR_NOT_FOUND ||
                   (error == ERR_NONE && account_is_closed(account))
               ? ERR_WRONG_LOGIN
               : error;
}

static enum err login_open(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct login_job *job = context;
    uint8_t hash[32];
    TRY(login_still_there(job, tx, arena));
    token_hash(job->token, hash);
    struct store_session session = {
        .account_id = token_owner(&job->actor),
        .session_id = job->actor.session_id,
        .role = job->actor.role,
        .secret_hash = str_bytes(hash, sizeof hash),
        .created_at = job->now,
        .seen_at = job->now,
        .expires_at = job->now + session_length(job->staff),
    };
    return store_session_insert(tx, &session);
}

static enum err login_do(struct login_job *job, struct str password, char ret_token[SESSION_TOKEN_SIZE])
{
    TRY(sql_read(job->app->store, login_read, job->arena, job));
    enum err verified = password_verify(password, job->found ? job->password_hash : STR_NONE);
    TRY(verified);
    job->actor.session_id = ids_next(job->now);
    put_int64(job->token, token_owner(&job->actor));
    put_int64(job->token + 8, job->actor.session_id);
    ids_random(job->token + 16, TOKEN_SECRET_BYTES);
    TRY(sql_call(job->app->store, "session_login", login_open, job));
    struct str text = encode_base64url(job->arena, str_bytes(job->token, TOKEN_BYTES));
    memcpy(ret_token, text.data, text.length);
    ret_token[text.length] = '\0';
    return ERR_NONE;
}

enum err session_login(struct app *app, struct str name, struct str password, struct str client, bool staff,
                       char ret_token[SESSION_TOKEN_SIZE], struct actor *ret_actor)
{
    struct clock_reading now = clock_read();
    if (name.length == 0 || name.length > LIMIT_LOGIN_NAME_BYTES || password.length == 0 ||
        password.length > LIMIT_PASSWORD_MAX_BYTES)
        return ERR_WRONG_LOGIN;
    struct arena *arena = arena_new_wiped(0);
    if (arena == NULL)
        return ERR_MEMORY;
    struct login_job job = {.app = app, .arena = arena, .staff = staff, .now = now.wall};
    job.name = keys_normalise(arena, name);
    enum err error = rate_take(RATE_LOGIN_ADDRESS, client, now.monotonic);
    if (error == ERR_NONE)
        error = rate_take(RATE_LOGIN_NAME, job.name, now.monotonic);
    if (error == ERR_NONE)
        error = login_do(&job, password, ret_token);
    if (error == ERR_NONE)
        *ret_actor = job.actor;
    explicit_bzero(job.token, sizeof job.token);
    arena_free(arena);
    return error;
}

struct find_job {
    struct app *app;
    const uint8_t *token;
    bool staff;
    int64_t now, seen_at;
    struct actor actor;
};

static enum err find_read(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct find_job *job = context;
    struct store_session session;
    uint8_t hash[32];
    (void)arena;
    int64_t owner = get_int64(job->token);
    enum err error = store_session_get(tx, owner, get_int64(job->token + 8), &session);
    if (error == ERR_NOT_FOUND)
        return ERR_UNAUTHENTICATED;
    TRY(error);
    token_hash(job->token, hash);
    if (!str_equal_secret(session.secret_hash, str_bytes(hash, sizeof hash)) ||
        session.expires_at <= job->now || (session.role != 0) != job->staff ||
        session.seen_at + LIMIT_SESSION_IDLE_DAYS * MICROS_DAY <= job->now)
        return ERR_UNAUTHENTICATED;
    job->seen_at = session.seen_at;
    job->actor = (struct actor){
        .kind = job->staff ? ACTOR_STAFF : ACTOR_SUBSCRIBER,
        .account_id = job->staff ? 0 : owner,
        .staff_id = job->staff ? owner : 0,
        .role = session.role,
        .session_id = session.session_id,
    };
    return ERR_NONE;
}

static enum err find_job(struct find_job *job, struct arena *arena, struct str token)
{
    struct str bytes;
    if (token.length == 0 || token.length >= SESSION_TOKEN_SIZE ||
        encode_base64_read(arena, token, &bytes) != ERR_NONE || bytes.length != TOKEN_BYTES)
        return ERR_UNAUTHENTICATED;
    job->token = (const uint8_t *)bytes.data;
    return sql_read(job->app->store, find_read, arena, job);
}

enum err session_look(struct app *app, struct arena *arena, struct str token, bool staff,
                      struct actor *ret_actor)
{
    struct find_job job = {.app = app, .staff = staff, .now = clock_now()};
    TRY(find_job(&job, arena, token));
    *ret_actor = job.actor;
    return ERR_NONE;
}

static enum err touch_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct find_job *job = context;
    (void)arena;
    return store_session_touch(tx, token_owner(&job->actor), job->actor.session_id, job->now);
}

enum err session_find(struct app *app, struct arena *arena, struct str token, bool staff,
                      struct actor *ret_actor)
{
    struct find_job job = {.app = app, .staff = staff, .now = clock_now()};
    TRY(find_job(&job, arena, token));
    *ret_actor = job.actor;
    if (job.now - job.seen_at < LIMIT_SESSION_TOUCH_HOURS * MICROS_HOUR)
        return ERR_NONE;
    /* A store that takes no writes now (a full disk, a server in recovery) must still show pages. */
    enum err touched = sql_call_bulk(app->store, "session_touch", touch_run, &job);
    if (touched != ERR_NONE)
        log_warn("session_touch", LOG_TEXT("error", err_code(touched)));
    return ERR_NONE;
}

struct actor_job {
    struct app *app;
    struct arena *arena;
    const struct actor *actor;
    int64_t now;
    struct str code, masked;
    bool proven;
};

static enum err logout_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct actor *actor = context;
    (void)arena;
    return store_session_delete(tx, token_owner(actor), actor->session_id);
}

enum err session_logout(struct app *app, const struct actor *actor)
{
    struct actor copy = *actor;
    return sql_call(app->store, "session_logout", logout_run, &copy);
}

struct str session_form_token(struct arena *arena, struct str token)
{
    uint8_t hash[32];
    const struct str parts[] = {STR("form"), token};
    seal_hash(parts, 2, hash);
    return encode_base64url(arena, str_bytes(hash, 16));
}

struct str session_mask_address(struct arena *arena, struct str address)
{
    size_t at = str_find(address, STR("@"), 0);
    if (at == SIZE_MAX || at == 0)
        return arena_printf(arena, "•••%.*s",
                            STR_ARG(str_part(address, address.length < 2 ? 0 : address.length - 2, 2)));
    return arena_printf(arena, "%.1s•••%.*s", address.data, STR_ARG(str_part(address, at, address.length)));
}

static enum err proven_read(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct actor_job *job = context;
    struct store_session session;
    (void)arena;
    TRY(store_session_get(tx, job->actor->account_id, job->actor->session_id, &session));
    job->proven = session.proof_until > job->now;
    return ERR_NONE;
}

enum err session_is_proven(struct app *app, struct arena *arena, const struct actor *actor, bool *ret_proven)
{
    struct actor_job job = {.app = app, .actor = actor, .now = clock_now()};
    TRY(sql_read(app->store, proven_read, arena, &job));
    *ret_proven = job.proven;
    return ERR_NONE;
}
