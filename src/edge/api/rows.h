/* The table of each file of calls. */
#ifndef EDGE_API_ROWS_H
#define EDGE_API_ROWS_H

#include "edge/api/call.h"

/* Rows end with a NULL method. */
extern const struct call_row rows_session[], rows_account[], rows_contact[], rows_message[], rows_inbox[],
    rows_service[], rows_wallet[], rows_closure[], rows_closure_verb[], rows_declaration[], rows_archive[],
    rows_ticket[], rows_document[];

#endif
