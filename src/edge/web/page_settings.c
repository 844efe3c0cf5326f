#include "edge/web/page_archive.h"
#include "edge/web/pages.h"

#include "app/closure_view.h"
#include "app/contact.h"
#include "app/line_list.h"
#include "app/password_change.h"

/* What was typed before, and where the mistake stands. */
struct settings_input {
    struct str address;
    enum text_id address_mistake;
    int64_t code_contact; /* whose code was wrong; 0: none */
    enum text_id code_mistake;
};

static enum err show_contacts(struct visit *visit, const struct settings_input *input,
                              struct template_settings *page)
{
    struct store_contact *contacts;
    size_t count;
    TRY(contact_list(visit->app, visit->arena, &visit->actor, &contacts, &count));
    struct template_settings_contact *shown =
        ARENA_ARRAY(visit->arena, count + 1, struct template_settings_contact);
    for (size_t i = 0; i < count; i++) {
        shown[i] = (struct template_settings_contact){
            .contact_id = visit_id(visit, contacts[i].contact_id),
            .address = contacts[i].address,
            .verified = contacts[i].verified_at != 0,
            .code_mistake = contacts[i].contact_id == input->code_contact ? input->code_mistake : TEXT_NONE,
        };
        page->contact_count += shown[i].verified;
    }
    page->contacts = shown;
    page->contacts_count = count;
    page->reachable = page->contact_count != 0;
    return ERR_NONE;
}

static enum err count_numbers(struct visit *visit, int64_t *ret_count)
{
    struct line_view *lines;
    size_t count;
    TRY(line_list(visit->app, visit->arena, visit->account.account_id, &lines, &count));
    *ret_count = 0;
    for (size_t i = 0; i < count; i++)
        *ret_count += lines[i].ended_at == 0;
    return ERR_NONE;
}

static enum err show_settings(struct visit *visit, const struct settings_input *input)
{
    struct template_settings page = {
        .frame = visit_frame(visit),
        .name = visit->account.name,
        .contacts_locked = visit->account.locked_at != 0,
        .address = input->address,
        .address_mistake = input->address_mistake,
    };
    page.closing = page.frame.closing != NULL ? page.frame.closing->page : STR_NONE;
    TRY(count_numbers(visit, &page.number_count));
    TRY(show_contacts(visit, input, &page));
    TRY(page_archive_show(visit, "/settings#archive", &page.archive));
    page.frame.here = STR("/settings");
    VISIT_SHOW(visit, settings, &page);
    return ERR_NONE;
}

static enum err get_settings(struct visit *visit)
{
    return show_settings(visit, &(const struct settings_input){0});
}

/* What the reader can mend is shown at its field; all else is an error page. */
static bool contact_is_mistake(enum err error)
{
    return error == ERR_INVALID || error == ERR_EXISTS || error == ERR_STATE || error == ERR_POLICY ||
           error == ERR_RATE || error == ERR_WRONG_PROOF;
}

static enum err post_contact(struct visit *visit)
{
    struct settings_input input = {.address = http_form(visit->request, "address")};
    enum err error = contact_add(visit->app, &visit->actor, input.address);
    if (error == ERR_NONE)
        return visit_go(visit, STR("/settings#contacts"), "contact_added");
    if (!contact_is_mistake(error))
        return error;
    input.address_mistake = error == ERR_INVALID  ? TEXT_MISTAKE_ADDRESS_INVALID
                            : error == ERR_EXISTS ? TEXT_MISTAKE_ADDRESS_EXISTS
                                                  : text_find(str_from(err_message_id(error)));
    visit_set_mistake(visit, error, "address", input.address_mistake);
    return show_settings(visit, &input);
}

