/* What the steps of the way to close share: which number, where the reader is, the check itself. */
#ifndef EDGE_WEB_PAGE_CLOSE_H
#define EDGE_WEB_PAGE_CLOSE_H

#include "app/closure_facts.h"
#include "edge/web/visit.h"

struct close_way {
    struct closure_scope_choice choice;
    struct str line_id; /* as text; empty: the whole account */
    struct closure_check *check;
};

/* Reads which number (of query or form, "" for the whole account) and checks; closings under way as well. */
enum err close_way_find(struct visit *visit, struct str line, struct close_way *ret_way);
/* The status page of a closure of the account. */
enum err close_way_closure(struct visit *visit, int64_t closure_id, struct str *ret_path);
/* Reads which number (of query or form, "" for the whole account) and checks. A closure that is under way
 * already is *ret_gone: the answer, a redirect to it, is given. */
enum err close_way_read(struct visit *visit, struct str line, struct close_way *ret_way, bool *ret_gone);
/* The steps, with the reader at step 1 to 4. */
struct template_steps close_way_steps(const struct visit *visit, const struct close_way *way, int at);
/* A page of the way: "/close/save" or "/close/save?line=…". */
struct str close_way_path(const struct visit *visit, const struct close_way *way, const char *path);
/* The number that ends; STR_NONE for the whole account. */
struct str close_way_number(const struct visit *visit, const struct close_way *way);
/* Step 1, the check, as an answer. */
enum err close_check_show(struct visit *visit, const struct close_way *way);

#endif
