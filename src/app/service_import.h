/* A newer list of services, in the form of the public directories (data/services.json). */
#ifndef APP_SERVICE_IMPORT_H
#define APP_SERVICE_IMPORT_H

#include "app/app.h"
#include "app/service_entry.h"

struct service_import_error {
    size_t row; /* from 1 */
    enum service_entry_fault fault;
    struct str name;
};

struct service_import {
    struct str json; /* an array of objects, at most LIMIT_IMPORT_BYTES and SERVICE_TABLE_ROWS rows */
    bool dry_run;    /* look only */
    size_t ret_services;
    size_t ret_new;                          /* that the shipped list does not have */
    struct service_import_error *ret_errors; /* the first LIMIT_IMPORT_ERRORS, in arena */
    size_t ret_error_count;                  /* all of them */
};

/* Imports the whole list in place of the one that was imported before, or nothing where a row is wrong
 * (ERR_INVALID, and the errors say where). What the shipped list alone has stays; the desk's corrections win
 * over both. Until the last row is stored the old list holds; texts that come after the call are asked of the
 * new one. ERR_BAD_JSON, ERR_TOO_LARGE. */
enum err service_import(struct app *app, struct arena *arena, const struct actor *actor,
                        struct service_import *import);

#endif
