/* The fields of a form that prove the subscriber afresh, by password and a mailed code. */
#ifndef EDGE_WEB_PAGE_PROOF_H
#define EDGE_WEB_PAGE_PROOF_H

#include "edge/web/visit.h"

struct page_proof {
    bool code_sent;
    enum text_id password_mistake, code_mistake;
};

/* What the form says so far. */
struct page_proof page_proof_read(const struct visit *visit);
/* For the template: whether anything is asked for at all, and where the code goes. send: the form's other
 * action, which sends the code. */
enum err page_proof_show(const struct visit *visit, const struct page_proof *proof, struct str send,
                         struct template_proof *ret_proof);
/* Sends the code; a rate limit is set as the visit's failure. */
enum err page_proof_send(struct visit *visit, struct page_proof *proof);
/* Proves by what the form says, unless the session was proven a moment ago. What is to be mended is set in
 * the visit and the proof; ERR_PROOF_NEEDED, ERR_WRONG_PROOF, ERR_RATE. */
enum err page_proof_take(struct visit *visit, struct page_proof *proof);

#endif
