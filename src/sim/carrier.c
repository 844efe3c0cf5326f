/* The simulator's loop: one thread for the listener, all connections and the clock. */
#include "sim/internal.h"

#include "base/chance.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Somebody who waits in sim_carrier_deliver; under the lock. */
struct sim_wait {
    struct sim_wait *next;
    const struct sim_text *text;
    struct sim_under_way *under_way; /* NULL: not taken by the loop yet */
    bool done;
    enum err error;
};

int64_t sim_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void sim_count(struct sim_carrier *sim, int64_t *counter)
{
    pthread_mutex_lock(&sim->lock);
    *counter += 1;
    pthread_mutex_unlock(&sim->lock);
}

void sim_queue_add(struct sim_queue *queue, struct sim_piece *piece)
{
    piece->next = NULL;
    *queue->end = piece;
    queue->end = &piece->next;
    queue->count++;
}

struct sim_piece *sim_queue_take(struct sim_queue *queue, struct sim_piece **place)
{
    struct sim_piece *piece = *place;
    *place = piece->next;
    if (piece->next == NULL)
        queue->end = place;
    queue->count--;
    return piece;
}

void sim_put(struct sim_carrier *sim, struct sim_queue *pieces)
{
    while (pieces->first != NULL) {
        sim_queue_add(&sim->queue, sim_queue_take(pieces, &pieces->first));
        sim->under_way++;
    }
}

static enum err error_of(uint32_t status)
{
    return status == SMPP_ROK ? ERR_NONE : ERR_INVALID;
}

static void end_wait(struct sim_carrier *sim, struct sim_wait *wait, enum err error)
{
    wait->done = true;
    wait->error = error;
    pthread_cond_broadcast(&sim->changed);
}

static void end_text(struct sim_carrier *sim, struct sim_under_way *text)
{
    struct sim_counts *counts = &sim->counts;
    pthread_mutex_lock(&sim->lock);
    if (text->receipt)
        counts->receipts += text->status == SMPP_ROK;
    else if (text->status == SMPP_ROK)
        counts->acknowledged++;
    else
        counts->refused++;
    counts->incomplete += text->incomplete;
    if (text->wait != NULL)
        end_wait(sim, text->wait, error_of(text->status));
    pthread_mutex_unlock(&sim->lock);
    free(text);
}

/* Answers by which the peer says that it will take the text later. */
static bool is_put_off(uint32_t status)
{
    return status == SMPP_RMSGQFUL || status == SMPP_RTHROTTLED || status == SMPP_RX_T_APPN ||
           status == SMPP_RSYSERR;
}

void sim_answered(struct sim_carrier *sim, struct sim_piece *piece, uint32_t status)
{
    struct sim_under_way *text = piece->text;
    if (is_put_off(status)) {
        piece->not_before = sim_now() + SIM_LATER_MICROS;
        sim_queue_add(&sim->queue, piece);
        return;
    }
    free(piece);
    sim->under_way--;
    if (status != SMPP_ROK && text->status == SMPP_ROK)
        text->status = status;
    if (--text->left == 0)
        end_text(sim, text);
}

/* Queues a text. wait: who waits for it, or NULL; then the lock is held. */
static enum err take_text(struct sim_carrier *sim, const struct sim_text *text, struct sim_wait *wait)
{
    struct sim_queue pieces;
    struct sim_under_way *under_way;
    if (sim->under_way >= SIM_QUEUE)
        return ERR_BUSY;
    TRY(sim_encode(sim, text, &pieces, &under_way));
    under_way->wait = wait;
    if (wait != NULL)
        wait->under_way = under_way;
    sim_put(sim, &pieces);
    return ERR_NONE;
}

static void take_waits(struct sim_carrier *sim)
{
    pthread_mutex_lock(&sim->lock);
    while (sim->waits != NULL) {
        struct sim_wait *wait = sim->waits;
        sim->waits = wait->next;
        enum err error = take_text(sim, wait->text, wait);
        if (error == ERR_NONE)
            sim->counts.texts++;
        else
            end_wait(sim, wait, error);
    }
    pthread_mutex_unlock(&sim->lock);
}

static struct sim_session *find_room(struct sim_carrier *sim)
{
    for (size_t i = 0; i < sim->session_count; i++) {
        struct sim_session *session = sim->sessions[(sim->next_session + i) % sim->session_count];
        if (!sim_session_has_room(session))
            continue;
        sim->next_session = (sim->next_session + i + 1) % sim->session_count;
        return session;
    }
    return NULL;
}

