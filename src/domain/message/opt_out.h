/* The words by which the one at the other end asks for no more texts, and for texts again. */
#ifndef DOMAIN_MESSAGE_OPT_OUT_H
#define DOMAIN_MESSAGE_OPT_OUT_H

#include "base/str.h"

enum opt_out { OPT_OUT_NOTHING, OPT_OUT_STOP, OPT_OUT_START };

/* What a received text asks for: it is one of the words alone, whatever its case, white space and a mark at
 * its end (CTIA, Messaging Principles and Best Practices, section 5.1.3; in China 退订, TD and T). */
enum opt_out opt_out_of(struct str text);

#endif
