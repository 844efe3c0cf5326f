/* A service as an import or the desk says it: checked, written as JSON, read back. */
#ifndef APP_SERVICE_ENTRY_H
#define APP_SERVICE_ENTRY_H

#include "base/arena.h"
#include "base/err.h"
#include "wire/json_read.h"

#include <stddef.h>

enum { SERVICE_ENTRY_WORDS = 256 };

struct service_entry_words {
    struct str *words;
    size_t count;
};

struct service_entry {
    struct str key, name;
    const char *category; /* a word of domain/message/service.h */
    struct str security_url, closing_url;
    const char *hardness;
    size_t row;                                         /* of the file that is imported */
    bool hidden;                                        /* no service, whatever the lists behind it say */
    struct service_entry_words names, domains, senders; /* names: besides the name */
};

enum service_entry_fault {
    SERVICE_ENTRY_FINE,
    SERVICE_ENTRY_NAME,     /* missing, too long, or with control characters */
    SERVICE_ENTRY_CATEGORY, /* unknown */
    SERVICE_ENTRY_DOMAIN,
    SERVICE_ENTRY_URL, /* not https://, too long, or with characters that no address has */
    SERVICE_ENTRY_HARDNESS,
    SERVICE_ENTRY_SENDER,
    SERVICE_ENTRY_MANY, /* more than SERVICE_ENTRY_WORDS of one kind */
};

/* The stable key of a name: "Bank of America" is "bank-of-america". */
struct str service_entry_key(struct arena *arena, struct str name);
/* The word of the own list, or NULL. */
const char *service_entry_category(struct str word);
const char *service_entry_hardness(struct str word);
/* A host in small letters without what follows its '/'; false where it is none. */
bool service_entry_domain(struct arena *arena, struct str text, struct str *ret_domain);
/* What is wrong with an entry. */
enum service_entry_fault service_entry_check(const struct service_entry *entry);
/* "name", "category" …: for messages. */
const char *service_entry_fault_word(enum service_entry_fault fault);
/* Words between commas or line ends, trimmed, empty ones left out. */
struct service_entry_words service_entry_split(struct arena *arena, struct str text);

/* As it stands in the store. */
struct str service_entry_write(struct arena *arena, const struct service_entry *entry);
/* ERR_CORRUPT where it is none. */
enum err service_entry_read(struct arena *arena, struct str key, struct str value,
                            struct service_entry *ret_entry);

/* One object of a list as the public directories have it (data/services.json): name, domains, categories,
 * second_factor_url, close_url, close_difficulty, and our own aliases and senders. */
enum service_entry_fault service_entry_public(struct arena *arena, const struct json_document *document,
                                              size_t index, struct service_entry *ret_entry);

#endif