/* As many texts as the rate allows, up to a second's, and as somebody takes. */
static void make_texts(struct sim_carrier *sim, int64_t now)
{
    struct sim_text text;
    int64_t most = INT64_C(1000000) * sim->options.rate;
    sim->credit += (now - sim->credit_at) * sim->options.rate;
    sim->credit_at = now;
    if (sim->credit > most)
        sim->credit = most;
    while (!sim->exhausted && sim->credit >= 1000000 && sim->queue.count < sim->options.window &&
           find_room(sim) != NULL) {
        if (!sim->options.source(sim->options.source_context, &text)) {
            sim->exhausted = true;
            return;
        }
        sim->credit -= 1000000;
        sim_count(sim, &sim->counts.texts);
        if (take_text(sim, &text, NULL) != ERR_NONE)
            sim_count(sim, &sim->counts.refused);
    }
}

static void begin_countdown(struct sim_carrier *sim)
{
    sim->countdown = 1 + chance_below(&sim->chance, 2 * sim->options.every);
}

static void send_pieces(struct sim_carrier *sim, int64_t now)
{
    struct sim_piece **place = &sim->queue.first;
    struct sim_session *session;
    while (*place != NULL && sim->queue.count != 0) {
        if ((*place)->not_before > now) {
            place = &(*place)->next;
            continue;
        }
        if ((session = find_room(sim)) == NULL)
            return;
        sim_session_send(session, sim_queue_take(&sim->queue, place));
        if (sim->options.faults == 0 || --sim->countdown != 0)
            continue;
        begin_countdown(sim);
        sim_fault_make(session);
        place = &sim->queue.first; /* what was under way may be back there */
    }
}

static int wait_millis(const struct sim_carrier *sim)
{
    int64_t now = sim_now();
    for (size_t i = 0; i < sim->session_count; i++)
        if (sim->sessions[i]->slow_until > now)
            return SIM_SLOW_MILLIS;
    if (!sim->exhausted && sim->options.rate > 0) {
        int64_t next = (1000000 - sim->credit) / sim->options.rate / 1000 + 1;
        return sim->credit >= 1000000 || next > 100 ? 100 : (int)next;
    }
    return sim->under_way != 0 || sim->stop ? 50 : 1000;
}

