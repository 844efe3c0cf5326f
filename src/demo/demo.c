#include "demo/demo.h"

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "demo/seed_texts.h"
#include "sim/carrier.h"
#include "store/key.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Until the next text; and what a text may take to be stored. */
enum { DEMO_TEXT_SECONDS = 25, DEMO_ANSWER_SECONDS = 10, DEMO_PASSWORD_BYTES = 8 /* SMPP has room for 8 */ };

struct demo {
    struct app *app;
    struct mailbox *mailbox;
    struct sim_carrier *carrier;
    char password_path[PATH_MAX], password[DEMO_PASSWORD_BYTES + 1];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool running, stopping;
    void (*wake)(void *context);
    void *wake_context;
};

void demo_settings(struct settings *settings)
{
    settings->operator=(struct settings_operator){
        .legal_name = "Violet Demo Telecom Ltd.",
        .address = "1 Example Street, Springfield, IL 62701, USA",
        .complaint_body = "Federal Communications Commission, consumercomplaints.fcc.gov",
        .support_mail = "support@violet.example",
        .terms_url = "/help",
        .privacy_url = "/help",
        .markets = SETTINGS_MARKET_CN | SETTINGS_MARKET_EU | SETTINGS_MARKET_US_CA | SETTINGS_MARKET_US,
    };
    settings->server.private_listen = ""; /* several demos run beside each other */
    settings->mail.from = "service@violet.example";
    settings->desk_people = 2;
    settings->rnd.company_id = "00000";
    settings->keyring.replica = true; /* nothing here is worth a backup */
    settings->keyring.single_copy = true;
    settings->carriers[0] = (struct settings_carrier){.name = "demo",
                                                      .kind = SETTINGS_CARRIER_SMPP,
                                                      .smpp = {.host = "127.0.0.1",
                                                               .system_id = "violet",
                                                               .system_type = "",
                                                               .address_range = "",
                                                               .binds = 1,
                                                               .window = 10,
                                                               .enquire_seconds = 30},
                                                      .ages = SETTINGS_AGES_WE};
    settings->carrier_count = 1;
}

enum err demo_new(struct app *app, struct demo **ret_demo)
{
    struct demo *demo = calloc(1, sizeof *demo);
    if (demo == NULL)
        return ERR_MEMORY;
    demo->app = app;
    pthread_mutex_init(&demo->lock, NULL);
    pthread_cond_init(&demo->changed, NULL);
    enum err error = mailbox_new(app->settings, &demo->mailbox);
    if (error != ERR_NONE)
        demo_free(demo);
    else
        *ret_demo = demo;
    return error;
}

struct mailbox *demo_mailbox(struct demo *demo)
{
    return demo->mailbox;
}

void demo_stop(struct demo *demo)
{
    pthread_mutex_lock(&demo->lock);
    demo->stopping = true;
    pthread_cond_signal(&demo->changed);
    pthread_mutex_unlock(&demo->lock);
    if (demo->running)
        pthread_join(demo->thread, NULL);
    demo->running = false;
}

void demo_free(struct demo *demo)
{
    if (demo == NULL)
        return;
    demo_stop(demo);
    sim_carrier_stop(demo->carrier);
    mailbox_free(demo->mailbox);
    pthread_cond_destroy(&demo->changed);
    pthread_mutex_destroy(&demo->lock);
    free(demo);
}

