#include "cmd/cli.h"

#include "base/limits.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Keys live in this process: no core dump may hold them, nobody may attach. */
static void protect_memory(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

/* A descriptor a connection: as many as the hard limit gives, up to what the server takes. */
static void allow_connections(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    rlim_t wanted = LIMIT_CONNECTIONS + 1000;
    files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char **argv)
{
    protect_memory();
    allow_connections();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file at its size limit is a write that fails, as on a full disk */
    return cli_main(argc - 1, argv + 1);
}
