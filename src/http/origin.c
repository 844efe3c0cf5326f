#include "http/internal.h"

#include <arpa/inet.h>
#include <string.h>

enum err origin_check(const struct http_request *request)
{
    if (str_is(request->method, "GET") || request->head)
        return ERR_NONE;
    if (request->route != NULL && (request->route->flags & HTTP_ROUTE_ANY_ORIGIN) != 0)
        return ERR_NONE;
    struct str site = http_header(request, "Sec-Fetch-Site");
    if (site.data != NULL)
        return str_is(site, "same-origin") || str_is(site, "none") ? ERR_NONE : ERR_CROSS_SITE;
    struct str origin = http_header(request, "Origin");
    /* Neither header: no browser. What it may do, its key or the session-bound token decides. */
    if (origin.data == NULL || str_equal_nocase(origin, request->server->origin))
        return ERR_NONE;
    return ERR_CROSS_SITE;
}

/* The address in canonical form, so that "::FFFF:10.0.0.1" and "10.0.0.1" are one; false for none. */
static bool address_read(struct str text, char ret_text[HTTP_ADDRESS_BYTES])
{
    char host[HTTP_ADDRESS_BYTES] = {0};
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (text.length == 0 || text.length >= sizeof host)
        return false;
    memcpy(host, text.data, text.length);
    if (inet_pton(AF_INET, host, &four.sin_addr) == 1)
        listen_address((const struct sockaddr *)&four, ret_text);
    else if (inet_pton(AF_INET6, host, &six.sin6_addr) == 1)
        listen_address((const struct sockaddr *)&six, ret_text);
    else
        return false;
    return true;
}

static bool proxy_is_trusted(const struct http_server *server, const char *address)
{
    const char *const *proxies = server->options.trusted_proxies;
    char proxy[HTTP_ADDRESS_BYTES];
    for (; proxies != NULL && *proxies != NULL; proxies++)
        if (address_read(str_from(*proxies), proxy) && strcmp(proxy, address) == 0)
            return true;
    return false;
}

/* Takes the last entry off a list "client, proxy1, proxy2". */
static struct str list_last(struct str *list)
{
    size_t at = list->length;
    while (at != 0 && list->data[at - 1] != ',')
        at--;
    struct str last = str_trim(str_part(*list, at, list->length));
    *list = str_part(*list, 0, at != 0 ? at - 1 : 0);
    return last;
}

struct str origin_client(struct http_request *request)
{
    char address[HTTP_ADDRESS_BYTES];
    memcpy(address, request->link->address, sizeof address);
    for (size_t i = request->header_count; i != 0; i--) {
        const struct http_pair *header = &request->headers[i - 1];
        if (!str_equal_nocase(header->name, STR("X-Forwarded-For")))
            continue;
        struct str list = header->value;
        /* From the right: each proxy appends whom it heard, and only trusted ones are believed. */
        while (list.length != 0 && proxy_is_trusted(request->server, address))
            if (!address_read(list_last(&list), address))
                return arena_str(request->arena, str_from(address));
    }
    return arena_str(request->arena, str_from(address));
}
