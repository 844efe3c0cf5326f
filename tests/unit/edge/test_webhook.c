/* Which addresses a subscriber may make us call. */
#include "../test.h"
#include "edge/webhook/webhook.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static bool is_public(const char *text)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_storage address = {0};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(&address, &v4, sizeof v4);
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(&address, &v6, sizeof v6);
    else
        fail_msg("%s is no address", text);
    return webhook_address_is_public((const struct sockaddr *)&address);
}

static void public_addresses_may_be_called(void **context)
{
    static const char *const rows[] = {
        "1.1.1.1",         "8.8.8.8",         "9.255.255.255",   "11.0.0.0",    "100.63.255.255",
        "100.128.0.0",     "126.1.1.1",       "128.0.0.1",       "169.253.1.1", "172.15.255.255",
        "172.32.0.0",      "192.167.1.1",     "198.17.255.255",  "198.20.0.0",  "223.255.255.1",
        "2606:4700::1111", "2a00:1450::200e", "64:ff9b::808:808"};
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!is_public(rows[i]))
            fail_msg("%s", rows[i]);
}

static void all_others_may_not(void **context)
{
    static const char *const rows[] = {"0.0.0.0",
                                       "10.0.0.1",
                                       "10.255.255.255",
                                       "100.64.0.1",
                                       "127.0.0.1",
                                       "127.255.255.255",
                                       "169.254.169.254",
                                       "172.16.0.1",
                                       "172.31.255.255",
                                       "192.0.0.1",
                                       "192.0.2.1",
                                       "192.168.1.1",
                                       "198.18.0.1",
                                       "198.51.100.1",
                                       "203.0.113.9",
                                       "224.0.0.1",
                                       "240.0.0.1",
                                       "255.255.255.255",
                                       "::",
                                       "::1",
                                       "::ffff:10.0.0.1",
                                       "::ffff:127.0.0.1",
                                       "64:ff9b::a00:1",
                                       "fc00::1",
                                       "fd12::1",
                                       "fe80::1",
                                       "ff02::1",
                                       "2001::1",
                                       "2001:db8::1",
                                       "2002:a00:1::1",
                                       "::10.0.0.1",
                                       "::8.8.8.8"};
    struct sockaddr other = {.sa_family = AF_UNIX};
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_public(rows[i]))
            fail_msg("%s", rows[i]);
    assert_false(webhook_address_is_public(&other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(public_addresses_may_be_called),
        cmocka_unit_test(all_others_may_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
