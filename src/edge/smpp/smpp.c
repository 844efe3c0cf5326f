#include "edge/smpp/internal.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const struct {
    uint32_t command_id;
    const char *mode;
} modes[] = {
    {SMPP_BIND_TRANSCEIVER, "transceiver"},
    {SMPP_BIND_RECEIVER, "receiver"},
    {SMPP_BIND_TRANSMITTER, "transmitter"},
};

enum { TRANSCEIVER, RECEIVER, TRANSMITTER };

static void init_bind(struct carrier *carrier, int mode, unsigned number)
{
    struct bind *bind = &carrier->binds[carrier->bind_count++];
    bind->carrier = carrier;
    bind->command_id = modes[mode].command_id;
    bind->mode = modes[mode].mode;
    bind->number = number;
    bind->link.fd = -1;
    bind->seed = (unsigned)clock_now() + number * 7 + (unsigned)mode;
    bind->finished_end = &bind->finished;
    bind->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&bind->lock, NULL);
    bind->state = (struct carrier_bind){.carrier = carrier->settings->name,
                                        .mode = bind->mode,
                                        .number = number,
                                        .phase = "waiting",
                                        .since = clock_now(),
                                        .window = carrier->settings->smpp.window};
}

static void end_carrier(struct carrier *carrier)
{
    const uint64_t one = 1;
    carrier->stop = true;
    for (size_t i = 0; i < carrier->bind_count; i++)
        if (carrier->binds[i].started && write(carrier->binds[i].wake, &one, sizeof one) < 0)
            continue; /* it looks at stop several times a second anyway */
}

static void join_carrier(struct carrier *carrier)
{
    for (size_t i = 0; i < carrier->bind_count; i++) {
        if (carrier->binds[i].started)
            pthread_join(carrier->binds[i].thread, NULL);
        carrier->binds[i].started = false;
    }
    submit_end(carrier);
}

/* Its binds have ended. */
static void free_carrier(struct carrier *carrier)
{
    for (size_t i = 0; i < carrier->bind_count; i++) {
        if (carrier->binds[i].wake >= 0)
            close(carrier->binds[i].wake);
        pthread_mutex_destroy(&carrier->binds[i].lock);
    }
    submit_free(carrier);
    repeats_free(carrier->repeats);
    free(carrier->binds);
    free(carrier);
}

static struct carrier *new_carrier(struct edge_smpp *smpp, const struct settings_carrier *settings)
{
    struct carrier *carrier = calloc(1, sizeof *carrier);
    struct bind *binds = calloc((size_t)settings->smpp.binds * 2, sizeof *binds);
    struct repeats *repeats = repeats_new();
    if (carrier == NULL || binds == NULL || repeats == NULL) {
        repeats_free(repeats);
        free(carrier);
        free(binds);
        return NULL;
    }
    carrier->smpp = smpp;
    carrier->settings = settings;
    carrier->binds = binds;
    carrier->repeats = repeats;
    submit_init(carrier);
    for (unsigned i = 1; i <= (unsigned)settings->smpp.binds; i++) {
        init_bind(carrier, settings->smpp.bind == SETTINGS_BIND_TRANSCEIVER ? TRANSCEIVER : RECEIVER, i);
        if (settings->smpp.bind == SETTINGS_BIND_BOTH)
            init_bind(carrier, TRANSMITTER, i);
    }
    return carrier;
}

static enum err start_threads(struct carrier *carrier)
{
    for (size_t i = 0; i < carrier->bind_count; i++) {
        struct bind *bind = &carrier->binds[i];
        if (bind->wake < 0 || pthread_create(&bind->thread, NULL, bind_run, bind) != 0)
            return ERR_MEMORY;
        bind->started = true;
        pthread_setname_np(bind->thread, "smpp");
    }
    return ERR_NONE;
}

