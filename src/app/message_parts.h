/* Parts of long messages: kept until all are there, then one text; after LIMIT_PARTS_MINUTES what is there is
 * shown, with a mark where something is missing. */
#ifndef APP_MESSAGE_PARTS_H
#define APP_MESSAGE_PARTS_H

#include "app/account.h"
#include "app/app.h"
#include "store/message_part.h"

/* Takes a part in (its group_id is set here, from `what` makes the parts belong together). ret_text is empty
 * as long as parts are missing; the text, in arena, once none is: then a print of each is kept instead, for
 * LIMIT_PARTS_MINUTES. The same part again changes nothing; another one under the same number is a text of
 * its own, marked as incomplete. */
enum err message_parts_take(struct sql_tx *tx, struct arena *arena, const struct account *account,
                            struct store_message_part *part, struct str what, struct str *ret_text);
/* The parts that are there as a text with marks, and then nothing is kept. ERR_NOT_FOUND where there are
 * none, or all of them were part of a text that was whole before: the carrier sent them once more. ret_first:
 * the first of them, for sender, line and time. */
enum err message_parts_give_up(struct sql_tx *tx, struct arena *arena, const struct account *account,
                               int64_t group_id, struct store_message_part *ret_first, struct str *ret_text);

#endif
