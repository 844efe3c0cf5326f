/* The closure that a call is about, and how it is written. */
#ifndef EDGE_API_CLOSURE_H
#define EDGE_API_CLOSURE_H

#include "app/closure_view.h"
#include "edge/api/call.h"

struct closure_call {
    struct closure_id id;
    struct actor actor; /* the subscriber, or the holder of the link */
    struct str key;     /* secret of the link; empty for the subscriber */
    struct closure_view *view;
};

/* Finds the closure of {reference}: with ?key= by its link, else the caller's own. ERR_NOT_FOUND for one that
 * is somebody else's as for one that is not there. */
enum err closure_call_open(struct call *call, struct closure_call *ret_closure);
/* The same where the key of the alert is enough too: for "This was not me" alone. */
enum err closure_call_open_by_alert(struct call *call, struct closure_call *ret_closure);
/* Answers with the closure as it is now. */
enum err closure_call_answer(struct call *call, const struct closure_call *closure, int status);

#endif