enum err edge_smpp_start(struct app *app, struct edge_smpp **ret_smpp)
{
    const bool none[SETTINGS_CARRIERS] = {false};
    struct edge_smpp *smpp = calloc(1, sizeof *smpp);
    if (smpp == NULL)
        return ERR_MEMORY;
    smpp->app = app;
    pthread_rwlock_init(&smpp->lock, NULL);
    enum err error = edge_smpp_reload(smpp, carriers_now(app), none);
    if (error == ERR_NONE) {
        *ret_smpp = smpp;
        return ERR_NONE;
    }
    edge_smpp_end(smpp);
    edge_smpp_free(smpp);
    return error;
}

/* Takes the running carrier of that name out of old, where it stays; NULL. */
static struct carrier *take_same(struct carrier **old, size_t count, const struct settings_carrier *row)
{
    for (size_t i = 0; i < count; i++) {
        struct carrier *carrier = old[i];
        if (carrier == NULL || strcmp(carrier->settings->name, row->name) != 0)
            continue;
        old[i] = NULL;
        return carrier;
    }
    return NULL;
}

static void end_all(struct carrier **carriers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (carriers[i] != NULL)
            end_carrier(carriers[i]);
    for (size_t i = 0; i < count; i++)
        if (carriers[i] != NULL)
            join_carrier(carriers[i]);
}

static void replace(struct edge_smpp *smpp, struct carrier **carriers, size_t count)
{
    pthread_rwlock_wrlock(&smpp->lock);
    memcpy(smpp->carriers, carriers, count * sizeof(struct carrier *));
    smpp->carrier_count = count;
    pthread_rwlock_unlock(&smpp->lock);
}

enum err edge_smpp_reload(struct edge_smpp *smpp, struct carrier_list list, const bool *same)
{
    struct carrier *old[SETTINGS_CARRIERS], *now[SETTINGS_CARRIERS];
    bool fresh[SETTINGS_CARRIERS] = {false};
    size_t old_count = smpp->carrier_count, count = 0;
    enum err error = ERR_NONE;
    memcpy(old, smpp->carriers, sizeof old);
    for (size_t i = 0; i < list.count; i++) {
        if (list.rows[i].kind != SETTINGS_CARRIER_SMPP)
            continue;
        now[count] = same[i] ? take_same(old, old_count, &list.rows[i]) : NULL;
        fresh[count] = now[count] == NULL;
        if (fresh[count])
            now[count] = new_carrier(smpp, &list.rows[i]);
        if (now[count] != NULL)
            count++;
        else
            error = ERR_MEMORY;
    }
    end_all(old, old_count); /* before the new ones start: a carrier may count our binds */
    replace(smpp, now, count);
    for (size_t i = 0; i < old_count; i++)
        if (old[i] != NULL)
            free_carrier(old[i]);
    for (size_t i = 0; i < count; i++)
        if (fresh[i] && start_threads(now[i]) != ERR_NONE)
            error = ERR_MEMORY;
    return error;
}

void edge_smpp_end(struct edge_smpp *smpp)
{
    if (smpp != NULL)
        end_all(smpp->carriers, smpp->carrier_count);
}

void edge_smpp_free(struct edge_smpp *smpp)
{
    if (smpp == NULL)
        return;
    for (size_t i = 0; i < smpp->carrier_count; i++)
        free_carrier(smpp->carriers[i]);
    pthread_rwlock_destroy(&smpp->lock);
    free(smpp);
}

static void show_bind(struct bind *bind, carrier_bind_each *each, void *context)
{
    pthread_mutex_lock(&bind->lock);
    struct carrier_bind state = bind->state;
    state.in_flight = bind->in_flight;
    pthread_mutex_unlock(&bind->lock);
    state.last_status_name = smpp_status_name(state.last_status);
    each(&state, context);
}

void edge_smpp_each(struct edge_smpp *smpp, carrier_bind_each *each, void *context)
{
    pthread_rwlock_rdlock(&smpp->lock);
    for (size_t i = 0; i < smpp->carrier_count; i++)
        for (size_t k = 0; k < smpp->carriers[i]->bind_count; k++)
            show_bind(&smpp->carriers[i]->binds[k], each, context);
    pthread_rwlock_unlock(&smpp->lock);
}
