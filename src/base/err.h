/* The one table of errors. A function returns the code; an edge logs it, shows its message and maps it to the
 * protocol that it speaks. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* X(name, code text, HTTP status, SMPP command_status, exit code of the command line)
 * The message id of a code is "error." followed by its code text. */
#define ERR_TABLE(X)                                                                                         \
    X(NONE, "none", 200, 0x00, 0)                                                                            \
    X(USAGE, "usage", 400, 0x08, 2)                                                                          \
    X(INVALID, "invalid", 422, 0x08, 2)                                                                      \
    X(BAD_REQUEST, "bad_request", 400, 0x08, 2)                                                              \
    X(BAD_JSON, "bad_json", 400, 0x08, 2)                                                                    \
    X(BAD_FORM, "bad_form", 400, 0x08, 2)                                                                    \
    X(UNAUTHENTICATED, "unauthenticated", 401, 0x0e, 4)                                                      \
    X(WRONG_LOGIN, "wrong_login", 401, 0x0e, 4)                                                              \
    X(SIGNATURE, "signature", 401, 0x0e, 4)                                                                  \
    X(STALE, "stale", 401, 0x08, 4)                                                                          \
    X(FORBIDDEN, "forbidden", 403, 0x0e, 4)                                                                  \
    X(PROOF_NEEDED, "proof_needed", 403, 0x0e, 4)                                                            \
    X(WRONG_PROOF, "wrong_proof", 403, 0x0e, 4)                                                              \
    X(CROSS_SITE, "cross_site", 403, 0x0e, 4)                                                                \
    X(NOT_FOUND, "not_found", 404, 0x08, 3)                                                                  \
    X(METHOD, "method", 405, 0x03, 2)                                                                        \
    X(CONFLICT, "conflict", 409, 0x08, 4)                                                                    \
    X(EXISTS, "exists", 409, 0x08, 4)                                                                        \
    X(IN_FLIGHT, "in_flight", 409, 0x58, 5)                                                                  \
    X(CHANGED, "changed", 409, 0x08, 4)                                                                      \
    X(STATE, "state", 409, 0x08, 4)                                                                          \
    X(GONE, "gone", 410, 0x08, 3)                                                                            \
    X(LENGTH_REQUIRED, "length_required", 411, 0x08, 2)                                                      \
    X(TOO_LARGE, "too_large", 413, 0x08, 2)                                                                  \
    X(HEAD_TOO_LARGE, "head_too_large", 431, 0x08, 2)                                                        \
    X(KEY_REUSED, "key_reused", 422, 0x08, 4)                                                                \
    X(RATE, "rate", 429, 0x58, 5)                                                                            \
    X(POLICY, "policy", 403, 0x08, 4)                                                                        \
    X(BALANCE, "balance", 402, 0x08, 4)                                                                      \
    X(BUSY, "busy", 503, 0x58, 5)                                                                            \
    X(FULL, "full", 503, 0x58, 5)                                                                            \
    X(STOPPING, "stopping", 503, 0x58, 5)                                                                    \
    X(LOCKED, "locked", 503, 0x58, 5)                                                                        \
    X(KEY_GONE, "key_gone", 410, 0x08, 1)                                                                    \
    X(VERSION_NEWER, "version_newer", 500, 0x08, 1)                                                          \
    X(CONFIG, "config", 500, 0x08, 2)                                                                        \
    X(IO, "io", 500, 0x08, 1)                                                                                \
    X(CORRUPT, "corrupt", 500, 0x08, 1)                                                                      \
    X(MEMORY, "memory", 503, 0x58, 5)                                                                        \
    X(OVERFLOW, "overflow", 422, 0x08, 2)                                                                    \
    X(INTERNAL, "internal", 500, 0x08, 1)

enum err {
#define ERR_ENUM(name, code, http, smpp, exit_code) ERR_##name,
    ERR_TABLE(ERR_ENUM)
#undef ERR_ENUM
        ERR_COUNT
};

/* The stable code text, for example "not_found"; what API clients and logs see. */
const char *err_code(enum err error);
/* The HTTP status that tells it. */
int err_http_status(enum err error);
/* The SMPP 3.4 command_status that tells it (section 5.1.3). */
unsigned err_smpp_status(enum err error);
/* The exit code of the command line: 0 ok, 1 failed, 2 usage, 3 not found, 4 refused by policy, 5 try later.
 */
int err_exit_code(enum err error);
/* The catalogue's message id, for example "error.not_found". */
const char *err_message_id(enum err error);

/* Returns from the calling function when the expression is an error. */
#define TRY(expression)                                                                                      \
    do {                                                                                                     \
        enum err try_error_ = (expression);                                                                  \
        if (try_error_ != ERR_NONE)                                                                          \
            return try_error_;                                                                               \
    } while (0)

#endif
