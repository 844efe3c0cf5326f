#include "app/service_catalogue.h"
#include "app/service_correct.h"
#include "base/encode.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"

/* What the form shows: as found, or as typed before. */
struct form {
    struct str query, key, name, category, names, domains, senders, security, closing, hardness;
    bool found, hidden;
    enum service_entry_fault fault;
};

static const char *const categories[] = {"bank",   "payment", "mail",   "identity", "social", "government",
                                         "health", "shop",    "travel", "leisure",  "work",   "other"};
static const char *const hardnesses[] = {"", "easy", "medium", "limited", "hard", "impossible"};
enum {
    CATEGORIES = sizeof categories / sizeof *categories,
    HARDNESSES = sizeof hardnesses / sizeof *hardnesses
};

static struct str join(const struct visit *visit, const struct service_entry_words *words)
{
    struct str lines = STR_NONE;
    for (size_t i = 0; i < words->count; i++)
        lines = arena_printf(visit->arena, "%.*s%s%.*s", STR_ARG(lines), i != 0 ? "\n" : "",
                             STR_ARG(words->words[i]));
    return lines;
}

static void fill_from_service(struct form *form, const struct service *service)
{
    form->found = true;
    form->key = str_from(service->key);
    form->name = str_from(service->name);
    form->category = str_from(service->category);
    form->security = str_from(service->security_url);
    form->closing = str_from(service->closing_url);
    form->hardness = str_from(service->hardness);
}

static void fill_from_correction(const struct visit *visit, struct form *form,
                                 const struct service_entry *entry)
{
    form->found = true;
    form->key = entry->key;
    form->name = entry->name;
    form->category = str_from(entry->category);
    form->names = join(visit, &entry->names);
    form->domains = join(visit, &entry->domains);
    form->senders = join(visit, &entry->senders);
    form->security = entry->security_url;
    form->closing = entry->closing_url;
    form->hardness = str_from(entry->hardness);
    form->hidden = entry->hidden;
}

static void show_categories(const struct visit *visit, const struct form *form,
                            struct template_desk_services_choice *choices)
{
    for (size_t i = 0; i < CATEGORIES; i++) {
        bool standard = form->category.length == 0 && i + 1 == CATEGORIES;
        choices[i] = (struct template_desk_services_choice){
            .word = str_from(categories[i]),
            .label = visit_text(visit, "service.category.", categories[i]),
            .chosen = standard || str_is(form->category, categories[i]),
        };
    }
}

static void show_hardnesses(const struct visit *visit, const struct form *form,
                            struct template_desk_services_choice *choices)
{
    for (size_t i = 0; i < HARDNESSES; i++)
        choices[i] = (struct template_desk_services_choice){
            .word = str_from(hardnesses[i]),
            .label =
                i == 0 ? TEXT_DESK_SERVICES_UNKNOWN : visit_text(visit, "service.hardness.", hardnesses[i]),
            .chosen = str_is(form->hardness, hardnesses[i]),
        };
}

static enum text_id mistake_of(const struct form *form, enum service_entry_fault fault, enum text_id text)
{
    return form->fault == fault ? text : TEXT_NONE;
}

static void show_corrections(const struct visit *visit, const struct service_entry *entries, size_t count,
                             struct template_desk_services *page)
{
    struct template_desk_services_correction *shown =
        ARENA_ARRAY(visit->arena, count + 1, struct template_desk_services_correction);
    for (size_t i = 0; i < count; i++)
        shown[i] = (struct template_desk_services_correction){
            .key = entries[i].key,
            .name = entries[i].name,
            .category = visit_text(visit, "service.category.", entries[i].category),
            .hidden = entries[i].hidden,
            .page = arena_printf(visit->arena, "/desk/services?q=%.*s",
                                 STR_ARG(encode_percent(visit->arena, entries[i].key))),
        };
    page->corrections = shown;
    page->corrections_count = count;
    page->any = count != 0;
}

