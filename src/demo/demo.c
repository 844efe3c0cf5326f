#include "demo/demo.h"

#include "app/message_receive.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "demo/seed_texts.h"
#include "store/key.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DEMO_TEXT_SECONDS = 25 };

struct demo {
    struct app *app;
    struct mailbox *mailbox;
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
                                                      .secret_file = "",
                                                      .format = SETTINGS_FORMAT_FORM,
                                                      .field_from = "from",
                                                      .field_to = "to",
                                                      .field_text = "text",
                                                      .field_id = "id",
                                                      .field_time = "",
                                                      .header_signature = "X-Violet-Signature",
                                                      .header_timestamp = "X-Violet-Timestamp",
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
    mailbox_free(demo->mailbox);
    pthread_cond_destroy(&demo->changed);
    pthread_mutex_destroy(&demo->lock);
    free(demo);
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
    uint64_t random;
    char id[32];
    ids_random(&random, sizeof random);
    snprintf(id, sizeof id, "demo-%016llx", (unsigned long long)random);
    struct message_receive receive = {
        .carrier = STR("demo"), .carrier_id = str_from(id), .from = from, .to = to, .text = text};
    return message_receive(demo->app, &receive);
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
