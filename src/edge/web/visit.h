/* One request for a page: who asks, in which language, and how a page is answered. Handlers return an error,
 * which is answered as a page in the reader's language, or ERR_NONE after they have answered. */
#ifndef EDGE_WEB_VISIT_H
#define EDGE_WEB_VISIT_H

#include "app/account_show.h"
#include "edge/web/templates.h"
#include "edge/web/web.h"

enum { VISIT_MISTAKES = 8, VISIT_PAGE_BYTES = 4 * 1024 * 1024 };

/* Who may come here. */
enum web_access {
    WEB_ANYBODY,    /* the subscriber's session is found where there is one */
    WEB_SUBSCRIBER, /* others go to the log-in page */
    WEB_DESK,       /* any staff */
    WEB_DESK_OPEN,  /* the desk's own log-in: staff's session is found where there is one */
};

struct visit {
    struct web *web;
    struct app *app;
    struct http_request *request;
    struct arena *arena;
    enum language language;
    int64_t now;
    bool signed_in, desk;
    struct actor actor; /* ACTOR_LINK where nobody is signed in */
    struct str cookie, token;
    struct account_view account; /* of a subscriber */
    enum text_id failed;
    enum err error; /* what failed stands for */
    struct template_frame_mistake mistakes[VISIT_MISTAKES];
    size_t mistake_count;
};

/* A row of a page's table. */
struct web_row {
    const char *method, *path;
    enum http_run run;
    enum web_access access;
    enum err (*handle)(struct visit *visit);
    unsigned flags;      /* HTTP_ROUTE_… and WEB_ROW_… */
    unsigned body_limit; /* as in struct http_route */
};

enum {
    WEB_ROW_NO_TOKEN = 1 << 16, /* a form that changes nothing of an account */
};

/* Finds language and session. For staff's pages desk is set. */
enum err visit_begin(struct visit *visit, struct web *web, struct http_request *request, bool desk);
/* True where the form carries the session's token. */
bool visit_token_is_right(const struct visit *visit);
/* The error as a page. */
void visit_fail(struct visit *visit, enum err error);

/* The frame of a page; `done` of the query is shown once. */
struct template_frame visit_frame(const struct visit *visit);
/* Answers the page that `out` holds, and frees it. */
void visit_answer(struct visit *visit, int status, struct buf *out);
/* Renders a template and answers it, with the status of visit->error. */
#define VISIT_SHOW(visit, name, page)                                                                        \
    do {                                                                                                     \
        struct buf out_ = buf_new(VISIT_PAGE_BYTES);                                                         \
        template_##name(&out_, (visit)->language, (page));                                                   \
        visit_answer((visit), err_http_status((visit)->error), &out_);                                       \
    } while (0)

/* The page is shown again with this error on top. */
void visit_set_failed(struct visit *visit, enum err error);
/* As visit_set_failed, in words of its own, and the field that must be mended. */
void visit_set_mistake(struct visit *visit, enum err error, const char *field, enum text_id message);

/* 303 to a path, with "done.<word>" shown there; word NULL: nothing. */
enum err visit_go(struct visit *visit, struct str path, const char *word);
/* The query's or form's own path to go on at; fallback where it is none of ours. */
struct str visit_next(const struct visit *visit, struct str next, const char *fallback);
/* A number of the route's {name}; ERR_NOT_FOUND where it is none. */
enum err visit_param_id(const struct visit *visit, const char *name, int64_t *ret_id);
/* A number of query or form: 0 where it is absent. ERR_NOT_FOUND where it is none. */
enum err visit_read_id(struct str text, int64_t *ret_id);
/* An id as the text of a field. */
struct str visit_id(const struct visit *visit, int64_t id);
/* A text id made at run time of two words, "closure.state." and "review". */
enum text_id visit_text(const struct visit *visit, const char *prefix, const char *word);
/* "1.2 MB" */
struct str visit_size(const struct visit *visit, int64_t bytes);

#endif
