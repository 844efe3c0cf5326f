/* Which text a carrier's receipt is about. */
#ifndef APP_MESSAGE_RECEIPT_H
#define APP_MESSAGE_RECEIPT_H

#include "store/sent.h"

/* The carrier has taken a part under its id: receipts will name that. One that came first is applied. */
enum err message_receipt_expect(struct sql_tx *tx, struct str carrier, struct str to, struct str id,
                                const struct store_sent_part *part, int64_t now);

#endif
