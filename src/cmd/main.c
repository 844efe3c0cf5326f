#include "cmd/cli.h"

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

int main(int argc, char **argv)
{
    protect_memory();
    signal(SIGPIPE, SIG_IGN);
    return cli_main(argc - 1, argv + 1);
}
