/* One call of a program: who calls, in which language, what the body says, and what is answered. A handler
 * writes its answer into the call, which sends it when it is kept for repetition; or it returns an error,
 * which is answered as a problem. */
#ifndef EDGE_API_CALL_H
#define EDGE_API_CALL_H

#include "app/app.h"
#include "base/json.h"
#include "domain/types.h"
#include "edge/api/api.h"
#include "i18n/i18n.h"
#include "wire/json_read.h"

enum { CALL_FAULTS = 8, CALL_ANSWER_BYTES = 1024 * 1024 };

/* Who may call. */
enum call_access {
    CALL_ANYBODY,
    CALL_SUBSCRIBER, /* with "Authorization: Bearer TOKEN" */
    CALL_HOLDER,     /* the same, or with the secret of a closure's link as ?key= */
};

/* What kind of value a field of the body has. Ids are texts: they do not fit a JavaScript number. */
enum call_kind { CALL_TEXT, CALL_ID, CALL_BOOL, CALL_TIME };

struct call_field {
    const char *name;
    enum call_kind kind;
    bool required;
};

enum { CALL_FIELDS = 8 };

enum {
    CALL_NOT_REPEATED = 1, /* no Idempotency-Key: the answer holds a token */
};

struct call;
struct call_row {
    const char *method, *path;
    enum http_run run;
    enum call_access access;
    enum err (*handle)(struct call *call);
    struct call_field fields[CALL_FIELDS]; /* of the body; ends with a NULL name */
    unsigned flags;                        /* CALL_… */
};

/* A field that is not as it should be; what: "missing", "unknown" or "invalid". */
struct call_fault {
    struct str field;
    const char *what;
};

struct idempotency;

struct call {
    struct app *app;
    struct http_request *request;
    const struct call_row *row;
    struct arena *arena;
    enum language language;
    int64_t now;
    bool signed_in;
    struct actor actor; /* ACTOR_LINK where nobody is signed in */
    struct json_document *document;
    struct call_fault faults[CALL_FAULTS];
    size_t fault_count;
    int status; /* 0: nothing was written into the call; a stream went out by itself */
    const char *content_type;
    struct idempotency *repeat; /* its Idempotency-Key; NULL: it came without */
    struct buf body;
    struct json json;
};

/* Finds language and caller, takes a token of the rate limit, reads the body and checks its fields. */
enum err call_begin(struct call *call, struct app *app, const struct call_row *row,
                    struct http_request *request);
/* Frees what the call holds besides its arena. */
void call_end(struct call *call);
/* Sends the answer that stands in the call. */
void call_send(struct call *call);
/* The error as a problem, in the caller's language. */
void call_fail(struct call *call, enum err error);

/* Begins an answer of one JSON object; the handler writes its members through call->json. */
struct json *call_answer(struct call *call, int status);
/* Ends it. */
enum err call_done(struct call *call);
/* 204. */
enum err call_done_empty(struct call *call);

/* Fields of the body; empty, 0 or false where they are absent. The kinds were checked. */
struct str call_text(struct call *call, const char *name);
int64_t call_id(struct call *call, const char *name);
bool call_bool(struct call *call, const char *name);
int64_t call_time(struct call *call, const char *name);
/* Whether the body has the field. */
bool call_has(struct call *call, const char *name);
/* Notes what is wrong with a field and gives ERR_INVALID. */
enum err call_fault(struct call *call, const char *name, const char *what);

/* A number of the route's {name}; ERR_NOT_FOUND where it is none. */
enum err call_param_id(struct call *call, const char *name, int64_t *ret_id);
/* An id of the query: 0 where it is absent. */
enum err call_query_id(struct call *call, const char *name, int64_t *ret_id);
/* ?limit=, 1 to LIMIT_PAGE_ROWS; without it that. */
enum err call_query_limit(struct call *call, size_t *ret_limit);
/* Which of the words it is; *ret_index stays where the text is empty. */
enum err call_word(struct call *call, const char *name, struct str text, const char *const *words,
                   size_t count, int64_t *ret_index);

/* Members of an answer. */
void call_json_id(struct call *call, const char *name, int64_t id);       /* null for 0 */
void call_json_str(struct call *call, const char *name, struct str text); /* null where empty */
/* "next": the cursor, and a Link header (RFC 8288) that goes there by ?parameter=; null at the end. */
void call_json_next(struct call *call, const char *parameter, int64_t next);

#endif
