/* What a program repeats with the same Idempotency-Key is done once. */
#ifndef EDGE_API_REPEAT_H
#define EDGE_API_REPEAT_H

#include "edge/api/call.h"

/* Calls the row's handler, or gives the answer that the first call with this key got. */
enum err repeat_answer(struct call *call, struct str key);

#endif
