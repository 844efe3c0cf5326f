#include "edge/web/page_proof.h"

#include "app/session.h"

struct page_proof page_proof_read(const struct visit *visit)
{
    return (struct page_proof){.code_sent = http_form(visit->request, "code").data != NULL};
}

enum err page_proof_show(const struct visit *visit, const struct page_proof *proof, struct str send,
                         struct template_proof *ret_proof)
{
    struct account_security security;
    struct template_proof shown = {
        .send = send, .password_mistake = proof->password_mistake, .code_mistake = proof->code_mistake};
    TRY(session_is_proven(visit->app, visit->arena, &visit->actor, &shown.proven));
    TRY(account_show_security(visit->app, visit->arena, visit->account.account_id, &security));
    shown.mail = security.mail;
    shown.code_sent = proof->code_sent && security.mail.length != 0;
    *ret_proof = shown;
    return ERR_NONE;
}

enum err page_proof_send(struct visit *visit, struct page_proof *proof)
{
    struct str masked;
    enum err error = session_send_code(visit->app, visit->arena, &visit->actor, &masked);
    proof->code_sent = true;
    if (error == ERR_RATE)
        visit_set_failed(visit, error);
    return error == ERR_RATE ? ERR_NONE : error;
}

static void mistake(struct visit *visit, const char *field, enum text_id message, enum text_id *ret_mistake)
{
    *ret_mistake = message;
    visit_set_mistake(visit, ERR_INVALID, field, message);
}

enum err page_proof_take(struct visit *visit, struct page_proof *proof)
{
    struct account_security security;
    struct str password = http_form(visit->request, "password"), code = http_form(visit->request, "code");
    bool proven;
    TRY(session_is_proven(visit->app, visit->arena, &visit->actor, &proven));
    if (proven)
        return ERR_NONE;
    TRY(account_show_security(visit->app, visit->arena, visit->account.account_id, &security));
    if (password.length == 0)
        mistake(visit, "password", TEXT_MISTAKE_PASSWORD_MISSING, &proof->password_mistake);
    if (security.mail.length != 0 && str_trim(code).length == 0)
        mistake(visit, "code", TEXT_MISTAKE_CODE_MISSING, &proof->code_mistake);
    if (visit->error != ERR_NONE)
        return ERR_PROOF_NEEDED;
    enum err error = session_prove(visit->app, visit->arena, &visit->actor, password, code);
    if (error == ERR_WRONG_PROOF) {
        proof->password_mistake = TEXT_MISTAKE_PROOF;
        visit_set_mistake(visit, error, "password", TEXT_MISTAKE_PROOF);
    }
    return error;
}
