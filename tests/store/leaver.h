/* Somebody who leaves, in a house whose mail is caught and whose clock is in the test's hand. */
#ifndef TESTS_STORE_LEAVER_H
#define TESTS_STORE_LEAVER_H

#include "house.h"

#include "app/outbox.h"

enum { MAILS = 512 };

/* What left the house by mail. */
struct leaver_mail {
    char kind[32], to[64], code[16];
};
extern struct leaver_mail mails[MAILS];
extern size_t mail_count;
extern bool mail_down; /* the server refuses for now */

/* The effect "mail": notes it down. */
enum effect_result take_mail(void *context, struct arena *arena, const struct effect *effect,
                             struct str *ret_result);
/* How many of this kind left. */
size_t mails_of(const char *kind);
/* Does all that is due, until nothing is. */
void work(struct house *house);
/* Moves the clock, then works. */
void later(struct house *house, int64_t micros);

/* cmocka's setup and teardown: *state is a struct house of an operator in China and the EU. */
int set_up(void **state);
int tear_down(void **state);

/* Ann: a log-in, a verified mail, a number, money and a text; her last change was long ago unless fresh. */
struct actor ann(struct house *house, bool fresh);
/* Her password and a code that was mailed. */
void prove(struct house *house, const struct actor *actor);

#endif
