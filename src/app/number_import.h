/* Numbers come into the inventory from a CSV file: number, carrier, class. */
#ifndef APP_NUMBER_IMPORT_H
#define APP_NUMBER_IMPORT_H

#include "app/app.h"

enum number_import_reason {
    NUMBER_IMPORT_NUMBER,  /* no E.164 number, or not one of ours to use */
    NUMBER_IMPORT_CARRIER, /* a carrier that is not configured */
    NUMBER_IMPORT_CLASS,   /* neither residential nor business */
    NUMBER_IMPORT_COLUMNS, /* not one to three columns */
    NUMBER_IMPORT_TWICE,   /* the number stands in the file before */
};

struct number_import_error {
    size_t line; /* from 1 */
    enum number_import_reason reason;
    struct str value;
};

struct number_import {
    struct str csv; /* UTF-8, at most LIMIT_IMPORT_BYTES and LIMIT_IMPORT_LINES; a first line "number,…" is a
                       header */
    const char *carrier;                    /* for lines that name none; may be NULL */
    int64_t number_class;                   /* enum number_class, for lines that name none */
    bool dry_run;                           /* look only */
    size_t ret_lines;                       /* lines with a number */
    size_t ret_added;                       /* in a dry run: that would be */
    size_t ret_known;                       /* numbers that we had already: left as they are */
    struct number_import_error *ret_errors; /* the first LIMIT_IMPORT_ERRORS, in arena */
    size_t ret_error_count;                 /* all of them */
};

/* Imports all lines, or none where one is wrong (ERR_INVALID, and the errors say where). A repeated import
 * adds what is missing. ERR_TOO_LARGE. */
enum err number_import(struct app *app, struct arena *arena, const struct actor *actor,
                       struct number_import *import);
/* The word of a reason, for the command line and JSON. */
const char *number_import_word(enum number_import_reason reason);

#endif
