#include "http/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

union listen_any {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

/* Reads "127.0.0.1:8080" or "[::1]:8080": numeric addresses only, so that starting never asks a name
 * server. */
static bool listen_parse(struct str text, union listen_any *ret_address, socklen_t *ret_length)
{
    char host[HTTP_ADDRESS_BYTES] = {0};
    int64_t port;
    size_t colon = text.length;
    while (colon != 0 && text.data[colon - 1] != ':')
        colon--;
    if (colon < 2 || !str_to_int64(str_part(text, colon, text.length), &port) || port < 0 || port > 65535)
        return false;
    struct str name = str_part(text, 0, colon - 1);
    bool six = name.data[0] == '[' && name.data[name.length - 1] == ']';
    if (six)
        name = str_part(name, 1, name.length - 2);
    if (name.length == 0 || name.length >= sizeof host)
        return false;
    memcpy(host, name.data, name.length);
    *ret_address = (union listen_any){0};
    if (six) {
        ret_address->six.sin6_family = AF_INET6;
        ret_address->six.sin6_port = htons((uint16_t)port);
        *ret_length = sizeof ret_address->six;
        return inet_pton(AF_INET6, host, &ret_address->six.sin6_addr) == 1;
    }
    ret_address->four.sin_family = AF_INET;
    ret_address->four.sin_port = htons((uint16_t)port);
    *ret_length = sizeof ret_address->four;
    return inet_pton(AF_INET, host, &ret_address->four.sin_addr) == 1;
}

static enum err listen_errno(int error)
{
    if (error == EADDRINUSE)
        return ERR_EXISTS;
    if (error == EACCES || error == EPERM)
        return ERR_FORBIDDEN;
    return error == EADDRNOTAVAIL || error == EAFNOSUPPORT ? ERR_CONFIG : ERR_IO;
}

enum err listen_open(const char *listen_text, int *ret_socket, uint16_t *ret_port)
{
    union listen_any address;
    socklen_t length;
    int on = 1;
    if (!listen_parse(str_from(listen_text), &address, &length))
        return ERR_CONFIG;
    int listener = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return listen_errno(errno);
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listener, &address.any, length) != 0 || listen(listener, SOMAXCONN) != 0 ||
        getsockname(listener, &address.any, &length) != 0) {
        enum err error = listen_errno(errno);
        close(listener);
        return error;
    }
    *ret_socket = listener;
    *ret_port = ntohs(address.any.sa_family == AF_INET6 ? address.six.sin6_port : address.four.sin_port);
    return ERR_NONE;
}

void listen_address(const struct sockaddr *address, char ret_text[HTTP_ADDRESS_BYTES])
{
    union listen_any copy = {0};
    ret_text[0] = '\0';
    if (address->sa_family == AF_INET) {
        memcpy(&copy.four, address, sizeof copy.four);
        inet_ntop(AF_INET, &copy.four.sin_addr, ret_text, HTTP_ADDRESS_BYTES);
    } else if (address->sa_family == AF_INET6) {
        memcpy(&copy.six, address, sizeof copy.six);
        if (IN6_IS_ADDR_V4MAPPED(&copy.six.sin6_addr))
            inet_ntop(AF_INET, &copy.six.sin6_addr.s6_addr[12], ret_text, HTTP_ADDRESS_BYTES);
        else
            inet_ntop(AF_INET6, &copy.six.sin6_addr, ret_text, HTTP_ADDRESS_BYTES);
    }
}
