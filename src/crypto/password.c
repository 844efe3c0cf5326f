#include "crypto/password.h"

#include "base/limits.h"
#include "base/pool.h"

#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { PASSWORD_PASSES = 2, PASSWORD_NICE = 19, PASSWORD_THREADS_MAX = 64 };
#define PASSWORD_MEMORY_BYTES (19456UL * 1024)

/* How every hash of ours begins. Others, whose cost somebody else chose, are never computed. */
#define PASSWORD_PREFIX "$argon2id$v=19$m=19456,t=2,p=1$"

_Static_assert((int)PASSWORD_HASH_SIZE == (int)crypto_pwhash_STRBYTES, "libsodium fills the whole text");

struct job {
    struct str password;
    char hash[PASSWORD_HASH_SIZE];
    bool verify, ok, done;
};

static struct pool *workers;
static char nobodys_hash[PASSWORD_HASH_SIZE];
static pthread_mutex_t done_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t done_wake = PTHREAD_COND_INITIALIZER;

static bool hash_now(struct str password, char ret_hash[PASSWORD_HASH_SIZE])
{
    return crypto_pwhash_str_alg(ret_hash, password.data != NULL ? password.data : "", password.length,
                                 PASSWORD_PASSES, PASSWORD_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static void job_run(void *context)
{
    struct job *job = context;
    const char *password = job->password.data != NULL ? job->password.data : "";
    bool ok = job->verify ? crypto_pwhash_str_verify(job->hash, password, job->password.length) == 0
                          : hash_now(job->password, job->hash);
    pthread_mutex_lock(&done_lock);
    job->ok = ok;
    job->done = true;
    pthread_cond_broadcast(&done_wake);
    pthread_mutex_unlock(&done_lock);
}

static enum err job_wait(struct job *job)
{
    if (workers == NULL)
        return ERR_STOPPING;
    TRY(pool_submit(workers, job_run, job));
    pthread_mutex_lock(&done_lock);
    while (!job->done)
        pthread_cond_wait(&done_wake, &done_lock);
    pthread_mutex_unlock(&done_lock);
    return ERR_NONE;
}

enum err password_start(void)
{
    char unknown[32];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    /* One core stays without: hashing at rest priority still drives the others' data out of the caches. */
    long most = cores - 1 > PASSWORD_THREADS_MAX ? PASSWORD_THREADS_MAX : cores - 1;
    unsigned threads = most < 1 ? 1 : (unsigned)most;
    if (sodium_init() < 0)
        return ERR_INTERNAL;
    randombytes_buf(unknown, sizeof unknown);
    bool hashed = hash_now(str_bytes(unknown, sizeof unknown), nobodys_hash);
    sodium_memzero(unknown, sizeof unknown);
    return hashed ? pool_new("password", threads, LIMIT_PASSWORD_QUEUE, PASSWORD_NICE, &workers) : ERR_MEMORY;
}

void password_stop(void)
{
    pool_free(workers);
    workers = NULL;
}

enum err password_hash(struct str password, char ret_hash[PASSWORD_HASH_SIZE])
{
    if (password.length > LIMIT_PASSWORD_MAX_BYTES)
        return ERR_INVALID;
    struct job job = {.password = password};
    enum err error = job_wait(&job);
    if (error == ERR_NONE && !job.ok)
        error = ERR_MEMORY;
    if (error == ERR_NONE)
        memcpy(ret_hash, job.hash, sizeof job.hash);
    sodium_memzero(&job, sizeof job);
    return error;
}

/* Costs the same whether the account, its hash or the password is missing or wrong. */
enum err password_verify(struct str password, struct str hash)
{
    bool possible = password.length <= LIMIT_PASSWORD_MAX_BYTES && hash.length < PASSWORD_HASH_SIZE &&
                    str_starts(hash, STR(PASSWORD_PREFIX));
    struct job job = {.password = str_part(password, 0, LIMIT_PASSWORD_MAX_BYTES), .verify = true};
    struct str against = possible ? hash : str_from(nobodys_hash);
    memcpy(job.hash, against.data, against.length);
    enum err error = job_wait(&job);
    bool matches = job.ok && possible;
    sodium_memzero(&job, sizeof job);
    if (error != ERR_NONE)
        return error;
    return matches ? ERR_NONE : ERR_WRONG_LOGIN;
}
