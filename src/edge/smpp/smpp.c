#include "edge/smpp/internal.h"

#include "base/clock.h"

#include <stdlib.h>
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

static void add_bind(struct carrier *carrier, int mode, unsigned number)
{
    struct edge_smpp *smpp = carrier->smpp;
    struct bind *bind = &smpp->binds[smpp->bind_count++];
    bind->carrier = carrier;
    bind->command_id = modes[mode].command_id;
    bind->mode = modes[mode].mode;
    bind->number = number;
    bind->link.fd = -1;
    bind->seed = (unsigned)clock_now() + (unsigned)smpp->bind_count;
    bind->finished_end = &bind->finished;
    bind->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&bind->lock, NULL);
    bind->state = (struct edge_smpp_state){
        .carrier = carrier->settings->name, .mode = bind->mode, .number = number, .phase_name = "waiting"};
}

static void add_carrier(struct edge_smpp *smpp, const struct settings_carrier *settings)
{
    struct carrier *carrier = &smpp->carriers[smpp->carrier_count++];
    carrier->smpp = smpp;
    carrier->settings = settings;
    submit_init(carrier);
    carrier->lost_at = clock_now(); /* what the process before this one answered may not have arrived */
    for (unsigned i = 1; i <= (unsigned)settings->smpp.binds; i++) {
        add_bind(carrier, settings->smpp.bind == SETTINGS_BIND_TRANSCEIVER ? TRANSCEIVER : RECEIVER, i);
        if (settings->smpp.bind == SETTINGS_BIND_BOTH)
            add_bind(carrier, TRANSMITTER, i);
    }
}

static enum err start_threads(struct edge_smpp *smpp)
{
    for (size_t i = 0; i < smpp->bind_count; i++) {
        struct bind *bind = &smpp->binds[i];
        if (bind->wake < 0 || pthread_create(&bind->thread, NULL, bind_run, bind) != 0)
            return ERR_MEMORY;
        bind->started = true;
        pthread_setname_np(bind->thread, "smpp");
    }
    return ERR_NONE;
}

enum err edge_smpp_start(struct app *app, struct edge_smpp **ret_smpp)
{
    struct edge_smpp *smpp = calloc(1, sizeof *smpp);
    if (smpp == NULL)
        return ERR_MEMORY;
    smpp->app = app;
    smpp->binds = calloc(SETTINGS_CARRIERS * SETTINGS_BINDS * 2, sizeof *smpp->binds);
    for (size_t i = 0; smpp->binds != NULL && i < app->settings->carrier_count; i++)
        if (app->settings->carriers[i].kind == SETTINGS_CARRIER_SMPP)
            add_carrier(smpp, &app->settings->carriers[i]);
    enum err error = smpp->binds != NULL ? start_threads(smpp) : ERR_MEMORY;
    if (error != ERR_NONE)
        edge_smpp_stop(smpp);
    else
        *ret_smpp = smpp;
    return error;
}

void edge_smpp_stop(struct edge_smpp *smpp)
{
    const uint64_t one = 1;
    if (smpp == NULL)
        return;
    smpp->stop = true;
    for (size_t i = 0; i < smpp->bind_count; i++)
        if (smpp->binds[i].started && write(smpp->binds[i].wake, &one, sizeof one) < 0)
            continue; /* it looks at stop several times a second anyway */
    for (size_t i = 0; i < smpp->bind_count; i++) {
        struct bind *bind = &smpp->binds[i];
        if (bind->started)
            pthread_join(bind->thread, NULL);
        if (bind->wake >= 0)
            close(bind->wake);
        pthread_mutex_destroy(&bind->lock);
    }
    for (size_t i = 0; i < smpp->carrier_count; i++)
        submit_free(&smpp->carriers[i]);
    free(smpp->binds);
    free(smpp);
}

void edge_smpp_each(struct edge_smpp *smpp, void (*each)(const struct edge_smpp_state *state, void *context),
                    void *context)
{
    for (size_t i = 0; smpp != NULL && i < smpp->bind_count; i++) {
        struct bind *bind = &smpp->binds[i];
        pthread_mutex_lock(&bind->lock);
        struct edge_smpp_state state = bind->state;
        state.in_flight = bind->in_flight;
        pthread_mutex_unlock(&bind->lock);
        each(&state, context);
    }
}
