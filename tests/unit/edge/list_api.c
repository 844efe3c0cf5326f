/* Prints what the program itself knows, for the comparison with the document: "route METHOD PATH", "error
 * CODE STATUS". */
#include "base/err.h"
#include "edge/api/api.h"
#include "edge/hook/hook.h"

#include <stdio.h>

static void print_routes(const struct http_route *routes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("route %s %s\n", routes[i].method, routes[i].path);
}

int main(void)
{
    struct http_route hooks[EDGE_HOOK_ROUTES];
    size_t count;
    const struct http_route *routes = api_routes(NULL, &count);
    print_routes(routes, count);
    edge_hook_routes(NULL, hooks);
    print_routes(hooks, EDGE_HOOK_ROUTES);
    for (int i = ERR_NONE + 1; i < ERR_COUNT; i++)
        printf("error %s %d\n", err_code((enum err)i), err_http_status((enum err)i));
    return 0;
}
