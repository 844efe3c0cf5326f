#include "cmd/config.h"

#include "cmd/config_table.h"
#include "domain/closure/clocks.h"

#include <string.h>

static bool is_loopback(const char *listen)
{
    return str_starts(str_from(listen), STR("127.")) || str_starts(str_from(listen), STR("[::1]:"));
}

static bool meets_the_clock(const struct settings *settings)
{
    unsigned markets = settings->operator.markets;
    struct closure_config config = {
        .markets = closure_clocks_markets((markets & SETTINGS_MARKET_CN) != 0,
                                          (markets & (SETTINGS_MARKET_EU | SETTINGS_MARKET_DE)) != 0,
                                          (markets & SETTINGS_MARKET_US_CA) != 0),
        .undo_days = settings->closing.undo_days,
        .review_hours = settings->closing.review_hours,
        .desk_people = settings->desk_people,
    };
    return closure_clocks_check(&config) == ERR_NONE;
}

enum err config_check_serve(const struct settings *settings, struct buf *errors)
{
    static const char *const wanted[] = {
        "operator.legal_name",
        "operator.address",
        "operator.complaint_body",
        "operator.support_mail",
        "operator.terms_url",
        "operator.privacy_url",
        "mail.smtp",
    };
    bool good = true;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct config_row *row = config_row_find(str_from(wanted[i]));
        const char *value;
        memcpy(&value, (const char *)settings + row->offset, sizeof value);
        if (value[0] != '\0')
            continue;
        buf_printf(errors, "%s is missing: %s For example: %s = %s\n", row->key, row->explanation,
                   strrchr(row->key, '.') + 1, row->example);
        good = false;
    }
    if (!is_loopback(settings->server.listen) &&
        !str_starts(str_from(settings->server.public_url), STR("https://"))) {
        buf_printf(errors,
                   "server.listen = %s reaches beyond this machine, so server.public_url must begin with "
                   "https://: without TLS browsers drop the session cookie. For example: public_url = "
                   "https://violet.example\n",
                   settings->server.listen);
        good = false;
    }
    if (settings->keyring.mirror[0] == '\0' && !settings->keyring.single_copy) {
        buf_add_c(errors,
                  "keyring.mirror is missing: losing the only copy loses every account's personal data. "
                  "Name a file on another device, or say single_copy = accepted in [keyring].\n");
        good = false;
    }
    if (!meets_the_clock(settings)) {
        buf_add_c(errors,
                  "closing.undo_days, closing.review_hours and operator.markets leave no room to close an "
                  "account in time: shorten the undo period.\n");
        good = false;
    }
    return good ? ERR_NONE : ERR_CONFIG;
}
