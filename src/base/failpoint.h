/* Places where a test may kill the process. Compiled in with -Dfailpoints=true only; VIOLET_FAILPOINT=name
 * makes the process end by SIGKILL when it comes by. */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#ifdef VIOLET_FAILPOINTS

#include <stddef.h>

struct failpoint {
    const char *name;
};

/* Ends the process by SIGKILL where VIOLET_FAILPOINT names this one. */
void failpoint_pass(const struct failpoint *failpoint);
/* Calls each(name, context) for every failpoint linked into this binary. */
void failpoint_list(void (*each)(const char *name, void *context), void *context);

#define FAILPOINT(name_)                                                                                     \
    do {                                                                                                     \
        static const struct failpoint failpoint_here = {name_};                                              \
        static const struct failpoint *const failpoint_row                                                   \
            __attribute__((section("violet_failpoints"), used)) = &failpoint_here;                           \
        failpoint_pass(failpoint_row);                                                                       \
    } while (0)

#else
#define FAILPOINT(name_) ((void)0)
#endif

#endif
