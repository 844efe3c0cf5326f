#include "proxy.h"

#include <endian.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINKS = 64, BUFFER_BYTES = 256 * 1024, POLL_MILLIS = 20 };

/* One connection; buffers hold what has come and is no whole message yet. */
struct link {
    struct proxy *proxy;
    pthread_t thread;
    int ends[2];         /* the server's by PROXY_TO_SERVER, the client's by PROXY_TO_CLIENT */
    uint8_t *buffers[2]; /* what goes that way */
    size_t filled[2];
    bool started; /* the client's first message, which has no type, is over */
    _Atomic bool ended;
};

struct proxy {
    char path[108], server[108];
    int listener;
    pthread_t acceptor;
    pthread_mutex_t lock;
    struct proxy_cut cuts[PROXY_CUTS];
    unsigned next, made, each, messages;
    bool shut, ending;
    struct link links[LINKS];
    unsigned link_count;
};

static bool is_cut(struct link *link, int way, const uint8_t *message, size_t size, bool *ret_after)
{
    struct proxy *proxy = link->proxy;
    bool cut = false;
    *ret_after = false;
    pthread_mutex_lock(&proxy->lock);
    proxy->messages++;
    if (proxy->next < PROXY_CUTS && proxy->cuts[proxy->next].type != 0) {
        const struct proxy_cut *at = &proxy->cuts[proxy->next];
        cut = at->way == (unsigned)way && (char)message[0] == at->type &&
              (at->length == 0 || memmem(message, size, at->holds, at->length) != NULL);
        *ret_after = cut && at->after;
        proxy->next += cut;
    } else if (proxy->each != 0) {
        cut = proxy->messages % proxy->each == 0;
    }
    proxy->made += cut;
    pthread_mutex_unlock(&proxy->lock);
    return cut;
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = send(fd, bytes, size, MSG_NOSIGNAL);
        if (written <= 0)
            return false;
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

/* Size of the first message in the buffer, 0 where it is not whole yet. */
static size_t whole_message(const struct link *link, int way)
{
    size_t head = way == PROXY_TO_SERVER && !link->started ? 0 : 1, size;
    uint32_t length;
    if (link->filled[way] < head + sizeof length)
        return 0;
    memcpy(&length, link->buffers[way] + head, sizeof length);
    size = head + be32toh(length);
    return size <= link->filled[way] ? size : 0;
}

/* Passes on what is whole; false where the connection is to end. */
static bool pass_on(struct link *link, int way)
{
    size_t size;
    while ((size = whole_message(link, way)) != 0) {
        bool after, first = way == PROXY_TO_SERVER && !link->started;
        bool cut = !first && is_cut(link, way, link->buffers[way], size, &after);
        if (cut && !after)
            return false;
        if (!write_all(link->ends[way], link->buffers[way], size) || cut)
            return false;
        link->started = link->started || first;
        link->filled[way] -= size;
        memmove(link->buffers[way], link->buffers[way] + size, link->filled[way]);
    }
    return link->filled[way] < BUFFER_BYTES;
}

static bool move(struct link *link, int way)
{
    ssize_t got = recv(link->ends[1 - way], link->buffers[way] + link->filled[way],
                       BUFFER_BYTES - link->filled[way], 0);
    if (got <= 0)
        return false;
    link->filled[way] += (size_t)got;
    return pass_on(link, way);
}

static bool goes_on(struct proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    bool on = !proxy->shut && !proxy->ending;
    pthread_mutex_unlock(&proxy->lock);
    return on;
}

static void *link_thread(void *context)
{
    struct link *link = context;
    bool on = true;
    while (on && goes_on(link->proxy)) {
        struct pollfd ends[2] = {{.fd = link->ends[0], .events = POLLIN},
                                 {.fd = link->ends[1], .events = POLLIN}};
        if (poll(ends, 2, POLL_MILLIS) <= 0)
            continue;
        for (int end = 0; on && end < 2; end++)
            on = ends[end].revents == 0 || move(link, 1 - end);
    }
    for (int i = 0; i < 2; i++) {
        close(link->ends[i]);
        free(link->buffers[i]);
    }
    link->ended = true;
    return NULL;
}

/* A place for another connection: a new one, or that of one that has ended. NULL: all are in use. */
static struct link *free_link(struct proxy *proxy)
{
    if (proxy->link_count < LINKS)
        return &proxy->links[proxy->link_count++];
    for (unsigned i = 0; i < LINKS; i++)
        if (proxy->links[i].ended) {
            pthread_join(proxy->links[i].thread, NULL);
            return &proxy->links[i];
        }
    return NULL;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static void *acceptor_thread(void *context)
{
    struct proxy *proxy = context;
    for (;;) {
        int client = accept(proxy->listener, NULL, NULL);
        if (client < 0)
            return NULL;
        int server = goes_on(proxy) ? connect_to(proxy->server) : -1;
        struct link *link = server >= 0 ? free_link(proxy) : NULL;
        if (link == NULL) {
            close(server);
            close(client);
            continue;
        }
        *link = (struct link){.proxy = proxy,
                              .ends = {[PROXY_TO_SERVER] = server, [PROXY_TO_CLIENT] = client},
                              .buffers = {malloc(BUFFER_BYTES), malloc(BUFFER_BYTES)}};
        if (pthread_create(&link->thread, NULL, link_thread, link) != 0)
            abort();
    }
}

struct proxy *proxy_new(const char *directory, const char *server, int port)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct proxy *proxy = calloc(1, sizeof *proxy);
    if (proxy == NULL)
        return NULL;
    pthread_mutex_init(&proxy->lock, NULL);
    snprintf(proxy->path, sizeof proxy->path, "%s/.s.PGSQL.%d", directory, port);
    snprintf(proxy->server, sizeof proxy->server, "%s/.s.PGSQL.%d", server, port);
    memcpy(address.sun_path, proxy->path, sizeof address.sun_path);
    proxy->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(proxy->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
        listen(proxy->listener, 64) == 0 &&
        pthread_create(&proxy->acceptor, NULL, acceptor_thread, proxy) == 0)
        return proxy;
    close(proxy->listener);
    free(proxy);
    return NULL;
}

void proxy_cut_at(struct proxy *proxy, const struct proxy_cut cuts[PROXY_CUTS])
{
    pthread_mutex_lock(&proxy->lock);
    memcpy(proxy->cuts, cuts, sizeof proxy->cuts);
    proxy->next = 0;
    pthread_mutex_unlock(&proxy->lock);
}

void proxy_cut_each(struct proxy *proxy, unsigned messages)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->each = messages;
    pthread_mutex_unlock(&proxy->lock);
}

void proxy_shut(struct proxy *proxy, bool shut)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->shut = shut;
    pthread_mutex_unlock(&proxy->lock);
}

unsigned proxy_made(struct proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    unsigned made = proxy->made;
    pthread_mutex_unlock(&proxy->lock);
    return made;
}

void proxy_free(struct proxy *proxy)
{
    if (proxy == NULL)
        return;
    pthread_mutex_lock(&proxy->lock);
    proxy->ending = true;
    pthread_mutex_unlock(&proxy->lock);
    shutdown(proxy->listener, SHUT_RDWR);
    pthread_join(proxy->acceptor, NULL);
    close(proxy->listener);
    for (unsigned i = 0; i < proxy->link_count; i++)
        pthread_join(proxy->links[i].thread, NULL);
    unlink(proxy->path);
    free(proxy);
}
