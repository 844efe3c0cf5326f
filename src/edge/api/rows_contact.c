#include "edge/api/rows.h"

#include "app/contact.h"

static void add_contact(struct call *call, const struct store_contact *contact)
{
    struct json *json = &call->json;
    call_json_id(call, "id", contact->contact_id);
    json_text(json, "kind", contact->kind == CONTACT_MAIL ? "mail" : "phone");
    json_str(json, "address", contact->address);
    json_time(json, "added_at", contact->added_at);
    json_time(json, "verified_at", contact->verified_at);
}

static enum err get_contacts(struct call *call)
{
    struct store_contact *contacts;
    size_t count;
    TRY(contact_list(call->app, call->arena, &call->actor, &contacts, &count));
    json_array(call_answer(call, 200), "contacts");
    for (size_t i = 0; i < count; i++) {
        json_object(&call->json, NULL);
        add_contact(call, &contacts[i]);
        json_object_end(&call->json);
    }
    json_array_end(&call->json);
    return call_done(call);
}

static enum err find_contact(struct call *call, struct str address, const struct store_contact **ret_contact)
{
    struct store_contact *contacts;
    size_t count;
    TRY(contact_list(call->app, call->arena, &call->actor, &contacts, &count));
    for (size_t i = 0; i < count; i++)
        if (str_equal_nocase(contacts[i].address, address)) {
            *ret_contact = &contacts[i];
            return ERR_NONE;
        }
    return ERR_NOT_FOUND;
}

static enum err post_contact(struct call *call)
{
    struct str address = str_trim(call_text(call, "address"));
    const struct store_contact *contact;
    if (!contact_mail_is_valid(address))
        return call_fault(call, "address", "invalid");
    TRY(contact_add(call->app, &call->actor, address));
    TRY(find_contact(call, address, &contact));
    call_answer(call, 201);
    add_contact(call, contact);
    return call_done(call);
}

static enum err post_verify(struct call *call)
{
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    TRY(contact_verify(call->app, &call->actor, id, call_text(call, "code")));
    json_bool(call_answer(call, 200), "verified", true);
    return call_done(call);
}

static enum err delete_contact(struct call *call)
{
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    TRY(contact_remove(call->app, &call->actor, id));
    return call_done_empty(call);
}

const struct call_row rows_contact[] = {
    {"GET", "/api/v1/contacts", HTTP_INLINE, CALL_SUBSCRIBER, get_contacts, {{0}}, 0},
    {"POST", "/api/v1/contacts", HTTP_WORK, CALL_SUBSCRIBER, post_contact, {{"address", CALL_TEXT, true}}, 0},
    {"POST",
     "/api/v1/contacts/{id}/verify",
     HTTP_WORK,
     CALL_SUBSCRIBER,
     post_verify,
     {{"code", CALL_TEXT, true}},
     0},
    {"DELETE", "/api/v1/contacts/{id}", HTTP_WORK, CALL_SUBSCRIBER, delete_contact, {{0}}, 0},
    {0},
};