static enum err show(struct visit *visit, const struct form *form, const struct service_entry *entries,
                     size_t count)
{
    struct template_desk_services_choice kinds[CATEGORIES], ways[HARDNESSES];
    struct template_desk_services page = {
        .frame = desk_frame(visit),
        .query = form->query,
        .found = form->found,
        .key = form->key,
        .name = form->name,
        .name_mistake = mistake_of(form, SERVICE_ENTRY_NAME, TEXT_MISTAKE_SERVICE_NAME),
        .categories = kinds,
        .categories_count = CATEGORIES,
        .names = form->names,
        .domains = form->domains,
        .domains_mistake = mistake_of(form, SERVICE_ENTRY_DOMAIN, TEXT_MISTAKE_SERVICE_DOMAIN),
        .senders = form->senders,
        .senders_mistake = mistake_of(form, SERVICE_ENTRY_SENDER, TEXT_MISTAKE_SERVICE_SENDER),
        .security = form->security,
        .security_mistake = mistake_of(form, SERVICE_ENTRY_URL, TEXT_MISTAKE_SERVICE_URL),
        .closing = form->closing,
        .hardnesses = ways,
        .hardnesses_count = HARDNESSES,
        .hidden = form->hidden,
    };
    show_categories(visit, form, kinds);
    show_hardnesses(visit, form, ways);
    show_corrections(visit, entries, count, &page);
    VISIT_SHOW(visit, desk_services, &page);
    return ERR_NONE;
}

static void look_up(const struct visit *visit, const struct service_entry *entries, size_t count,
                    struct form *form)
{
    const struct service *service = service_catalogue_key(visit->app, visit->arena, form->query);
    if (service == NULL)
        service = service_catalogue_name(visit->app, visit->arena, form->query);
    struct str key = service != NULL ? str_from(service->key) : form->query;
    for (size_t i = 0; i < count; i++)
        if (str_equal(entries[i].key, key)) {
            fill_from_correction(visit, form, &entries[i]);
            return;
        }
    if (service != NULL)
        fill_from_service(form, service);
    else
        form->name = form->query;
}

static enum err get_services(struct visit *visit)
{
    struct form form = {.query = str_trim(http_query(visit->request, "q"))};
    struct service_entry *entries;
    size_t count;
    TRY(desk_allow(visit, DESK_ADMIN));
    TRY(service_corrections(visit->app, visit->arena, &entries, &count));
    if (form.query.length != 0)
        look_up(visit, entries, count, &form);
    return show(visit, &form, entries, count);
}

static struct form read_form(const struct visit *visit)
{
    struct http_request *request = visit->request;
    return (struct form){
        .key = http_form(request, "key"),
        .name = http_form(request, "name"),
        .category = http_form(request, "category"),
        .names = http_form(request, "names"),
        .domains = http_form(request, "domains"),
        .senders = http_form(request, "senders"),
        .security = str_trim(http_form(request, "security")),
        .closing = str_trim(http_form(request, "closing")),
        .hardness = http_form(request, "hardness"),
        .hidden = str_is(http_form(request, "hidden"), "1"),
        .found = http_form(request, "key").length != 0,
    };
}

static enum err post_services(struct visit *visit)
{
    struct form form = read_form(visit);
    struct service_entry *entries;
    size_t count;
    struct service_entry entry = {
        .key = form.key,
        .name = form.name,
        .category = service_entry_category(form.category),
        .names = service_entry_split(visit->arena, form.names),
        .domains = service_entry_split(visit->arena, form.domains),
        .senders = service_entry_split(visit->arena, form.senders),
        .security_url = form.security,
        .closing_url = form.closing,
        .hardness = service_entry_hardness(form.hardness),
        .hidden = form.hidden,
    };
    TRY(desk_allow(visit, DESK_ADMIN));
    enum err error = service_correct(visit->app, visit->arena, &visit->actor, &entry, &form.fault);
    if (error == ERR_NONE)
        return visit_go(visit, STR("/desk/services"), "service_corrected");
    if (error != ERR_INVALID)
        return error;
    visit_set_failed(visit, error);
    TRY(service_corrections(visit->app, visit->arena, &entries, &count));
    return show(visit, &form, entries, count);
}

static enum err post_undo(struct visit *visit)
{
    TRY(desk_allow(visit, DESK_ADMIN));
    TRY(service_correct_undo(visit->app, &visit->actor, http_form(visit->request, "key")));
    return visit_go(visit, STR("/desk/services"), "service_correction_undone");
}

const struct web_row desk_services_rows[] = {
    {"GET", "/desk/services", HTTP_WORK, WEB_DESK, get_services, 0, 0},
    {"POST", "/desk/services/save", HTTP_WORK, WEB_DESK, post_services, 0, 0},
    {"POST", "/desk/services/undo", HTTP_WORK, WEB_DESK, post_undo, 0, 0},
    {0},
};
