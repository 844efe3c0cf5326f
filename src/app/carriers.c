#include "app/carriers.h"

struct carrier_list carriers_now(const struct app *app)
{
    const struct carrier_list *now = app->carriers != NULL ? app->carriers->now : NULL;
    if (now != NULL)
        return *now;
    return (struct carrier_list){app->settings->carriers, app->settings->carrier_count};
}

const struct settings_carrier *carriers_find(const struct app *app, struct str name)
{
    struct carrier_list list = carriers_now(app);
    for (size_t i = 0; i < list.count; i++)
        if (str_is(name, list.rows[i].name))
            return &list.rows[i];
    return NULL;
}

void carriers_each_bind(const struct app *app, carrier_bind_each *each, void *context)
{
    if (app->carriers != NULL)
        app->carriers->each_bind(app->carriers->each_context, each, context);
}
