#include "base/failpoint.h"

#ifdef VIOLET_FAILPOINTS

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct failpoint *const __start_violet_failpoints[];
extern const struct failpoint *const __stop_violet_failpoints[];

void failpoint_pass(const struct failpoint *failpoint)
{
    const char *wanted = getenv("VIOLET_FAILPOINT");
    if (wanted != NULL && strcmp(wanted, failpoint->name) == 0)
        kill(getpid(), SIGKILL);
}

void failpoint_list(void (*each)(const char *name, void *context), void *context)
{
    for (const struct failpoint *const *row = __start_violet_failpoints; row < __stop_violet_failpoints;
         row++)
        each((*row)->name, context);
}

#else
typedef int failpoint_unused; /* ISO C wants a declaration in every file */
#endif
