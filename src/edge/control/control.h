/* The control socket: command-line verbs go to the process that serves, because only it may write. A request
 * is the verb's words and input, the answer what it printed and its exit code. The socket's mode (0600) is
 * the permission. */
#ifndef EDGE_CONTROL_CONTROL_H
#define EDGE_CONTROL_CONTROL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct control;

/* Runs a verb; returns its exit code. Called on the control thread, one at a time. */
typedef int control_run(void *context, int argc, char **argv, struct str input, struct buf *out,
                        struct buf *err);

/* Listens on a Unix socket at path (an old one is replaced: the data directory's lock says that nobody uses
 * it). */
enum err control_start(const char *path, control_run *run, void *context, struct control **ret_control);
/* Stops and removes the socket; accepts NULL. */
void control_stop(struct control *control);
/* Asks the process that serves. ERR_NOT_FOUND where none listens. */
enum err control_ask(const char *path, int argc, char **argv, struct str input, struct buf *out,
                     struct buf *err, int *ret_exit_code);

#endif