/* Of this run alone: nobody else on the machine binds in the service's name. */
static enum err make_password(struct demo *demo, const char *data)
{
    uint32_t random;
    ids_random(&random, sizeof random);
    snprintf(demo->password, sizeof demo->password, "%08x", random);
    snprintf(demo->password_path, sizeof demo->password_path, "%s/carrier-password", data);
    int file = open(demo->password_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return ERR_IO;
    ssize_t written = write(file, demo->password, DEMO_PASSWORD_BYTES);
    close(file);
    return written == DEMO_PASSWORD_BYTES ? ERR_NONE : ERR_IO;
}

enum err demo_carrier_start(struct demo *demo, struct settings *settings)
{
    TRY(make_password(demo, settings->data));
    const struct sim_options options = {.listen = "127.0.0.1:0",
                                        .system_id = settings->carriers[0].smpp.system_id,
                                        .password = str_from(demo->password),
                                        .window = (unsigned)settings->carriers[0].smpp.window,
                                        .every = 1,
                                        .serials = true};
    TRY(sim_carrier_start(&options, &demo->carrier));
    settings->carriers[0].smpp.port = sim_carrier_port(demo->carrier);
    settings->carriers[0].smpp.password_file = demo->password_path;
    return ERR_NONE;
}

static enum err offset_read(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct str text;
    (void)arena;
    enum err error = store_setting_get(tx, "demo_clock", &text);
    if (error == ERR_NONE && !str_to_int64(text, context))
        return ERR_CORRUPT;
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}

enum err demo_clock_restore(struct app *app)
{
    struct arena *arena = arena_new(0);
    int64_t offset = 0;
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = sql_read(app->store, offset_read, arena, &offset);
    arena_free(arena);
    if (error == ERR_NONE)
        clock_advance(offset - clock_offset());
    return error;
}

static enum err offset_write(struct sql_tx *tx, struct arena *arena, void *context)
{
    const int64_t *offset = context;
    return store_setting_put(tx, "demo_clock", arena_printf(arena, "%lld", (long long)*offset));
}

enum err demo_clock_advance(struct demo *demo, int64_t micros)
{
    int64_t offset = clock_offset() + micros;
    if (micros <= 0 || micros > 400 * MICROS_DAY)
        return ERR_INVALID;
    TRY(sql_call(demo->app->store, "demo_clock", offset_write, &offset));
    clock_advance(micros);
    pthread_mutex_lock(&demo->lock);
    if (demo->wake != NULL)
        demo->wake(demo->wake_context);
    pthread_mutex_unlock(&demo->lock);
    return ERR_NONE;
}

enum err demo_text(struct demo *demo, struct str from, struct str to, struct str text)
{
    const struct sim_text arriving = {.from = from, .to = to, .text = text};
    return sim_carrier_deliver(demo->carrier, &arriving, DEMO_ANSWER_SECONDS);
}

static void text_arrives(struct demo *demo)
{
    static const char *const numbers[] = {"+12025550143", "+14155550186"};
    struct demo_seed_message seed;
    uint64_t random;
    ids_random(&random, sizeof random);
    demo_seed_arriving(random, clock_now(), &seed);
    enum err error =
        demo_text(demo, str_from(seed.sender), str_from(numbers[seed.line & 1]), str_from(seed.text));
    if (error != ERR_NONE)
        log_warn("demo_text", LOG_ERR(error));
}

static void *demo_thread(void *context)
{
    struct demo *demo = context;
    pthread_setname_np(pthread_self(), "demo");
    pthread_mutex_lock(&demo->lock);
    while (!demo->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += DEMO_TEXT_SECONDS;
        pthread_cond_timedwait(&demo->changed, &demo->lock, &until);
        if (demo->stopping)
            break;
        pthread_mutex_unlock(&demo->lock);
        text_arrives(demo);
        pthread_mutex_lock(&demo->lock);
    }
    pthread_mutex_unlock(&demo->lock);
    return NULL;
}

enum err demo_start(struct demo *demo, void (*wake)(void *context), void *wake_context)
{
    pthread_mutex_lock(&demo->lock); /* the pages are served already */
    demo->wake = wake;
    demo->wake_context = wake_context;
    pthread_mutex_unlock(&demo->lock);
    if (pthread_create(&demo->thread, NULL, demo_thread, demo) != 0)
        return ERR_MEMORY;
    demo->running = true;
    return ERR_NONE;
}
