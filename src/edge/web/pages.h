/* The table of each page's file. */
#ifndef EDGE_WEB_PAGES_H
#define EDGE_WEB_PAGES_H

#include "edge/web/visit.h"

/* Rows end with a NULL method. */
extern const struct web_row desk_accounts_rows[], desk_carriers_rows[], desk_declarations_rows[],
    desk_money_rows[], desk_number_rows[], desk_numbers_rows[], desk_reasons_rows[], desk_registry_rows[],
    desk_reviews_rows[], desk_rows[], desk_services_rows[], desk_system_rows[], desk_tickets_rows[],
    page_archive_rows[], page_cancel_rows[], page_close_confirm_rows[], page_close_rows[],
    page_close_unbind_rows[], page_closure_rows[], page_home_rows[], page_inbox_rows[],
    page_inbox_settings_rows[], page_login_rows[], page_message_rows[], page_declaration_rows[],
    page_not_me_rows[], page_number_port_rows[], page_numbers_rows[], page_receipt_rows[],
    page_settings_rows[], page_tickets_rows[], page_wallet_rows[];

#endif
