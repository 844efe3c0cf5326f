/* The list of services on several nodes of one store, and how far a search looks. */
#include "house.h"

#include "app/message_search.h"
#include "app/service_catalogue.h"
#include "app/service_correct.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/message.h"

static const struct actor admin = {.kind = ACTOR_STAFF, .staff_id = 7, .role = ROLE_ADMIN};

static const char *name_of(struct house *house, struct app *node, const char *text)
{
    struct service_match match =
        service_catalogue_match(node, house->arena, STR("77001"), str_from(text), true);
    return match.service != NULL ? match.service->name : "";
}

static enum err correct(struct house *house, struct app *node, const struct actor *actor,
                        struct service_entry entry)
{
    enum service_entry_fault fault;
    return service_correct(node, house->arena, actor, &entry, &fault);
}

static void a_correction_reaches_the_other_nodes(void **state)
{
    struct house *house = *state;
    struct app *one = &house->app, two = house->app;
    const struct service_entry entry = {.name = STR("Corner Co-op"), .category = "shop", .hardness = ""};
    const char *text = "Corner Co-op: your code is 482913";
    assert_int_equal(service_catalogue_open(one), ERR_NONE);
    assert_int_equal(service_catalogue_open(&two), ERR_NONE);
    assert_int_equal(correct(house, one, &admin, entry), ERR_NONE);
    assert_string_equal(name_of(house, one, text), "Corner Co-op");
    assert_string_equal(name_of(house, &two, text), "");
    clock_advance((SERVICE_LOOK_SECONDS + 1) * MICROS_SECOND);
    assert_string_equal(name_of(house, &two, text), "Corner Co-op");
    assert_int_equal(service_correct_undo(&two, &admin, STR("corner-co-op")), ERR_NONE);
    assert_string_equal(name_of(house, &two, text), "");
    clock_advance((SERVICE_LOOK_SECONDS + 1) * MICROS_SECOND);
    assert_string_equal(name_of(house, one, text), "");
    service_catalogue_close(&two);
    service_catalogue_close(one);
}

static void only_an_admin_corrects(void **state)
{
    struct house *house = *state;
    const struct actor agent = {.kind = ACTOR_STAFF, .staff_id = 8, .role = ROLE_AGENT},
                       holder = {.kind = ACTOR_SUBSCRIBER, .account_id = 1};
    const struct service_entry entry = {.name = STR("Corner Co-op"), .category = "shop", .hardness = ""};
    assert_int_equal(correct(house, &house->app, &agent, entry), ERR_FORBIDDEN);
    assert_int_equal(correct(house, &house->app, &holder, entry), ERR_FORBIDDEN);
    assert_int_equal(service_correct_undo(&house->app, &agent, STR("corner-co-op")), ERR_FORBIDDEN);
    assert_int_equal(service_correct_undo(&house->app, &admin, STR("corner-co-op")), ERR_NOT_FOUND);
}

/* The key of a name is what the shipped list has, so that a correction meets its service. */
static void keys_are_made_as_the_shipped_list_makes_them(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *name, *key;
    } rows[] = {
        {"Bank of America", "bank-of-america"},  {"AT&T", "at-t"},      {"  X (Twitter) ", "x-twitter"},
        {"Société Générale", "soci-t-g-n-rale"}, {"Disney+", "disney"}, {"微", "service-5fae"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str key = service_entry_key(house->arena, str_trim(str_from(rows[i].name)));
        if (!str_is(key, rows[i].key))
            fail_msg("%s: %.*s", rows[i].name, STR_ARG(key));
    }
}

struct hay {
    struct app *app;
    int64_t account_id, line_id;
};

/* One needle, and above it as much hay as one search looks into. */
static enum err put_hay(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct hay *hay = context;
    struct account *account;
    TRY(account_load(hay->app, tx, arena, hay->account_id, &account));
    for (int i = 0; i <= LIMIT_SEARCH_ROWS; i++) {
        struct store_message message = {
            .account_id = hay->account_id,
            .message_id = ids_next(clock_now()),
            .line_id = hay->line_id,
            .direction = MESSAGE_RECEIVED,
            .at = clock_now(),
            .peer = STR("777"),
            .text = i == 0 ? STR("the needle") : STR("hay"),
        };
        TRY(store_message_insert(tx, arena, &account->key, &message));
    }
    return ERR_NONE;
}

static void a_search_says_how_far_it_looked_and_goes_on(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    struct message_search search = {.words = STR("needle")};
    struct message_hits hits;
    struct hay hay = {&house->app, account, house_line(house, account, "+12025550130", 0)};
    assert_int_equal(sql_call(house->app.store, "put_hay", put_hay, &hay), ERR_NONE);
    assert_int_equal(message_search(&house->app, house->arena, account, &search, &hits), ERR_NONE);
    assert_int_equal(hits.count, 0);
    assert_int_equal(hits.searched, LIMIT_SEARCH_ROWS);
    assert_true(hits.next != 0);
    search.before = hits.next;
    assert_int_equal(message_search(&house->app, house->arena, account, &search, &hits), ERR_NONE);
    assert_int_equal(hits.count, 1);
    assert_int_equal(hits.searched, 1);
    assert_int_equal(hits.next, 0);
    int64_t stranger = house_account(house, clock_now());
    search.before = 0;
    assert_int_equal(message_search(&house->app, house->arena, stranger, &search, &hits), ERR_NONE);
    assert_int_equal(hits.searched, 0);
}

#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down_checked)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(a_correction_reaches_the_other_nodes),
        IN_HOUSE(only_an_admin_corrects),
        IN_HOUSE(keys_are_made_as_the_shipped_list_makes_them),
        IN_HOUSE(a_search_says_how_far_it_looked_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
