/* The table of each page's file. */
#ifndef EDGE_WEB_PAGES_H
#define EDGE_WEB_PAGES_H

#include "edge/web/visit.h"

/* Rows end with a NULL method. */
extern const struct web_row page_archive_rows[], page_close_confirm_rows[], page_close_rows[],
    page_close_unbind_rows[], page_inbox_rows[], page_login_rows[], page_numbers_rows[], page_settings_rows[],
    page_wallet_rows[];

#endif