static void take_connections(struct sim_carrier *sim)
{
    int fd;
    while ((fd = accept4(sim->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
        sim_session_new(sim, fd);
}

static void turn(struct sim_carrier *sim)
{
    struct pollfd ready[SIM_SESSIONS + 2] = {{.fd = sim->listener, .events = POLLIN},
                                             {.fd = sim->wake, .events = POLLIN}};
    struct sim_session *sessions[SIM_SESSIONS];
    size_t count = sim->session_count;
    uint64_t ignored;
    for (size_t i = 0; i < count; i++) {
        sessions[i] = sim->sessions[i];
        bool waits = sessions[i]->out_length != 0 && sessions[i]->slow_until <= sim_now();
        ready[i + 2] =
            (struct pollfd){.fd = sessions[i]->fd, .events = (short)(POLLIN | (waits ? POLLOUT : 0))};
    }
    if (poll(ready, (nfds_t)(count + 2), wait_millis(sim)) < 0 && errno != EINTR)
        return;
    if (ready[1].revents != 0 && read(sim->wake, &ignored, sizeof ignored) < 0)
        return; /* it was woken for what is read below anyway */
    int64_t now = sim_now();
    for (size_t i = 0; i < count; i++)
        sim_session_turn(sessions[i], ready[i + 2].revents, now);
    if (ready[0].revents != 0)
        take_connections(sim);
}

static void say_goodbye(struct sim_carrier *sim)
{
    int64_t end = sim_now() + SIM_UNBIND_MICROS;
    for (size_t i = 0; i < sim->session_count; i++)
        sim_session_unbind(sim->sessions[i]);
    while (sim->session_count != 0 && sim_now() < end)
        turn(sim);
}

static void *run(void *context)
{
    struct sim_carrier *sim = context;
    pthread_setname_np(pthread_self(), "sim");
    sim->credit_at = sim_now();
    while (!sim->stop) {
        int64_t now = sim_now();
        take_waits(sim);
        make_texts(sim, now);
        send_pieces(sim, now);
        sim->done = sim->exhausted && sim->under_way == 0;
        turn(sim);
    }
    say_goodbye(sim);
    return NULL;
}

static bool read_address(const char *listen, struct sockaddr_in *ret_address)
{
    char host[INET_ADDRSTRLEN];
    const char *colon = strrchr(listen, ':');
    int64_t port;
    size_t length = colon != NULL ? (size_t)(colon - listen) : 0;
    if (colon == NULL || length == 0 || length >= sizeof host || !str_to_int64(str_from(colon + 1), &port) ||
        port < 0 || port > 65535)
        return false;
    memcpy(host, listen, length);
    host[length] = '\0';
    *ret_address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return inet_pton(AF_INET, host, &ret_address->sin_addr) == 1;
}

static enum err open_listener(struct sim_carrier *sim)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int yes = 1;
    if (!read_address(sim->options.listen, &address))
        return ERR_INVALID;
    sim->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (sim->listener < 0)
        return ERR_IO;
    setsockopt(sim->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(sim->listener, (struct sockaddr *)&address, sizeof address) != 0)
        return errno == EADDRINUSE ? ERR_EXISTS : errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    if (listen(sim->listener, SIM_SESSIONS) != 0 ||
        getsockname(sim->listener, (struct sockaddr *)&address, &size) != 0)
        return ERR_IO;
    sim->port = ntohs(address.sin_port);
    return ERR_NONE;
}

static enum err start(struct sim_carrier *sim)
{
    TRY(open_listener(sim));
    sim->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (sim->wake < 0 || pthread_create(&sim->thread, NULL, run, sim) != 0)
        return ERR_MEMORY;
    sim->started = true;
    return ERR_NONE;
}

enum err sim_carrier_start(const struct sim_options *options, struct sim_carrier **ret_sim)
{
    struct sim_carrier *sim = calloc(1, sizeof *sim);
    if (sim == NULL)
        return ERR_MEMORY;
    pthread_condattr_t monotonic;
    sim->options = *options;
    sim->listener = sim->wake = -1;
    sim->chance = options->seed;
    sim->exhausted = options->source == NULL;
    sim->queue.end = &sim->queue.first;
    pthread_mutex_init(&sim->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&sim->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    begin_countdown(sim);
    enum err error = start(sim);
    if (error != ERR_NONE)
        sim_carrier_stop(sim);
    else
        *ret_sim = sim;
    return error;
}

unsigned sim_carrier_port(const struct sim_carrier *sim)
{
    return sim->port;
}

bool sim_carrier_done(struct sim_carrier *sim)
{
    return sim->done;
}

void sim_carrier_counts(struct sim_carrier *sim, struct sim_counts *ret_counts)
{
    pthread_mutex_lock(&sim->lock);
    *ret_counts = sim->counts;
    pthread_mutex_unlock(&sim->lock);
}

static void wake(struct sim_carrier *sim)
{
    const uint64_t one = 1;
    ssize_t written = write(sim->wake, &one, sizeof one); /* fails only where it is awake already */
    (void)written;
}

/* Nobody waits any more: not in the list, nor at the text. */
static void forget_wait(struct sim_carrier *sim, struct sim_wait *wait)
{
    if (wait->under_way != NULL && !wait->done)
        wait->under_way->wait = NULL;
    for (struct sim_wait **place = &sim->waits; *place != NULL; place = &(*place)->next)
        if (*place == wait) {
            *place = wait->next;
            return;
        }
}

enum err sim_carrier_deliver(struct sim_carrier *sim, const struct sim_text *text, unsigned seconds)
{
    struct sim_wait wait = {.text = text, .error = ERR_BUSY};
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&sim->lock);
    struct sim_wait **end = &sim->waits;
    while (*end != NULL)
        end = &(*end)->next;
    *end = &wait;
    wake(sim);
    while (!wait.done && !sim->stop && pthread_cond_timedwait(&sim->changed, &sim->lock, &until) == 0)
        ;
    if (!wait.done && sim->stop)
        wait.error = ERR_STOPPING;
    forget_wait(sim, &wait);
    pthread_mutex_unlock(&sim->lock);
    return wait.error;
}

static void free_queue(struct sim_queue *queue)
{
    while (queue->first != NULL) {
        struct sim_piece *piece = sim_queue_take(queue, &queue->first);
        if (--piece->text->left == 0)
            free(piece->text);
        free(piece);
    }
}

void sim_carrier_stop(struct sim_carrier *sim)
{
    if (sim == NULL)
        return;
    pthread_mutex_lock(&sim->lock);
    sim->stop = true;
    pthread_cond_broadcast(&sim->changed);
    pthread_mutex_unlock(&sim->lock);
    if (sim->started) {
        wake(sim);
        pthread_join(sim->thread, NULL);
    }
    while (sim->session_count != 0)
        sim_session_end(sim->sessions[0], false);
    free_queue(&sim->queue);
    if (sim->listener >= 0)
        close(sim->listener);
    if (sim->wake >= 0)
        close(sim->wake);
    pthread_cond_destroy(&sim->changed);
    pthread_mutex_destroy(&sim->lock);
    free(sim);
}
