#include "edge/control/control.h"

#include "base/log.h"
#include "base/pack.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    CONTROL_LIMIT = 32 * 1024 * 1024,
    CONTROL_WORDS = 64,
    CONTROL_SECONDS = 30,
    CONTROL_PAUSE_MICROS = 100000
};
enum { FIELD_WORD = 1, FIELD_INPUT, FIELD_OUT, FIELD_ERR, FIELD_EXIT };

struct control {
    int listener;
    char path[108];
    control_run *run;
    void *context;
    pthread_t thread;
    atomic_bool stopping;
};

static bool send_all(int file, struct str bytes)
{
    while (bytes.length != 0) {
        ssize_t sent = send(file, bytes.data, bytes.length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes = str_part(bytes, (size_t)sent, bytes.length);
    }
    return true;
}

/* Each side sends one message and shuts down its half. */
static enum err receive_all(int file, struct buf *ret_bytes)
{
    char chunk[65536];
    ssize_t got;
    while ((got = recv(file, chunk, sizeof chunk, 0)) > 0)
        buf_add_bytes(ret_bytes, chunk, (size_t)got);
    if (got < 0)
        return ERR_IO;
    return ret_bytes->failed ? ERR_TOO_LARGE : pack_check(buf_str(ret_bytes));
}

static void control_execute(struct control *control, struct str request, struct buf *answer)
{
    char *words[CONTROL_WORDS + 1] = {NULL};
    int count = 0;
    size_t cursor = 0;
    unsigned field;
    struct str value;
    struct buf out = buf_new(CONTROL_LIMIT), err = buf_new(CONTROL_LIMIT);
    struct arena *arena = arena_new_wiped(CONTROL_LIMIT);
    if (arena == NULL)
        return;
    while (pack_next(request, &cursor, &field, &value) && count < CONTROL_WORDS)
        if (field == FIELD_WORD)
            words[count++] = arena_cstr(arena, value);
    int code = control->run(control->context, count, words, pack_get(request, FIELD_INPUT), &out, &err);
    if (out.failed) { /* half an answer would be taken for a whole one */
        buf_free(&out);
        buf_printf(&err, "violet: the answer is larger than %d MiB; ask for less\n", CONTROL_LIMIT >> 20);
        code = err_exit_code(ERR_TOO_LARGE);
    }
    pack_add(answer, FIELD_OUT, buf_str(&out));
    pack_add(answer, FIELD_ERR, buf_str(&err));
    pack_add_int(answer, FIELD_EXIT, code + 1);
    buf_free(&out);
    buf_free(&err);
    arena_free(arena);
}

static void control_serve(struct control *control, int peer)
{
    struct buf request = buf_new(CONTROL_LIMIT), answer = buf_new(2 * (size_t)CONTROL_LIMIT);
    struct timeval limit = {CONTROL_SECONDS, 0};
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (receive_all(peer, &request) == ERR_NONE && request.length != 0) {
        control_execute(control, buf_str(&request), &answer);
        send_all(peer, buf_str(&answer));
    }
    if (request.data != NULL)
        explicit_bzero(request.data, request.length);
    buf_free(&request);
    buf_free(&answer);
}

static void *control_thread(void *context)
{
    struct control *control = context;
    pthread_setname_np(pthread_self(), "control");
    for (;;) {
        int peer = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);
        if (peer < 0 && atomic_load(&control->stopping))
            return NULL; /* the listener was shut down */
        if (peer < 0) {
            if (errno != EINTR && errno != ECONNABORTED) {
                log_error("control_accept", LOG_INT("errno", errno));
                usleep(CONTROL_PAUSE_MICROS); /* no descriptor is free: others give theirs back */
            }
            continue;
        }
        control_serve(control, peer);
        close(peer);
    }
}

static enum err control_address(const char *path, struct sockaddr_un *ret_address)
{
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof ret_address->sun_path)
        return ERR_CONFIG;
    memcpy(ret_address->sun_path, path, strlen(path) + 1);
    return ERR_NONE;
}

static enum err control_listen(struct control *control)
{
    struct sockaddr_un address;
    TRY(control_address(control->path, &address));
    control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (control->listener < 0)
        return ERR_IO;
    unlink(control->path);
    /* The mode that the file gets; umask would be the whole process's, and other threads make files. */
    if (fchmod(control->listener, 0600) != 0 ||
        bind(control->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(control->listener, 16) != 0)
        return errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    return pthread_create(&control->thread, NULL, control_thread, control) == 0 ? ERR_NONE : ERR_MEMORY;
}

enum err control_start(const char *path, control_run *run, void *context, struct control **ret_control)
{
    struct control *control = calloc(1, sizeof *control);
    if (control == NULL)
        return ERR_MEMORY;
    *control = (struct control){.listener = -1, .run = run, .context = context};
    enum err error = strlen(path) < sizeof control->path ? ERR_NONE : ERR_CONFIG;
    if (error == ERR_NONE) {
        memcpy(control->path, path, strlen(path) + 1);
        error = control_listen(control);
    }
    if (error != ERR_NONE) {
        log_error("control_socket", LOG_ERR(error));
        if (control->listener >= 0)
            close(control->listener);
        free(control);
        return error;
    }
    *ret_control = control;
    return ERR_NONE;
}

void control_stop(struct control *control)
{
    if (control == NULL)
        return;
    atomic_store(&control->stopping, true);
    shutdown(control->listener, SHUT_RDWR);
    pthread_join(control->thread, NULL);
    close(control->listener);
    unlink(control->path);
    free(control);
}

static enum err control_exchange(int file, const struct buf *request, struct buf *out, struct buf *err,
                                 int *ret_exit_code)
{
    struct buf answer = buf_new(2 * (size_t)CONTROL_LIMIT);
    enum err error = ERR_IO;
    if (send_all(file, buf_str(request)) && shutdown(file, SHUT_WR) == 0)
        error = receive_all(file, &answer);
    int64_t code = pack_get_int(buf_str(&answer), FIELD_EXIT);
    if (error == ERR_NONE && code == 0)
        error = ERR_IO; /* it went away before it could answer */
    if (error == ERR_NONE) {
        buf_add(out, pack_get(buf_str(&answer), FIELD_OUT));
        buf_add(err, pack_get(buf_str(&answer), FIELD_ERR));
        *ret_exit_code = (int)code - 1;
    }
    buf_free(&answer);
    return error;
}

enum err control_ask(const char *path, int argc, char **argv, struct str input, struct buf *out,
                     struct buf *err, int *ret_exit_code)
{
    struct sockaddr_un address;
    struct buf request = buf_new(CONTROL_LIMIT);
    TRY(control_address(path, &address));
    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (file < 0)
        return ERR_IO;
    if (connect(file, (struct sockaddr *)&address, sizeof address) != 0) {
        close(file);
        return ERR_NOT_FOUND;
    }
    for (int i = 0; i < argc; i++)
        pack_add(&request, FIELD_WORD, str_from(argv[i]));
    pack_add(&request, FIELD_INPUT, input);
    enum err error =
        request.failed ? ERR_TOO_LARGE : control_exchange(file, &request, out, err, ret_exit_code);
    if (request.data != NULL)
        explicit_bzero(request.data, request.length);
    buf_free(&request);
    close(file);
    return error;
}
