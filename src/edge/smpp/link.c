#include "edge/smpp/internal.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for one whole PDU behind what has been used. */
enum { IN_BYTES = 2 * SMPP_PDU_BYTES };

static enum err wait_connected(int fd, const _Atomic bool *stop)
{
    for (int tenths = 0; tenths < SMPP_CONNECT_SECONDS * 10; tenths++) {
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        int error = 0;
        socklen_t size = sizeof error;
        if (*stop)
            return ERR_STOPPING;
        if (poll(&ready, 1, 100) <= 0)
            continue;
        return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0 ? ERR_NONE : ERR_IO;
    }
    return ERR_IO;
}

static enum err connect_to(const struct addrinfo *address, const _Atomic bool *stop, int *ret_fd)
{
    int yes = 1;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR_IO;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    enum err error = ERR_NONE;
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0)
        error = errno == EINPROGRESS ? wait_connected(fd, stop) : ERR_IO;
    if (error != ERR_NONE)
        close(fd);
    else
        *ret_fd = fd;
    return error;
}

enum err link_connect(struct link *link, const char *host, int64_t port, const _Atomic bool *stop)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *found;
    char service[24];
    enum err error = ERR_IO;
    snprintf(service, sizeof service, "%lld", (long long)port);
    if (getaddrinfo(host, service, &hints, &found) != 0)
        return ERR_IO;
    for (struct addrinfo *address = found; address != NULL && error == ERR_IO; address = address->ai_next)
        error = connect_to(address, stop, &link->fd);
    freeaddrinfo(found);
    if (error != ERR_NONE)
        return error;
    link->in_length = link->in_used = link->out_length = 0;
    link->heard_at = clock_read().monotonic;
    if (link->in == NULL)
        link->in = malloc(IN_BYTES);
    if (link->out == NULL)
        link->out = malloc(SMPP_OUT_BYTES);
    if (link->in != NULL && link->out != NULL)
        return ERR_NONE;
    link_close(link);
    return ERR_MEMORY;
}

void link_close(struct link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    free(link->in);
    free(link->out);
    *link = (struct link){.fd = -1};
}

static enum err read_some(struct link *link)
{
    memmove(link->in, link->in + link->in_used, link->in_length - link->in_used);
    link->in_length -= link->in_used;
    link->in_used = 0;
    ssize_t got = recv(link->fd, link->in + link->in_length, IN_BYTES - link->in_length, 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? ERR_NONE : ERR_IO;
    if (got == 0)
        return link->in_length < IN_BYTES ? ERR_IO : ERR_NONE;
    link->in_length += (size_t)got;
    link->heard_at = clock_read().monotonic;
    return ERR_NONE;
}

static enum err write_some(struct link *link)
{
    ssize_t sent = send(link->fd, link->out, link->out_length, MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR ? ERR_NONE : ERR_IO;
    link->out_length -= (size_t)sent;
    memmove(link->out, link->out + sent, link->out_length);
    return ERR_NONE;
}

/* As poll, but a wait that will be short is spent looking: to sleep and be woken would add a third to it. */
static int wait_for(struct pollfd *ready, nfds_t count, int millis, bool briefly)
{
    int64_t end = briefly ? clock_read().monotonic + SMPP_LOOK_MICROS : 0;
    int found = 0;
    while (briefly && found == 0 && clock_read().monotonic < end) {
        found = poll(ready, count, 0);
        if (found == 0)
            sched_yield();
    }
    return found != 0 ? found : poll(ready, count, millis);
}

enum err link_turn(struct link *link, int wake, bool more, bool briefly, int millis)
{
    uint64_t ignored;
    more = more && link->in_length - link->in_used < IN_BYTES;
    if (link->out_length != 0)
        TRY(write_some(link));
    short events = (short)((more ? POLLIN : 0) | (link->out_length != 0 ? POLLOUT : 0));
    struct pollfd ready[] = {{.fd = link->fd, .events = events}, {.fd = wake, .events = POLLIN}};
    if (wait_for(ready, 2, millis, briefly) < 0)
        return errno == EINTR ? ERR_NONE : ERR_IO;
    if (ready[1].revents != 0 && read(wake, &ignored, sizeof ignored) < 0)
        return errno == EAGAIN ? ERR_NONE : ERR_IO;
    if ((ready[0].revents & POLLOUT) != 0)
        TRY(write_some(link));
    if (more && (ready[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
        return read_some(link);
    return (ready[0].revents & (POLLHUP | POLLERR)) != 0 ? ERR_IO : ERR_NONE;
}

enum err link_next(struct link *link, struct str *ret_frame)
{
    size_t length;
    struct str bytes = str_bytes(link->in + link->in_used, link->in_length - link->in_used);
    enum smpp_frame frame = smpp_frame(bytes, &length);
    if (frame == SMPP_FRAME_MORE)
        return ERR_NOT_FOUND;
    if (frame == SMPP_FRAME_BAD)
        return ERR_INVALID;
    *ret_frame = str_part(bytes, 0, length);
    link->in_used += length;
    return ERR_NONE;
}

enum err link_put(struct link *link, const struct smpp_pdu *pdu)
{
    size_t length = smpp_encode(pdu, link->out + link->out_length, SMPP_OUT_BYTES - link->out_length);
    link->out_length += length;
    return length != 0 ? ERR_NONE : ERR_FULL;
}
