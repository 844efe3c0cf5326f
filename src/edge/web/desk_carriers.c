#include "app/carriers.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"

/* The binds of one carrier, as they are gone through. */
struct showing {
    const struct visit *visit;
    const char *carrier;
    struct template_desk_carriers_bind rows[2 * SETTINGS_BINDS];
    size_t count;
};

static void add_bind(const struct carrier_bind *bind, void *context)
{
    struct showing *showing = context;
    struct arena *arena = showing->visit->arena;
    if (!str_is(str_from(bind->carrier), showing->carrier) || showing->count == 2 * SETTINGS_BINDS)
        return;
    showing->rows[showing->count++] = (struct template_desk_carriers_bind){
        .name = arena_printf(arena, "%s %u", bind->mode, bind->number),
        .state = visit_text(showing->visit, "desk.bind.", bind->phase),
        .bound = bind->bound,
        .since = bind->since,
        .refusal = bind->last_status != 0 ? str_from(bind->last_status_name) : STR_NONE,
        .in_flight = bind->in_flight,
        .window = bind->window,
        .last_text = bind->last_text,
        .delivered = bind->delivered,
        .put_off = bind->put_off,
        .refused = bind->refused,
        .malformed = bind->malformed,
        .losses = bind->losses,
    };
}

static struct template_desk_carriers_carrier show_carrier(const struct visit *visit,
                                                          const struct settings_carrier *row)
{
    struct template_desk_carriers_carrier carrier = {.name = str_from(row->name)};
    if (row->kind == SETTINGS_CARRIER_HTTP) {
        carrier.place = arena_printf(visit->arena, "HTTP /api/v1/hooks/sms/%s", row->name);
        return carrier;
    }
    struct showing *showing = ARENA_NEW(visit->arena, struct showing);
    showing->visit = visit;
    showing->carrier = row->name;
    carriers_each_bind(visit->app, add_bind, showing);
    carrier.place = arena_printf(visit->arena, "SMPP %s:%lld", row->smpp.host, (long long)row->smpp.port);
    carrier.binds = showing->rows;
    carrier.binds_count = showing->count;
    return carrier;
}

static enum err get_carriers(struct visit *visit)
{
    TRY(desk_allow(visit, DESK_ADMIN));
    struct carrier_list list = carriers_now(visit->app);
    struct template_desk_carriers_carrier *carriers =
        ARENA_ARRAY(visit->arena, list.count + 1, struct template_desk_carriers_carrier);
    for (size_t i = 0; i < list.count; i++)
        carriers[i] = show_carrier(visit, &list.rows[i]);
    struct template_desk_carriers page = {
        .frame = desk_frame(visit),
        .command = STR("violet carrier reload"),
        .carriers = carriers,
        .carriers_count = list.count,
    };
    VISIT_SHOW(visit, desk_carriers, &page);
    return ERR_NONE;
}

const struct web_row desk_carriers_rows[] = {
    {"GET", "/desk/carriers", HTTP_WORK, WEB_DESK, get_carriers, 0, 0},
    {0},
};