static enum err post_verify(struct visit *visit)
{
    struct settings_input input = {0};
    TRY(visit_param_id(visit, "id", &input.code_contact));
    enum err error =
        contact_verify(visit->app, &visit->actor, input.code_contact, http_form(visit->request, "code"));
    if (error == ERR_NONE)
        return visit_go(visit, STR("/settings#contacts"), "contact_verified");
    if (!contact_is_mistake(error))
        return error;
    input.code_mistake =
        error == ERR_WRONG_PROOF ? TEXT_MISTAKE_CODE : text_find(str_from(err_message_id(error)));
    struct str field = arena_printf(visit->arena, "code-%lld", (long long)input.code_contact);
    visit_set_mistake(visit, error, field.data, input.code_mistake);
    return show_settings(visit, &input);
}

static enum err post_remove(struct visit *visit)
{
    int64_t contact_id;
    TRY(visit_param_id(visit, "id", &contact_id));
    TRY(contact_remove(visit->app, &visit->actor, contact_id));
    return visit_go(visit, STR("/settings#contacts"), "contact_removed");
}

/* What is to be mended in the form of the password. */
struct password_mistakes {
    enum text_id present, wanted, again;
};

static enum err show_security(struct visit *visit, const struct password_mistakes *mistakes)
{
    struct account_security security;
    TRY(account_show_security(visit->app, visit->arena, visit->account.account_id, &security));
    struct template_security page = {
        .frame = visit_frame(visit),
        .name = visit->account.name,
        .changed = visit->account.security_at,
        .mail = security.mail,
        .session_count = security.sessions,
        .locked = visit->account.locked_at != 0,
        .present_mistake = mistakes->present,
        .wanted_mistake = mistakes->wanted,
        .again_mistake = mistakes->again,
    };
    VISIT_SHOW(visit, security, &page);
    return ERR_NONE;
}

static enum err get_security(struct visit *visit)
{
    return show_security(visit, &(const struct password_mistakes){0});
}

static enum err post_password(struct visit *visit)
{
    struct password_mistakes mistakes = {0};
    struct str present = http_form(visit->request, "present"), wanted = http_form(visit->request, "wanted");
    bool same = str_equal(wanted, http_form(visit->request, "again"));
    enum err error = !same ? ERR_USAGE
                     : present.length == 0
                         ? ERR_WRONG_PROOF
                         : password_change(visit->app, visit->arena, &visit->actor, present, wanted);
    if (error == ERR_NONE)
        return visit_go(visit, STR("/settings/security"), "password_changed");
    if (error == ERR_USAGE)
        visit_set_mistake(visit, error, "again", mistakes.again = TEXT_MISTAKE_PASSWORD_AGAIN);
    else if (error == ERR_WRONG_PROOF)
        visit_set_mistake(visit, error, "present", mistakes.present = TEXT_MISTAKE_PASSWORD_PRESENT);
    else if (error == ERR_INVALID)
        visit_set_mistake(visit, error, "wanted", mistakes.wanted = TEXT_MISTAKE_PASSWORD_WANTED);
    else if (error == ERR_RATE || error == ERR_STATE || error == ERR_CHANGED)
        visit_set_failed(visit, error);
    else
        return error;
    return show_security(visit, &mistakes);
}

const struct web_row page_settings_rows[] = {
    {"GET", "/settings", HTTP_INLINE, WEB_SUBSCRIBER, get_settings, 0, 0},
    {"GET", "/settings/security", HTTP_INLINE, WEB_SUBSCRIBER, get_security, 0, 0},
    {"POST", "/settings/password", HTTP_WORK, WEB_SUBSCRIBER, post_password, 0, 0},
    {"POST", "/settings/contacts", HTTP_WORK, WEB_SUBSCRIBER, post_contact, 0, 0},
    {"POST", "/settings/contacts/{id}/verify", HTTP_WORK, WEB_SUBSCRIBER, post_verify, 0, 0},
    {"POST", "/settings/contacts/{id}/remove", HTTP_WORK, WEB_SUBSCRIBER, post_remove, 0, 0},
    {0},
};
