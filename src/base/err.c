#include "base/err.h"

#include <stddef.h>

struct err_row {
    const char *code;
    int http_status;
    unsigned smpp_status;
    int exit_code;
    const char *message_id;
};

static const struct err_row rows[ERR_COUNT] = {
#define ERR_ROW(name, code, http, smpp, exit_code)                                                           \
    [ERR_##name] = {code, http, smpp, exit_code, "error." code},
    ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

static const struct err_row *err_row(enum err error)
{
    return (unsigned)error < ERR_COUNT ? &rows[error] : &rows[ERR_INTERNAL];
}

const char *err_code(enum err error)
{
    return err_row(error)->code;
}

int err_http_status(enum err error)
{
    return err_row(error)->http_status;
}

unsigned err_smpp_status(enum err error)
{
    return err_row(error)->smpp_status;
}

int err_exit_code(enum err error)
{
    return err_row(error)->exit_code;
}

const char *err_message_id(enum err error)
{
    return err_row(error)->message_id;
}
