/* The table of each page's file. */
#ifndef EDGE_WEB_PAGES_H
#define EDGE_WEB_PAGES_H

#include "edge/web/visit.h"

/* Rows end with a NULL method. */
extern const struct web_row page_archive_rows[], page_cancel_rows[], page_close_confirm_rows[],
    page_close_rows[], page_close_unbind_rows[], page_closure_rows[], page_home_rows[], page_inbox_rows[],
    page_login_rows[], page_not_me_rows[], page_numbers_rows[], page_receipt_rows[], page_settings_rows[],
    page_tickets_rows[], page_wallet_rows[];

#endif
