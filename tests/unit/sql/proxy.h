/* Stands between the engine and a PostgreSQL server's socket, and cuts connections at chosen messages. */
#ifndef TESTS_SQL_PROXY_H
#define TESTS_SQL_PROXY_H

#include <stdbool.h>
#include <stddef.h>

struct proxy;

/* Where one connection is cut: at a message of this type whose bytes hold `holds`, going to the server or to
 * the client, before it is passed on or right after. PostgreSQL documentation, "Message Formats". */
struct proxy_cut {
    enum { PROXY_TO_SERVER, PROXY_TO_CLIENT } way;
    char type; /* 0: no more cuts */
    const char *holds;
    size_t length;
    bool after;
};

enum { PROXY_CUTS = 4 };

/* Listens in the directory as a server with this port would; passes on to the one in `server`. NULL: no. */
struct proxy *proxy_new(const char *directory, const char *server, int port);
/* The next cuts, in order; each is made once. */
void proxy_cut_at(struct proxy *proxy, const struct proxy_cut cuts[PROXY_CUTS]);
/* Cuts at every message whose number, counted over all connections, this divides; 0: at none. */
void proxy_cut_each(struct proxy *proxy, unsigned messages);
/* Ends all connections and every new one at once, until told otherwise. */
void proxy_shut(struct proxy *proxy, bool shut);
/* Cuts made until now. */
unsigned proxy_made(struct proxy *proxy);
/* Accepts NULL. */
void proxy_free(struct proxy *proxy);

#endif
